"""The database as it was before an upgrade: a copy beside the one in use, made by PostgreSQL itself, file by file.

What the copy is of stands in its comment, which whoever reaches the server can read; a copy without one was cut short.
While there is a copy, `apps.media.sweeping` removes no bytes: it may name them. See docs/decisions/0054.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg import sql

from config.addresses import Database
from config.launcher.process import LaunchError
from config.launcher.ran_before import RanBefore
from config.launcher.way_in import way_in

# From the end of the upgrade on.
KEPT_FOR = timedelta(days=14)
# Seconds that processes which were just ended may take to leave the database.
LEAVING = 3.0
# PostgreSQL cuts names at 63 bytes. `apps.media.sweeping` asks for the same beginning.
_SHARE_OF_NAME = 40
BEFORE, AFTER = "before", "after"


class CannotKeep(Exception):
    """No copy can be made; the message is the reason, as the end of a sentence."""


@dataclass(frozen=True)
class KeptDatabase:
    """A copy. made_at: when.  revision, packages: what ran until then, "" if nobody knows.

    upgraded_at: when the migrations after it had all run; None while they have not.
    """

    name: str
    made_at: datetime
    revision: str
    packages: str
    upgraded_at: datetime | None


def find(database: Database) -> KeptDatabase | None:
    """The copy that a rollback would go back to. database: its owner's way in. Raises psycopg.Error."""
    with _server(database) as server:
        return max(_copies(server, database), key=lambda copy: copy.made_at, default=None)


def keep(database: Database, before: RanBefore | None) -> KeptDatabase:
    """Copy the database as it is, unless an upgrade did after which nothing ran. Older copies go.

    before: what ran last. Nobody may be connected. Raises CannotKeep, psycopg.Error.
    """
    with _server(database) as server:
        found = _copies(server, database)
        for copy in found:
            # Glassine was not well since: what is in the database now is what an upgrade left that went wrong.
            if before is None or before.at < copy.made_at:
                return copy
        _wait_until_left(server, database.name)
        now = datetime.now(UTC)
        revision, packages = (before.revision, before.packages) if before else ("", "")
        copy = KeptDatabase(_name(database, BEFORE, now), now, revision, packages, None)
        try:
            # The other strategy writes each page into the log too, which is twice the work for a large database.
            server.execute(
                sql.SQL("create database {} template {} strategy file_copy").format(
                    sql.Identifier(copy.name), sql.Identifier(database.name)
                )
            )
        except psycopg.errors.ObjectInUse:
            raise CannotKeep("others are connected to the database") from None
        except psycopg.errors.InsufficientPrivilege:
            raise CannotKeep(f"{database.user} may not create databases") from None
        _describe(server, database, copy)
        for old in _named(server, database, BEFORE):
            if old != copy.name:
                _drop(server, old)
        return copy


def size(database: Database) -> int:
    """Bytes of the database, which a copy of it takes as well. Raises psycopg.Error."""
    with _server(database) as server:
        [[found]] = server.execute("select pg_database_size(%s)", [database.name]).fetchall()
        return int(found)


def upgraded(database: Database, copy: KeptDatabase) -> None:
    """Note that all migrations after the copy have run: its days are counted from now on. Raises psycopg.Error."""
    with _server(database) as server:
        _describe(server, database, replace(copy, upgraded_at=datetime.now(UTC)))


def put_back(database: Database, copy: KeptDatabase) -> str:
    """Exchange the database for the copy, at once or not at all; the name under which the newer one is kept.

    Raises LaunchError while somebody is connected, psycopg.Error.
    """
    aside = _name(database, AFTER, datetime.now(UTC))
    with _server(database) as server:
        try:
            _wait_until_left(server, database.name)
            with server.transaction():
                for old, new in ((database.name, aside), (copy.name, database.name)):
                    server.execute(
                        sql.SQL("alter database {} rename to {}").format(sql.Identifier(old), sql.Identifier(new))
                    )
                server.execute(sql.SQL("comment on database {} is null").format(sql.Identifier(database.name)))
        except (CannotKeep, psycopg.errors.ObjectInUse):
            raise LaunchError(
                f"Glassine still uses the database {database.name}. Stop all of its parts first, and a pooler that "
                "stands before it. Nothing was changed."
            ) from None
    return aside


def forget(database: Database, *, aside: bool = False, older: timedelta = timedelta(0)) -> list[str]:
    """Remove the copies that an upgrade came to its end with so long ago; their names.

    aside: also those that an upgrade did not end with, and what rollbacks put aside. Raises psycopg.Error.
    """
    with _server(database) as server:
        limit = datetime.now(UTC) - older
        names = [
            copy.name
            for copy in _copies(server, database)
            if (copy.upgraded_at is None and aside) or (copy.upgraded_at is not None and copy.upgraded_at <= limit)
        ]
        names += _named(server, database, AFTER) if aside else []
        for name in names:
            _drop(server, name)
        return names


# -- the server ------------------------------------------------------------------------------------------------------


@contextmanager
def _server(database: Database) -> Iterator[psycopg.Connection[Any]]:
    """A connection to the same server that holds no database of ours."""
    with psycopg.connect(way_in(database, "postgres"), autocommit=True) as connection:
        yield connection


def _name(database: Database, which: str, at: datetime) -> str:
    return f"{database.name[:_SHARE_OF_NAME]}_{which}_{at:%Y%m%d_%H%M%S}"


def _named(server: psycopg.Connection[Any], database: Database, which: str) -> list[str]:
    beginning = f"{database.name[:_SHARE_OF_NAME]}_{which}_"
    rows = server.execute(
        "select datname from pg_database where starts_with(datname, %s) order by datname", [beginning]
    ).fetchall()
    return [str(name) for (name,) in rows]


def _copies(server: psycopg.Connection[Any], database: Database) -> list[KeptDatabase]:
    """The whole copies of this very database."""
    found = []
    for name in _named(server, database, BEFORE):
        [[said]] = server.execute(
            "select shobj_description(oid, 'pg_database') from pg_database where datname = %s", [name]
        ).fetchall()
        told = json.loads(said) if said else {}
        if told.pop("of", None) != database.name:
            continue
        for key in ("made_at", "upgraded_at"):
            told[key] = datetime.fromisoformat(told[key]) if told[key] else None
        found.append(KeptDatabase(name, **told))
    return found


def _describe(server: psycopg.Connection[Any], database: Database, copy: KeptDatabase) -> None:
    told = {key: value.isoformat() if isinstance(value, datetime) else value for key, value in asdict(copy).items()}
    del told["name"]
    server.execute(
        sql.SQL("comment on database {} is {}").format(
            sql.Identifier(copy.name), sql.Literal(json.dumps({"of": database.name, **told}))
        )
    )


def _wait_until_left(server: psycopg.Connection[Any], name: str) -> None:
    """Raises CannotKeep if somebody stays connected.

    Asked before PostgreSQL is: it would wait by itself, and let nobody in meanwhile.
    """
    deadline = time.monotonic() + LEAVING
    while True:
        [[count]] = server.execute(
            "select count(*) from pg_stat_activity where datname = %s and backend_type = 'client backend'", [name]
        ).fetchall()
        if not count:
            return
        if time.monotonic() > deadline:
            raise CannotKeep("others are connected to the database")
        time.sleep(0.1)


def _drop(server: psycopg.Connection[Any], name: str) -> None:
    server.execute(sql.SQL("drop database if exists {}").format(sql.Identifier(name)))
