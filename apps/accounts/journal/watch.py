"""Seeing what an act changes: rows are read before it and again after it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from apps.accounts.journal.changes import Changes, RowChange, Values, plain
from apps.accounts.tenancy import StudioModel, StudioQuerySet

if TYPE_CHECKING:
    from apps.accounts.models import Studio


def table_of(model: type[StudioModel]) -> str:
    """The name of a model's table in the journal."""
    return model._meta.label_lower


def read(rows: StudioQuerySet[Any], columns: Sequence[str], *, lock: bool = True) -> dict[str, Values]:
    """Columns of rows by id, as JSON. The rows are locked until the transaction ends, in the order of their ids.

    Raises ValueError for a column that the model does not give to the journal (`StudioModel.journalled`).
    """
    foreign = set(columns).difference(rows.model.journalled)
    if foreign:
        raise ValueError(f"{rows.model.__name__} keeps {', '.join(sorted(foreign))} out of the journal")
    if lock:
        rows = rows.select_for_update(no_key=True, of=("self",))
    found = rows.order_by("pk").values_list("pk", *columns)
    return {str(pk): dict(zip(columns, map(plain, values), strict=True)) for pk, *values in found}


class Watch:
    """The rows that an act is about to change, as they are now. Runs in the act's transaction.

    Rows are locked as they are read, so whoever watches several tables keeps their order (see `Album.hold`).
    """

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self._seen: list[tuple[type[StudioModel], Sequence[str], dict[str, Values], bool]] = []
        self._added: list[StudioModel] = []
        self._changes = Changes()

    def rows(self, rows: StudioQuerySet[Any], *columns: str, witness: bool = False, lock: bool = True) -> list[UUID]:
        """Watch columns (attnames) of these rows. Returns their ids.

        witness: an undo asks that even those that the act leaves alone still have the same values.
        lock: False if something else that is held keeps these columns from changing.
        """
        before = read(rows, columns, lock=lock)
        self._seen.append((rows.model, columns, before, witness))
        return [UUID(pk) for pk in before]

    def made(self, row: StudioModel) -> None:
        """The act inserted this row."""
        self._added.append(row)

    def removed(self, row: StudioModel) -> None:
        """The act is about to delete this row."""
        self._changes.add(table_of(type(row)), RowChange(str(row.pk), _whole(row), None))

    def changes(self) -> Changes:
        """What the act changed, to be called after it and in its transaction."""
        for row in self._added:
            self._changes.add(table_of(type(row)), RowChange(str(row.pk), None, _whole(row)))
        for model, columns, before, witness in self._seen:
            if before:
                self._compare(model, columns, before, witness)
        self._added, self._seen = [], []
        return self._changes

    def _compare(
        self, model: type[StudioModel], columns: Sequence[str], before: dict[str, Values], witness: bool
    ) -> None:
        now = read(model.objects.for_studio(self.studio).filter(pk__in=list(before)), columns, lock=False)
        for pk, old in before.items():
            new = now[pk]
            if old != new or witness:
                named = columns if witness else [name for name in columns if old[name] != new[name]]
                row = RowChange(pk, {name: old[name] for name in named}, {name: new[name] for name in named})
                self._changes.add(table_of(model), row)


def _whole(row: StudioModel) -> Values:
    return {name: plain(getattr(row, name)) for name in row.journalled}
