"""The test databases: copies of one that is migrated anew only when a migration changed, and emptied by DELETE."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

from apps.accounts.tenancy import across_studios
from config import schema

PREFIX = "template_glassine_"
LOCK = 0x676C6173
# What `migrate` itself writes; nothing else writes there.
KEPT = ("django_migrations", "django_content_type", "auth_permission")


def make(name: str) -> None:
    """Make the empty database `name` anew. Whoever comes first after a change of migrations makes the template."""
    template = PREFIX + schema.fingerprint()
    with _alone() as cursor:
        cursor.execute("select datname from pg_database where starts_with(datname, %s)", [PREFIX])
        found = {row[0] for row in cursor.fetchall()}
        if template not in found:
            for old in found:
                cursor.execute(f'drop database "{old}"')
            draft = f"{PREFIX}draft"
            cursor.execute(f'create database "{draft}"')
            _migrate(draft)
            cursor.execute(f'alter database "{draft}" rename to "{template}"')
        cursor.execute(f'drop database if exists "{name}"')
        cursor.execute(f'create database "{name}" template "{template}"')
        cursor.execute(f'alter database "{name}" set synchronous_commit to off')
    use(name)


def use(name: str) -> None:
    """Let this process work in the database `name`."""
    for alias in ("owner", "default"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name
        settings.DATABASES[alias]["NAME"] = name


def _migrate(name: str) -> None:
    use(name)
    call_command("migrate", database="owner", verbosity=0)
    connections["owner"].close()


@contextmanager
def _alone() -> Iterator[Any]:
    """A cursor of the owner in the database `postgres`, one process at a time."""
    with connections["owner"]._nodb_cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s)", [LOCK])
        yield cursor


def empty(*_: Any) -> None:
    """Delete every row, after a test that committed some. TRUNCATE would take the files of 200 tables and indexes
    away and make new ones, which takes longer than most tests; and deleting from the many that hold nothing would run
    their triggers all the same."""
    tables = _tables()
    filled = ", ".join(f"case when exists (select from \"{name}\") then '{name}' end" for name in tables)
    with across_studios(), connection.cursor() as cursor:
        cursor.execute(f"select array_remove(array[{filled}], null)")
        (names,) = cursor.fetchone()
        if names:
            deeds = ", ".join(f'd{number} as (delete from "{name}")' for number, name in enumerate(names))
            cursor.execute(f"with {deeds} select")
        # What the triggers said of these deletions.
        cursor.execute("delete from albums_albumchange")


@cache
def _tables() -> list[str]:
    """What tests write to, by name."""
    names = connection.introspection.django_table_names(only_existing=True)
    return sorted(name for name in names if name not in KEPT)
