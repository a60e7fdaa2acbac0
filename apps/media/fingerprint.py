"""How a picture looks, in few bytes: a perceptual hash and one colour."""

import math
from statistics import median

from PIL import Image

_SIDE, _LOW = 32, 8
_COSINES = [[math.cos(math.pi * wave * (2 * at + 1) / (2 * _SIDE)) for at in range(_SIDE)] for wave in range(_LOW)]


def phash(picture: Image.Image) -> str:
    """The 64-bit perceptual hash as 16 hex digits; the same bits as imagehash.phash().

    The signs of the 8 x 8 lowest frequencies of a 32 x 32 grey reduction, against their median.
    """
    grey = picture.convert("L").resize((_SIDE, _SIDE), Image.Resampling.LANCZOS).tobytes()
    rows = [grey[start : start + _SIDE] for start in range(0, _SIDE * _SIDE, _SIDE)]
    across = [[_dot(wave, row) for row in rows] for wave in _COSINES]
    # Sums of the same bytes differ in their last digits; that must not set bits of an even surface.
    waves = [round(_dot(down, column), 6) for down in _COSINES for column in across]
    middle = median(waves)
    return f"{int(''.join('1' if wave > middle else '0' for wave in waves), 2):016x}"


def _dot(wave: list[float], values: bytes | list[float]) -> float:
    return sum(map(float.__mul__, wave, map(float, values)))


def dominant_color(picture: Image.Image) -> str:
    """The colour that covers most of an RGB picture, as "#rrggbb"."""
    small = picture.resize((24, 24), Image.Resampling.BOX).quantize(6, Image.Quantize.MEDIANCUT)
    palette = small.getpalette() or [0, 0, 0]
    counts = small.histogram()
    most = counts.index(max(counts))
    red, green, blue = palette[3 * most : 3 * most + 3]
    return f"#{red:02x}{green:02x}{blue:02x}"
