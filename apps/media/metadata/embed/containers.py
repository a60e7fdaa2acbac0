"""Where the formats keep metadata: the same file with other words in it, every part of the picture as it was."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from apps.media.formats import JPEG, PNG, TIFF, WEBP, BadFile, Damaged
from apps.media.jpeg_scans import END_OF_IMAGE, NEXT_MARKER, SCAN, WITHOUT_LENGTH
from apps.media.metadata import ifd
from apps.media.metadata.embed import exif, iptc, packet
from apps.media.metadata.embed.description import Description
from apps.media.metadata.ifd import UNDEFINED, Value
from apps.media.metadata.pieces import Content, Piece, Span, length_of

_EXIF, _XMP, _PHOTOSHOP = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0", b"Photoshop 3.0\0"
_SEGMENT, _RESOURCES = 65_533, 4 << 20
_APP0, _APP1, _APP13 = 0xE0, 0xE1, 0xED
_XML = b"XML:com.adobe.xmp\0\0\0\0\0"
_TIFF_XMP, _TIFF_IPTC, _TIFF_PHOTOSHOP = 700, 33723, 34377
_WEBP_EXIF, _WEBP_XMP, _WEBP_ALPHA = 0x08, 0x04, 0x10


class MetadataTooLong(BadFile):
    """The format has no room for so much beside what the file says already."""

    def __init__(self) -> None:
        super().__init__("There is no room for the metadata in this file.")


@dataclass(slots=True)
class _Segments:
    """A JPEG up to its first scan: what says something, apart from the parts of the picture."""

    content: Content
    block: bytes = b""
    packet: bytes = b""
    resources: bytes = b""
    front: list[Piece] = field(default_factory=list)
    rest: list[Piece] = field(default_factory=list)

    def take(self, kind: int, start: int, end: int) -> None:
        """Sort one segment; start: of its marker."""
        head = bytes(self.content[start + 4 : min(end, start + 40)])
        if kind == _APP1 and head.startswith(_EXIF[:5]):
            self.block = self.block or bytes(self.content[start + 10 : end])
        elif kind == _APP1 and head.startswith(_XMP):
            self.packet = self.packet or bytes(self.content[start + 4 + len(_XMP) : end])
        elif kind == _APP13 and head.startswith(_PHOTOSHOP):
            self.resources += bytes(self.content[start + 4 + len(_PHOTOSHOP) : end])
        else:
            (self.front if kind == _APP0 and not self.rest else self.rest).append(Span(start, end))

    def saying(self, said: Description) -> list[Piece]:
        """All of it again, with this. Raises Damaged, MetadataTooLong."""
        ours = [
            *_app(_APP1, _EXIF, exif.amended(self.block, said)),
            *_app(_APP1, _XMP, _packet(self.packet, said, len(_XMP))),
            *_app(_APP13, _PHOTOSHOP, iptc.in_resources(self.resources, said), parted=True),
        ]
        return [b"\xff\xd8", *self.front, *ours, *self.rest]


def jpeg(content: Content, said: Description) -> list[Piece]:
    """The pieces of a JPEG that says this. Raises Damaged, MetadataTooLong."""
    read, at = _Segments(content), 2
    while marker := NEXT_MARKER.search(content, at):
        kind, at = content[marker.end() - 1], marker.end()
        if kind in (SCAN, END_OF_IMAGE):
            # From the first scan to the last byte, with what makers and phones put behind the picture.
            read.rest.append(Span(at - 2, len(content)))
            return read.saying(said)
        if kind not in WITHOUT_LENGTH:
            start, at = at - 2, at + int.from_bytes(content[at : at + 2], "big")
            if at > len(content) or at < start + 4:
                raise Damaged
            read.take(kind, start, at)
    raise Damaged


def _packet(old: bytes, said: Description, head: int) -> bytes:
    """The merged packet; ours alone, if both together do not fit into a segment."""
    both = packet.merged(old, said)
    return both if len(both) + head <= _SEGMENT else packet.merged(b"", said)


def _app(kind: int, head: bytes, body: bytes, *, parted: bool = False) -> list[Piece]:
    """Segments that say this. parted: more than one may be used, as for Photoshop's resources."""
    most = _SEGMENT - len(head)
    if len(body) > (_RESOURCES if parted else most):
        raise MetadataTooLong
    parts = [body[start : start + most] for start in range(0, len(body), most)]
    return [struct.pack(">BBH", 0xFF, kind, len(head) + len(part) + 2) + head + part for part in parts]


