"""Writing rows back: first asked, under lock, whether they still are as the journal left them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import connection, models

from apps.accounts.journal.changes import Changes, RowChange, Values
from apps.accounts.journal.watch import read
from apps.accounts.tenancy import StudioModel
from apps.web.refusal import Refusal

if TYPE_CHECKING:
    from apps.accounts.models import Studio

OUTDATED = "This was done in an older version of Glassine and can no longer be undone."


class Erased(Refusal):
    """What the act touched is gone for good."""

    status = 410
    code = "erased"
    sentence = "What this changed was deleted forever, so it cannot be undone."


class ChangedSince(Refusal):
    """What the act left behind is not there any more; `fields` says what differs, by table."""

    status = 409
    code = "changed_since"
    sentence = "This was changed since, so it cannot be undone."


def write(studio: Studio, changes: Changes, *, may_return: Collection[str] = ()) -> None:
    """Give rows their `after`, if all of them have their `before` now; else nothing is written.

    may_return: tables whose missing rows another undo can bring back; that is a change, not the end.
    Raises ChangedSince, Erased.
    """
    problems = Problems(may_return)
    _check_names(changes)
    for table in changes.tables:
        _check(studio, table, changes.of(table), problems)
    problems.tell()
    for table in changes.tables:
        _check_parents(studio, table, changes, problems)
    problems.tell()
    for table in changes.tables:
        _insert(studio, table, [row for row in changes.of(table) if row.before is None and row.after is not None])
    for table in changes.tables:
        _update(studio, table, [row for row in changes.of(table) if row.before and row.after and not row.is_witness])
    for table in changes.tables:
        _delete(studio, table, [row for row in changes.of(table) if row.after is None])


class Problems:
    """Why rows cannot be written back."""

    def __init__(self, may_return: Collection[str]) -> None:
        self.may_return = may_return
        self.missing: Counter[str] = Counter()
        self.changed: dict[str, Counter[str]] = {}

    def is_missing(self, table: str) -> None:
        """A row, or one that it points at, is gone."""
        if table in self.may_return:
            self.has_changed(table, "")
        else:
            self.missing[table] += 1

    def has_changed(self, table: str, column: str) -> None:
        """A column ("" for the whole row) is not as the act left it."""
        self.changed.setdefault(table, Counter())[column] += 1

    def tell(self) -> None:
        """Raises what there is to tell, the end before a change."""
        if self.missing:
            gone = " and ".join(_some(model_of(table).noun, n) for table, n in self.missing.items())
            raise Erased(f"{gone[0].upper()}{gone[1:]} of this no longer exist, so it cannot be undone.")
        if self.changed:
            told = {table: [_words(table, name, n) for name, n in many.items()] for table, many in self.changed.items()}
            first = "; ".join(sentence for sentences in told.values() for sentence in sentences)
            raise ChangedSince(f"This cannot be undone, because of what was changed since: {first}.", fields=told)


def model_of(table: str) -> type[StudioModel]:
    """The model of a table of the journal."""
    model = apps.get_model(table)
    assert issubclass(model, StudioModel)
    return model


def _some(noun: str, number: int) -> str:
    return f"1 {noun}" if number == 1 else f"{number:,} {noun[:-1] + 'ie' if noun.endswith('y') else noun}s"


def _words(table: str, column: str, number: int) -> str:
    model = model_of(table)
    rows = _some(model.noun, number)
    return f"the {model.journalled[column]} of {rows}" if column else f"{rows} removed"


# -- asking --------------------------------------------------------------------------------------------


def _check_names(changes: Changes) -> None:
    """An entry may be older than the tables of today."""
    for table in changes.tables:
        try:
            known = model_of(table).journalled
        except LookupError:
            raise ChangedSince(OUTDATED) from None
        if any(name not in known for row in changes.of(table) for name in {**(row.before or {}), **(row.after or {})}):
            raise ChangedSince(OUTDATED)


def _check(studio: Studio, table: str, rows: list[RowChange], problems: Problems) -> None:
    model = model_of(table)
    columns = sorted({name for row in rows for name in row.before or ()})
    mine = model.objects.for_studio(studio)
    now = read(mine.filter(pk__in=[row.id for row in rows if not row.is_witness]), columns)
    # Not locked: what an act left alone may belong to somebody who holds other locks (see `Watch.rows`).
    now |= read(mine.filter(pk__in=[row.id for row in rows if row.is_witness]), columns, lock=False)
    for row in rows:
        there = now.get(row.id)
        if row.before is None:
            if there is not None:
                problems.has_changed(table, "")
        elif there is None:
            problems.is_missing(table)
        else:
            for name, value in row.before.items():
                if there[name] != value:
                    problems.has_changed(table, name)


def _check_parents(studio: Studio, table: str, changes: Changes, problems: Problems) -> None:
    """What the restored rows point at must be there; the database would only say so at the commit."""
    model = model_of(table)
    wanted = [row.after or {} for row in changes.of(table) if not row.is_witness]
    for field in model._meta.concrete_fields:
        parent = field.related_model
        if not (isinstance(parent, type) and issubclass(parent, StudioModel)):
            continue
        ids = [values[field.attname] for values in wanted if values.get(field.attname) is not None]
        there = {row.id for row in changes.of(parent._meta.label_lower) if row.before is None}
        there |= {
            str(pk) for pk in parent.objects.for_studio(studio).filter(pk__in=set(ids)).values_list("pk", flat=True)
        }
        for pk in ids:
            if pk not in there:
                problems.is_missing(parent._meta.label_lower)


# -- writing -------------------------------------------------------------------------------------------


def _columns(model: type[StudioModel], rows: list[RowChange]) -> list[models.Field[Any, Any]]:
    names = {name for row in rows for name in row.after or ()}
    return [field for field in model._meta.concrete_fields if field.attname in names]


def _records(rows: list[RowChange], fields: list[models.Field[Any, Any]]) -> str:
    def record(pk: str, values: Values) -> Values:
        return {"id": pk, **{str(field.column): values[field.attname] for field in fields}}

    return json.dumps([record(row.id, row.after or {}) for row in rows])


def _typed(fields: list[models.Field[Any, Any]]) -> str:
    return ", ".join(["id uuid", *(f'"{field.column}" {field.db_type(connection)}' for field in fields)])


def _update(studio: Studio, table: str, rows: list[RowChange]) -> None:
    """One statement for the rows in which the same columns change."""
    model = model_of(table)
    alike: dict[tuple[str, ...], list[RowChange]] = {}
    for row in rows:
        alike.setdefault(tuple(sorted(row.after or ())), []).append(row)
    for group in alike.values():
        fields = _columns(model, group)
        sets = ", ".join(f'"{field.column}" = k."{field.column}"' for field in fields)
        _run(
            f'update "{model._meta.db_table}" t set {sets} '
            f"from jsonb_to_recordset(%s::jsonb) as k({_typed(fields)}) where t.studio_id = %s and t.id = k.id",
            [_records(group, fields), studio.pk],
        )


def _insert(studio: Studio, table: str, rows: list[RowChange]) -> None:
    if not rows:
        return
    model = model_of(table)
    fields = _columns(model, rows)
    names = ", ".join(f'"{field.column}"' for field in fields)
    _run(
        f'insert into "{model._meta.db_table}" (id, studio_id, {names}) select k.id, %s, {names} '
        f"from jsonb_to_recordset(%s::jsonb) as k({_typed(fields)})",
        [studio.pk, _records(rows, fields)],
    )


def _delete(studio: Studio, table: str, rows: list[RowChange]) -> None:
    if rows:
        model_of(table).objects.for_studio(studio).filter(pk__in=[row.id for row in rows]).delete()


def _run(statement: str, values: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
