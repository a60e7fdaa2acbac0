"""A rehearsed restore: all rows into a scratch database, all files that these name looked for in the backup.

Nothing of the installation is touched. Files are read and compared up to `READ_BYTES`, chosen at random among many;
of the others the length is compared, and `verify` reads each of them within 30 days.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management import call_command
from django.db import connections

from apps.accounts.models import Studio
from apps.accounts.tenancy import across_studios
from apps.backups import load
from apps.backups.destination import BLOBS, Destination
from apps.backups.envelope import BackupDamaged, KeyDestroyed
from apps.backups.manifest import Manifest
from apps.backups.models import BackupRun, RunKind
from apps.backups.restore import OWNER, check_tables
from apps.backups.runs import Running, running
from apps.backups.verify import hash_of
from apps.web.ids import uuid7

READ_BYTES = 50 * 10**9
PREFIX = "glassine_drill"
# Brings the extension and the rights of the roles (config/launcher/rights.sql).
TEMPLATE = "template1"


def drill(destination: Destination, *, read_bytes: int = READ_BYTES) -> BackupRun:
    """Restore the last snapshot into a database of its own and compare every file that its rows name.

    Raises AlreadyRunning, NoBackup, BackupDamaged.
    """
    with running(RunKind.DRILL, destination) as run:
        snapshot = run.row.snapshot = destination.snapshot()
        manifest = Manifest.read(destination, snapshot)
        with scratch_database() as alias:
            check_tables(manifest, alias)
            load.load_all(alias, destination, snapshot, manifest, manifest.missing)
            run.row.rows = _count(alias, manifest)
            _compare_files(run, destination, alias, read_bytes)
        for key in manifest.missing:
            run.row.note(f"{key} could not be read when the backup was taken")
        wrong = f" {len(run.row.problems)} are not as they should be." if run.row.problems else " Nothing is missing."
        run.row.message = f"{run.row.rows:,} rows and {run.row.files:,} files can be restored.{wrong}"
    return run.row


@contextmanager
def scratch_database() -> Iterator[str]:
    """An empty database with our tables, by the name of its connection. Gone after the block."""
    name, alias = f"{prefix()}{uuid7().hex}", "drill"
    with connections[OWNER]._nodb_cursor() as cursor:
        for old in _left_behind(cursor):
            drop(cursor, old)
        cursor.execute(f'create database "{name}" template "{TEMPLATE}"')
    connections.databases[alias] = {**settings.DATABASES[OWNER], "NAME": name}
    try:
        call_command("migrate", database=alias, verbosity=0, interactive=False)
        yield alias
    finally:
        connections[alias].close()
        with suppress(AttributeError):
            delattr(connections._connections, alias)  # type: ignore[attr-defined]
        del connections.databases[alias]
        with connections[OWNER]._nodb_cursor() as cursor:
            drop(cursor, name)


def prefix() -> str:
    """How the names of this installation's scratch databases begin: others may live in the same cluster."""
    ours = hashlib.sha256(str(settings.DATABASES[OWNER]["NAME"]).encode()).hexdigest()
    return f"{PREFIX}_{ours[:8]}_"


def drop(cursor: Any, name: str) -> None:
    """Remove a database, with the connections of our own role to it.

    Not `with (force)`: that refuses while an autovacuum worker, which is no role of ours, is inside. The plain
    statement tells the worker to go and waits for it.
    """
    cursor.execute(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = %s and usename = current_user",
        [name],
    )
    cursor.execute(f'drop database if exists "{name}"')


def _left_behind(cursor: Any) -> list[str]:
    """Databases of drills that were killed: there is one drill at a time."""
    cursor.execute("select datname from pg_database where starts_with(datname, %s)", [prefix()])
    return [name for (name,) in cursor.fetchall()]


def _count(alias: str, manifest: Manifest) -> int:
    """Rows that are in the scratch database now. Raises BackupDamaged if they are not as many as were written."""
    total = 0
    with connections[alias].cursor() as cursor:
        for table in manifest.tables:
            # The scratch database is the owner's alone: what row-level security hides from it need not be hidden.
            cursor.execute(f'alter table "{table.name}" no force row level security')
            cursor.execute(f'select count(*) from "{table.name}"')
            count = cursor.fetchone()[0]
            if count != table.rows:
                raise BackupDamaged(f"{count} of {table.rows} rows of {table.name} came back")
            total += count
    return total


def _compare_files(run: Running, destination: Destination, alias: str, read_bytes: int) -> None:
    there = {entry.key: entry.size for entry in destination.store.entries(BLOBS)}
    with across_studios():
        ours = set(Studio.objects.values_list("pk", flat=True))
    with connections[alias].cursor() as cursor:
        cursor.execute("select studio_id, sha256, size from media_blob where state <> 'damaged'")
        blobs: list[tuple[UUID, str, int]] = cursor.fetchall()
    random.shuffle(blobs)
    left = read_bytes
    for studio_id, sha256, size in blobs:
        is_read = size <= left
        try:
            problem = _difference(destination, there, studio_id, sha256, size, read=is_read)
        except KeyDestroyed as destroyed:
            # Of a studio that was erased since the snapshot they cannot be read, and shall not be.
            problem = str(destroyed) if studio_id in ours else ""
        left -= size if is_read else 0
        run.row.files += 1
        run.row.bytes += size
        if problem:
            run.row.note(problem)
        run.beat()


def _difference(
    destination: Destination, there: dict[str, int], studio_id: UUID, sha256: str, size: int, *, read: bool
) -> str:
    """What is wrong with a file of the backup, or "". Raises KeyDestroyed."""
    name, wanted = destination.blob(studio_id, sha256), destination.blob_size(studio_id, size)
    if name not in there:
        return f"{name} is missing"
    if there[name] != wanted:
        return f"{name} has {there[name]} bytes instead of {wanted}"
    if not read:
        return ""
    try:
        return "" if hash_of(destination.blob_chunks(studio_id, sha256)) == sha256 else f"{name} was altered"
    except BackupDamaged as error:
        return str(error)
