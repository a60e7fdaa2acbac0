"""`schema` writes config/schema.sql anew from the migrations; `schema --check` says whether that is due."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from config import schema

SCRATCH = "glassine_schema"


class Command(BaseCommand):
    help = "Write the tables that all migrations lead to into config/schema.sql."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say whether the file is of these migrations")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["check"]:
            schema.FILE.write_text(migrated(SCRATCH), encoding="utf-8")
        if not schema.is_current():
            raise CommandError("config/schema.sql was made from other migrations. Write it anew: make schema")


def migrated(name: str) -> str:
    """The schema that the migrations alone lead to, run one by one in a database that is gone afterwards."""
    with empty_database(name) as connection:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())
        text = schema.dump(connection)
    # PostgreSQL writes some expressions in another way when it has read its own words once, and then always so.
    with empty_database(name) as connection:
        schema.make_tables(connection, text)
        return schema.dump(connection)


@contextmanager
def empty_database(name: str) -> Iterator[DatabaseWrapper]:
    """A connection of the owner to a database without tables, by that name. Gone after the block."""
    connections.databases[name] = {**settings.DATABASES["owner"], "NAME": name}
    with connections["owner"]._nodb_cursor() as server:
        server.execute(f'drop database if exists "{name}"')
        server.execute(f'create database "{name}"')
        try:
            yield cast(DatabaseWrapper, connections[name])
        finally:
            connections[name].close()
            del connections[name]
            del connections.databases[name]
            server.execute(f'drop database "{name}"')
