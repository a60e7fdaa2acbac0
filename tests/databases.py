"""The test databases: copies of one that is migrated anew only when a migration changed, and emptied by DELETE."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from psycopg.pq import TransactionStatus

from apps.accounts.tenancy import across_studios
from apps.library import folding
from apps.library.places import countries, geonames
from config import schema
from config.env import ROOT
from config.launcher.paths import SUPERUSER, Paths

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
    for file in (countries.DATA / "places.tsv.xz", Path(geonames.__file__), Path(folding.__file__)):
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
    connections["owner"].close()
    _renew()
    boss = _boss(settings.DATABASES["default"]["NAME"])
    if boss is not None:
        _delete(boss.execute)
        return
    with across_studios(), connection.cursor() as cursor:
        _delete(cursor.execute)
        # What the triggers said of these deletions.
        cursor.execute("delete from albums_albumchange")


def _delete(ask: Callable[..., Any]) -> None:
    (names,) = ask(_filled()).fetchone()
    if names:
        deeds = ", ".join(f'd{number} as (delete from "{name}")' for number, name in enumerate(names))
        ask(f"with {deeds} select")


def _renew() -> None:
    """Make the connection as good as new. Behind one that is new a server begins, which reads the descriptions of 200
    tables and compiles their triggers before it does anything: that takes longer than many a test."""
    server = connection.connection
    if server is None:
        return
    if server.closed or server.info.transaction_status != TransactionStatus.IDLE:
        connection.close()
        return
    with connection.cursor() as cursor:
        cursor.execute("reset all; reset role; unlisten *; discard temp; select pg_advisory_unlock_all()")
    connection.ensure_timezone()


@cache
def _boss(name: str) -> psycopg.Connection[Any] | None:
    """A connection for which no trigger runs: without them deleting is a tenth of the work. Such rights has only the
    superuser of the suite's own server; None where the tests use another one."""
    paths = Paths(ROOT / "var" / "test")
    if settings.DATABASES["default"]["HOST"] != str(paths.sockets):
        return None
    url = paths.database_url(SUPERUSER, name)
    boss = psycopg.connect(url, autocommit=True, options="-c session_replication_role=replica")
    # Which tables hold something is the same question each time, and planning it takes longer than the answer.
    boss.prepare_threshold = 1
    return boss


@cache
def _filled() -> str:
    """A statement that tells the tables with rows."""
    parts = ", ".join(f"case when exists (select from \"{name}\") then '{name}' end" for name in _tables())
    return f"select array_remove(array[{parts}], null)"


@cache
def _tables() -> list[str]:
    """What tests write to, by name."""
    names = connection.introspection.django_table_names(only_existing=True)
    return sorted(name for name in names if name not in KEPT)
