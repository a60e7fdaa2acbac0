"""What tells a photo file: its hash, its name without the ending, and the moment that its camera wrote into it."""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path

# EXIF stands at the start of a JPEG or TIFF file (most RAW formats are TIFF).
HEAD = 256 << 10
EXIF_IFD, DATE_TIME_ORIGINAL = 0x8769, 0x9003
ENDINGS = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".heic", ".heif", ".webp", ".avif", ".dng", ".cr2", ".cr3",
           ".nef", ".arw", ".raf", ".orf", ".rw2")  # fmt: skip


def sha256_of(file: Path) -> str:
    """64 hex digits."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def captured_at(file: Path) -> str | None:
    """What the camera's clock showed, as "2026-05-30T14:00:00"; None if the file does not say (EXIF 2.32, 4.6.5)."""
    with file.open("rb") as opened:
        head = opened.read(HEAD)
    start = head.find(b"Exif\0\0") + 6 if head[:2] == b"\xff\xd8" else 0
    tiff = head[start:]
    if tiff[:4] not in (b"II*\0", b"MM\0*"):
        return None
    try:
        return _moment(tiff, "<" if tiff[:2] == b"II" else ">")
    except (struct.error, ValueError):
        return None


def _moment(tiff: bytes, order: str) -> str | None:
    (first,) = struct.unpack_from(f"{order}I", tiff, 4)
    exif = _entries(tiff, order, first).get(EXIF_IFD)
    where = _entries(tiff, order, exif).get(DATE_TIME_ORIGINAL) if exif else None
    text = tiff[where : where + 19].decode("ascii") if where else ""
    day, _, clock = text.partition(" ")
    return f"{day.replace(':', '-')}T{clock}" if len(text) == 19 and day[:4].isdigit() else None


def _entries(tiff: bytes, order: str, at: int) -> dict[int, int]:
    """Tag -> its value or where that stands."""
    (count,) = struct.unpack_from(f"{order}H", tiff, at)
    rows = (struct.unpack_from(f"{order}HHII", tiff, at + 2 + 12 * number) for number in range(count))
    return {tag: value for tag, _kind, _count, value in rows}
