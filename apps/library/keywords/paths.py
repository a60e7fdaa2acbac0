"""Keywords as paths: "Animals|Dog" lies below "Animals". Case, accents and umlauts make no other keyword."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from apps.library.folding import fold

SEPARATOR: Final = "|"
# Folding makes the first of the second.
_WIDE: Final = "\uff5c"
#: As in `albums.marks`: letters of a keyword with all that is above it.
LONGEST: Final = 80


class BadKeyword(ValueError):
    """The text is no keyword; the message is a sentence."""


def clean_name(text: str) -> str:
    """ " Animals |  Dog" -> "Animals|Dog". Raises BadKeyword."""
    parts = [" ".join(part.split()) for part in text.replace("\x00", "").replace(_WIDE, SEPARATOR).split(SEPARATOR)]
    name = SEPARATOR.join(parts)
    if not all(parts) or len(name) > LONGEST:
        raise BadKeyword(f"Enter a keyword of 1 to {LONGEST} letters, with | between the levels.")
    if "," in name:
        raise BadKeyword("A keyword can’t contain a comma.")
    return name


def clean_names(texts: Iterable[str]) -> list[str]:
    """Each once, in their order. Raises BadKeyword."""
    found: dict[str, str] = {}
    for text in texts:
        name = clean_name(text)
        found.setdefault(fold(name), name)
    return list(found.values())


def prefixes(folded: str) -> list[str]:
    """The path itself and all that is above it, the longest first."""
    parts = folded.split(SEPARATOR)
    return [SEPARATOR.join(parts[:number]) for number in range(len(parts), 0, -1)]


def new_name(word: str, changes: Mapping[str, str]) -> str | None:
    """What a keyword is called after changes; None if they leave it alone, "" if it goes.

    changes: folded paths -> what they are now, "" for deleted. What lies below a path moves or goes with it.
    """
    parts = word.replace(_WIDE, SEPARATOR).split(SEPARATOR)
    for path in prefixes(fold(word)):
        if path in changes:
            rest = parts[len(path.split(SEPARATOR)) :]
            return SEPARATOR.join([changes[path], *rest]) if changes[path] else ""
    return None


def rewritten(words: Iterable[str], changes: Mapping[str, str]) -> list[str]:
    """A photo's keywords after changes, each once and in their order."""
    found: dict[str, str] = {}
    for word in words:
        name = new_name(word, changes)
        if name != "":
            kept = word if name is None else name
            found.setdefault(fold(kept), kept)
    return list(found.values())
