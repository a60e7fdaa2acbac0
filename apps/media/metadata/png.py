"""PNG: the chunks that draw the picture and its colours, and one of our own."""

from __future__ import annotations

import re
import struct
import zlib

from apps.media.formats import Damaged
from apps.media.metadata import allowed_facts
from apps.media.metadata.allowed_facts import AllowedFacts, Policy
from apps.media.metadata.pieces import Content, Piece, Span

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_DRAWING = {
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP", b"mDCV",
    b"cLLI", b"bKGD", b"hIST", b"pHYs", b"acTL", b"fcTL", b"fdAT",
}  # fmt: skip
_TEXTS = {b"tEXt", b"zTXt", b"iTXt"}
_UNPACKED = 1 << 20


def plan(content: Content, policy: Policy) -> list[Piece]:
    """The pieces of the same picture under a policy. Raises Damaged."""
    before: list[Piece] = [_SIGNATURE]
    pixels: list[Piece] = []
    found, texts, at = AllowedFacts(), AllowedFacts(), len(_SIGNATURE)
    while at + 12 <= len(content):
        size, kind = struct.unpack_from(">I4s", content, at)
        end = at + 12 + size
        if end > len(content):
            break
        if kind in _DRAWING:
            # What we say goes before the pixels, so that readers need not look for it behind them.
            (pixels if pixels or kind in (b"IDAT", b"IEND") else before).append(Span(at, end))
        elif kind == b"eXIf":
            found = found.or_else(allowed_facts.from_exif(_bare(bytes(content[at + 8 : end - 4]))))
        elif kind in _TEXTS and size <= _UNPACKED:
            texts = texts.or_else(_from_text(kind, bytes(content[at + 8 : end - 4])))
        if kind == b"IEND":
            return [*before, *_exif(found.or_else(texts).under(policy)), *pixels]
        at = end
    raise Damaged


def _bare(block: bytes) -> bytes:
    return block[6:] if block.startswith(b"Exif\0\0") else block


def _exif(said: AllowedFacts) -> list[Piece]:
    block = said.exif()
    if not block:
        return []
    return [struct.pack(">I", len(block)) + b"eXIf" + block + struct.pack(">I", zlib.crc32(b"eXIf" + block))]


def _from_text(kind: bytes, body: bytes) -> AllowedFacts:
    """What a text chunk says: by its own name, as XMP, or as the EXIF that programs once wrote in hexadecimal."""
    name, _, rest = body.partition(b"\0")
    text = _unpacked(kind, rest)
    if name == b"XML:com.adobe.xmp":
        return allowed_facts.from_xmp(text)
    if name in (b"Raw profile type exif", b"Raw profile type APP1"):
        digits = re.sub(rb"[^0-9a-fA-F]", b"", text.partition(b"\n")[2].lstrip().partition(b"\n")[2])
        return allowed_facts.from_exif(_bare(bytes.fromhex(digits[: len(digits) // 2 * 2].decode())))
    if name == b"Copyright":
        return AllowedFacts(copyright=allowed_facts.words(text))
    return AllowedFacts(creator=allowed_facts.words(text)) if name == b"Author" else AllowedFacts()


def _unpacked(kind: bytes, rest: bytes) -> bytes:
    is_packed = kind == b"zTXt"
    if kind == b"iTXt":
        is_packed = rest[:1] == b"\1"
        rest = rest[2:].partition(b"\0")[2].partition(b"\0")[2]
    elif is_packed:
        rest = rest[1:]
    if not is_packed:
        return rest
    try:
        return zlib.decompressobj().decompress(rest, _UNPACKED)
    except zlib.error:
        return b""
