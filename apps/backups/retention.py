"""Which backups are kept: all of a week, one of each of five weeks, one of each of twelve months."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.utils import timezone

from apps.accounts.tenancy import across_studios
from apps.backups.destination import BLOBS, MANIFEST, SNAPSHOTS, Destination, in_snapshot, taken_at
from apps.backups.envelope import KeyDestroyed
from apps.backups.manifest import BLOB_LIST
from apps.backups.models import BackupCopy
from apps.media.store import DeletionRefused

log = logging.getLogger(__name__)

DAYS, WEEKS, MONTHS = 7, 5, 12


def kept(snapshots: Sequence[str], now: datetime) -> set[str]:
    """Of these snapshots those that stay: the last one of each month and week, and all of the last days."""
    by_age = sorted(snapshots, reverse=True)
    stay = {name for name in by_age if taken_at(name) > now - timedelta(days=DAYS)} | set(by_age[:1])
    for calendar, most in (("%G-%V", WEEKS), ("%Y-%m", MONTHS)):
        last: dict[str, str] = {}
        for name in by_age:
            last.setdefault(taken_at(name).strftime(calendar), name)
        stay |= set(list(last.values())[:most])
    return stay


def prune(destination: Destination, now: datetime | None = None) -> int:
    """Remove snapshots that need not stay, and the bytes that no other names; how many snapshots.

    What a bucket's object lock holds stays until the lock ends.
    """
    names = destination.snapshots()
    stay = kept(names, now or timezone.now().astimezone(UTC))
    gone = [name for name in names if name not in stay and _removed(destination, name)]
    if gone:
        _remove_unneeded(destination)
    return len(gone)


def _removed(destination: Destination, snapshot: str) -> bool:
    """Remove the manifest first: half a snapshot is none. False if the store refuses."""
    entries = [entry.key for entry in destination.store.entries(f"{SNAPSHOTS}{snapshot}/")]
    manifest = in_snapshot(snapshot, MANIFEST)
    return all(_deleted(destination, key) for key in [manifest, *(key for key in entries if key != manifest)])


def _deleted(destination: Destination, key: str) -> bool:
    try:
        destination.store.delete(key)
    except DeletionRefused as reason:
        log.warning("%s stays in the backup: %s", key, reason)
        return False
    return True


def _remove_unneeded(destination: Destination) -> None:
    """Remove bytes that no snapshot names. Only what was written down by a complete snapshot can be needed."""
    needed: set[str] = set()
    for snapshot in destination.snapshots():
        for line in destination.lines(in_snapshot(snapshot, BLOB_LIST)):
            studio, sha256 = line.decode().split("\t")[:2]
            # What nobody can read any more need not stay.
            with suppress(KeyDestroyed):
                needed.add(destination.blob(studio, sha256))
    gone: dict[str, set[str]] = {}
    for entry in destination.store.entries(BLOBS):
        if entry.key not in needed and _deleted(destination, entry.key):
            studio, _, name = entry.key.removeprefix(BLOBS).split("/")
            gone.setdefault(studio, set()).add(name)
    for studio, names in gone.items():
        with suppress(KeyDestroyed):
            _forget(destination, studio, names)


def _forget(destination: Destination, studio: str, names: set[str]) -> None:
    """The rows say no longer that these bytes are backed up. names: as they lay there."""
    with across_studios():
        rows = BackupCopy.objects.filter(studio_id=UUID(studio), destination=destination.id)
        hashes = rows.values_list("sha256", flat=True).iterator()
        rows.filter(sha256__in=[one for one in hashes if destination.blob_name(studio, one) in names]).delete()
