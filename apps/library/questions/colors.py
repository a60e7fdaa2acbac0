"""Names of colours, by which photos are asked for: each dominant colour has one.

Judged by hue, saturation and value (HSV) of the middle of a sixteenth of each channel, so that a name is a list of
keys: the first digits of red, green and blue. The bounds between hues are ours, set where people change the word; they
are not sharp in nature either.
"""

from __future__ import annotations

import colorsys
from collections.abc import Iterator
from functools import cache
from itertools import product

# Degrees at which a hue ends. What is past the last one is red again.
_HUES = (
    (15, "red"), (45, "orange"), (70, "yellow"), (165, "green"), (195, "turquoise"), (255, "blue"), (290, "purple"),
    (345, "pink"), (360, "red"),
)  # fmt: skip
NAMES = tuple(dict.fromkeys([*(name for _, name in _HUES), "brown", "black", "grey", "white"]))
# As a search in German says them, and other spellings.
ALIASES = {
    "rot": "red", "gelb": "yellow", "grün": "green", "gruen": "green", "türkis": "turquoise", "cyan": "turquoise",
    "blau": "blue", "lila": "purple", "violett": "purple", "violet": "purple", "rosa": "pink", "braun": "brown",
    "schwarz": "black", "grau": "grey", "gray": "grey", "weiß": "white", "weiss": "white",
}  # fmt: skip


def name_of(color: str) -> str:
    """The name of "#rrggbb"."""
    red, green, blue = (int(color[at], 16) * 16 + 8 for at in (1, 3, 5))
    hue, saturation, value = colorsys.rgb_to_hsv(red / 256, green / 256, blue / 256)
    if value < 0.2:
        return "black"
    if saturation < 0.15:
        return "white" if value > 0.85 else "grey"
    name = next(name for end, name in _HUES if hue * 360 < end)
    if name == "orange" and value < 0.6:
        return "brown"
    # Light and pale, red is called otherwise.
    return "pink" if name == "red" and saturation < 0.5 and value > 0.75 else name


@cache
def keys_of(name: str) -> tuple[str, ...]:
    """The first digits of red, green and blue of all colours with this name."""
    return tuple(_keys(name))


def _keys(name: str) -> Iterator[str]:
    for red, green, blue in product("0123456789abcdef", repeat=3):
        if name_of(f"#{red}0{green}0{blue}0") == name:
            yield red + green + blue
