"""Camera RAW by LibRaw: the camera's own preview where it is large enough, else developed. Runs in the jail only.

LibRaw does not tell sub-seconds, offsets, the place and editors' words, so the tags are read here as well: RAW files
of most makers are TIFF files, some under a signature of their own; Canon's CR3 keeps several small ones in boxes,
Fuji's RAF and Panasonic's RW2 have theirs in the preview.
"""

from __future__ import annotations

import io
import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from PIL import ExifTags, Image

from apps.media import camera_tags, memory
from apps.media.facts import YEARS, Facts, clean
from apps.media.formats import JPEG, Damaged, UnknownKind
from apps.media.metadata.isobmff import boxes
from apps.media.wholeness import check_size

_NO_DECODER = ("a RAW file of an unsupported camera", "DNG, JPEG or TIFF")
# LibRaw's word for how the sensor's picture must be turned (libraw_types.h: 3, 5 and 6 of dcraw).
_TURNS = {3: Image.Transpose.ROTATE_180, 5: Image.Transpose.ROTATE_90, 6: Image.Transpose.ROTATE_270}
_ORIENTATIONS = {3: 3, 5: 8, 6: 6}
# The box in which Canon keeps its directories, and theirs: main, camera, place (they are TIFF files of their own).
_CANON = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
_CANON_PARTS = {b"CMT1": "main", b"CMT2": "camera", b"CMT4": "place"}
# TIFF under another signature (Olympus, Panasonic), and how much of it is copied to set that right.
_ODD_SIGNATURES = {b"IIRO": b"II*\x00", b"IIRS": b"II*\x00", b"IIU\x00": b"II*\x00", b"MMOR": b"MM\x00*"}
_COPIED = 4 << 20
_XMP = 700


@dataclass(frozen=True, slots=True)
class RawPicture:
    """An opened RAW file. image: not yet turned.  size: in pixels of the whole picture, upright."""

    image: Image.Image
    size: tuple[int, int]
    facts: Facts
    turn: Image.Transpose | None


