"""What rendering one photo gives, and how it crosses from the jail."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.media import fingerprint
from apps.media.facts import Facts
from apps.media.formats import FORMATS
from apps.media.presets import BY_NAME, MAX_PIXELS, PRESETS, RECIPE


@dataclass(frozen=True, slots=True)
class RenditionFile:
    """One file that render() wrote: preset `name`, `file` name in the folder, size in px, length in bytes."""

    name: str
    file: str
    width: int
    height: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Rendered:
    """What one photo gave. width, height: px as shown (after orientation); phash: 16 hex digits."""

    format: str
    mime: str
    width: int
    height: int
    color: str
    phash: str
    facts: Facts
    renditions: tuple[RenditionFile, ...]
    recipe: int

    def as_plain(self) -> dict[str, Any]:
        """The same as JSON can carry it."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        files = [{key: getattr(made, key) for key in made.__slots__} for made in self.renditions]
        return plain | {"facts": self.facts.as_plain(), "renditions": files}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Rendered":
        """Back from `as_plain`; the sender is not trusted. Raises ValueError when something is not as due."""
        try:
            format = FORMATS[plain["format"]]
            color, phash = str(plain["color"]), str(plain["phash"])
            files = tuple(file_from_plain(one) for one in plain["renditions"])
            found = Facts.from_plain(plain["facts"])
            width, height = _side(plain["width"]), _side(plain["height"])
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"the answer lacks something: {error}") from error
        fingerprint.as_signed(phash)
        if not re.fullmatch("#[0-9a-f]{6}", color):
            raise ValueError("no colour")
        if [made.name for made in files] != [preset.name for preset in PRESETS] or plain["recipe"] != RECIPE:
            raise ValueError("other renditions than asked for")
        return cls(format.name, format.mime, width, height, color, phash, found, files, RECIPE)


def _side(value: object) -> int:
    if type(value) is not int or not 1 <= value <= MAX_PIXELS:
        raise ValueError("not a side of a picture")
    return value


def file_from_plain(plain: Mapping[str, Any]) -> RenditionFile:
    """One file as the jail tells of it. Raises ValueError, KeyError or TypeError when it is not as due."""
    preset = BY_NAME[plain["name"]]
    width, height, size = (_side(plain[key]) for key in ("width", "height", "bytes"))
    if max(width, height) > preset.long_edge or plain["file"] != preset.file:
        raise ValueError("not the rendition that was asked for")
    return RenditionFile(preset.name, preset.file, width, height, size)
