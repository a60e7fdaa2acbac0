"""Where backups lie: a folder or a bucket, marked as ours.

    glassine-backup.json                     marker: the id of the place, whether it is encrypted
    snapshots/<UTC time>/manifest.json       written last: without it there is no snapshot
    snapshots/<UTC time>/<table>.gz          rows, as PostgreSQL copies them out
    snapshots/<UTC time>/blobs.gz            studio, hash, size, key and state of every blob
    snapshots/<UTC time>/secret_key          only where it is encrypted
    blobs/<studio>/ab/<hash>                 bytes, once per studio, shared by all snapshots

Objects are written once and never changed, so a bucket with object lock takes them.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

from apps.backups.envelope import BackupDamaged, Bare, Encrypted, Envelope
from apps.media.storage import make_store
from apps.media.store import Store
from apps.web.ids import uuid7
from apps.web.refusal import Refusal

MARKER = "glassine-backup.json"
SNAPSHOTS, BLOBS, MANIFEST = "snapshots/", "blobs/", "manifest.json"
FORMAT = 1
_STAMP = "%Y%m%dT%H%M%S.%fZ"


class NoBackup(Refusal):
    """There is no backup here, or it cannot be opened; the message says why and what to do."""

    code = "no_backup"


@dataclass(frozen=True, slots=True)
class Destination:
    """A place for backups, opened. place: in words, without secrets."""

    id: UUID
    place: str
    store: Store
    envelope: Envelope

    @property
    def is_encrypted(self) -> bool:
        return isinstance(self.envelope, Encrypted)

    # -- files ---------------------------------------------------------------------------------------

    def put(self, name: str, chunks: Iterable[bytes]) -> int:
        """Write a new file and make it durable; its bytes as they lie there. What is half written leaves nothing."""
        temp = self._temp() / f"backup.{uuid7()}"
        digest, size = hashlib.sha256(), 0
        try:
            with temp.open("xb") as file:
                for chunk in self.envelope.closed(chunks, name):
                    digest.update(chunk)
                    size += file.write(chunk)
            self.store.put(temp, name, sha256=digest.hexdigest())
        finally:
            temp.unlink(missing_ok=True)
        return size

    def chunks(self, name: str) -> Iterator[bytes]:
        """A file as it was given. Raises BackupDamaged; of a bare file only for one that is not there."""
        try:
            with self.store.open(name) as file:
                yield from self.envelope.opened(file, name)
        except FileNotFoundError:
            raise BackupDamaged(f"{name} is missing") from None

    def unpacked(self, name: str) -> Iterator[bytes]:
        """What a gzip file holds. Raises BackupDamaged, also for one that was cut off."""
        unpack = zlib.decompressobj(wbits=31)
        try:
            for chunk in self.chunks(name):
                yield unpack.decompress(chunk)
        except zlib.error:
            raise BackupDamaged(f"{name} was altered") from None
        if not unpack.eof:
            raise BackupDamaged(f"{name} is incomplete")

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of a gzip file, without their ends."""
        left = b""
        for chunk in self.unpacked(name):
            *whole, left = (left + chunk).split(b"\n")
            yield from whole
        if left:
            raise BackupDamaged(f"{name} ends within a line")

    def _temp(self) -> Path:
        return self.store.temp

    # -- names ---------------------------------------------------------------------------------------

    def blob(self, studio_id: UUID | str, sha256: str) -> str:
        """Where bytes of a studio lie."""
        name = self.envelope.name(sha256)
        return f"{BLOBS}{studio_id}/{name[:2]}/{name}"

    def snapshots(self) -> list[str]:
        """Names of all complete snapshots, oldest first."""
        found = (entry.key.split("/") for entry in self.store.entries(SNAPSHOTS))
        return sorted(parts[1] for parts in found if len(parts) == 3 and parts[2] == MANIFEST)

    def snapshot(self, at: datetime | None = None) -> str:
        """The last snapshot, or the last one taken until then. Raises NoBackup."""
        names = [name for name in self.snapshots() if at is None or taken_at(name) <= at]
        if not names:
            raise NoBackup(f"There is no complete backup {'of that time ' if at else ''}in {self.place}.")
        return names[-1]


def in_snapshot(snapshot: str, file: str) -> str:
    """Name of a file of a snapshot."""
    return f"{SNAPSHOTS}{snapshot}/{file}"


def stamp(moment: datetime) -> str:
    """The name of a snapshot taken at this moment; names are in the order of time."""
    return moment.astimezone(UTC).strftime(_STAMP)


def taken_at(snapshot: str) -> datetime:
    return datetime.strptime(snapshot, _STAMP).replace(tzinfo=UTC)


# -- opening -----------------------------------------------------------------------------------------


def open_destination(parts: tuple[str | None, ...], passphrase: str | None, *, create: bool = False) -> Destination:
    """The place that `parts` name (as the setting STORAGE does). create: mark it as ours if it is empty.

    passphrase: what people wrote down, or None.  Raises NoBackup.
    """
    place = str(parts[1]) if parts[0] == "local" else f"s3://{parts[1]}/{parts[2] or ''}"
    if parts[0] == "local" and not create and not Path(place).is_dir():
        raise NoBackup(f"There is no folder {place}.")
    store = make_store(*(str(part) if part is not None else None for part in parts))
    if store.size(MARKER) is None:
        if not create:
            raise NoBackup(f"There is no backup in {place}.")
        if next(store.entries(), None) is not None:
            raise NoBackup(f"{place} holds other files. Choose an empty folder or prefix for backups.")
        _mark(store, passphrase)
    return _opened(store, place, passphrase)


def _mark(store: Store, passphrase: str | None) -> None:
    salt = uuid4().bytes
    said = {"format": FORMAT, "id": str(uuid4()), "encrypted": passphrase is not None}
    if passphrase is not None:
        said |= {"salt": salt.hex(), "check": Encrypted.of(passphrase, salt).check}
    data = json.dumps(said, indent=1).encode()
    file = store.temp / f"backup.{uuid7()}"
    file.write_bytes(data)
    store.put(file, MARKER, sha256=hashlib.sha256(data).hexdigest())


def _opened(store: Store, place: str, passphrase: str | None) -> Destination:
    with store.open(MARKER) as file:
        try:
            said = json.loads(file.read())
            destination_id, is_encrypted, version = UUID(said["id"]), bool(said["encrypted"]), int(said["format"])
        except (ValueError, KeyError, TypeError):
            raise NoBackup(f"{MARKER} in {place} cannot be read.") from None
    if version != FORMAT:
        raise NoBackup(f"The backup in {place} was made by a newer version of Glassine.")
    if not is_encrypted:
        if passphrase is not None:
            raise NoBackup(f"{place} holds backups that are not encrypted. Choose an empty place for encrypted ones.")
        return Destination(destination_id, place, store, Bare())
    if passphrase is None:
        raise NoBackup(f"The backup in {place} is encrypted. Set GLASSINE_BACKUP_KEY.")
    envelope = Encrypted.of(passphrase, bytes.fromhex(said["salt"]))
    if envelope.check != said["check"]:
        raise NoBackup(f"GLASSINE_BACKUP_KEY does not open the backup in {place}.")
    return Destination(destination_id, place, store, envelope)
