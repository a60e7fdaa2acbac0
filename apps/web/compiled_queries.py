"""Queries of the ORM that are compiled once and run again with other values.

For a query of a dozen columns the ORM takes several times as long to write the statement as PostgreSQL to run it.
`Compiled` lets it write the statement once for each form of it, with stand-ins in place of the values, and remembers
where each value goes. What is sent and what comes back is what the query itself would have sent and given.
"""

from __future__ import annotations

import copy
import dataclasses
import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, Final, Generic, TypeAlias, TypeVar
from uuid import UUID, uuid4

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, Error, connections, models

from apps.web.postgres.prepared import PreparedText

T = TypeVar("T")
Value: TypeAlias = UUID | int | str | datetime | list[UUID]
_KINDS: Final = (UUID, int, str, datetime, list)
# Of one query. A form beyond costs one more compilation, not an error.
_MOST_FORMS: Final = 200
# Stand-ins fit into every column of their type, and no query writes them by itself.
_NUMBERS: Final = 1_900_000_000
_NAMED: Final = re.compile(r"%\((\w+)\)s")
_MOMENTS: Final = datetime(1803, 1, 1, tzinfo=UTC)


class Unfit(TypeError):
    """A query that cannot be told apart from its values, or a value that decides about the form of the statement."""


@dataclass(frozen=True, slots=True)
class _Slot:
    """The place of a value among the parameters of a statement."""

    number: int


@dataclass(frozen=True, slots=True)
class _Statement:
    """sql: "" where the form has no rows.  params: constants, slots, and lists of both.

    compiler: None for what was written by hand, of which the rows come as they are.
    kept: the same for the database to plan once, if it shall.
    """

    rows_of: Callable[[Any], Any]
    compiler: Any
    sql: str
    params: tuple[Any, ...]
    kept: PreparedText | None = None


Asked: TypeAlias = tuple[_Statement, list[Value]]


class Compiled(Generic[T]):
    """A query as a function of a scope; calling it gives the list of its rows.

    build: makes the query set of a scope and of a shape. It runs once for each form of them, with stand-ins for the
    values, so it must not look at these. The query must know its studio; it may give instances, but none that are
    prefetched or at hand already.
    scope: a frozen dataclass, of which ids, numbers, texts, moments and lists of ids are values. What else it holds
    decides about the form of the statement, and so does the shape: None, True and False, enums, how long a tuple is.
    is_planned_once: PostgreSQL keeps it with its plan, in the memory of each connection's server. For what every page
    asks, and whose best plan is the same for all values.
    """

    def __init__(self, build: Callable[..., models.QuerySet[Any, T]], *, is_planned_once: bool = False) -> None:
        self._build = build
        self._is_planned_once = is_planned_once
        self._statements: dict[Hashable, _Statement] = {}

    def __call__(self, scope: Any, *shape: Hashable) -> list[T]:
        """The rows. A list is one array (of `__any`); a tuple is as many values as it holds. Raises Unfit."""
        [rows] = together(self.asked(scope, *shape))
        return rows

    def asked(self, scope: Any, *shape: Hashable) -> Asked:
        """The query with these values, for `together`. Raises Unfit."""
        values: list[Value] = []
        form = (shape, _form(scope, values))
        statement = self._statements.get(form)
        if statement is None:
            if len(self._statements) >= _MOST_FORMS:
                self._statements.clear()
            statement = self._statements[form] = self._compile(scope, shape)
        return statement, values

    def _compile(self, scope: Any, shape: tuple[Hashable, ...]) -> _Statement:
        stands: list[Value] = []
        query = self._build(_with_stand_ins(scope, stands), *shape)
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
        kept = PreparedText.of(sql, places, _place_of) if self._is_planned_once else None
        return _Statement(rows_of, compiler, sql, places, kept)


def _place_of(param: Any) -> int | None:
    if isinstance(param, list) and _slots(param):
        raise Unfit("a list of which a part is a value cannot be planned once")
    return param.number if isinstance(param, _Slot) else None


