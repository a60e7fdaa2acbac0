"""A new file as a list of pieces of the old one and of bytes of our own: memory stays small for any length."""

from __future__ import annotations

import mmap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, TypeAlias

Content: TypeAlias = bytes | mmap.mmap
_CHUNK = 1 << 20
_ZEROS = bytes(_CHUNK)


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes [start, end) of the old file."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Zeros:
    """So many bytes of nothing."""

    length: int


Piece: TypeAlias = bytes | Span | Zeros


def length_of(pieces: Iterable[Piece]) -> int:
    """How long the new file is."""
    return sum(piece.end - piece.start if isinstance(piece, Span) else _long(piece) for piece in pieces)


def _long(piece: bytes | Zeros) -> int:
    return piece.length if isinstance(piece, Zeros) else len(piece)


def write(pieces: Iterable[Piece], content: Content, file: BinaryIO) -> None:
    """Put the pieces one behind the other into `file`."""
    for piece in pieces:
        if isinstance(piece, bytes):
            file.write(piece)
            continue
        left = piece.end - piece.start if isinstance(piece, Span) else piece.length
        at = piece.start if isinstance(piece, Span) else 0
        while left > 0:
            part = min(left, _CHUNK)
            file.write(content[at : at + part] if isinstance(piece, Span) else _ZEROS[:part])
            at, left = at + part, left - part


def only(kept: Iterable[Span], end: int) -> Iterator[Piece]:
    """The first `end` bytes at their old places, where everything outside of `allowed_facts` is zero."""
    at = 0
    for span in merged(kept):
        start, stop = max(span.start, at), min(span.end, end)
        if start >= stop:
            continue
        if start > at:
            yield Zeros(start - at)
        yield Span(start, stop)
        at = stop
    if at < end:
        yield Zeros(end - at)


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same bytes as few spans in order."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda one: one.start):
        if span.end <= span.start:
            continue
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found
