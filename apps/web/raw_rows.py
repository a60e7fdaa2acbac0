"""INSERT and SELECT of one row in SQL of our own, where the ORM takes longer to build it than PostgreSQL to run it.

The text of a statement is made once per model; values and converters are the fields' own, so a row means here what
it means to the ORM. For the few paths that every upload and every page take; elsewhere the ORM reads better.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, models

from apps.web.compiled_queries import Asked, as_sent

M = TypeVar("M", bound=models.Model)


def insert(row: models.Model, *, unless_there: bool = False) -> bool:
    """Insert one row and say whether it was.

    unless_there: a row that a unique key forbids is left out (False) instead of raising IntegrityError; a twin that
    another transaction is inserting is waited for.
    """
    fields, statement = _insert(type(row))
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} on conflict do nothing" if unless_there else statement, values)
        inserted: bool = cursor.rowcount == 1
    if inserted:
        row._state.adding = False
        row._state.db = DEFAULT_DB_ALIAS
    return inserted


def inserting(
    row: models.Model, *, where: str = "", values: Sequence[Any] = (), unless_there: bool = False, twin: str = ""
) -> Asked:
    """The statement that inserts one row, for `together`; it gives a row if it did.

    where: SQL without which it does not, with a %s for each of the values.  unless_there: as of `insert`.
    twin: what becomes of the row that is there instead, as SQL behind `on conflict`.
    """
    fields, statement = _insert(type(row))
    sent = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    if where:
        into, places = statement.split(" values ")
        statement = f"{into} select {places[1:-1]} where {where}"
    if unless_there:
        twin = "do nothing"
    conflict = f" on conflict {twin}" if twin else ""
    return as_sent(f"{statement}{conflict} returning 1", [*sent, *values])


@cache
def _insert(model: type[models.Model]) -> tuple[list[models.Field[Any, Any]], str]:
    fields = list(model._meta.concrete_fields)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join(["%s"] * len(fields))
    return fields, f'insert into "{model._meta.db_table}" ({columns}) values ({places})'


class RowColumns(Generic[M]):
    """The columns of a model for a statement in SQL, and the instance made of their values.

    without: fields to leave out; they are read when first asked for, as after `defer`.
    """

    def __init__(self, model: type[M], *, without: Sequence[str] = ()) -> None:
        self.model = model
        self._fields = [field for field in model._meta.concrete_fields if field.name not in without]
        self._names = [field.attname for field in self._fields]
        self._converters: list[tuple[int, Any]] | None = None

    def __len__(self) -> int:
        return len(self._fields)

    def sql(self, alias: str) -> str:
        """The columns for `select` or `returning`, of the table called `alias` there."""
        return ", ".join(f'{alias}."{field.column}"' for field in self._fields)

    def row(self, values: Sequence[Any]) -> M:
        """The instance of one row of these columns, in their order."""
        if self._converters is None:
            # Asked only now, because a field asks the connection what it needs.
            found = ((place, field.get_db_converters(connection)) for place, field in enumerate(self._fields))
            self._converters = [(place, convert) for place, many in found for convert in many]
        known = list(values)
        for place, convert in self._converters:
            known[place] = convert(known[place], None, connection)
        return self.model.from_db(DEFAULT_DB_ALIAS, self._names, known)