@contextmanager
def opened(source: Path, edge: int) -> Iterator[RawPicture]:
    """The picture of a RAW file for a long side of `edge`: preview, half-size or full development.

    Raises UnknownKind for a camera that LibRaw does not know, Damaged, TooManyPixels or memory.NeedsMore.
    """
    import rawpy

    raw = _reader()()
    try:
        raw.open_file(str(source))
    except rawpy.LibRawFileUnsupportedError as error:
        raise UnknownKind(*_NO_DECODER) from error
    except rawpy.LibRawError as error:
        raise Damaged from error
    with raw:
        sensor = (raw.sizes.width, raw.sizes.height)
        check_size(sensor)
        flip = raw.sizes.flip
        preview = _preview(raw, min(edge, max(sensor) // 2))
        told = _facts(raw, source, preview)
        if preview is not None:
            # A preview that lies the other way than the sensor was turned by the camera already.
            turned = (preview.width > preview.height) != (sensor[0] > sensor[1]) and flip in (5, 6)
            image, turn = preview, None if turned else _TURNS.get(flip)
        else:
            image, turn = _developed(raw, sensor, edge), None
        size = sensor[::-1] if flip in (5, 6) else sensor
        with image:
            yield RawPicture(image, size, replace(told, orientation=_ORIENTATIONS.get(flip, 1)), turn)


@cache
def _reader() -> Any:
    """The class of opened RAW files. Not at import: web processes do without LibRaw."""
    import rawpy

    class UnhurriedRaw(rawpy.RawPy):
        """Leaves the sensor packed while `is_asked_for_facts`.

        rawpy unpacks it before it tells lens and exposure (0.1 s of CPU for 24 megapixels), which LibRaw knows since it
        opened the file.
        """

        is_asked_for_facts = False

        def unpack(self) -> None:
            if not self.is_asked_for_facts:
                super().unpack()

    return UnhurriedRaw


def _preview(raw: Any, enough: int) -> Image.Image | None:
    """The camera's own JPEG if its long side has `enough` pixels, not yet decoded."""
    import rawpy

    try:
        thumb = raw.extract_thumb()
    except rawpy.LibRawError:
        return None
    if thumb.format is not rawpy.ThumbFormat.JPEG:
        return None
    try:
        image = Image.open(io.BytesIO(thumb.data), formats=["JPEG"])
    except (OSError, SyntaxError, ValueError):
        return None
    return image if max(image.size) >= enough else None


def _developed(raw: Any, sensor: tuple[int, int], edge: int) -> Image.Image:
    """Sensor data as an sRGB picture, upright. At half size, four times as fast, where that has pixels enough."""
    import rawpy

    halved = max(sensor) // 2 >= edge
    memory.claim_pixels(sensor[0] * sensor[1], memory.RAW_HALVED if halved else memory.RAW_WHOLE)
    try:
        pixels = raw.postprocess(half_size=halved, use_camera_wb=True, output_bps=8)
    except rawpy.LibRawUnsufficientMemoryError as error:
        raise memory.NeedsMore.than_there_was() from error
    except rawpy.LibRawError as error:
        raise Damaged from error
    return Image.fromarray(pixels)


# -- what the file says ------------------------------------------------------------------------------


def _facts(raw: Any, source: Path, preview: Image.Image | None) -> Facts:
    """By the file's own tags, else by its preview's, else by what LibRaw knows of the maker's format."""
    told = camera_tags.of(_tags(source))
    by_preview = camera_tags.read(preview, JPEG) if preview is not None else Facts()
    return _completed(_completed(told, by_preview), _by_libraw(raw))


def _completed(first: Facts, second: Facts) -> Facts:
    """`first`, and what it lacks from `second`. A time goes with its offset, a latitude with its longitude."""
    unknown = Facts()
    missing: dict[str, Any] = {
        name: getattr(second, name) for name in Facts.__slots__ if getattr(first, name) == getattr(unknown, name)
    }
    if first.taken_at is not None:
        missing.pop("offset_minutes", None)
    return replace(first, **missing)


def _by_libraw(raw: Any) -> Facts:
    """Time, lens and exposure."""
    raw.is_asked_for_facts = True
    other, lens = raw.other, raw.lens
    raw.is_asked_for_facts = False
    moment = other.timestamp if isinstance(other.timestamp, datetime) else None
    return Facts(
        taken_at=moment.replace(tzinfo=None) if moment and moment.year in YEARS and moment.year > 1970 else None,
        lens=clean(lens.model),
        exposure_seconds=_positive(other.shutter_speed, 86_400),
        aperture=_positive(other.aperture, 1_000),
        iso=int(_positive(other.iso_speed, 2**31 - 1) or 0) or None,
        focal_length_mm=_positive(other.focal_length, 100_000),
    )


def _positive(value: float, most: float) -> float | None:
    # LibRaw keeps single precision; the rest of the digits would be noise.
    return float(f"{value:.6g}") if 0 < value <= most else None


def _tags(source: Path) -> camera_tags.CameraTags:
    """The directories of the file itself; what cannot be read is empty."""
    with source.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        try:
            if content[4:8] == b"ftyp":
                return _canon(content)
            if content[:4] in _ODD_SIGNATURES:
                return _tiff(io.BytesIO(_ODD_SIGNATURES[content[:4]] + content[4:_COPIED]))
            if content[:4] in (b"II*\x00", b"MM\x00*"):
                return _tiff(content)
        except Exception:  # hostile tags raise anything: struct.error, TypeError, RecursionError ...
            return camera_tags.CameraTags()
    return camera_tags.CameraTags()


def _tiff(content: Any) -> camera_tags.CameraTags:
    main = _directory(content)
    parts = (dict(main.get_ifd(part)) for part in (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo))
    tags = dict(main)
    return camera_tags.CameraTags(tags, next(parts), next(parts), camera_tags.packet_text(tags.get(_XMP)))


def _directory(content: Any) -> Image.Exif:
    exif = Image.Exif()
    exif.load_from_fp(content)
    return exif


def _canon(content: mmap.mmap) -> camera_tags.CameraTags:
    found: dict[str, Any] = {}
    for moov in (box for box in boxes(content, 0, len(content)) if box.kind == b"moov"):
        for uuid in (box for box in boxes(content, moov.body, moov.end) if box.kind == b"uuid"):
            if content[uuid.body : uuid.body + 16] != _CANON:
                continue
            for part in boxes(content, uuid.body + 16, uuid.end):
                if part.kind in _CANON_PARTS:
                    found[_CANON_PARTS[part.kind]] = dict(_directory(io.BytesIO(content[part.body : part.end])))
    return camera_tags.CameraTags(**found)
