"""Questions to begin with, as every studio asks them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from apps.library.questions.tree import Group, read


@dataclass(frozen=True, slots=True)
class Starter:
    """A title and rules; "{year}" in a value is this year."""

    key: str
    title: str
    rules: tuple[tuple[str, str, Any], ...]
    match: str = "all"

    def tree(self, today: date) -> Group:
        """Its rules today."""
        plain = [{"field": name, "op": op, "value": _filled(value, today)} for name, op, value in self.rules]
        return read({"match": self.match, "rules": plain})


def _filled(value: Any, today: date) -> Any:
    return value.format(year=today.year) if isinstance(value, str) else value


STARTERS: Final = {
    starter.key: starter
    for starter in (
        Starter("best", "Best of the year", (("taken_at", "is", "{year}"), ("rating", "gte", 4))),
        Starter("picks", "Picks", (("flag", "is", "pick"),)),
        Starter("unrated", "Not rated yet", (("rating", "is_empty", None), ("flag", "is_not", "reject"))),
        Starter("rejected", "Rejected", (("flag", "is", "reject"),)),
        Starter("fresh", "Added this week", (("uploaded_at", "within_last", 7),)),
        Starter("month", "Taken in the last 30 days", (("taken_at", "within_last", 30),)),
        Starter("loved", "Clients' favourites", (("favourite", "is", True),)),
        Starter("talked", "With comments", (("commented", "is", True),)),
        Starter("places", "Without a place", (("has_gps", "is", False), ("place", "is_empty", None))),
        Starter("words", "Without keywords", (("keyword", "is_empty", None),)),
        Starter("undated", "Without a date", (("taken_at", "is_empty", None),)),
        Starter("problems", "Problems", (("problem", "is", True),)),
    )
}
