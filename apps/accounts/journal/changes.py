"""What one act changed, row by row, as JSON: {"albums.placement": [[id, before, after], ...]}.

before, after: the columns that differ, as {"section_id": "..."}; None for a row that was not there. A row whose
values are the same before and after is a witness: an undo asks that it still has them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeAlias
from uuid import UUID

Values: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row of a table; None stands for "no row"."""

    id: str
    before: Values | None
    after: Values | None

    @property
    def is_witness(self) -> bool:
        return self.before == self.after


class Changes:
    """Changed rows by table ("app.model") and id."""

    def __init__(self, tables: Mapping[str, Iterable[RowChange]] | None = None) -> None:
        self.tables: dict[str, dict[str, RowChange]] = {}
        for table, rows in (tables or {}).items():
            for row in rows:
                self.add(table, row)

    def __bool__(self) -> bool:
        """True if it changes anything; witnesses alone do not."""
        return any(not row.is_witness for rows in self.tables.values() for row in rows.values())

    def add(self, table: str, row: RowChange) -> None:
        """What happened to a row after what is already known of it."""
        rows = self.tables.setdefault(table, {})
        known = rows.get(row.id)
        rows[row.id] = row if known is None else RowChange(row.id, _first(known, row), _last(known, row))

    def of(self, table: str) -> list[RowChange]:
        """The rows of one table."""
        return list(self.tables.get(table, {}).values())

    def ids(self, table: str) -> list[UUID]:
        """The ids of one table's rows."""
        return [UUID(pk) for pk in self.tables.get(table, {})]

    def reversed(self) -> Changes:
        """The way back."""
        turned = ((table, RowChange(row.id, row.after, row.before)) for table, row in self)
        back = Changes()
        for table, row in turned:
            back.tables.setdefault(table, {})[row.id] = row
        return back

    def __iter__(self) -> Iterator[tuple[str, RowChange]]:
        return ((table, row) for table, rows in self.tables.items() for row in rows.values())

    def as_json(self) -> dict[str, list[list[Any]]]:
        """For the column `changes`."""
        return {
            table: [[row.id, row.before, row.after] for row in rows.values()]
            for table, rows in self.tables.items()
            if rows
        }

    @classmethod
    def from_json(cls, many: Iterable[Mapping[str, list[list[Any]]]]) -> Changes:
        """Of the columns `changes` of one act's entries, the earliest first."""
        changes = cls()
        for tables in many:
            for table, rows in tables.items():
                for pk, before, after in rows:
                    changes.add(table, RowChange(pk, before, after))
        return changes


def _first(earlier: RowChange, later: RowChange) -> Values | None:
    """A column counts as it was when it was first touched."""
    if earlier.before is None:
        return None
    return (later.before or {}) | earlier.before


def _last(earlier: RowChange, later: RowChange) -> Values | None:
    if later.after is None:
        return None
    return (earlier.after or {}) | later.after


def plain(value: Any) -> Any:
    """A value of a column as JSON, without loss. Raises TypeError for what has no place in the journal (bytes)."""
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise TypeError(f"{type(value).__name__} does not go into the journal")
