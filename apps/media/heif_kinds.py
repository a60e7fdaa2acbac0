"""HEIF pictures that are whole and of a codec that no decoder here knows: called by its name, not damaged."""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

from apps.media.formats import Damaged, UnknownKind
from apps.media.metadata.isobmff import boxes

# Kinds of items (ISO/IEC 23008-12, annexes; 23001-17), by the names that cameras and programs give their codecs.
_CODECS = {
    b"av01": "AV1",
    b"avc1": "H.264 (AVC)",
    b"evc1": "EVC",
    b"j2k1": "JPEG 2000",
    b"jpeg": "JPEG",
    b"unci": "no compression",
    b"vvc1": "H.266 (VVC)",
}
_HEVC = b"hvc1"


class NotAsPhonesWrite(Exception):
    """A picture that `hevc_stills` had begun and could not end; libheif may be able to."""


def refuse_unknown_kind(source: Path) -> None:
    """Raise UnknownKind if the pictures of a HEIF file are none of HEVC; do nothing for all else."""
    with source.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        try:
            kinds = _item_kinds(content)
        except (Damaged, struct.error, IndexError):
            return
    others = [_CODECS[kind] for kind in sorted(kinds & _CODECS.keys())]
    if others and _HEVC not in kinds:
        raise UnknownKind(f"HEIF with {' and '.join(others)} inside", "JPEG, or as HEIC with HEVC")


def _item_kinds(content: mmap.mmap) -> set[bytes]:
    """The kinds of all items that the file lists."""
    found = set()
    for meta in (box for box in boxes(content, 0, len(content)) if box.kind == b"meta"):
        for iinf in (box for box in boxes(content, meta.body + 4, meta.end) if box.kind == b"iinf"):
            first = iinf.body + (6 if content[iinf.body] == 0 else 8)
            for item in boxes(content, first, iinf.end):
                at = item.body + (10 if content[item.body] > 2 else 8)
                found.add(bytes(content[at : at + 4]))
    return found
