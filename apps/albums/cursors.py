"""Where a page of an album begins, as a word for an address.

A cursor names a placement of the album, not its keys: those tell capture times, and a new order by hand would leave
the reader in the middle of nowhere.
"""

from __future__ import annotations

import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b
from hmac import compare_digest
from uuid import UUID

from django.conf import settings

from apps.web.keyset import BadCursor

FORWARD, BACK = 0, 1
_LAYOUT = struct.Struct(">16sIB8s")


def write(album_id: UUID, placement_id: UUID, number: int, direction: int) -> str:
    """The cursor of the page after (FORWARD) or before (BACK) a placement, which is photo `number` of the album."""
    mark = _mark(album_id, placement_id.bytes, number, direction)
    return urlsafe_b64encode(_LAYOUT.pack(placement_id.bytes, number, direction, mark)).rstrip(b"=").decode()


def read(album_id: UUID, cursor: str) -> tuple[UUID, int, int]:
    """What `write` was given. Raises BadCursor."""
    try:
        raw = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        placement, number, direction, mark = _LAYOUT.unpack(raw)
    except (ValueError, struct.error) as error:
        raise BadCursor(cursor) from error
    # The last character has bits that decode to nothing: only the one spelling we give out is taken back.
    spelt = urlsafe_b64encode(raw).rstrip(b"=").decode() == cursor
    if not (spelt and compare_digest(mark, _mark(album_id, placement, number, direction))):
        raise BadCursor(cursor)
    return UUID(bytes=placement), number, direction


def _mark(album_id: UUID, placement: bytes, number: int, direction: int) -> bytes:
    said = album_id.bytes + placement + struct.pack(">IB", number, direction)
    key = blake2b(settings.SECRET_KEY.encode(), person=b"albums.cursor").digest()
    return blake2b(said, key=key, digest_size=8).digest()
