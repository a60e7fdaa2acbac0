"""What comes before and after the migrations of an upgrade: the database is kept as it was, see docs/decisions/0054."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import psycopg
from django.core.management.base import CommandError
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from config.env import Env
from config.launcher import kept_database
from config.launcher.kept_database import CannotKeep, KeptDatabase
from config.launcher.ran_before import noted
from config.management.commands.migrate import refuse_other_chain

OWNER = "owner"
NOT_KEPT = "The database was not copied before this upgrade ({}): if it goes wrong, only a backup brings it back."
NO_ROOM = (
    "The upgrade keeps a copy of the database, which takes {needed:.1f} GB, and {free:.1f} GB are free. Make room. Or "
    "run the migrations first, `.venv/bin/python -m config.launcher.main --only postgres,redis -- .venv/bin/python "
    "manage.py migrate --database owner`; then there is no way back but a backup."
)
FAILED = (
    "The upgrade failed, see above. `make rollback` (or `manage.py rollback --yes`) puts everything back to what was "
    "before it."
)
# Of the size of the database, so that the disk is not full afterwards.
ROOM = 1.1


def begin(env: Env, tell: Callable[[str], object]) -> KeptDatabase | None:
    """Keep the database as it is if it holds something and migrations are about to change it; the copy.

    tell: told what is done. Raises CommandError when there is no room.
    """
    if not _is_due():
        return None
    # PostgreSQL copies a database that nobody is connected to, ourselves included.
    connections.close_all()
    try:
        needed = kept_database.size(env.database_owner) * ROOM
        free = shutil.disk_usage(env.data).free
        if env.embedded_postgres and needed > free:
            raise CommandError(NO_ROOM.format(needed=needed / 10**9, free=free / 10**9))
        copy = kept_database.keep(env.database_owner, noted(env.data))
    except (CannotKeep, psycopg.Error) as error:
        tell(NOT_KEPT.format(str(error).strip()))
        return None
    tell(f"Before the upgrade the database was copied to {copy.name}; `make rollback` goes back to it.")
    return copy


def _is_due() -> bool:
    """Whether migrations are to come for a database that somebody uses. An empty one is told by one question."""
    connection = connections[OWNER]
    with connection.cursor() as cursor:
        cursor.execute("select to_regclass('public.accounts_user') is not null")
        if not cursor.fetchone()[0]:
            return False
        cursor.execute("select exists(select from accounts_user)")
        if not cursor.fetchone()[0]:
            return False
    refuse_other_chain(OWNER)
    applied = set(MigrationRecorder(connection).applied_migrations())
    return bool(set(MigrationLoader(None).disk_migrations) - applied)


def succeeded(env: Env, copy: KeptDatabase) -> None:
    """All migrations have run: the days of the copy begin."""
    kept_database.upgraded(env.database_owner, copy)
