"""Where backups lie: a folder or a bucket, marked as ours.

    glassine-backup.json                     marker: the id of the place, whether it is encrypted
    snapshots/<UTC time>/manifest.json       written last: without it there is no snapshot
    snapshots/<UTC time>/<table>.gz          rows, as PostgreSQL copies them out
    snapshots/<UTC time>/blobs.gz            studio, hash, size, key and state of every blob
    snapshots/<UTC time>/secret_key          only where it is encrypted
    keys/<studio>                            the key of its bytes; removed when the studio is erased
    blobs/<studio>/ab/<name>                 bytes, once per studio, shared by all snapshots, encrypted by its key

Objects are written once and never changed, so a bucket with object lock takes them. Bytes are encrypted also where the
place is not: when the key of a studio is gone, its bytes in all snapshots are unreadable at once, old ones too, and
leave with the snapshots. Places of format 1 have no such keys and stay as they are.
"""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

from apps.backups.envelope import BackupDamaged, Bare, Encrypted, Envelope, KeyDestroyed
from apps.media.storage import make_store
from apps.media.store import Store
from apps.web.ids import uuid7
from apps.web.refusal import Refusal

MARKER = "glassine-backup.json"
SNAPSHOTS, BLOBS, KEYS, MANIFEST = "snapshots/", "blobs/", "keys/", "manifest.json"
_KEY_BYTES = 32
FORMAT = 2
_STAMP = "%Y%m%dT%H%M%S.%fZ"


class NoBackup(Refusal):
    """There is no backup here, or it cannot be opened; the message says why and what to do."""

    code = "no_backup"


@dataclass(frozen=True, slots=True)
class Destination:
    """A place for backups, opened. place: in words, without secrets.  has_studio_keys: from format 2 on."""

    id: UUID
    place: str
    store: Store
    envelope: Envelope
    has_studio_keys: bool = True
    _keys: dict[str, Encrypted] = field(default_factory=dict, repr=False, compare=False)

    @property
    def is_encrypted(self) -> bool:
        return isinstance(self.envelope, Encrypted)

    # -- files ---------------------------------------------------------------------------------------

    def put(self, name: str, chunks: Iterable[bytes]) -> int:
        """Write a new file and make it durable; its bytes as they lie there. What is half written leaves nothing."""
        return self._put(name, chunks, self.envelope)

    def _put(self, name: str, chunks: Iterable[bytes], envelope: Envelope) -> int:
        temp = self._temp() / f"backup.{uuid7()}"
        digest, size = hashlib.sha256(), 0
        try:
            with temp.open("xb") as file:
                for chunk in envelope.closed(chunks, name):
                    digest.update(chunk)
                    size += file.write(chunk)
            self.store.put(temp, name, sha256=digest.hexdigest())
        finally:
            temp.unlink(missing_ok=True)
        return size

    def chunks(self, name: str) -> Iterator[bytes]:
        """A file as it was given. Raises BackupDamaged; of a bare file only for one that is not there."""
        return self._chunks(name, self.envelope)

    def _chunks(self, name: str, envelope: Envelope) -> Iterator[bytes]:
        try:
            with self.store.open(name) as file:
                yield from envelope.opened(file, name)
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

    # -- bytes of studios ----------------------------------------------------------------------------

    def put_blob(self, studio_id: UUID | str, sha256: str, chunks: Iterable[bytes]) -> int:
        """Write bytes of a studio. Raises KeyDestroyed."""
        return self._put(self.blob(studio_id, sha256), chunks, self._of(studio_id))

    def blob_chunks(self, studio_id: UUID | str, sha256: str) -> Iterator[bytes]:
        """Bytes of a studio. Raises BackupDamaged, KeyDestroyed."""
        return self._chunks(self.blob(studio_id, sha256), self._of(studio_id))

    def blob_size(self, studio_id: UUID | str, plain: int) -> int:
        """Bytes that a file of `plain` bytes takes here. Raises KeyDestroyed."""
        return self._of(studio_id).size(plain)

    def blob(self, studio_id: UUID | str, sha256: str) -> str:
        """Where bytes of a studio lie. Raises KeyDestroyed."""
        name = self.blob_name(studio_id, sha256)
        return f"{BLOBS}{studio_id}/{name[:2]}/{name}"

    def blob_name(self, studio_id: UUID | str, sha256: str) -> str:
        """The last part of it. Raises KeyDestroyed."""
        return self._of(studio_id).name(sha256)

    def make_key(self, studio_id: UUID | str) -> None:
        """Give a studio a key, unless it has one."""
        if self.has_studio_keys and self.store.size(f"{KEYS}{studio_id}") is None:
            self.put(f"{KEYS}{studio_id}", [os.urandom(_KEY_BYTES)])

    def destroy_key(self, studio_id: UUID | str) -> None:
        """From now on nobody reads the bytes of a studio. Twice is once. Raises DeletionRefused while a lock holds."""
        if self.has_studio_keys:
            self._keys.pop(str(studio_id), None)
            self.store.delete(f"{KEYS}{studio_id}")

    def _of(self, studio_id: UUID | str) -> Envelope:
        """How bytes of a studio lie here. Raises KeyDestroyed."""
        if not self.has_studio_keys:
            return self.envelope
        known = self._keys.get(str(studio_id))
        if known is None:
            name = f"{KEYS}{studio_id}"
            if self.store.size(name) is None:
                raise KeyDestroyed(f"the files of the studio {studio_id} cannot be read: its key was destroyed")
            known = self._keys[str(studio_id)] = Encrypted(b"".join(self.chunks(name)))
        return known

    # -- names ---------------------------------------------------------------------------------------

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
    if version not in (1, FORMAT):
        raise NoBackup(f"The backup in {place} was made by a newer version of Glassine.")
    if not is_encrypted:
        if passphrase is not None:
            raise NoBackup(f"{place} holds backups that are not encrypted. Choose an empty place for encrypted ones.")
        return Destination(destination_id, place, store, Bare(), version > 1)
    if passphrase is None:
        raise NoBackup(f"The backup in {place} is encrypted. Set GLASSINE_BACKUP_KEY.")
    envelope = Encrypted.of(passphrase, bytes.fromhex(said["salt"]))
    if envelope.check != said["check"]:
        raise NoBackup(f"GLASSINE_BACKUP_KEY does not open the backup in {place}.")
    return Destination(destination_id, place, store, envelope, version > 1)