def png(content: Content, said: Description) -> list[Piece]:
    """The pieces of a PNG that says this, in front of its pixels. Raises Damaged."""
    before: list[Piece] = [content[:8]]
    pixels: list[Piece] = []
    block = old = b""
    at = 8
    while at + 12 <= len(content):
        size, kind = struct.unpack_from(">I4s", content, at)
        end = at + 12 + size
        if end > len(content):
            raise Damaged
        head = bytes(content[at + 8 : at + 8 + min(size, len(_XML))])
        if kind == b"eXIf":
            block = block or bytes(content[at + 8 : end - 4]).removeprefix(_EXIF)
        elif kind == b"iTXt" and head.startswith(_XML[:18]):
            old = old or _itxt(bytes(content[at + 8 : end - 4]))
        else:
            (pixels if pixels or kind in (b"IDAT", b"IEND") else before).append(Span(at, end))
        at = end
        if kind == b"IEND":
            ours = [_chunk(b"eXIf", exif.amended(block, said)), _chunk(b"iTXt", _XML + packet.merged(old, said))]
            return [*before, *ours, *pixels]
    raise Damaged


def _itxt(body: bytes) -> bytes:
    """The text of an international text chunk behind its keyword; b"" if it cannot be unpacked."""
    is_packed, rest = body[18:19] == b"\1", body[20:].partition(b"\0")[2].partition(b"\0")[2]
    if not is_packed:
        return rest
    try:
        return zlib.decompressobj().decompress(rest, packet.MOST_BYTES)
    except zlib.error:
        return b""


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def webp(content: Content, said: Description) -> list[Piece]:
    """The pieces of a WebP that says this; the short form of the file becomes the long one. Raises Damaged."""
    end, at = 8 + int.from_bytes(content[4:8], "little"), 12
    if end > len(content):
        raise Damaged
    block = old = head = b""
    pieces: list[Piece] = []
    while at + 8 <= end:
        kind, size = struct.unpack_from("<4sI", content, at)
        stop = at + 8 + size
        if stop > end:
            raise Damaged
        if kind == b"VP8X" and size == 10:
            head = head or bytes(content[at + 8 : stop])
        elif kind == b"EXIF":
            block = block or bytes(content[at + 8 : stop]).removeprefix(_EXIF)
        elif kind == b"XMP ":
            old = old or bytes(content[at + 8 : stop])
        else:
            head = head or _canvas(kind, bytes(content[at + 8 : at + 18]))
            pieces += [Span(at, stop), b"\0" * (size % 2)]
        at = stop + size % 2
    if not head:
        raise Damaged
    head = bytes([head[0] | _WEBP_EXIF | _WEBP_XMP]) + head[1:]
    pieces = [_riff(b"VP8X", head), *pieces, _riff(b"EXIF", exif.amended(block, said))]
    pieces.append(_riff(b"XMP ", packet.merged(old, said)))
    return [b"RIFF" + struct.pack("<I", length_of(pieces) + 4) + b"WEBP", *pieces]


def _canvas(kind: bytes, body: bytes) -> bytes:
    """The head of the long form, from a frame's own (RFC 9649, RFC 6386 section 9.1); b"" for another chunk."""
    if kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a" and len(body) == 10:
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", body, 6))
        flags = 0
    elif kind == b"VP8L" and body[:1] == b"\x2f" and len(body) >= 5:
        bits = int.from_bytes(body[1:5], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        flags = _WEBP_ALPHA if bits >> 28 & 1 else 0
    else:
        return b""
    if not width or not height:
        raise Damaged
    sides = b"".join((side - 1).to_bytes(3, "little") for side in (int(width), int(height)))
    return bytes([flags, 0, 0, 0]) + sides


def _riff(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def tiff(content: Content, said: Description) -> list[Piece]:
    """The pieces of a TIFF that says this: a new first directory behind all that was there. Raises Damaged."""
    found = ifd.layout_of(content)
    if found is None:
        raise Damaged
    layout, at = found
    main = {entry.tag: entry for entry in reversed(ifd.read(content, layout, at)[0])}

    def bytes_of(tag: int) -> bytes:
        entry = main.get(tag)
        return bytes(content[entry.at : entry.at + min(entry.size, _RESOURCES)]) if entry else b""

    written = packet.merged(bytes_of(_TIFF_XMP), said)
    datasets = iptc.amended(bytes_of(_TIFF_IPTC), said)
    resources = iptc.in_resources(bytes_of(_TIFF_PHOTOSHOP), None)
    more: exif.Values = {
        _TIFF_XMP: Value(_TIFF_XMP, exif.BYTE, len(written), written),
        _TIFF_IPTC: Value(_TIFF_IPTC, UNDEFINED, len(datasets), datasets),
        _TIFF_PHOTOSHOP: Value(_TIFF_PHOTOSHOP, exif.BYTE, len(resources), resources) if resources else None,
    }
    start = len(content) + len(content) % 2
    tail, first = exif.behind(content, layout, at, start, said, more)
    head = bytes(content[: 8 if layout.big else 4]) + layout.number(first)
    return [head, Span(len(head), len(content)), b"\0" * (start - len(content)), tail]


#: By the type of a file: those formats that hold all of it.
HOLDING: Final[dict[str, Callable[[Content, Description], list[Piece]]]] = {
    JPEG.mime: jpeg,
    PNG.mime: png,
    WEBP.mime: webp,
    TIFF.mime: tiff,
}
