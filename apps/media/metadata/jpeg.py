"""JPEG: of the segments only those that decode the picture, its density and its colours; nothing behind its end."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from apps.media.formats import Damaged
from apps.media.jpeg_scans import END_OF_IMAGE, NEXT_MARKER, SCAN, WITHOUT_LENGTH, picture_end
from apps.media.metadata import allowed_facts
from apps.media.metadata.allowed_facts import AllowedFacts, Policy
from apps.media.metadata.pieces import Content, Piece, Span

_EXIF, _XMP, _IPTC, _ICC = b"Exif\0", b"http://ns.adobe.com/xap/1.0/\0", b"Photoshop 3.0\0", b"ICC_PROFILE\0"
# Frames, tables, line counts, restart intervals, hierarchies: all that a decoder reads.
_DECODING = {*range(0xC0, 0xD0), 0xDB, 0xDC, 0xDD, 0xDE, 0xDF} - {0xC8}


@dataclass(slots=True)
class _Read:
    """What was found so far: pieces of the new file, and what the old one says in its three places."""

    content: Content
    end: int
    front: list[Piece] = field(default_factory=list)
    rest: list[Piece] = field(default_factory=list)
    by_exif: AllowedFacts = AllowedFacts()
    by_xmp: AllowedFacts = AllowedFacts()
    resources: bytes = b""

    def take(self, kind: int, start: int, end: int) -> int:
        """Sort one segment; returns where the next one is to be looked for."""
        if kind in _DECODING:
            self.rest.append(Span(start, end))
        elif kind == SCAN:
            end = _scan_end(self.content, end, self.end)
            self.rest.append(Span(start, end))
        elif kind in (0xE1, 0xED):
            self._listen(bytes(self.content[start + 4 : end]))
        elif kind in (0xE0, 0xE2, 0xEE):
            self._colours(kind, bytes(self.content[start + 4 : min(end, start + 24)]), Span(start, end))
        return end

    def _listen(self, body: bytes) -> None:
        if body.startswith(_EXIF):
            self.by_exif = self.by_exif.or_else(allowed_facts.from_exif(body[6:]))
        elif body.startswith(_XMP):
            self.by_xmp = self.by_xmp.or_else(allowed_facts.from_xmp(body[len(_XMP) :]))
        elif body.startswith(_IPTC):
            self.resources += body[len(_IPTC) :]

    def _colours(self, kind: int, body: bytes, place: Span) -> None:
        """Density without its thumbnail, profiles, and Adobe's word on how colours are stored."""
        if kind == 0xE0 and body.startswith(b"JFIF\0") and len(body) >= 14 and not self.front:
            self.front.append(b"\xff\xe0\x00\x10" + body[:12] + b"\0\0")
        elif kind == 0xE2 and body.startswith(_ICC):
            self.rest.append(place)
        elif kind == 0xEE and body.startswith(b"Adobe") and len(body) >= 12:
            self.rest.append(b"\xff\xee\x00\x0e" + body[:12])

    def done(self, policy: Policy) -> list[Piece]:
        said = self.by_exif.or_else(self.by_xmp).or_else(allowed_facts.from_photoshop(self.resources)).under(policy)
        return [b"\xff\xd8", *self.front, *_app1(said), *self.rest, b"\xff\xd9"]


def plan(content: Content, policy: Policy) -> list[Piece]:
    """The pieces of the same picture under a policy. Raises Damaged."""
    end = picture_end(content)
    read, at = _Read(content, end.at), 2
    while (marker := NEXT_MARKER.search(content, at)) and (end.is_marked or marker.start() < end.at):
        kind, at = content[marker.end() - 1], marker.end()
        if kind == END_OF_IMAGE:
            return read.done(policy)
        if kind not in WITHOUT_LENGTH:
            at = read.take(kind, at - 2, _segment_end(content, at))
    return read.done(policy)


def _segment_end(content: Content, at: int) -> int:
    length = int.from_bytes(content[at : at + 2], "big")
    if length < 2 or at + length > len(content):
        raise Damaged
    return at + length


def _scan_end(content: Content, at: int, end: int) -> int:
    marker = NEXT_MARKER.search(content, at)
    return marker.start() if marker else end


def _app1(said: AllowedFacts) -> list[Piece]:
    block = said.exif()
    return [b"\xff\xe1" + struct.pack(">H", len(block) + 8) + b"Exif\0\0" + block] if block else []
