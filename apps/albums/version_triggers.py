"""What raises an album's version: triggers on the tables whose rows its guests or its studio can see.

A trigger cannot be forgotten by a deed, an undo, a job or a statement by hand. It adds a row instead of changing a
counter: two transactions that change one album neither wait for each other nor lock in two orders.
"""

from __future__ import annotations

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

# Only albums and studios that are still there: those that go take their changes with them.
_FUNCTION = """
    CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$
    BEGIN
        INSERT INTO albums_albumchange (id, studio_id, album_id{column})
        SELECT gen_random_uuid(), found.studio_id, found.album_id{value}
        FROM (SELECT DISTINCT studio_id, album_id FROM ({albums}) AS every) AS found
        WHERE CASE WHEN found.album_id IS NULL
            THEN EXISTS (SELECT FROM accounts_studio s WHERE s.id = found.studio_id)
            ELSE EXISTS (SELECT FROM albums_album a WHERE a.studio_id = found.studio_id AND a.id = found.album_id)
        END;
        RETURN NULL;
    END
    $body$
"""
_TRIGGER = """
    CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {tables}
    FOR EACH STATEMENT EXECUTE FUNCTION {name}()
"""
_TABLES = {
    "insert": "NEW TABLE AS fresh",
    "delete": "OLD TABLE AS stale",
    "update": "OLD TABLE AS stale NEW TABLE AS fresh",
}


class RaisesAlbumVersion(Operation):
    """Migration: a change of the model's rows raises the version of the albums that show them.

    model: its name, or "app.Name" for one of another app.
    albums: a query of studio_id and album_id over `{rows}`, the changed rows; null for what every album shows.
    ignoring: columns whose change nobody sees; seen: the only ones whose change is seen.  on: the events that count.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(
        self,
        model: str,
        albums: str,
        *,
        ignoring: tuple[str, ...] = (),
        seen: tuple[str, ...] = (),
        on: tuple[str, ...] = ("insert", "update", "delete"),
    ) -> None:
        self.model, self.albums, self.ignoring, self.seen, self.on = model, albums, ignoring, seen, on

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The models do not change."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        table = self._table(app_label, to_state)
        for event in self.on:
            schema_editor.execute(self.statements(table, event), params=None)

    def statements(self, table: str, event: str) -> str:
        """SQL that makes one of its triggers, and the trigger's function."""
        name = f"{table}_version_{event}"
        trigger = _TRIGGER.format(name=name, table=table, event=event, tables=_TABLES[event])
        return f"{self._function(name, event)}; {trigger}"

    def _function(self, name: str, event: str, *, is_personal: bool = False) -> str:
        rows = " UNION ALL ".join(self.albums.format(rows=source) for source in self._sources(event))
        column, value = (", is_personal", ", true") if is_personal else ("", "")
        return _FUNCTION.format(name=name, albums=rows, column=column, value=value)

    def _sources(self, event: str) -> list[str]:
        """The changed rows, before and after; of an update only those in which something changed that is seen."""
        if event == "insert":
            return ["(SELECT * FROM fresh)"]
        if event == "delete":
            return ["(SELECT * FROM stale)"]
        both = f"FROM stale JOIN fresh USING (id) WHERE {self._differs()}"
        return [f"(SELECT stale.* {both})", f"(SELECT fresh.* {both})"]

    def _differs(self) -> str:
        if self.seen:
            before, after = (", ".join(f"{row}.{column}" for column in self.seen) for row in ("stale", "fresh"))
            return f"({before}) IS DISTINCT FROM ({after})"
        unseen = "".join(f" - '{column}'" for column in self.ignoring)
        return f"to_jsonb(stale){unseen} <> to_jsonb(fresh){unseen}"

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        table = self._table(app_label, from_state)
        for event in self.on:
            schema_editor.execute(f"DROP TRIGGER {table}_version_{event} ON {table}")
            schema_editor.execute(f"DROP FUNCTION {table}_version_{event}()")

    def _table(self, app_label: str, state: ProjectState) -> str:
        app, _, name = self.model.rpartition(".")
        table: str = state.apps.get_model(app or app_label, name)._meta.db_table
        return table

    def describe(self) -> str:
        return f"Changes of {self.model} raise the version of their albums"


class ChangesArePersonal(RaisesAlbumVersion):
    """Migration: what `RaisesAlbumVersion`, with the same arguments, made of a model's changes is personal."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        self._replace(self._table(app_label, to_state), schema_editor, is_personal=True)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        self._replace(self._table(app_label, from_state), schema_editor, is_personal=False)

    def _replace(self, table: str, schema_editor: BaseDatabaseSchemaEditor, *, is_personal: bool) -> None:
        for event in self.on:
            name = f"{table}_version_{event}"
            schema_editor.execute(self._function(name, event, is_personal=is_personal), params=None)

    def describe(self) -> str:
        return f"Changes of {self.model} are personal"
