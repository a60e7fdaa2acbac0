"""Text as people compare it: without case, accents and the spelling of umlauts.

`fold` and the SQL function `library_fold` make the same of a text; a test compares them.
"""

from __future__ import annotations

import re
import unicodedata

# What normalisation does not take apart, lower-cased.
LETTERS = {"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d"}
_MARKS = re.compile("[\u0300-\u036f]")
_BETWEEN = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """ "Fête in Döbling" -> "fete in dobling"."""
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", text).lower())
    for letter, written in LETTERS.items():
        plain = plain.replace(letter, written)
    return plain


def words_of(text: str) -> list[str]:
    """The folded words of a text: runs of letters and digits."""
    return [word for word in _BETWEEN.split(fold(text)) if word]
