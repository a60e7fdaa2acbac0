"""What people type, compared as people see it: keyboards and programs write the same signs in several ways. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable

# Signs that a keyboard, an email program or a word processor puts in the place of the plain one, after NFKC.
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02bc\u00b4`", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u00ad", "-"),
    }
)


def fold_password(text: str) -> str:
    """A password without differences that nobody sees or types on purpose: NFKC, quotes, dashes, blanks.

    Blanks and letters of other widths are one by NFKC. Case and accents count: they are part of the secret.
    """
    # The accents that stand alone are decomposed by NFKC, so they are replaced before.
    return unicodedata.normalize("NFKC", text.translate(_PLAIN)).translate(_PLAIN)


def matches(password: str, is_right: Callable[[str], bool]) -> bool:
    """Whether a password is right as people see it, or by its own letters: hashes of before were made of those."""
    folded = fold_password(password)
    return is_right(folded) or (folded != password and is_right(password))


def title_key(text: str) -> str:
    """What two titles have in common that people take for one: NFC, no case, single blanks."""
    return unicodedata.normalize("NFC", " ".join(unicodedata.normalize("NFC", text).split()).casefold())


def distinct_titles(titles: Iterable[str]) -> list[str]:
    """These titles in order, each once and as it was written first; blank ones are left out."""
    first: dict[str, str] = {}
    for title in titles:
        if title.strip():
            first.setdefault(title_key(title), title)
    return list(first.values())
