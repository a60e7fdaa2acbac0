"""The bytes of an archive, streamed in large pieces and compared with their CRC before an entry ends.

A file that is missing, cut off or altered ends the transfer with an exception, so that the connection breaks: a
client never takes a part, or wrong bytes, for all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import BinaryIO
from uuid import UUID

from isal.isal_zlib import crc32

from apps.media import damage, serving
from apps.media.models import Blob, BlobState
from apps.media.storage import LocalStore, store
from apps.sharing.downloads.archive.layout import Piece, ZipEntry, ZipLayout
from apps.sharing.downloads.sizes import Unwhole

CHUNK = 1 << 20
# Small files and headers are joined to pieces of about this size.
_JOINED = 1 << 18


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


def pour(layout: ZipLayout, blobs: Sequence[UUID], where: Places, start: int, end: int) -> Iterator[bytes]:
    """The bytes of the archive from `start` to `end`, both included. Raises Broken.

    blobs: ids by the number of the entry, of all entries that lie in the store.
    """
    waiting: list[bytes] = []
    size = 0
    for chunk in _chunks(layout, blobs, where, start, end):
        waiting.append(chunk)
        size += len(chunk)
        if size >= _JOINED:
            yield waiting[0] if len(waiting) == 1 else b"".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)


def _chunks(layout: ZipLayout, blobs: Sequence[UUID], where: Places, start: int, end: int) -> Iterator[bytes]:
    for segment in layout.segments(start, end):
        if isinstance(segment, Piece):
            location = where[blobs[segment.entry]]
            yield from _read(location, layout.entries[segment.entry], segment)
        else:
            yield segment


def _read(location: serving.Location, entry: ZipEntry, piece: Piece) -> Iterator[bytes]:
    """The bytes of one piece. Where it holds the entry's end, the last bytes leave only if all of the entry is true."""
    is_whole = piece.offset + piece.length == entry.size
    left = piece.length
    try:
        with store().open(location.storage_key, start=0 if is_whole else piece.offset) as file:
            crc = _crc_until(file, piece.offset) if is_whole else 0
            while left:
                chunk = file.read(min(CHUNK, left))
                if not chunk:
                    raise Broken("bytes are missing at the end")
                left -= len(chunk)
                if is_whole:
                    crc = crc32(chunk, crc)
                    if not left and crc != entry.crc32:
                        raise Broken("bytes differ from their CRC")
                yield chunk
    except (OSError, Broken) as error:
        reason = str(error) if isinstance(error, Broken) else "bytes cannot be read"
        damage.report(location.studio_id, location.blob_id, f"an archive was broken off: {reason}")
        raise Broken(reason) from error


def _crc_until(file: BinaryIO, offset: int) -> int:
    """CRC of the first `offset` bytes: a resumed entry is compared as a whole, too."""
    crc = 0
    while offset:
        chunk = file.read(min(CHUNK, offset))
        if not chunk:
            raise Broken("bytes are missing at the start")
        offset -= len(chunk)
        crc = crc32(chunk, crc)
    return crc
