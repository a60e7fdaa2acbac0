"""Content-addressed storage: how bytes become a blob. The one place where storage keys are made.

    <studio>/ab/cd/<sha256>.<blob id>      on a disk
    <studio>/ab/cd/<blob id>               in a bucket, whose signed addresses are shown to clients

Order of events: received and hashed into a temporary file -> placed under its key, file and directories
synced (or PUT to S3 with checksum) -> Blob row -> the caller's rows -> commit -> answer.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from isal.isal_zlib import crc32

from apps.accounts.models import Studio
from apps.accounts.tenancy import acting_in, asking_in
from apps.media import antivirus
from apps.media.formats import HEAD_BYTES, SIDECAR_MIME, is_sidecar, sniff
from apps.media.models import Blob, BlobEvent, BlobState
from apps.media.storage import LocalStore, store, temp_directory
from apps.media.store import StorageAway
from apps.web.compiled_queries import as_sent, together
from apps.web.ids import uuid7
from apps.web.raw_rows import RowColumns, inserting
from apps.web.refusal import Refusal

log = logging.getLogger(__name__)

CHUNK = 8 << 20


class TooLarge(Refusal):
    """The file is larger than one photo may be."""

    status = 413
    code = "too_large"
    sentence = "This file is too large."

    @classmethod
    def than(cls, limit: int) -> TooLarge:
        """The file has more than `limit` bytes."""
        amount = f"{limit // 1000**3} GB" if limit >= 1000**3 else f"{limit // 1000**2} MB"
        return cls(f"This file is larger than {amount}.")


class Incomplete(Refusal):
    """Fewer or more bytes came than were announced."""

    code = "incomplete"
    sentence = "The upload was incomplete. Please upload the file again."


def storage_key(studio_id: UUID, sha256: str, blob_id: UUID) -> str:
    """Key of a blob's bytes; the id at its end is given once, so a key is never used twice.

    A hash in an address would answer who holds what, so the key of what leaves by its address has none.
    """
    if not isinstance(store(), LocalStore):
        # The last digits of an id are random, so the folders fill evenly.
        return f"{studio_id}/{blob_id.hex[-2:]}/{blob_id.hex[-4:-2]}/{blob_id}"
    return f"{studio_id}/{sha256[:2]}/{sha256[2:4]}/{sha256}.{blob_id}"


@dataclass(frozen=True, slots=True)
class Stored:
    """Received bytes: hashed and in a file, but neither durable nor anybody's before the store has them.

    mime: of what is no picture (made by us, or a sidecar); "" where the bytes themselves tell.
    """

    temp: Path
    sha256: str
    size: int
    head: bytes
    crc32: int
    mime: str = ""

    def linked(self, path: Path) -> Stored:
        """The same bytes under a second name on the same volume, which may be kept or discarded by itself."""
        os.link(self.temp, path)
        return replace(self, temp=path)

    def discard(self) -> None:
        """Forget the bytes; does nothing once they are kept."""
        self.temp.unlink(missing_ok=True)


@dataclass(slots=True)
class Receiver:
    """A temporary file that hashes what it is fed.

    limit: most bytes it takes.  expected: announced length, or None.  sidecars: XMP beside photos is taken, too.
    """

    limit: int
    expected: int | None = None
    sidecars: bool = False
    size: int = 0
    head: bytes = b""
    crc32: int = field(init=False, default=0)
    temp: Path = field(init=False)
    _handle: int = field(init=False)
    _hash: hashlib._Hash = field(init=False)

    def __post_init__(self) -> None:
        self.temp = temp_directory() / f"in.{uuid7()}"
        self._hash = hashlib.sha256()
        self._handle = os.open(self.temp, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        if self.expected is not None and self.expected > self.limit:
            self.abandon()
            raise TooLarge.than(self.limit)

    def feed(self, chunk: bytes | memoryview) -> None:
        """Take more bytes. Raises TooLarge or Incomplete for too many, OSError when the disk is full."""
        self.size += len(chunk)
        if self.size > self.limit:
            raise TooLarge.than(self.limit)
        if self.expected is not None and self.size > self.expected:
            raise Incomplete
        if len(self.head) < HEAD_BYTES:
            self.head += bytes(chunk[: HEAD_BYTES - len(self.head)])
        self._hash.update(chunk)
        self.crc32 = crc32(chunk, self.crc32)
        view = memoryview(chunk)
        while view:
            view = view[os.write(self._handle, view) :]

    def finish(self) -> Stored:
        """Close the file.

        Raises Incomplete if some are missing, NotAnImage for a refused kind, and what `antivirus.look_at` raises.
        """
        if self.expected is not None and self.size != self.expected:
            raise Incomplete
        mime = SIDECAR_MIME if self.sidecars and is_sidecar(self.head) else ""
        if not mime:
            sniff(self.head)
        os.close(self._handle)
        self._handle = -1
        antivirus.look_at(self.temp)
        return Stored(self.temp, self._hash.hexdigest(), self.size, self.head, self.crc32, mime)

    def abandon(self) -> None:
        """Leave nothing behind."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
        self.temp.unlink(missing_ok=True)


