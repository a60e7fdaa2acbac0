"""Statements that a connection's server plans once and keeps under a name.

Of most questions of a page PostgreSQL works longer at finding out how it will answer than at answering. What it keeps
dies with the connection; where a table was changed or analyzed it plans anew by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Any

_PLACE = re.compile(r"%[s%]")


@dataclass(frozen=True, slots=True)
class PreparedText:
    """A statement to prepare. The name is of the text, so one name never means two statements.

    sql: with $1, $2 ... for the values of each time, and %s for constants.
    """

    name: str
    sql: str
    constants: tuple[Any, ...]

    @classmethod
    def of(cls, sql: str, params: Sequence[Any], place_of: Callable[[Any], int | None]) -> PreparedText:
        """sql: with a %s for each of the params.  place_of: which value a param stands for; None: it is a constant."""
        places = [(param, place_of(param)) for param in params]
        waiting = iter(places)

        def numbered(found: re.Match[str]) -> str:
            place = None if found[0] == "%%" else next(waiting)[1]
            return found[0] if place is None else f"${place + 1}"

        text = _PLACE.sub(numbered, sql)
        constants = tuple(param for param, place in places if place is None)
        return cls(f"kept_{blake2b(repr((text, constants)).encode(), digest_size=10).hexdigest()}", text, constants)

    @property
    def preparing(self) -> str:
        """The statement that prepares it, with a %s for each constant."""
        return f"prepare {self.name} as {self.sql}"

    def asking(self, count: int) -> str:
        """The statement that asks it, with a %s for each of so many values."""
        return f"execute {self.name}({', '.join(['%s'] * count)})" if count else f"execute {self.name}"


@lru_cache(maxsize=16)
def in_order(question: str) -> PreparedText:
    """A statement with a %s for each of its values, in their order, and no constants."""
    count = len(_PLACE.findall(question.replace("%%", "")))
    return PreparedText.of(question, range(count), lambda place: place)
