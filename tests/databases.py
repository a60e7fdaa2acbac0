"""The test databases: copies of one that is migrated anew only when a migration changed, and emptied by DELETE."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

from apps.accounts.tenancy import across_studios
from apps.library import folding
from apps.library.places import geonames
from config import schema

PREFIX = "template_glassine_"
LOCK = 0x676C6173
# What `migrate` itself writes, and the towns of the world, which take two seconds to load: nothing else writes there.
KEPT = ("django_migrations", "django_content_type", "auth_permission", "library_geoname")


def make(name: str) -> None:
    """Make the empty database `name` anew. Whoever comes first after a change of migrations makes the template."""
    migrated = PREFIX + schema.fingerprint()
    template = f"{migrated}_{_fingerprint_of_towns()}"
    with _alone() as cursor:
        cursor.execute("select datname from pg_database where starts_with(datname, %s)", [PREFIX])
        found = {row[0] for row in cursor.fetchall()}
        for old in found - {migrated, template}:
            cursor.execute(f'drop database "{old}"')
        if migrated not in found:
            _make_template(cursor, migrated, "template1", _migrate)
        if template not in found:
            _make_template(cursor, template, migrated, geonames.ensure_loaded)
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


def _make_template(cursor: Any, name: str, source: str, fill: Callable[[], None]) -> None:
    """A database that begins as a copy and has its name only once it is filled."""
    draft = f"{PREFIX}draft"
    cursor.execute(f'drop database if exists "{draft}"')
    cursor.execute(f'create database "{draft}" template "{source}"')
    use(draft)
    fill()
    for alias in ("owner", "default"):
        connections[alias].close()
    cursor.execute(f'alter database "{draft}" rename to "{name}"')


def _migrate() -> None:
    call_command("migrate", database="owner", verbosity=0)


def _fingerprint_of_towns() -> str:
    """Tells one list of towns, and one way to fold their names, from another."""
    digest = hashlib.sha256()
    for file in (geonames.DATA / "places.tsv.xz", Path(geonames.__file__), Path(folding.__file__)):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:8]


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
