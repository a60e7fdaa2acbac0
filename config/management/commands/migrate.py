"""`migrate`, which refuses the tables of another chain of migrations before it changes any, and which makes all tables
of an empty database at once."""

from __future__ import annotations

from typing import Any, cast

from django.apps import apps
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from config import schema

OTHER_CHAIN = (
    "The database was made by another version of Glassine ({names}), and its tables cannot be carried over to this "
    "one. Nothing was changed. Start with an empty data directory (GLASSINE_DATA) or database, or go back to the "
    "version that made it."
)


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> str | None:
        refuse_other_chain(options["database"])
        whole = not (options["app_label"] or options["fake"] or options["plan"] or options["check_unapplied"])
        if whole and schema.load(cast(DatabaseWrapper, connections[options["database"]])) and options["verbosity"]:
            self.stdout.write("  All tables were made at once from config/schema.sql.")
        return super().handle(*args, **options)


def refuse_other_chain(alias: str) -> None:
    """Raises CommandError if migrations are recorded that this version does not know, or whose tables are not there."""
    connection = connections[alias]
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("apps.")}
    applied = {key for key in MigrationRecorder(connection).applied_migrations() if key[0] in ours}
    strange = sorted(applied - set(MigrationLoader(None).disk_migrations))
    # The first chain began with the same name; these came with the second.
    if ("accounts", "0001_initial") in applied and "accounts_task" not in connection.introspection.table_names():
        strange.append(("accounts", "0001_initial"))
    if strange:
        raise CommandError(OTHER_CHAIN.format(names=", ".join(".".join(key) for key in strange[:3])))
