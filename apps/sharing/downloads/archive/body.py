"""The bytes of an archive, streamed in large pieces and compared with their CRC before an entry ends.

A file that is missing, cut off or altered ends the transfer with an exception, so that the connection breaks: a
client never takes a part, or wrong bytes, for all of it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import BinaryIO, Final
from uuid import UUID

from isal.isal_zlib import crc32

from apps.media import damage, serving
from apps.media.models import Blob, BlobState
from apps.media.storage import LocalStore, store
from apps.sharing.downloads.archive.layout import Piece, ZipEntry, ZipLayout
from apps.sharing.downloads.sizes import Unwhole

CHUNK = 1 << 20
# Linux's flag for what the page cache holds: a read that would wait for the disk comes back empty-handed.
_AT_ONCE: Final[int | None] = getattr(os, "RWF_NOWAIT", None)


class Broken(Exception):
    """Bytes that are not what was recorded; the transfer must not go on."""


Places = Mapping[UUID, serving.Location]


def places(studio_id: UUID, blob_ids: Iterable[UUID], found_before: Places | None = None) -> Places:
    """Where these bytes lie, by blob. Run in `acting_in(studio_id)`.

    found_before: what of them was read in this transaction already.

    Raises Unwhole if one is missing, damaged, or on this disk with another length. Where it was made from an original,
    the next plan has it made again.
    """
    wanted = set(blob_ids)
    found = dict(found_before or {})
    if unknown := wanted - found.keys():
        rows = Blob.objects.for_studio(studio_id).filter(pk__any=unknown).exclude(state=BlobState.DAMAGED)
        read = (serving.Location(*values) for values in rows.values_list(*serving.FIELDS))
        found |= {row.blob_id: row for row in read}
    gone = [blob_id for blob_id in wanted if blob_id not in found or not _lies_there(found[blob_id])]
    if gone:
        for blob_id in gone:
            damage.report(studio_id, blob_id, "missing when an archive was asked for")
        raise Unwhole
    return found


def _lies_there(location: serving.Location) -> bool:
    place = store()
    if not isinstance(place, LocalStore):
        # In a bucket the first read tells.
        return True
    try:
        return place.size(location.storage_key) == location.size
    except OSError:
        return False


class Pouring:
    """The bytes of an archive from `start` to `end`, both included, in pieces of a megabyte.

    blobs: ids by the number of the entry, of all entries that lie in the store.

    A piece is filled and then taken; its memory is filled again with the piece after the next. What the system has in
    memory, as it has most of what was asked for of late, is read without a thread, which costs as much as to send it.
    """

    def __init__(self, layout: ZipLayout, blobs: Sequence[UUID], where: Places, start: int, end: int) -> None:
        self._layout, self._blobs, self._where = layout, blobs, where
        self._segments = layout.segments(start, end)
        self._left = end - start + 1
        self._piece, self._filled = bytearray(min(CHUNK, self._left)), 0
        # The piece that was taken last.
        self._taken = bytearray()
        # What is begun: bytes at hand, or an entry.
        self._plain = b""
        self._reading: _Reading | None = None

    def __iter__(self) -> Iterator[bytes]:
        """All pieces, each in memory of its own. Raises as `fill`."""
        try:
            self.fill()
            while piece := bytes(self.take()):
                yield piece
                self.fill()
        finally:
            self.close()

    def fill(self) -> None:
        """Fill the next piece. It may wait for the store, and query. Raises Broken, StorageAway."""
        try:
            while self._is_unfilled:
                self._put_more()
        except (OSError, Broken) as error:
            reason = str(error) if isinstance(error, Broken) else "bytes cannot be read"
            if self._reading is not None:
                location = self._reading.location
                damage.report(location.studio_id, location.blob_id, f"an archive was broken off: {reason}")
            raise Broken(reason) from error

    def fill_at_once(self) -> bool:
        """Fill as much of it as needs no waiting; True if that is all. The rest, and what is wrong, is for `fill`."""
        while self._is_unfilled:
            reading = self._reading
            if reading is None or (not reading.left and not reading.is_true):
                return False
            if reading.left:
                got = reading.read_at_once(memoryview(self._piece)[self._filled :])
                if not got:
                    return False
                self._filled += got
            else:
                self._end_reading()
        return True

    def take(self) -> bytearray:
        """The piece that was filled; an empty one behind the last."""
        piece = self._piece
        self._left -= len(piece)
        size = min(CHUNK, self._left)
        self._piece, self._filled = self._taken if len(self._taken) == size else bytearray(size), 0
        self._taken = piece
        return piece

    def close(self) -> None:
        """Let go of the file that is open. Twice is harmless."""
        if self._reading is not None:
            self._end_reading()

    @property
    def _is_unfilled(self) -> bool:
        # The last bytes of an entry leave when it is known to be true.
        return self._filled < len(self._piece) or (self._reading is not None and not self._reading.left)

    def _put_more(self) -> None:
        room = memoryview(self._piece)[self._filled :]
        if self._plain:
            size = min(len(room), len(self._plain))
            room[:size], self._plain = self._plain[:size], self._plain[size:]
            self._filled += size
        elif self._reading is None:
            self._begin(next(self._segments))
        elif self._reading.left:
            self._filled += self._reading.read(room)
        elif self._reading.is_true:
            self._end_reading()
        else:
            raise Broken("bytes differ from their CRC")

    def _begin(self, segment: bytes | Piece) -> None:
        if isinstance(segment, bytes):
            self._plain = segment
        else:
            location = self._where[self._blobs[segment.entry]]
            self._reading = _Reading(location, self._layout.entries[segment.entry], segment)
            self._reading.open()

    def _end_reading(self) -> None:
        assert self._reading is not None
        self._reading.close()
        self._reading = None


class _Reading:
    """One piece of an entry while it is read. Where it holds the entry's end, the CRC of all of the entry is counted.

    left: bytes that are still to be read.
    """

    def __init__(self, location: serving.Location, entry: ZipEntry, piece: Piece) -> None:
        self.location, self.entry = location, entry
        self.left = piece.length
        self._offset = piece.offset
        self._is_whole = piece.offset + piece.length == entry.size
        self._crc = 0
        self._file: BinaryIO | None = None
        # Of a file on this disk.
        self._handle: int | None = None

    @property
    def is_true(self) -> bool:
        """Whether all of the entry was as recorded. Ask it when nothing is left."""
        return not self._is_whole or self._crc == self.entry.crc32

    def open(self) -> None:
        """Open the file and read what stands before the piece, if that counts. Raises OSError, Broken, StorageAway."""
        place = store()
        self._file = place.open(self.location.storage_key, start=0 if self._is_whole else self._offset)
        if self._is_whole:
            # A resumed entry is compared as a whole, too.
            self._crc = _crc_until(self._file, self._offset)
        if isinstance(place, LocalStore):
            self._handle = self._file.fileno()

    def read(self, room: memoryview) -> int:
        """Read into it as much as it holds or as is left, in at least one step; how much. Raises OSError, Broken."""
        size = min(len(room), self.left)
        if self._handle is not None:
            got = os.preadv(self._handle, [room[:size]], self._offset)
        else:
            assert self._file is not None
            chunk = self._file.read(size)
            got = len(chunk)
            room[:got] = chunk
        if not got:
            raise Broken("bytes are missing at the end")
        self._count(room[:got])
        return got

    def read_at_once(self, room: memoryview) -> int:
        """The same of what lies in memory: 0 if nothing does, or if it cannot be told."""
        if self._handle is None or _AT_ONCE is None:
            return 0
        try:
            got = os.preadv(self._handle, [room[: self.left]], self._offset, _AT_ONCE)
        except OSError:
            return 0
        self._count(room[:got])
        return got

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _count(self, chunk: memoryview) -> None:
        self.left -= len(chunk)
        self._offset += len(chunk)
        if self._is_whole:
            self._crc = crc32(chunk, self._crc)


def _crc_until(file: BinaryIO, offset: int) -> int:
    """CRC of the first `offset` bytes."""
    crc = 0
    while offset:
        chunk = file.read(min(CHUNK, offset))
        if not chunk:
            raise Broken("bytes are missing at the start")
        offset -= len(chunk)
        crc = crc32(chunk, crc)
    return crc
