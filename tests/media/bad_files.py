"""Bad files of every kind that may be sent, made from good ones: the same number gives the same file."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

import av
import numpy as np

from apps.media import formats
from tests.media.corpus import named

XMP, JXL = "XMP", "JXL"
#: Good files from which bad ones are made; small, so that a decoder that gets far costs little.
_FILES = {
    "JPEG": "formats/hopper_gray.jpg",
    "PNG": "formats/hopper.png",
    "WEBP": "formats/hopper.webp",
    "AVIF": "formats/hopper.avif",
    "TIFF": "formats/hopper.tif",
    "HEIF": "formats/zPug_3.heic",
    "GIF": "formats/hopper.gif",
    "RAW": "raw_jpeg_pairs/DSC_0002.DNG",
    "MP4": "video/rotate_90.mp4",
    "MOV": "live_photo/IMG_7001.MOV",
    "WEBM": "video/vp9.webm",
}
KINDS = (*formats.FORMATS, XMP, JXL)

_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF>
<rdf:Description xmp:Rating="4" photoshop:DateCreated="2026-05-01T10:00:00+02:00" exif:GPSLatitude="47,22.55N">
<dc:subject><rdf:Bag><rdf:li>Cake</rdf:li><rdf:li>Ben &amp; Anna</rdf:li></rdf:Bag></dc:subject>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">The kiss</rdf:li></rdf:Alt></dc:description>
</rdf:Description></rdf:RDF></x:xmpmeta>"""
#: What stands behind a JPEG XL codestream and its box (ISO/IEC 18181-2); no decoder for more is here.
_JXL = (
    b"\xff\x0a\xfa\x7f" + bytes(range(256)),
    b"\x00\x00\x00\x0cJXL \x0d\x0a\x87\x0a\x00\x00\x00\x14ftypjxl \0\0\0\0jxl ",
)


def _film(container: str) -> bytes:
    """Ten frames in a container that the test photos have none of."""
    made = io.BytesIO()
    with av.open(made, "w", format=container) as film:
        stream: Any = film.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        for number in range(10):
            picture = np.full((64, 96, 3), number * 25, np.uint8)
            film.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        film.mux(stream.encode())
    return made.getvalue()


@cache
def good(kind: str) -> bytes:
    """A sound file of a kind (of JPEG XL: one that begins as such)."""
    if kind in ("MKV", "AVI"):
        return _film({"MKV": "matroska", "AVI": "avi"}[kind])
    if kind == XMP:
        return _PACKET.encode()
    return _JXL[0] if kind == JXL else named(_FILES[kind]).read_bytes()


def _cut(content: bytes, random: Random, kind: str) -> bytes:
    return content[: random.randrange(len(content))]


def _flipped(content: bytes, random: Random, kind: str) -> bytes:
    changed = bytearray(content)
    for _ in range(random.choice((1, 8, 64, 512))):
        changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


def _head_flipped(content: bytes, random: Random, kind: str) -> bytes:
    changed = bytearray(content)
    for _ in range(random.choice((1, 4, 16))):
        changed[random.randrange(min(512, len(changed)))] = random.randrange(256)
    return bytes(changed)


_WILD = (0, 1, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x40000001)


def _wild_sizes(content: bytes, random: Random, kind: str) -> bytes:
    """Numbers among the first ones, where widths, lengths and offsets stand, are the smallest and largest there are."""
    changed = bytearray(content)
    for _ in range(random.choice((1, 3))):
        at = random.randrange(4, max(5, min(1024, len(changed) - 4)))
        changed[at : at + 4] = struct.pack(random.choice("<>") + "I", random.choice(_WILD))
    return bytes(changed)


def _holed(content: bytes, random: Random, kind: str) -> bytes:
    start = random.randrange(len(content))
    length = random.randrange(1, len(content) // 3 + 2)
    return content[:start] + bytes(min(length, len(content) - start)) + content[start + length :]


def _other(random: Random, kind: str) -> bytes:
    return good(random.choice([one for one in KINDS if one != kind]))


def _swapped(content: bytes, random: Random, kind: str) -> bytes:
    """It begins as one kind and goes on as another."""
    head = random.choice((12, 32, 64, 256))
    return content[:head] + _other(random, kind)[head:]


_SCRIPTS = (
    b"<script>alert(1)</script>",
    b"<?php system($_GET[0]); ?>",
    b"PK\x03\x04" + bytes(26),
    b"%PDF-1.7\n1 0 obj\n",
)


def _polyglot(content: bytes, random: Random, kind: str) -> bytes:
    """Two files in one: behind, or in front."""
    second = random.choice((*_SCRIPTS, _other(random, kind)))
    return content + second if random.random() < 0.7 else second + content


def _shuffled(content: bytes, random: Random, kind: str) -> bytes:
    pieces = sorted(random.randrange(len(content)) for _ in range(3))
    first, second = content[pieces[0] : pieces[1]], content[pieces[1] : pieces[2]]
    return content[: pieces[0]] + second + first + first + content[pieces[2] :]


def _noise(content: bytes, random: Random, kind: str) -> bytes:
    """Its first bytes, then anything."""
    return content[: random.choice((4, 12, 40))] + random.randbytes(random.choice((0, 1, 200, 20_000)))


_DEEDS: dict[str, Callable[[bytes, Random, str], bytes]] = {
    "cut off": _cut,
    "bits flipped": _flipped,
    "head overwritten": _head_flipped,
    "wild sizes": _wild_sizes,
    "zero bytes": _holed,
    "swapped container": _swapped,
    "polyglot": _polyglot,
    "pieces shuffled": _shuffled,
    "noise": _noise,
}


@dataclass(frozen=True, slots=True)
class GeneratedFile:
    """One bad file. number: makes it again by `bad_file`."""

    number: int
    kind: str
    deed: str
    content: bytes

    def __str__(self) -> str:
        return f"bad file {self.number}: {self.kind}, {self.deed}"


def bad_file(number: int) -> GeneratedFile:
    """The bad file of a number; 153 in a row hold each kind with each deed."""
    kind = KINDS[number % len(KINDS)]
    deed = list(_DEEDS)[number // len(KINDS) % len(_DEEDS)]
    content = good(kind)
    if kind == JXL and number % 2:
        content = _JXL[1]
    return GeneratedFile(number, kind, deed, _DEEDS[deed](content, Random(number), kind))


def bad_files(count: int) -> Iterator[GeneratedFile]:
    """That many, each kind and each deed as often as any other."""
    return map(bad_file, range(count))