def _form(scope: Any, values: list[Value]) -> Any:
    """What of a scope decides about the statement, hashable. values: takes the others, in order."""
    if dataclasses.is_dataclass(scope):
        return (type(scope), *(_form(getattr(scope, one.name), values) for one in dataclasses.fields(scope)))
    if isinstance(scope, tuple):
        return tuple(_form(one, values) for one in scope)
    if scope is None or isinstance(scope, bool | Enum):
        return scope
    if not isinstance(scope, _KINDS):
        raise Unfit(f"a {type(scope).__name__} is no value")
    values.append(scope)
    return type(scope)


def _with_stand_ins(scope: Any, stands: list[Value]) -> Any:
    """The same scope with other values. stands: takes them, in order."""
    if dataclasses.is_dataclass(scope) and not isinstance(scope, type):
        names = [one.name for one in dataclasses.fields(scope)]
        return dataclasses.replace(scope, **{name: _with_stand_ins(getattr(scope, name), stands) for name in names})
    if isinstance(scope, tuple):
        return tuple(_with_stand_ins(one, stands) for one in scope)
    if scope is None or isinstance(scope, bool | Enum):
        return scope
    stands.append(_stand_in(scope, len(stands)))
    return stands[-1]


def _check(query: models.QuerySet[Any, Any]) -> None:
    if not getattr(query, "is_scoped", True):
        raise Unfit(f"a query on {query.model.__name__} must begin at its studio")
    if query._prefetch_related_lookups or query._known_related_objects:  # type: ignore[attr-defined]
        raise Unfit("rows at hand and prefetched rows belong to one call")


def written(sql: str, values: Mapping[str, Any]) -> Asked:
    """One statement that was written by hand, with %(name)s for its values, for `together`. Its rows are tuples."""
    params = tuple(values[name] for name in _NAMED.findall(sql))
    return _Statement(list, None, _NAMED.sub("%s", sql), params), []


def as_sent(sql: str, params: Sequence[Any]) -> Asked:
    """One statement with a %s for each of its values, as the ORM writes it, for `together`. Its rows are tuples."""
    return _Statement(list, None, sql, tuple(map(_sendable, params))), []


def written_once(sql: str, values: Mapping[str, Any]) -> Asked:
    """As `written`, for the database to plan once: see `Compiled`."""
    return _kept_text(sql), [values[name] for name in dict.fromkeys(_NAMED.findall(sql))]


@lru_cache(maxsize=64)
def _kept_text(sql: str) -> _Statement:
    names = _NAMED.findall(sql)
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    slots, text = tuple(_Slot(numbers[name]) for name in names), _NAMED.sub("%s", sql)
    return _Statement(list, None, text, slots, PreparedText.of(text, slots, _place_of))


def once(query: models.QuerySet[Any, Any]) -> Asked:
    """A query as it is, compiled for this time alone, for `together`. It must know its studio."""
    _check(query)
    compiler = query.query.get_compiler(using=DEFAULT_DB_ALIAS)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        sql, params = "", ()
    return _Statement(query._iterable_class, compiler, sql, tuple(map(_sendable, params))), []


class Later:
    """Questions that are asked in any case: they go with the next ones that are sent `together` in the same studio.

    They belong to the transaction in which they are made.
    """

    def __init__(self, *asked: Asked) -> None:
        self.asked = asked
        self._found: list[list[Any]] | None = None
        connection = connections[DEFAULT_DB_ALIAS]
        self._wall = _wall_of(connection)
        connection.later = self  # type: ignore[attr-defined]

    def found(self) -> list[list[Any]]:
        """The rows of each; sent now, if nothing else was sent."""
        if self._found is None:
            # Not with what waits itself.
            connections[DEFAULT_DB_ALIAS].later = None  # type: ignore[attr-defined]
            self._found = together(*self.asked)
        return self._found

    def take(self, found: list[list[Any]]) -> None:
        """Their rows, which came along."""
        self._found = found

    def goes_with(self, connection: Any) -> bool:
        """True if what is sent now is asked in the same studio."""
        return self._wall is not None and self._wall == _wall_of(connection)


def _wall_of(connection: Any) -> object:
    """As `accounts.tenancy` notes it: who may see what in the transaction of now."""
    return getattr(connection, "wall", None)


