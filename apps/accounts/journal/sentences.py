"""What the journal's entries say to people: "moved 12 photos to “Ceremony”", to be put behind a name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from apps.accounts.journal.models import JournalEntry

# A text with names of the entry's facts in braces, or a function of the facts where a text is not enough.
Phrase: TypeAlias = str | Callable[["SentenceFacts"], str]
FORGOTTEN = "did something that was erased at a person’s request"


class SentenceFacts(dict[str, Any]):
    """An entry's facts: its details, and `photos`, how many it touched, as words. What is not known is empty."""

    def __missing__(self, name: str) -> str:
        return ""


def sentence(phrases: dict[str, Phrase], entry: JournalEntry, count: int) -> str:
    """What an entry says. count: the things that the whole act touched."""
    if entry.forgotten_at is not None:
        return FORGOTTEN
    phrase = phrases.get(entry.verb)
    if phrase is None:
        return entry.verb.replace(".", " ").replace("_", " ")
    facts = SentenceFacts(entry.detail)
    if count:
        facts["photos"] = photos_word(count)
    elif isinstance(facts.get("photos"), list):
        facts["photos"] = photos_word(len(facts["photos"]))
    elif isinstance(facts.get("photos"), int):
        facts["photos"] = photos_word(facts["photos"])
    return phrase(facts) if callable(phrase) else phrase.format_map(facts)


def undo_sentence(text: str, *, again: bool) -> str:
    """What the undo of an entry says, or the undo of an undo."""
    return f"redid: {text}" if again else f"undid: {text}"


def counted(number: int, noun: str) -> str:
    """ "1 photo", "1,200 photos"."""
    return f"1 {noun}" if number == 1 else f"{number:,} {noun}s"


def joined(words: Sequence[str]) -> str:
    """ "a, b and c"."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def photos_word(number: int) -> str:
    """How many photos, in words."""
    return counted(number, "photo")
