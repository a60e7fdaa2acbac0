"""Where the coded picture of a JPEG ends, whether or not a marker says so. Pure.

Cameras and programs leave the end marker out (panoramas, some telephones) or overwrite it, and decoders that read
ahead never miss it. The segments tell which scans the picture consists of (ITU-T T.81, B.2): when the last of them
has begun, what follows its data is no part of the picture. Whether that data is all there only a decoder can tell.
"""

from __future__ import annotations

import mmap
import re
from dataclasses import dataclass, field
from pathlib import Path

from apps.media.formats import Damaged, UnknownKind

# What ends a run of coded pixels: a marker, but not a stuffed byte, a restart or a filling byte.
NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
SCAN, END_OF_IMAGE = 0xDA, 0xD9
WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD9)}
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = {0xC2, 0xC6, 0xCA, 0xCE}
_LOSSLESS = {0xC3, 0xC7, 0xCB, 0xCF}
_COEFFICIENTS = 64


@dataclass(frozen=True, slots=True)
class PictureEnd:
    """at: behind the last byte that can belong to the picture.  is_marked: an end marker stands in front of it."""

    at: int
    is_marked: bool


@dataclass(slots=True)
class _Frame:
    """Which coefficients of which component have not had their last bit yet."""

    is_progressive: bool = False
    missing: dict[int, set[int]] = field(default_factory=dict)

    def begin(self, kind: int, body: bytes) -> None:
        count = body[5] if len(body) > 5 else 0
        self.is_progressive = kind in _PROGRESSIVE
        self.missing = {name: set(range(_COEFFICIENTS)) for name in body[6 : 6 + 3 * count : 3]}

    def scan(self, body: bytes) -> None:
        """Note what a scan's header says it brings."""
        count = body[0] if body else 0
        first, last, bits = (*body[1 + 2 * count : 4 + 2 * count], 0, 0, 0)[:3]
        brought = set(range(first, last + 1)) if self.is_progressive else set(range(_COEFFICIENTS))
        if not self.is_progressive or bits & 15 == 0:
            for name in body[1 : 1 + 2 * count : 2]:
                self.missing.get(name, set()).difference_update(brought)

    @property
    def is_complete(self) -> bool:
        return bool(self.missing) and not any(self.missing.values())


def picture_end(content: bytes | mmap.mmap) -> PictureEnd:
    """Where the first picture of a JPEG ends. Raises Damaged when it stops before its last scan has begun."""
    frame, unmarked = _Frame(), 0
    marker = NEXT_MARKER.search(content, 2)
    while marker:
        kind, at = content[marker.end() - 1], marker.end()
        if kind == END_OF_IMAGE:
            return PictureEnd(at, is_marked=True)
        if kind not in WITHOUT_LENGTH:
            body = bytes(content[at + 2 : min(at + int.from_bytes(content[at : at + 2], "big"), at + 1024)])
            if kind in _FRAMES and not frame.missing:
                frame.begin(kind, body)
            elif kind == SCAN and not unmarked:
                frame.scan(body)
            at += int.from_bytes(content[at : at + 2], "big")
        # Most of a file lies between two markers, so it is gone through once.
        marker = NEXT_MARKER.search(content, at)
        if kind == SCAN and frame.is_complete and not unmarked:
            unmarked = marker.start() if marker else _last_byte(content, at)
    if not unmarked:
        raise Damaged
    return PictureEnd(unmarked, is_marked=False)


def _last_byte(content: bytes | mmap.mmap, start: int) -> int:
    """The end of the data without the zeros that fill a file whose rest never arrived."""
    end = len(content)
    while end > start and not any(content[max(start, end - 65536) : end]):
        end = max(start, end - 65536)
    tail = bytes(content[max(start, end - 65536) : end])
    kept = len(tail.rstrip(b"\0"))
    if tail[:kept].endswith(b"\xff"):
        # In the data a byte of all ones is followed by a zero; alone it is the half of a marker.
        kept += 1 if kept < len(tail) else -1
    return max(start, end - len(tail) + kept)


def check_kind(source: Path) -> None:
    """Raise UnknownKind for the kinds of JPEG that the decoder does not know: 12 bits, lossless."""
    with source.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        _check_frame(content)


def _check_frame(content: mmap.mmap) -> None:
    at = 2
    while (marker := NEXT_MARKER.search(content, at)) and marker.end() < len(content) - 2:
        kind, at = content[marker.end() - 1], marker.end()
        if kind in _FRAMES:
            if kind in _LOSSLESS:
                raise UnknownKind("a lossless JPEG", "an ordinary JPEG")
            if content[at + 2] != 8:
                raise UnknownKind(f"a JPEG with {content[at + 2]} bits per channel", "an 8 bit JPEG")
            return
        if kind in (SCAN, END_OF_IMAGE):
            return
        if kind not in WITHOUT_LENGTH:
            at += int.from_bytes(content[at : at + 2], "big")
