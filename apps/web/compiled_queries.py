"""Queries of the ORM that are compiled once and run again with other values.

For a query of a dozen columns the ORM takes several times as long to write the statement as PostgreSQL to run it.
`Compiled` lets it write the statement once for each shape, with stand-ins in place of the values, and remembers where
each value goes. What is sent and what comes back is what the query itself would have sent and given.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, Final, Generic, TypeAlias, TypeVar
from uuid import UUID, uuid4

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections, models

T = TypeVar("T")
Value: TypeAlias = UUID | int | str | datetime
One: TypeAlias = Value | list[UUID]
Given: TypeAlias = One | tuple[Value, ...]
# Of one query. A shape beyond costs one more compilation, not an error.
_MOST_SHAPES: Final = 200
# Stand-ins fit into every column of their type, and no query writes them by itself.
_NUMBERS: Final = 1_900_000_000
_MOMENTS: Final = datetime(1803, 1, 1, tzinfo=UTC)


class Unfit(TypeError):
    """A query that cannot be told apart from its values, or a value that decides about the form of the statement."""


@dataclass(frozen=True, slots=True)
class _Slot:
    """The place of a value among the parameters of a statement."""

    number: int


@dataclass(frozen=True, slots=True)
class _Statement:
    """sql: "" where the shape has no rows.  params: constants, slots, and lists of both."""

    rows_of: Callable[[Any], Any]
    compiler: Any
    sql: str
    params: tuple[Any, ...]


class Compiled(Generic[T]):
    """A query as a function of its values; calling it gives the list of its rows.

    build: makes the query set of a shape and of named values. It runs once per shape, with stand-ins for the values, so
    it must not look at them: what decides about the form of the statement (filters, limits) belongs to the shape. The
    query must know its studio; it may give instances, but none that are prefetched or at hand already.
    """

    def __init__(self, build: Callable[..., models.QuerySet[Any, T]]) -> None:
        self._build = build
        self._statements: dict[Hashable, _Statement] = {}

    def __call__(self, *shape: Hashable, **given: Given) -> list[T]:
        """The rows. A tuple is as many values as it holds, a list is one array (of `__any`). Raises Unfit."""
        kinds = tuple((name, _kind(value)) for name, value in given.items())
        statement = self._statements.get((shape, kinds))
        if statement is None:
            if len(self._statements) >= _MOST_SHAPES:
                self._statements.clear()
            statement = self._statements[shape, kinds] = self._compile(shape, given)
        return _run(statement, _flat(given))

    def _compile(self, shape: tuple[Hashable, ...], given: dict[str, Given]) -> _Statement:
        stands = [_stand_in(value, number) for number, value in enumerate(_flat(given))]
        left = iter(stands)
        query = self._build(
            *shape,
            **{
                name: tuple(next(left) for _ in value) if isinstance(value, tuple) else next(left)
                for name, value in given.items()
            },
        )
        _check(query)
        rows_of: Callable[[Any], Any] = query._iterable_class
        compiler = query.query.get_compiler(using=DEFAULT_DB_ALIAS)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:
            return _Statement(rows_of, compiler, "", ())
        places = tuple(_slotted(param, stands) for param in params)
        if _slots(places) != set(range(len(stands))):
            raise Unfit("not every value reaches the statement as it is")
        return _Statement(rows_of, compiler, sql, places)


def _check(query: models.QuerySet[Any, Any]) -> None:
    if not getattr(query, "is_scoped", True):
        raise Unfit(f"a query on {query.model.__name__} must begin at its studio")
    if query._prefetch_related_lookups or query._known_related_objects:  # type: ignore[attr-defined]
        raise Unfit("rows at hand and prefetched rows belong to one call")


def _run(statement: _Statement, values: list[One]) -> list[Any]:
    if not statement.sql:
        return []
    params = tuple(_filled(param, values) for param in statement.params)
    # A copy for this call: the connection is this thread's.
    compiler = copy.copy(statement.compiler)
    compiler.connection = connections[DEFAULT_DB_ALIAS]
    compiler.as_sql = lambda *_args, **_kwargs: (statement.sql, params)
    query = SimpleNamespace(get_compiler=lambda *_args, **_kwargs: compiler)
    source = SimpleNamespace(db=DEFAULT_DB_ALIAS, query=query, _known_related_objects={})
    return list(statement.rows_of(source))


def _kind(value: Given) -> type | int:
    """What of a value decides about the statement: its type, or how many there are."""
    if isinstance(value, bool) or value is None:
        raise Unfit(f"{value} decides about the statement: it belongs to the shape")
    return len(value) if isinstance(value, tuple) else type(value)


def _flat(given: dict[str, Given]) -> list[One]:
    values: list[One] = []
    for value in given.values():
        if isinstance(value, tuple):
            values += value
        else:
            values.append(value)
    return values


def _stand_in(value: One, number: int) -> One:
    if isinstance(value, list):
        return [uuid4()]
    if isinstance(value, UUID):
        return uuid4()
    if isinstance(value, datetime):
        return _MOMENTS + timedelta(days=number)
    if isinstance(value, str):
        return f"~{uuid4()}"
    return _NUMBERS + number


def _slotted(param: Any, stands: list[One]) -> Any:
    if isinstance(param, Value | list) and param in stands:
        return _Slot(stands.index(param))
    return [_slotted(one, stands) for one in param] if isinstance(param, list | tuple) else param


def _slots(params: Sequence[Any]) -> set[int]:
    found: set[int] = set()
    for param in params:
        found |= {param.number} if isinstance(param, _Slot) else _slots(param) if isinstance(param, list) else set()
    return found


def _filled(param: Any, values: list[One]) -> Any:
    if isinstance(param, _Slot):
        return values[param.number]
    return [_filled(one, values) for one in param] if isinstance(param, list) else param
