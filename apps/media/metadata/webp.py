"""WebP: the chunks that draw the picture, also inside of each frame, and one of our own."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from apps.media.formats import Damaged
from apps.media.metadata import allowed_facts
from apps.media.metadata.allowed_facts import AllowedFacts, Policy
from apps.media.metadata.pieces import Content, Piece, Span, length_of

_DRAWING = {b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ICCP"}
_FRAME_DRAWING = {b"VP8 ", b"VP8L", b"ALPH"}
_FRAME_HEAD = 16
_HAS_XMP, _HAS_EXIF = 0x04, 0x08


@dataclass(slots=True)
class _Read:
    """What was found so far. flags: of the long form of the file, None in the short one."""

    content: Content
    pieces: list[Piece] = field(default_factory=list)
    flags: int | None = None
    by_exif: AllowedFacts = AllowedFacts()
    by_xmp: AllowedFacts = AllowedFacts()

    def take(self, kind: bytes, start: int, stop: int) -> None:
        """Sort one chunk."""
        if kind == b"VP8X" and stop - start >= 10 and self.flags is None:
            self.flags = self.content[start]
            self.pieces.append(Span(start - 8, stop))
        elif kind == b"ANMF":
            self.pieces += _frame(self.content, start, stop)
        elif kind in _DRAWING:
            self.pieces += [Span(start - 8, stop), b"\0" * ((stop - start) % 2)]
        elif kind == b"EXIF":
            block = bytes(self.content[start:stop])
            self.by_exif = self.by_exif.or_else(allowed_facts.from_exif(block.removeprefix(b"Exif\0\0")))
        elif kind == b"XMP ":
            self.by_xmp = self.by_xmp.or_else(
                allowed_facts.from_xmp(bytes(self.content[start : min(stop, start + (1 << 20))]))
            )

    def done(self, policy: Policy) -> list[Piece]:
        if self.flags is None:
            # Only the long form of the file has room for more than pixels.
            return self.pieces
        block = self.by_exif.or_else(self.by_xmp).under(policy).exif()
        pieces = [_extended(self.content, piece, self.flags, has_exif=bool(block)) for piece in self.pieces]
        if block:
            pieces.append(b"EXIF" + struct.pack("<I", len(block)) + block + b"\0" * (len(block) % 2))
        return pieces


def plan(content: Content, policy: Policy) -> list[Piece]:
    """The pieces of the same picture under a policy. Raises Damaged."""
    end = 8 + int.from_bytes(content[4:8], "little")
    if end > len(content):
        raise Damaged
    read = _Read(content)
    for kind, start, stop in _chunks(content, 12, end):
        read.take(kind, start, stop)
    if not read.pieces:
        raise Damaged
    pieces = read.done(policy)
    return [b"RIFF" + struct.pack("<I", length_of(pieces) + 4) + b"WEBP", *pieces]


def _chunks(content: Content, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    while at + 8 <= end:
        kind, size = struct.unpack_from("<4sI", content, at)
        if at + 8 + size > end:
            raise Damaged
        yield kind, at + 8, at + 8 + size
        at += 8 + size + size % 2


def _frame(content: Content, start: int, stop: int) -> list[Piece]:
    if stop - start < _FRAME_HEAD:
        raise Damaged
    inner: list[Piece] = [Span(start, start + _FRAME_HEAD)]
    for kind, first, last in _chunks(content, start + _FRAME_HEAD, stop):
        if kind in _FRAME_DRAWING:
            inner += [Span(first - 8, last), b"\0" * ((last - first) % 2)]
    return [b"ANMF" + struct.pack("<I", length_of(inner)), *inner]


def _extended(content: Content, piece: Piece, flags: int, *, has_exif: bool) -> Piece:
    if not isinstance(piece, Span) or content[piece.start : piece.start + 4] != b"VP8X":
        return piece
    flags = flags & ~(_HAS_XMP | _HAS_EXIF) | (_HAS_EXIF if has_exif else 0)
    return b"VP8X\x0a\0\0\0" + bytes([flags]) + bytes(content[piece.start + 9 : piece.start + 18])