@contextmanager
def receiving(*, limit: int, expected: int | None = None, sidecars: bool = False) -> Iterator[Receiver]:
    """A `Receiver` that leaves nothing behind unless it was finished and kept."""
    receiver = Receiver(limit=limit, expected=expected, sidecars=sidecars)
    try:
        yield receiver
    finally:
        receiver.abandon()


def receive(file: BinaryIO, *, limit: int, sidecars: bool = False) -> Stored:
    """Read a whole file. The caller keeps or discards the result. Raises TooLarge, NotAnImage, OSError."""
    receiver = Receiver(limit=limit, sidecars=sidecars)
    try:
        while chunk := file.read(CHUNK):
            receiver.feed(chunk)
        return receiver.finish()
    except BaseException:
        receiver.abandon()
        raise


def receive_path(path: Path, *, sha256: str | None = None, mime: str = "") -> Stored:
    """Take over a file that a worker made (a rendition): hash it where it lies. mime: see `Stored`."""
    digest, crc, head = hashlib.sha256(), 0, b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            head = head or chunk[:HEAD_BYTES]
            crc = crc32(chunk, crc)
            if sha256 is None:
                digest.update(chunk)
        return Stored(path, sha256 or digest.hexdigest(), file.tell(), head, crc, mime)


@dataclass(frozen=True, slots=True)
class Placed:
    """Durable bytes under a key of their own that no row names yet.

    blob_id: part of the key.  blob_id and key are None where a live blob holds these bytes already.
    """

    stored: Stored
    blob_id: UUID | None = None
    key: str | None = None

    def remove(self) -> None:
        """Give the bytes up. A store that does not answer keeps them until fsck finds them."""
        if self.key is None:
            return
        try:
            store().delete(self.key)
        except StorageAway:
            log.warning("bytes without a row were left under %s", self.key)


def place(studio: Studio | UUID, stored: Stored) -> Placed:
    """Make the bytes durable, unless the studio has them. Takes as long as the store does: hold no row meanwhile.

    Consumes `stored`. Raises StorageAway, and OSError for a full disk.
    """
    studio_id = studio if isinstance(studio, UUID) else studio.pk
    known = _seen_again(studio_id, stored)
    return Placed(stored) if known is not None else _place(studio_id, stored)


def _place(studio_id: UUID, stored: Stored) -> Placed:
    blob_id = uuid7()
    key = storage_key(studio_id, stored.sha256, blob_id)
    store().put(stored.temp, key, sha256=stored.sha256)
    return Placed(stored, blob_id, key)


@contextmanager
def keeping(studio: Studio | UUID, stored: Stored) -> Iterator[tuple[Blob, bool]]:
    """`place`, and `keep` in a transaction of the studio: the block adds the rows that refer to the blob.

    When the block fails, its rows are rolled back and new bytes are removed again: nothing was kept.
    """
    with keeping_all(studio, [stored]) as [kept]:
        yield kept


