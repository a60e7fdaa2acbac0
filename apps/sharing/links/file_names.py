"""Names of the files that a link hands out, by a pattern like "{gallery}-{number}". Pure: no database."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from apps.media.mime import download_name
from apps.web.refusal import Unsuitable

LONGEST = 100
VARIABLES = ("name", "number", "gallery", "section", "date", "studio")
# One of these tells the photos of a gallery apart.
DISTINCT = ("name", "number")
_VARIABLE = re.compile(r"\{\s*([^{}]{0,40}?)\s*\}")
# What no system takes in a name, and blanks and dashes that a variable without a value leaves behind.
_FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')
_DANGLING = re.compile(r"(?<=[-_ ])[-_ ]+|^[-_ .]+|[-_ .]+$")
# Bytes of a name before its ending: systems take 255, archives number what is the same.
_MOST_BYTES = 200


@dataclass(frozen=True, slots=True)
class NamedPhoto:
    """What belongs into the name of one photo's file. number: its place in the gallery, of `total` photos."""

    camera_name: str
    number: int
    total: int
    section: str
    taken_on: date
    gallery: str
    studio: str


def check(pattern: str) -> None:
    """Raises Unsuitable for a pattern that knows other variables, or would call all photos the same."""
    names = _VARIABLE.findall(pattern)
    known = ", ".join(f"{{{name}}}" for name in VARIABLES)
    for name in names:
        if name not in VARIABLES:
            raise Unsuitable("file_names", f"{{{name}}} is not known. You can use {known}.")
    if set("{}") & set(_VARIABLE.sub("", pattern)):
        raise Unsuitable("file_names", f"A brace is missing. You can use {known}.")
    if not set(DISTINCT) & set(names):
        raise Unsuitable("file_names", "Use {name} or {number}, so that every file has a different name.")


def file_name(pattern: str, photo: NamedPhoto, mime: str) -> str:
    """The name of a photo's file, with the ending of its format; without a pattern the camera's name."""
    stem = photo.camera_name.rpartition(".")[0] or photo.camera_name
    if not pattern:
        return download_name(photo.camera_name, mime)
    values = {
        "name": stem,
        "number": f"{photo.number:0{max(3, len(str(photo.total)))}}",
        "gallery": photo.gallery,
        "section": photo.section,
        "date": photo.taken_on.isoformat(),
        "studio": photo.studio,
    }
    words = _VARIABLE.sub(lambda found: values[found[1]], pattern)
    plain = " ".join(_FORBIDDEN.sub("-", words).split())
    plain = _DANGLING.sub("", plain).encode()[:_MOST_BYTES].decode("utf-8", "ignore").rstrip() or stem
    return download_name(plain, mime)


def examples(pattern: str, photos: Sequence[NamedPhoto], mime: str = "image/jpeg") -> list[str]:
    """How the first files would be called; nothing for a pattern that cannot be."""
    try:
        if pattern:
            check(pattern)
    except Unsuitable:
        return []
    return [file_name(pattern, photo, mime) for photo in photos]
