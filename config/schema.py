"""The tables of an empty installation as one file, `schema.sql`, so that a first start need not replay every migration.

The file is what PostgreSQL itself says of a database in which all migrations ran (`manage.py schema` writes it). It
stands in for them only in a database without tables, and only while it names exactly the migrations at hand; in any
other case the migrations run. Django makes all models anew for each operation, so that a chain of a hundred migrations
takes some hundred times as long as the statements that it leads to.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

from django.db import transaction
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from apps.accounts import tenant_keys
from apps.albums import version_triggers
from config.launcher import postgres

FILE = Path(__file__).with_name("schema.sql")
_HEADER = re.compile(r"-- Migrations ([0-9a-f]{16}), PostgreSQL (\d+)\n")

# Whoever loads the file has these rights by default already (config/launcher/rights.sql), and a table that takes some
# of them back would get them when it is made. The last lines of the file give them again for what comes later.
_BEFORE = """\
SET LOCAL check_function_bodies = false;
SET LOCAL search_path = '';
ALTER DEFAULT PRIVILEGES FOR ROLE glassine_owner REVOKE ALL ON TABLES FROM glassine_app, glassine_system;
ALTER DEFAULT PRIVILEGES FOR ROLE glassine_owner REVOKE ALL ON SEQUENCES FROM glassine_app, glassine_system;
"""
# What pg_dump says of itself and of its session, and the extension, which the roles' set-up brings.
_NOT_SCHEMA = re.compile(
    r"(--$|-- (Name|Dumped|PostgreSQL database dump)|\\|SET |SELECT pg_catalog\.set_config|CREATE EXTENSION )"
)
_ROLES_OF_POLICY = re.compile(r" TO (\w+(?:, \w+)+) USING ")


def fingerprint() -> str:
    """Tells one set of migrations from another, also while one is being written; the same in every clone."""
    modules = [entry.__module__ for entry in MigrationLoader(None).disk_migrations.values()]
    files = {name: Path(str(sys.modules[name].__file__)) for name in modules}
    for made in (tenant_keys, version_triggers):
        files[made.__name__] = Path(str(made.__file__))
    for file in (postgres.ROLES, postgres.ROLES.with_name("rights.sql")):
        files[file.name] = file
    digest = hashlib.sha256()
    for name, file in sorted(files.items()):
        digest.update(f"{name}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def is_current() -> bool:
    """Whether the file was made from the migrations at hand."""
    found = _HEADER.match(FILE.read_text(encoding="utf-8"))
    return found is not None and found[1] == fingerprint()


def load(connection: DatabaseWrapper) -> bool:
    """Make all tables in a database that has none and note all migrations as applied; whether that was done."""
    if connection.introspection.table_names():
        return False
    text = FILE.read_text(encoding="utf-8")
    header = _HEADER.match(text)
    if header is None or header[1] != fingerprint() or connection.pg_version // 10_000 < int(header[2]):
        return False
    with connection.cursor() as cursor:
        cursor.execute("select from pg_extension where extname = 'vector'")
        if cursor.fetchone() is None:
            return False
    make_tables(connection, text)
    return True


def make_tables(connection: DatabaseWrapper, text: str) -> None:
    """Make what a dump says in a database without tables, and note all migrations as applied."""
    with transaction.atomic(using=connection.alias):
        with connection.cursor() as cursor:
            cursor.execute(text)
            cursor.execute("set local search_path to default")
        done = MigrationRecorder.Migration.objects.using(connection.alias)
        done.bulk_create(
            MigrationRecorder.Migration(app=app, name=name) for app, name in MigrationLoader(None).disk_migrations
        )


def dump(connection: DatabaseWrapper) -> str:
    """The file that stands for the tables behind this connection of their owner."""
    settings = connection.settings_dict
    run = subprocess.run(
        [str(postgres.program("pg_dump")), "--schema-only", "--no-comments", settings["NAME"]],
        env={
            **os.environ,
            "PGHOST": settings["HOST"],
            "PGPORT": str(settings["PORT"]),
            "PGUSER": settings["USER"],
            "PGPASSWORD": settings["PASSWORD"],
        },
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line for line in run.stdout.splitlines() if not _NOT_SCHEMA.match(line)]
    body = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    # pg_dump names them as their rows lie, which a new password moves.
    body = _ROLES_OF_POLICY.sub(lambda found: f" TO {', '.join(sorted(found[1].split(', ')))} USING ", body)
    major = connection.pg_version // 10_000
    return f"-- Migrations {fingerprint()}, PostgreSQL {major}\n{_BEFORE}\n{body}\n"
