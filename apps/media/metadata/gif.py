"""GIF: pictures, their timing, how often they repeat and their colours; comments and applications' blocks go."""

from __future__ import annotations

from apps.media.formats import Damaged
from apps.media.metadata.allowed_facts import Policy
from apps.media.metadata.pieces import Content, Piece, Span

_EXTENSION, _IMAGE, _END = 0x21, 0x2C, 0x3B
_TIMING, _APPLICATION = 0xF9, 0xFF
_APPLICATIONS = {b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012"}


def plan(content: Content, policy: Policy) -> list[Piece]:
    """The pieces of the same picture; a GIF has nothing that the policies would keep. Raises Damaged."""
    if len(content) < 13:
        raise Damaged
    at = 13 + _table(content[10])
    pieces: list[Piece] = [Span(0, at)]
    while at < len(content):
        start, kind = at, content[at]
        if kind == _END:
            return [*pieces, b"\x3b"]
        if kind == _IMAGE and at + 10 < len(content):
            at = _blocks_end(content, at + 11 + _table(content[at + 9]))
            pieces.append(Span(start, at))
        elif kind == _EXTENSION and at + 2 < len(content):
            label, name = content[at + 1], bytes(content[at + 3 : at + 14])
            at = _blocks_end(content, at + 2)
            if label == _TIMING or (label == _APPLICATION and name in _APPLICATIONS):
                pieces.append(Span(start, at))
        else:
            break
    raise Damaged


def _table(flags: int) -> int:
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _blocks_end(content: Content, at: int) -> int:
    while at < len(content):
        size = content[at]
        at += 1 + size
        if size == 0:
            return at
    raise Damaged
