"""Reading a backup again: a share each day, so that every file was read within 30 days."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import timedelta
from math import ceil

from django.utils import timezone

from apps.accounts.tenancy import across_studios, acting_in
from apps.backups.destination import Destination
from apps.backups.envelope import BackupDamaged
from apps.backups.manifest import Manifest
from apps.backups.models import BackupCopy, BackupRun, RunKind
from apps.backups.runs import Running, running

# Five days are left for days on which the place could not be reached.
READ_WITHIN_DAYS = 25


def verify(destination: Destination, *, everything: bool = False) -> BackupRun:
    """Read the rows of the last snapshot and the files that nobody looked at for longest.

    A file that is wrong is set aside and no longer counts as backed up, so that the next backup sends it again.
    everything: read all files. Raises AlreadyRunning, NoBackup.
    """
    with running(RunKind.VERIFY, destination) as run:
        snapshot = run.row.snapshot = destination.snapshot()
        run.row.rows = read_rows(destination, snapshot)
        for copy in _due(destination, everything=everything):
            _check(run, destination, copy)
            run.beat()
        wrong = f", {len(run.row.problems)} of them wrong" if run.row.problems else ""
        run.row.message = f"{run.row.files:,} files were read again{wrong}."
    return run.row


def read_rows(destination: Destination, snapshot: str) -> int:
    """Read the tables of a snapshot and compare them with its manifest; how many rows. Raises BackupDamaged."""
    manifest = Manifest.read(destination, snapshot)
    for table in [*manifest.tables, manifest.blob_list]:
        digest = hashlib.sha256()
        for chunk in destination.unpacked(f"snapshots/{snapshot}/{table.file}"):
            digest.update(chunk)
        if digest.hexdigest() != table.sha256:
            raise BackupDamaged(f"the rows of {table.name} in {snapshot} were altered")
    return manifest.rows


def hash_of(chunks: Iterable[bytes]) -> str:
    """SHA-256 (hex) of bytes that come in pieces."""
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()


def _due(destination: Destination, *, everything: bool) -> list[BackupCopy]:
    with across_studios():
        copies = BackupCopy.objects.filter(destination=destination.id)
        total = copies.count()
        # A file of today is read tomorrow: what is due is due to the day.
        share = total if everything else ceil(total / READ_WITHIN_DAYS)
        old = copies if everything else copies.filter(checked_at__lt=timezone.now() - timedelta(hours=20))
        return list(old.order_by("checked_at")[:share])


def _check(run: Running, destination: Destination, copy: BackupCopy) -> None:
    name = ""
    try:
        name = destination.blob(copy.studio_id, copy.sha256)
        found = hash_of(destination.blob_chunks(copy.studio_id, copy.sha256))
        problem = "" if found == copy.sha256 else f"{name} was altered"
    except BackupDamaged as error:
        problem = str(error)
    run.row.files += 1
    run.row.bytes += copy.size
    with acting_in(copy.studio_id):
        mine = BackupCopy.objects.for_studio(copy.studio_id).filter(pk=copy.pk)
        if problem:
            mine.delete()
        else:
            mine.update(checked_at=timezone.now())
    if problem:
        run.row.note(f"{problem}. The next backup sends it again.")
        if name and destination.store.size(name) is not None:
            destination.store.set_aside(name)