@contextmanager
def keeping_all(studio: Studio | UUID, stored: Sequence[Stored]) -> Iterator[list[tuple[Blob, bool]]]:
    """`keeping` for several files that belong together: all or none."""
    placed: list[Placed] = []
    try:
        studio_id = studio if isinstance(studio, UUID) else studio.pk
        known = [_seen_again(studio_id, one) is not None for one in stored]
        placed += (Placed(one) if there else _place(studio_id, one) for one, there in zip(stored, known, strict=True))
        with acting_in(studio_id):
            yield [keep(studio_id, one) for one in placed]
            # If the connection breaks from here on, the commit may stand all the same. Bytes too many are
            # found by fsck; bytes too few are a loss.
            placed.clear()
    except BaseException:
        for one in placed:
            one.remove()
        raise


_BLOB = RowColumns(Blob)
_SEEN_AGAIN = f"""
    update media_blob b set seen_at = %s where b.studio_id = %s and b.sha256 = %s
        and b.state = '{BlobState.LIVE}' and b.alarmed_at is null
    returning {_BLOB.sql("b")}
"""
_IS_DAMAGED = f"""
    b.studio_id = %s and b.sha256 = %s
    and (b.state = '{BlobState.DAMAGED}' or b.state = '{BlobState.LIVE}' and b.alarmed_at is not null)
"""
_DAMAGED = f"""
    select {_BLOB.sql("b")} from media_blob b where {_IS_DAMAGED}
    order by b.state = '{BlobState.LIVE}' desc, b.id limit 1 for update
"""


def keep(studio: Studio | UUID, placed: Placed) -> tuple[Blob, bool]:
    """The blob of these bytes and whether it is new. Call it in `acting_in(studio)`.

    The same bytes twice, even at the same moment, are one live row: the unique index decides. A blob whose
    bytes were lost or damaged is whole again when the same bytes come back.
    """
    studio_id, stored = studio if isinstance(studio, UUID) else studio.pk, placed.stored
    if placed.blob_id is None or placed.key is None:
        blob = _seen_again(studio_id, stored)
        if blob is not None:
            stored.discard()
            return blob, False
        # It was live a moment ago and turned out to be damaged meanwhile.
        placed = _place(studio_id, stored)
    assert placed.blob_id is not None
    assert placed.key is not None
    blob = Blob(
        id=placed.blob_id,
        studio_id=studio_id,
        sha256=stored.sha256,
        size=stored.size,
        crc32=stored.crc32,
        mime=stored.mime or sniff(stored.head).mime,
        storage_key=placed.key,
    )
    bytes_of = [studio_id, stored.sha256]
    unless_damaged = f"not exists (select from media_blob b where {_IS_DAMAGED})"
    damaged, added = together(
        as_sent(_DAMAGED, bytes_of),
        inserting(blob, where=unless_damaged, values=bytes_of, unless_there=True),
    )
    if added:
        blob._state.adding = False
        return blob, True
    if damaged and (healed := _healed(_BLOB.row(damaged[0]), stored, placed.key)) is not None:
        return healed, False
    # Somebody else kept the same bytes between our look and our insert; our object has no row.
    placed.remove()
    twin = _seen_again(studio_id, stored)
    if twin is None:
        raise IntegrityError(f"the bytes {stored.sha256} were kept and given up by somebody else at this moment")
    return twin, False


def _healed(blob: Blob, stored: Stored, key: str) -> Blob | None:
    """A damaged blob of these bytes, now with the good ones, so that every photo of it is whole again."""
    blob.state, blob.storage_key, blob.size = BlobState.LIVE, key, stored.size
    blob.seen_at = blob.checked_at = timezone.now()
    blob.alarmed_at = None
    try:
        with transaction.atomic():
            blob.save(update_fields=["state", "storage_key", "size", "seen_at", "checked_at", "alarmed_at"])
            BlobEvent.of(blob, "healed").save(force_insert=True)
    except IntegrityError:
        # Somebody else kept the same bytes meanwhile; theirs are live.
        return None
    return blob


def _seen_again(studio_id: UUID, stored: Stored) -> Blob | None:
    """The live blob of these bytes, marked as seen now, which keeps the sweep away from it."""
    rows = asking_in(studio_id, _SEEN_AGAIN, [timezone.now(), studio_id, stored.sha256])
    return _BLOB.row(rows[0]) if rows else None
