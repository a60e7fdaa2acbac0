"""Whether a file is all there, as its own container says. Decoders may fill a missing rest without a word."""

from __future__ import annotations

import io
import mmap
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from apps.media import jpeg_scans
from apps.media.formats import (
    AVIF,
    HEAD_BYTES,
    HEIF,
    JPEG,
    PNG,
    WEBP,
    BadFile,
    Damaged,
    Format,
    TooManyPixels,
    sniff,
)
from apps.media.presets import MAX_PIXELS

TOO_MANY = (
    f"This picture has more than {MAX_PIXELS // 1_000_000} megapixels, the most that can be opened safely. "
    "Export it smaller and upload it again."
)
_END = b"\xff\xd9"
# What a decoder would take for pixels if it still needed some; each bit is set in one of the two.
_FILLINGS = (b"\xaa" * 64, b"\x55" * 64)
_BAND = 256
_CRITICAL = {b"IHDR", b"PLTE", b"IDAT", b"IEND"}
_PNG_HEAD = 8


def opened(source: Path) -> tuple[Format, Path | io.BytesIO]:
    """The format of a file and what to open it by: itself, or a JPEG that got the end marker it lacks.

    Raises NotAnImage, or Damaged if the file is shorter than its own container says.
    """
    with source.open("rb") as file:
        format = sniff(file.read(HEAD_BYTES))
        if format.kind == "video":
            # FFmpeg finds out by itself, and a film of gigabytes has no place in a decoder's address space.
            return format, source
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            if format == JPEG:
                return format, _whole_jpeg(content) or source
            _CHECKS.get(format.name, _nothing)(content)
    return format, source


def _nothing(content: mmap.mmap) -> None:
    """The decoders of the other formats raise by themselves."""


def _whole_jpeg(content: mmap.mmap) -> io.BytesIO | None:
    """None if an end marker closes the picture; otherwise the picture with one. Raises Damaged if it was cut off."""
    end = jpeg_scans.picture_end(content)
    if end.is_marked:
        return None
    picture = content[: end.at]
    plain = _pixels(picture + _END)
    # If the data is all there, the decoder does not look at what follows, whatever that is.
    if any(_pixels(picture + filling + _END) != plain for filling in _FILLINGS):
        raise Damaged
    return io.BytesIO(picture + _END)


def _pixels(content: bytes) -> int:
    """A checksum of all decoded pixels. Raises Damaged."""
    total = 0
    with _decoding(), Image.open(io.BytesIO(content), formats=["JPEG"]) as image:
        check_size(image.size)
        image.load()
        for top in range(0, image.height, _BAND):
            band = image.crop((0, top, image.width, min(top + _BAND, image.height)))
            total = zlib.crc32(band.tobytes(), total)
    return total


def check_size(size: tuple[int, int]) -> None:
    """Raise Damaged for a picture without pixels, TooManyPixels for one with more than anybody is given memory for."""
    if min(size) < 1:
        raise Damaged
    if size[0] * size[1] > MAX_PIXELS:
        raise TooManyPixels(TOO_MANY)


@contextmanager
def _decoding() -> Iterator[None]:
    try:
        yield
    except (BadFile, MemoryError):
        raise
    except Image.DecompressionBombError as error:
        raise TooManyPixels(TOO_MANY) from error
    except Exception as error:  # decoders of hostile bytes raise anything: SyntaxError, struct.error ...
        raise Damaged from error


def _check_png(content: mmap.mmap) -> None:
    """Each chunk that draws must be what its checksum says: a hole in the data would be shown as black."""
    at = _PNG_HEAD
    while at + 8 <= len(content):
        size, kind = struct.unpack_from(">I4s", content, at)
        end = at + 8 + size
        if kind == b"IEND":
            return
        if kind in _CRITICAL and (
            end + 4 > len(content) or zlib.crc32(content[at + 4 : end]) != int.from_bytes(content[end : end + 4], "big")
        ):
            raise Damaged
        at = end + 4
    # Without its end the picture may still be all there: the decoder counts its rows.


def _check_riff(content: mmap.mmap) -> None:
    if 8 + int.from_bytes(content[4:8], "little") > len(content):
        raise Damaged


def _check_boxes(content: mmap.mmap) -> None:
    """The last top-level box must end inside of the file."""
    at = 0
    while at + 8 <= len(content):
        size, _, large = struct.unpack(">I4sQ", content[at : at + 16].ljust(16, b"\0"))
        size = large if size == 1 else size
        if size == 0:  # up to the end of the file
            return
        if size < 8:
            raise Damaged
        at += size
    if at > len(content):
        raise Damaged


_CHECKS = {PNG.name: _check_png, WEBP.name: _check_riff, HEIF.name: _check_boxes, AVIF.name: _check_boxes}
