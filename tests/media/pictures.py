"""Small pictures made for tests: four quadrants, in files whose bytes are laid out by hand where no library would."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from PIL import Image, ImageCms

#: left-top, right-top, left-bottom, right-bottom.
COLOURS = ((255, 0, 0), (0, 255, 0), (0, 0, 255), (200, 120, 60))
GREYS = (76, 150, 29, 255)


def quadrants(colours: Sequence[Any] = COLOURS, size: tuple[int, int] = (64, 48), kind: Any = np.uint8) -> np.ndarray:
    """The picture as numbers: (rows, columns, channels), or (rows, columns) of single numbers."""
    width, height = size
    picture = np.zeros((height, width, *np.shape(colours[0])), kind)
    for number, colour in enumerate(colours):
        top, left = (number // 2) * height // 2, (number % 2) * width // 2
        picture[top : top + height // 2, left : left + width // 2] = colour
    return picture


def seen(path: Path) -> list[tuple[int, ...]]:
    """The quadrants of a rendition as sRGB: its profile is applied, as a browser does."""
    with Image.open(path) as opened:
        image: Image.Image = opened.convert("RGB")
        profile = opened.info.get("icc_profile")
    if profile:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        image = ImageCms.profileToProfile(image, own, ImageCms.createProfile("sRGB")) or image
    numbers = np.asarray(image)
    height, width, _ = numbers.shape
    points = [(y, x) for y in (height // 4, 3 * height // 4) for x in (width // 4, 3 * width // 4)]
    return [tuple(numbers[point].tolist()) for point in points]


def near(found: Sequence[Sequence[int]], expected: Sequence[Sequence[int]], by: int = 4) -> bool:
    return all(
        abs(a - b) <= by for one, other in zip(found, expected, strict=True) for a, b in zip(one, other, strict=True)
    )


def tiff(
    samples: np.ndarray, photometric: int, *, order: Literal["<", ">"] = "<", planar: bool = False,
    packed: bool = False, extra: Sequence[int] = (), sample_format: int = 1, bits: int = 0,
    more: dict[int, tuple[int, ...]] | None = None,
) -> bytes:  # fmt: skip
    """A TIFF of these numbers (rows, columns[, channels]) in one strip, or in one strip for each channel.

    packed: compressed with Deflate.  bits: for numbers of another depth than their type (12 in uint16).
    """
    samples = samples[..., None] if samples.ndim == 2 else samples
    height, width, channels = samples.shape
    stored = samples.astype(samples.dtype.newbyteorder(order))
    strips = [stored[..., channel].tobytes() for channel in range(channels)] if planar else [stored.tobytes()]
    if bits == 12:
        strips = [_twelve(samples[..., 0])]
    strips = [zlib.compress(strip) for strip in strips] if packed else strips
    depth = (bits or samples.dtype.itemsize * 8,) * channels
    tags: dict[int, tuple[int, ...]] = {
        256: (width,), 257: (height,), 258: depth, 259: (8 if packed else 1,), 262: (photometric,),
        277: (channels,), 278: (height,), 284: (2 if planar else 1,), 339: (sample_format,) * channels, **(more or {}),
    }  # fmt: skip
    if extra:
        tags[338] = tuple(extra)
    data, places = b"", []
    for strip in strips:
        places.append(8 + len(data))
        data += strip + b"\0" * (len(strip) % 2)
    tags |= {273: tuple(places), 279: tuple(map(len, strips))}
    at = 8 + len(data)
    table, behind = struct.pack(order + "H", len(tags)), b""
    free = at + 2 + 12 * len(tags) + 4
    for tag, values in sorted(tags.items()):
        value = struct.pack(f"{order}{len(values)}I", *values)
        table += struct.pack(order + "HHI", tag, 4, len(values))
        if len(value) > 4:
            table += struct.pack(order + "I", free + len(behind))
            behind += value
        else:
            table += value
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", at)
    return head + data + table + bytes(4) + behind


def _twelve(samples: np.ndarray) -> bytes:
    packed = bytearray()
    for row in samples:
        for one, other in zip(row[::2].tolist(), row[1::2].tolist(), strict=True):
            packed += bytes([one >> 4, (one & 15) << 4 | other >> 8, other & 255])
    return bytes(packed)


def png(picture: Image.Image, *chunks: tuple[bytes, bytes], **options: Any) -> bytes:
    """A PNG with these chunks in front of its pixels."""
    content = io.BytesIO()
    picture.save(content, "PNG", **options)
    whole = content.getvalue()
    more = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return whole[:33] + more + whole[33:]
