"""How a gallery looks to clients: colours, type, language. The album's choice, else the studio's, else ours.

Pure: no database. Rows keep plain JSON (`Album.design`, `Studio.design`); what is not understood is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

COVERS: Final = {"full": "Full-bleed", "split": "Photo beside title", "frame": "Framed, title below"}
GRIDS: Final = {"rows": "Justified rows", "squares": "Squares", "masonry": "Masonry"}
TYPEFACES: Final = {"serif": "Serif titles", "sans": "Sans serif titles", "classic": "Book typeface"}
# Of the guests' pages and of the emails about a gallery; their names are the same in every language.
AUTO: Final = "auto"
LANGUAGES: Final = {AUTO: "Match the visitor’s device", "en": "English", "de": "Deutsch"}
THEMES: Final = {"auto": "Match the visitor’s device", "light": "Light", "dark": "Dark"}
# A client sees every photo unless the studio says otherwise: no rule of ours hides one.
STACKS: Final = {"open": "Show every photo", "folded": "Show one photo of each stack"}
CHOICES: Final[Mapping[str, Mapping[str, str]]] = {
    "cover": COVERS,
    "grid": GRIDS,
    "typeface": TYPEFACES,
    "theme": THEMES,
    "language": LANGUAGES,
    "stacks": STACKS,
}
LABELS: Final = {
    "cover": "Cover",
    "grid": "Photos",
    "typeface": "Titles",
    "theme": "Light or dark",
    "language": "Language",
    "stacks": "Bursts and other stacks",
}
_COLOUR = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class Design:
    """Every choice made. accent: "#rrggbb", or "" for the studio's colour.  language: of `LANGUAGES`."""

    cover: str = "full"
    grid: str = "rows"
    typeface: str = "serif"
    theme: str = "auto"
    language: str = AUTO
    stacks: str = "open"
    accent: str = ""

    @property
    def is_plain(self) -> bool:
        """True if the page needs no stylesheet beyond the common one."""
        return (self.cover, self.grid, self.typeface) == ("full", "rows", "serif")

    @classmethod
    def of(cls, *layers: object) -> Design:
        """The design that these rows' JSON gives; a later layer wins."""
        values: dict[str, str] = {}
        for layer in layers:
            values |= understood(layer)
        return cls(**values)


def relooked(row: object, look: Mapping[str, str]) -> dict[str, object]:
    """A row's JSON with another look; what else it holds stays."""
    kept: Mapping[str, object] = row if isinstance(row, Mapping) else {}
    return {**{name: value for name, value in kept.items() if name not in (*CHOICES, "accent")}, **look}


def understood(layer: object) -> dict[str, str]:
    """The entries of a row's JSON that are a choice; the others are as if they were not there."""
    if not isinstance(layer, Mapping):
        return {}
    found = {name: str(layer[name]) for name, choices in CHOICES.items() if str(layer.get(name)) in choices}
    accent = layer.get("accent")
    if isinstance(accent, str) and _COLOUR.fullmatch(accent):
        found["accent"] = accent
    return found


def choice_words(name: str, choice: str) -> str:
    """A choice within a sentence; languages are names."""
    words = CHOICES[name][choice]
    return words if name == "language" and choice != AUTO else words.lower()
