"""A backup: the database as it is at one moment, then the bytes that it names, then the manifest.

Bytes are written before their rows and swept days after the last row let go of them, so what a snapshot of the
database names can still be copied afterwards. Bytes that lie in the backup already are not sent again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from apps.accounts.models import Studio
from apps.accounts.tenancy import across_studios, acting_in
from apps.backups import dump, retention
from apps.backups.destination import BLOBS, Destination, in_snapshot, stamp
from apps.backups.manifest import BLOB_LIST, SECRET_KEY, Manifest, TableDump
from apps.backups.models import BackupCopy, BackupRun, RunKind
from apps.backups.runs import Running, running
from apps.media import damage
from apps.media.models import BlobState
from apps.media.storage import store

CHUNK = 1 << 20
# Copies that are written down by one statement.
NOTED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class NamedBlob:
    """A blob that a snapshot needs."""

    studio_id: UUID
    sha256: str
    size: int
    key: str
    state: str
    id: UUID


class Altered(Exception):
    """The bytes of a blob are not what its row says."""


def take(destination: Destination) -> BackupRun:
    """Write one snapshot; old ones leave by the retention. Raises AlreadyRunning, StorageAway, OSError."""
    with running(RunKind.BACKUP, destination) as run:
        snapshot = run.row.snapshot = stamp(timezone.now())
        parts = _rows(run, destination, snapshot)
        copying = _Copying(run, destination)
        copying.all(snapshot)
        if destination.is_encrypted:
            destination.put(in_snapshot(snapshot, SECRET_KEY), [settings.SECRET_KEY.encode()])
        manifest = Manifest(**parts, blobs=run.row.files, blob_bytes=run.row.bytes, missing=copying.missing)
        manifest.write(destination, snapshot)
        removed = retention.prune(destination)
        run.row.message = _told(run.row, removed)
    return run.row


def _told(row: BackupRun, removed: int) -> str:
    older = f" {removed} old backups were removed." if removed else ""
    return f"{row.rows:,} rows and {row.files:,} files, {row.new_files:,} of them new.{older}"


def _rows(run: Running, destination: Destination, snapshot: str) -> dict[str, Any]:
    """Write the rows of one moment; the parts of the manifest that speak of them."""
    written: list[TableDump] = []
    with dump.one_moment() as cursor:
        cursor.execute("select now()")
        moment = cursor.fetchone()[0]
        for name, columns in dump.tables(cursor):
            written.append(dump.write_table(cursor, destination, snapshot, name, columns))
            run.row.rows += written[-1].rows
        blob_list = dump.write_blob_list(cursor, destination, snapshot)
        return {
            "taken_at": moment.isoformat(),
            "migrations": dump.migrations(cursor),
            "tables": written,
            "sequences": dump.sequences(cursor),
            "blob_list": blob_list,
        }


def named_blobs(destination: Destination, snapshot: str) -> Iterator[NamedBlob]:
    """The blobs that a snapshot needs, those of a studio together; none that was known to be damaged.

    Raises BackupDamaged.
    """
    for line in destination.lines(in_snapshot(snapshot, BLOB_LIST)):
        studio, sha256, size, key, state, blob_id = line.decode().split("\t")
        if state != BlobState.DAMAGED:
            yield NamedBlob(UUID(studio), sha256, int(size), key, state, UUID(blob_id))


@dataclass(slots=True)
class _Copying:
    """Bytes on their way into a backup. missing: keys of blobs whose bytes cannot be read or are not whole."""

    run: Running
    destination: Destination
    missing: list[str] = field(default_factory=list)
    _kept: list[NamedBlob] = field(default_factory=list)

    def all(self, snapshot: str) -> None:
        """Send what the snapshot names and the backup has not."""
        for studio_id, blobs in groupby(named_blobs(self.destination, snapshot), lambda blob: blob.studio_id):
            with across_studios():
                is_there = Studio.objects.filter(pk=studio_id).exists()
            if not is_there:
                # Erased since the rows were read: no key is made for what nobody shall read.
                continue
            self.destination.make_key(studio_id)
            there = {entry.key: entry.size for entry in self.destination.store.entries(f"{BLOBS}{studio_id}/")}
            for blob in blobs:
                self._one(blob, there)
            self._note()

    def _one(self, blob: NamedBlob, there: dict[str, int]) -> None:
        name = self.destination.blob(blob.studio_id, blob.sha256)
        wanted = self.destination.blob_size(blob.studio_id, blob.size)
        if name in there and there[name] != wanted:
            # Not what we wrote: it is set aside, and the bytes come anew.
            self.destination.store.set_aside(name)
            del there[name]
        if name not in there and not self._send(blob):
            return
        there[name] = wanted
        self.run.row.files += 1
        self.run.row.bytes += blob.size
        self._kept.append(blob)
        if len(self._kept) >= NOTED_AT_ONCE:
            self._note()
        self.run.beat()

    def _send(self, blob: NamedBlob) -> bool:
        try:
            self.destination.put_blob(blob.studio_id, blob.sha256, whole(blob))
        except (FileNotFoundError, Altered) as error:
            self.missing.append(blob.key)
            if blob.state == BlobState.LIVE:
                self._alarm(blob, "missing" if isinstance(error, FileNotFoundError) else "hash")
            return False
        self.run.row.new_files += 1
        self.run.row.new_bytes += blob.size
        return True

    def _alarm(self, blob: NamedBlob, kind: str) -> None:
        """Tell what cannot be backed up any more: the operator by the run, the owners of an original by email."""
        self.run.row.note(f"{blob.key} is {'missing in the storage' if kind == 'missing' else 'damaged'}")
        damage.report(blob.studio_id, blob.id, f"{kind}: found while it was backed up")

    def _note(self) -> None:
        """Write down what lies in the backup now."""
        if not self._kept:
            return
        studio_id, now = self._kept[0].studio_id, timezone.now()
        rows = {
            blob.sha256: BackupCopy(
                studio_id=studio_id,
                destination=self.destination.id,
                sha256=blob.sha256,
                size=blob.size,
                kept_at=now,
                checked_at=now,
            )
            for blob in self._kept
        }
        with acting_in(studio_id):
            BackupCopy.objects.for_studio(studio_id).bulk_create(rows.values(), ignore_conflicts=True)
        self._kept.clear()


def whole(blob: NamedBlob) -> Iterator[bytes]:
    """The bytes of a blob. Raises FileNotFoundError, Altered at their end when they are not those of its row."""
    digest = hashlib.sha256()
    with store().open(blob.key) as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            yield chunk
    if digest.hexdigest() != blob.sha256:
        raise Altered(blob.key)
