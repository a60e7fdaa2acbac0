"""The colours that HEIF and AVIF number in a property of their main picture (ISO/IEC 23008-12, 14496-12 12.1.5)."""

from __future__ import annotations

import struct

from apps.media.metadata.isobmff import Box, boxes
from apps.media.metadata.pieces import Content


def primary_nclx(content: Content) -> tuple[int, int] | None:
    """Primaries and transfer of the main item by their numbers, or None. Raises Damaged, struct.error, IndexError."""
    meta = next((box for box in boxes(content, 0, len(content)) if box.kind == b"meta"), None)
    if meta is None:
        return None
    parts = {box.kind: box for box in boxes(content, meta.body + 4, meta.end)}
    if b"pitm" not in parts or b"iprp" not in parts:
        return None
    main = number_at(content, parts[b"pitm"].body + 4, 4 if content[parts[b"pitm"].body] else 2)
    inside = list(boxes(content, parts[b"iprp"].body, parts[b"iprp"].end))
    properties = [one for box in inside if box.kind == b"ipco" for one in boxes(content, box.body, box.end)]
    for table in (box for box in inside if box.kind == b"ipma"):
        for index in properties_of(content, table, main):
            box = properties[index - 1] if 0 < index <= len(properties) else None
            if box and box.kind == b"colr" and bytes(content[box.body : box.body + 4]) == b"nclx":
                primaries, transfer = struct.unpack_from(">HH", content, box.body + 4)
                return primaries, transfer
    return None


def number_at(content: Content, at: int, size: int) -> int:
    return int.from_bytes(content[at : at + size], "big")


def properties_of(content: Content, ipma: Box, item: int) -> list[int]:
    """The numbers, from 1, of an item's properties."""
    id_size, wide = (4 if content[ipma.body] else 2), content[ipma.body + 3] & 1
    size, mask = (2, 0x7FFF) if wide else (1, 0x7F)
    at = ipma.body + 8
    while at < ipma.end:
        pk, count = number_at(content, at, id_size), content[at + id_size]
        at += id_size + 1
        if pk == item:
            return [number_at(content, at + size * number, size) & mask for number in range(count)]
        at += size * count
    return []