def together(*asked: Asked) -> list[list[Any]]:
    """The rows of each of these queries, which are sent in one exchange. What waits in a `Later` goes along."""
    connection = connections[DEFAULT_DB_ALIAS]
    later: Later | None = getattr(connection, "later", None)
    if later is None or not later.goes_with(connection):
        return _sent(asked)
    connection.later = None  # type: ignore[attr-defined]
    found = _sent((*asked, *later.asked))
    later.take(found[len(asked) :])
    return found[: len(asked)]


def _sent(asked: Sequence[Asked]) -> list[list[Any]]:
    sent = [(statement, values) for statement, values in asked if statement.sql]
    if not sent:
        return [[] for _ in asked]
    connection: Any = connections[DEFAULT_DB_ALIAS]
    prepared: set[str] | None = connection.prepared if any(statement.kept for statement, _ in sent) else None
    texts, params, new = _written_out(sent, prepared)
    found: list[list[Any]] = []
    with connection.cursor() as cursor:
        try:
            cursor.execute(";\n".join(texts), params)
        except Error:
            connection.doubt_prepared()
            raise
        for _ in new:
            # To prepare is answered too, before all others.
            cursor.nextset()
        for statement, _ in asked:
            if not statement.sql:
                found.append([])
                continue
            found.append(cursor.fetchall())
            cursor.nextset()
    if prepared is not None:
        prepared |= new
    return [_read(statement, rows) for (statement, _), rows in zip(asked, found, strict=True)]


def _written_out(sent: Sequence[Asked], prepared: set[str] | None) -> tuple[list[str], list[Any], set[str]]:
    """Texts and values of what is sent, and what of it is prepared, first of all. prepared: what is already."""
    texts: list[str] = []
    params: list[Any] = []
    new: set[str] = set()
    for kept in (statement.kept for statement, _ in sent):
        if kept is not None and prepared is not None and kept.name not in prepared | new:
            texts.append(kept.preparing)
            params += kept.constants
            new.add(kept.name)
    for statement, values in sent:
        if statement.kept is None or prepared is None:
            texts.append(statement.sql)
            params += [_filled(param, values) for param in statement.params]
        else:
            texts.append(statement.kept.asking(len(values)))
            params += map(_sendable, values)
    return texts, params, new


def _read(statement: _Statement, rows: list[Any]) -> list[Any]:
    """What the query set would have made of these rows."""
    if statement.compiler is None:
        return rows
    # A copy for this call: the connection is this thread's.
    compiler = copy.copy(statement.compiler)
    compiler.connection = connections[DEFAULT_DB_ALIAS]
    if compiler.has_extra_select:
        rows = [row[: compiler.col_count] for row in rows]
    compiler.execute_sql = lambda *_args, **_kwargs: [rows]
    query = SimpleNamespace(get_compiler=lambda *_args, **_kwargs: compiler)
    source = SimpleNamespace(db=DEFAULT_DB_ALIAS, query=query, _known_related_objects={})
    return list(statement.rows_of(source))


def _stand_in(value: Value, number: int) -> Value:
    if isinstance(value, list):
        return [uuid4()]
    if isinstance(value, UUID):
        return uuid4()
    if isinstance(value, datetime):
        return _MOMENTS + timedelta(days=number)
    if isinstance(value, str):
        return f"~{uuid4()}"
    return _NUMBERS + number


def _slotted(param: Any, stands: list[Value]) -> Any:
    if isinstance(param, _KINDS) and param in stands:
        return _Slot(stands.index(param))
    return [_slotted(one, stands) for one in param] if isinstance(param, list | tuple) else param


def _slots(params: Sequence[Any]) -> set[int]:
    found: set[int] = set()
    for param in params:
        found |= {param.number} if isinstance(param, _Slot) else _slots(param) if isinstance(param, list) else set()
    return found


def _filled(param: Any, values: list[Value]) -> Any:
    if isinstance(param, _Slot):
        return _sendable(values[param.number])
    return [_filled(one, values) for one in param] if isinstance(param, list) else param


def _sendable(value: Value) -> Value:
    """A list of ids as the text of an array: the driver takes 2 µs for each, this 0.2 (load 6).

    Of which type it is the statement tells: it was written before its values were known.
    """
    if not isinstance(value, list) or not value or not all(isinstance(one, UUID) for one in value):
        return value
    return f"{{{','.join([one.hex for one in value])}}}"
