"""File names as cameras and people write them, made harmless but recognisable."""

import re

LONGEST = 255
# U+200C and U+200D join or part letters inside of words and emoji: they are spelling, not direction.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


def camera_name(raw: str) -> str:
    """The last part of a path as it was sent, without control or direction characters, at most 255 characters.

    A name is kept for people and for downloads; no path on any disk is ever made from it.
    """
    last = re.split(r"[/\\]", raw)[-1]
    clean = _CONTROL.sub("", last).strip().strip(".")
    if not clean:
        return "photo"
    if len(clean) <= LONGEST:
        return clean
    stem, dot, extension = clean.rpartition(".")
    if not dot or len(extension) > 10:
        return clean[:LONGEST]
    return f"{stem[: LONGEST - len(extension) - 1]}.{extension}"
