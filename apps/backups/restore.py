"""A restore: the bytes that a snapshot names, then its rows. Into an installation that is up and empty, or one studio.

Bytes before rows, as always: what is broken off leaves bytes without rows and is begun again. Bytes that are there
already, with the right length, are not fetched again.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.db import connections

from apps.accounts.models import Studio
from apps.accounts.tenancy import across_studios
from apps.backups import dump, load
from apps.backups.backup import NamedBlob, named_blobs
from apps.backups.destination import Destination, NoBackup, in_snapshot
from apps.backups.envelope import BackupDamaged
from apps.backups.manifest import SECRET_KEY, Manifest
from apps.backups.verify import hash_of, read_rows
from apps.media.storage import store, temp_directory
from apps.web.ids import uuid7

log = logging.getLogger(__name__)

OWNER = "owner"


@dataclass(slots=True)
class Restored:
    """What came back. missing: storage keys of files that the backup has not, or not whole.

    has_key: the secret key of the installation came along and takes effect at the next start.
    """

    snapshot: str
    rows: int = 0
    files: int = 0
    fetched: int = 0
    missing: list[str] = field(default_factory=list)
    has_key: bool = False


def restore(
    destination: Destination,
    *,
    at: datetime | None = None,
    studio: str | None = None,
    tell: Callable[[str], None] = log.info,
) -> Restored:
    """Bring back the last snapshot, or the last one until `at`; of one studio (its slug) or of all.

    All: only into an installation without a studio. One: in the place of what the studio is now.
    tell: told how far it is. Raises NoBackup, BackupDamaged; then no row was changed.
    """
    snapshot = destination.snapshot(at)
    manifest = Manifest.read(destination, snapshot)
    check_tables(manifest, OWNER)
    if studio is None:
        _check_empty()
    tell(f"Reading the rows of {snapshot} ...")
    restored = Restored(snapshot, rows=read_rows(destination, snapshot))
    studio_id = None if studio is None else load.studio_of(destination, snapshot, manifest, studio)
    restored.missing = list(manifest.missing)
    for blob in named_blobs(destination, snapshot):
        if studio_id is None or blob.studio_id == studio_id:
            _bring(destination, blob, restored)
            if restored.files % 1000 == 0:
                tell(f"{restored.files:,} files ...")
    if studio_id is None:
        load.load_all(OWNER, destination, snapshot, manifest, restored.missing)
        restored.has_key = _bring_key(destination, snapshot)
        # What was remembered of the rows before.
        cache.clear()
    else:
        load.load_studio(OWNER, destination, snapshot, manifest, restored.missing, studio_id)
    return restored


def check_tables(manifest: Manifest, alias: str) -> None:
    """Raises NoBackup unless the database has the very tables of the snapshot."""
    with connections[alias].cursor() as cursor:
        ours = {tuple(one) for one in dump.migrations(cursor)}
    theirs = {tuple(one) for one in manifest.migrations}
    if ours == theirs:
        return
    newer = sorted(ours - theirs) or sorted(theirs - ours)
    age = "an older" if ours - theirs else "a newer"
    raise NoBackup(
        f"The backup was made by {age} version of Glassine (see {'.'.join(newer[0])}). Check that version out, "
        "start it with an empty GLASSINE_DATA, restore, and then update."
    )


def _check_empty() -> None:
    with across_studios():
        first = Studio.objects.values_list("name", flat=True).first()
    if first is not None:
        raise NoBackup(
            f"This installation is not empty: it has the studio {first}. Restore into an empty GLASSINE_DATA and "
            "database, or one studio with --studio."
        )


def _bring(destination: Destination, blob: NamedBlob, restored: Restored) -> None:
    """Fetch one file, unless it is there. What is wrong in the backup is remembered as missing."""
    restored.files += 1
    try:
        restored.fetched += bring(blob, destination.blob_chunks(blob.studio_id, blob.sha256))
    except BackupDamaged as error:
        log.critical("restore: %s", error)
        restored.missing.append(blob.key)


def bring(blob: NamedBlob, chunks: Iterable[bytes]) -> bool:
    """Put the bytes of a blob where its row says. False if they are there.

    Raises BackupDamaged for other bytes than its hash says, and whatever the chunks raise; then nothing was written.
    """
    found = store().size(blob.key)
    if found == blob.size and _is_whole(blob):
        return False
    temp = temp_directory() / f"restore.{uuid7()}"
    digest = hashlib.sha256()
    try:
        with temp.open("xb") as file:
            for chunk in chunks:
                digest.update(chunk)
                file.write(chunk)
        if digest.hexdigest() != blob.sha256:
            raise BackupDamaged(f"{blob.key} was altered")
        if found is not None:
            store().set_aside(blob.key)
        store().put(temp, blob.key, sha256=blob.sha256)
    finally:
        temp.unlink(missing_ok=True)
    return True


def _is_whole(blob: NamedBlob) -> bool:
    with store().open(blob.key) as file:
        return hash_of(iter(lambda: file.read(1 << 20), b"")) == blob.sha256


def _bring_key(destination: Destination, snapshot: str) -> bool:
    """Put the secret key of the backup where the next start reads it. False if it has none, or it is the same."""
    name = in_snapshot(snapshot, SECRET_KEY)
    if destination.store.size(name) is None:
        return False
    key = b"".join(destination.chunks(name)).decode()
    if key == settings.SECRET_KEY:
        return False
    file = Path(settings.DATA) / "secret_key"
    if file.exists():
        file.replace(file.with_name("secret_key.before"))
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as written:
        written.write(key)
    return True
