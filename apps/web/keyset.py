"""Keyset pagination: a page starts after a row, not at an offset, so it costs the same at any depth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, TypeAlias

from django.core import signing
from django.db import models
from django.db.models import Q

#: Of a position (None: the start), whether to go back from it, and how many rows at most: each row with its position.
Reader: TypeAlias = Callable[[list[Any] | None, bool, int], list[tuple[list[Any], Any]]]
#: Runs a query.
Fetch: TypeAlias = Callable[[models.QuerySet[Any]], list[Any]]


class BadCursor(ValueError):
    """The cursor was not made for this list."""


@dataclass(frozen=True, slots=True)
class Key:
    """One field of the order. path: as in `order_by`, without the sign; its values are never null."""

    path: str
    descending: bool

    @classmethod
    def parse(cls, name: str) -> Key:
        return cls(name.removeprefix("-"), name.startswith("-"))

    def order(self, backwards: bool) -> str:
        return f"-{self.path}" if self.descending != backwards else self.path

    def field(self, model: type[models.Model]) -> models.Field[Any, Any]:
        *steps, last = self.path.split("__")
        for step in steps:
            related = model._meta.get_field(step).related_model
            assert isinstance(related, type)
            model = related
        field = model._meta.get_field(last)
        assert isinstance(field, models.Field)
        return field

    def read(self, row: models.Model) -> str:
        *steps, last = self.path.split("__")
        owner: Any = reduce(getattr, steps, row)
        return str(self.field(type(row)).__class__.value_to_string(owner._meta.get_field(last), owner))


@dataclass(frozen=True, slots=True)
class KeysetPage:
    """Rows of one page and the cursors beside it (None at an end)."""

    rows: list[Any]
    next: str | None
    previous: str | None


def page(
    rows: models.QuerySet[Any],
    ordering: Sequence[str],
    *,
    limit: int,
    cursor: str | None = None,
    scope: str = "",
    fetch: Fetch = list,
) -> KeysetPage:
    """One page of `rows` in this order, at most `limit` of them.

    ordering: names of fields; together they are unique and never null, so the last is usually "id".
    scope: what list the cursor belongs to. Cursors are signed with it.  fetch: runs the query.  Raises BadCursor.
    """
    keys = [Key.parse(name) for name in ordering]
    signer = _signer(ordering, scope)
    backwards, position = _read(cursor, signer) if cursor else (False, None)
    rows = rows.order_by(*(key.order(backwards) for key in keys))
    if position is not None:
        rows = rows.filter(_beyond(rows.model, keys, position, backwards))
    found = fetch(rows[: limit + 1])
    more, found = len(found) > limit, found[:limit]
    if backwards:
        found.reverse()

    def beside(row: Any, back: bool) -> str:
        return signer.sign_object([int(back), *(key.read(row) for key in keys)])

    has_next = more if not backwards else bool(found)
    has_previous = more if backwards else position is not None and bool(found)
    return KeysetPage(
        found,
        beside(found[-1], False) if has_next else None,
        beside(found[0], True) if has_previous else None,
    )


def page_of(
    read: Reader,
    *,
    limit: int,
    cursor: str | None = None,
    scope: str = "",
    ordering: Sequence[str] = (),
) -> KeysetPage:
    """As `page`, for rows that a statement of its own reads.

    read: gives the next rows in the direction asked for; positions are such as JSON can carry.
    ordering: of a list of which other pages come from `page`; then positions are as that writes them.
    Raises BadCursor.
    """
    signer = _signer(ordering, scope)
    backwards, position = _read(cursor, signer) if cursor else (False, None)
    found = read(position, backwards, limit + 1)
    more, found = len(found) > limit, found[:limit]
    if backwards:
        found.reverse()
    has_next = more if not backwards else bool(found)
    has_previous = more if backwards else position is not None and bool(found)
    return KeysetPage(
        [row for _, row in found],
        signer.sign_object([0, *found[-1][0]]) if has_next else None,
        signer.sign_object([1, *found[0][0]]) if has_previous else None,
    )


def page_or_first(
    rows: models.QuerySet[Any],
    ordering: Sequence[str],
    *,
    limit: int,
    cursor: str = "",
    scope: str = "",
    fetch: Fetch = list,
) -> KeysetPage:
    """As `page`; a cursor that was not made for this list, as in an old bookmark, gives the first page."""
    try:
        return page(rows, ordering, limit=limit, cursor=cursor, scope=scope, fetch=fetch)
    except BadCursor:
        return page(rows, ordering, limit=limit, scope=scope, fetch=fetch)


def page_of_or_first(
    read: Reader, *, limit: int, cursor: str = "", scope: str = "", ordering: Sequence[str] = ()
) -> KeysetPage:
    """As `page_of`, and as `page_or_first` with a cursor that is none of this list."""
    try:
        return page_of(read, limit=limit, cursor=cursor, scope=scope, ordering=ordering)
    except BadCursor:
        return page_of(read, limit=limit, scope=scope, ordering=ordering)


def after(position: Sequence[str], ordering: Sequence[str], *, scope: str = "") -> str:
    """The cursor of the page that begins behind a position, whether or not a row stands there.

    position: a value for each field of the order, as its `value_to_string` writes it.
    """
    return _signer(ordering, scope).sign_object([0, *position])


def position(row: models.Model, ordering: Sequence[str]) -> list[str]:
    """Where a row stands, for a `Reader` of a list of which other pages come from `page`."""
    return [Key.parse(name).read(row) for name in ordering]


def _signer(ordering: Sequence[str], scope: str) -> signing.Signer:
    return signing.Signer(salt=f"cursor:{scope}:{','.join(ordering)}")


def _read(cursor: str, signer: signing.Signer) -> tuple[bool, list[str]]:
    try:
        backwards, *position = signer.unsign_object(cursor)
    except (signing.BadSignature, ValueError) as error:
        raise BadCursor from error
    return bool(backwards), position


def _beyond(model: type[models.Model], keys: list[Key], position: list[str], backwards: bool) -> Q:
    """(a, b, c) behind the position, spelled out, because the directions may differ."""
    values = [key.field(model).to_python(text) for key, text in zip(keys, position, strict=True)]
    behind = Q()
    for number, (key, value) in enumerate(zip(keys, values, strict=True)):
        side = "lt" if key.descending != backwards else "gt"
        same = {before.path: known for before, known in zip(keys[:number], values[:number], strict=True)}
        behind |= Q(**same, **{f"{key.path}__{side}": value})
    # Says nothing new, but lets the index start at the right place.
    first = "lte" if keys[0].descending != backwards else "gte"
    return Q(**{f"{keys[0].path}__{first}": values[0]}) & behind
