"""Keys and policies between the tables of studios: what the database itself holds (see `tenancy`)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models.constraints import BaseConstraint

SYSTEM_ROLE = "glassine_system"
APP_ROLE = "glassine_app"


class TenantKey(models.ForeignKey):  # type: ignore[type-arg]
    """A foreign key between rows of one studio.

    The database constraint is the composite one of `SameStudio`, which also says what happens on delete;
    Django adds neither a second constraint nor a cascade of its own.
    """

    def __init__(self, to: Any, on_delete: Any = models.DO_NOTHING, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        super().__init__(to, on_delete, **kwargs)


class SameStudio(BaseConstraint):
    """FOREIGN KEY (studio_id, <field>_id) REFERENCES parent (studio_id, id).

    field: name of a `TenantKey` of the model.
    on_delete: "cascade", "restrict" or "set null" (only the key, never the studio).
    """

    ACTIONS: ClassVar[dict[str, str]] = {
        "cascade": "CASCADE",
        "restrict": "NO ACTION",
        "set null": "SET NULL ({column})",
    }

    def __init__(self, field: str, *, on_delete: str = "cascade", name: str = "") -> None:
        if on_delete not in self.ACTIONS:
            raise ValueError(f"on_delete is one of {', '.join(self.ACTIONS)}")
        self.field = field
        self.on_delete = on_delete
        super().__init__(name=name or f"%(app_label)s_%(class)s_{field}_same_studio")

    def _parts(self, model: type[models.Model]) -> dict[str, str]:
        key = model._meta.get_field(self.field)
        parent = key.related_model
        assert isinstance(parent, type)
        return {
            "table": model._meta.db_table,
            "column": str(key.column),  # type: ignore[union-attr]
            "parent": parent._meta.db_table,
            "name": self.name,
        }

    def create_sql(  # type: ignore[override]
        self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor
    ) -> str:
        parts = {name: schema_editor.quote_name(value) for name, value in self._parts(model).items()}
        action = self.ACTIONS[self.on_delete].format(column=parts["column"])
        return (
            'ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ("studio_id", {column}) '
            'REFERENCES {parent} ("studio_id", "id") ON DELETE ' + action + " DEFERRABLE INITIALLY DEFERRED"
        ).format(**parts)

    def constraint_sql(  # type: ignore[override]
        self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor
    ) -> str:
        # Deferred as Django defers its own foreign keys: the parent's unique key may not be there yet.
        schema_editor.deferred_sql.append(self.create_sql(model, schema_editor))
        return ""

    def remove_sql(  # type: ignore[override]
        self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor
    ) -> Statement | str:
        quote = schema_editor.quote_name
        return f"ALTER TABLE {quote(model._meta.db_table)} DROP CONSTRAINT {quote(self.name)}"

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """Nothing to ask in Python: the database decides when the transaction commits."""

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path = f"{self.__class__.__module__}.{self.__class__.__name__}"
        return path, (self.field,), {"on_delete": self.on_delete, "name": self.name}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SameStudio) and self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash((self.field, self.on_delete, self.name))


class ProtectByStudio(Operation):
    """Migration: enable and force row-level security on the tables of the models named.

    The owner of the tables sees no more than the application does: as the owner, PostgreSQL runs the triggers of rows
    that a foreign key takes along (since version 18; `AFTER` triggers, as whoever queued them).
    column: the column that holds the studio; "id" for the table of studios itself.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, *models: str, column: str = "studio_id") -> None:
        self.models = models
        self.column = column

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The models do not change."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        own = f"{self.column} = (select nullif(current_setting('app.studio', true), '')::uuid)"
        for table in self._tables(app_label, to_state):
            for statement in (
                f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
                f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
                f"CREATE POLICY own_studio ON {table} TO {APP_ROLE}, CURRENT_USER USING ({own}) WITH CHECK ({own})",
                f"CREATE POLICY all_studios ON {table} TO {SYSTEM_ROLE} USING (true) WITH CHECK (true)",
            ):
                schema_editor.execute(statement)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for table in self._tables(app_label, from_state):
            schema_editor.execute(f"DROP POLICY own_studio ON {table}")
            schema_editor.execute(f"DROP POLICY all_studios ON {table}")
            schema_editor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
            schema_editor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")

    def _tables(self, app_label: str, state: ProjectState) -> list[str]:
        return [state.apps.get_model(app_label, name)._meta.db_table for name in self.models]

    def describe(self) -> str:
        return f"Protect {', '.join(self.models)} by row-level security"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__name__, list(self.models), {"column": self.column}


class CloseToStudios(ProtectByStudio):
    """Migration: enable and force row-level security on tables of the operator, which only the system role sees."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for table in self._tables(app_label, to_state):
            for statement in (
                f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
                f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
                f"CREATE POLICY all_studios ON {table} TO {SYSTEM_ROLE} USING (true) WITH CHECK (true)",
            ):
                schema_editor.execute(statement)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for table in self._tables(app_label, from_state):
            schema_editor.execute(f"DROP POLICY all_studios ON {table}")
            schema_editor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
            schema_editor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")

    def describe(self) -> str:
        return f"Close {', '.join(self.models)} to studios"


@contextmanager
def open_to_owner(schema_editor: BaseDatabaseSchemaEditor, *tables: str) -> Iterator[None]:
    """Let a migration see and change the rows of all studios in these tables, which are closed to the owner too.

    For migrations that are not atomic: making and dropping a policy locks a table, for no longer than that takes.
    """
    closed = [f"DROP POLICY IF EXISTS migrating ON {table}" for table in tables]
    # One that was left behind by a migration that was killed goes first.
    for statement in closed:
        schema_editor.execute(statement)
    try:
        for table in tables:
            schema_editor.execute(f"CREATE POLICY migrating ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
        yield
    finally:
        for statement in closed:
            schema_editor.execute(statement)
