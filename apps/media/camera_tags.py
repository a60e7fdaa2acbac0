"""What the camera wrote into a file, read so that no garbage in it can do harm. In the jail only."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from PIL import ExifTags, Image, IptcImagePlugin

from apps.media import xmp
from apps.media.facts import CAPTION_LIMIT, OFFSETS, Facts, clean, distinct_keywords, parse_date, parse_offset
from apps.media.formats import Format

_FIELDS_LIMIT = 400_000
# Receivers store whole seconds and may be a moment behind; zones differ by quarters of an hour.
_QUARTER, _LAG = 15 * 60, 90
_XMP_DATES = (
    "exif:DateTimeOriginal",
    "photoshop:DateCreated",
    "exif:DateTimeDigitized",
    "xmp:CreateDate",
    "xap:CreateDate",  # its name in files of before 2004
)


@dataclass(frozen=True, slots=True)
class CameraTags:
    """What a file says, by directory: the main one's tags, the camera's, the receiver's, XMP and IPTC."""

    main: Mapping[int, Any] = field(default_factory=dict)
    camera: Mapping[int, Any] = field(default_factory=dict)
    place: Mapping[int, Any] = field(default_factory=dict)
    packet: str = ""
    iptc: Mapping[Any, Any] = field(default_factory=dict)


def read(image: Image.Image, format: Format) -> Facts:
    """The facts of an opened (not necessarily decoded) image. Never raises for what a file holds."""
    told = told_by(image)
    return of(told, _orientation(told.main, image, format))


def told_by(image: Image.Image) -> CameraTags:
    """What an opened image says. A directory that cannot be read counts as empty."""
    return CameraTags(
        main=_part(lambda: dict(exif_of(image))),
        camera=_part(lambda: dict(image.getexif().get_ifd(ExifTags.IFD.Exif))),
        place=_part(lambda: dict(image.getexif().get_ifd(ExifTags.IFD.GPSInfo))),
        packet=packet_text(image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""),
        iptc=_part(lambda: dict(IptcImagePlugin.getiptcinfo(image) or {})),  # type: ignore[arg-type]
    )


def of(told: CameraTags, orientation: int = 1) -> Facts:
    """The facts in what a file says. Never raises for what a file holds."""
    main, camera, packet, iptc = told.main, told.camera, told.packet, told.iptc
    taken_at, offset = _taken(camera, packet, iptc)
    if taken_at is not None and offset is None:
        offset = _offset_by_gps(taken_at, told.place)
    latitude, longitude = _position(told.place)
    if latitude is None:
        latitude, longitude = _position_by_editors(packet)
    return Facts(
        taken_at=taken_at,
        offset_minutes=offset,
        make=clean(main.get(ExifTags.Base.Make)),
        model=clean(main.get(ExifTags.Base.Model)),
        lens=_lens(camera) or clean(xmp.first(packet, "aux:Lens", "exifEX:LensModel")),
        software=clean(main.get(ExifTags.Base.Software)),
        exposure_seconds=_number(camera.get(ExifTags.Base.ExposureTime), above=0, most=86_400),
        aperture=_number(camera.get(ExifTags.Base.FNumber), above=0, most=1_000),
        iso=_iso(camera),
        focal_length_mm=_number(camera.get(ExifTags.Base.FocalLength), above=0, most=100_000),
        latitude=latitude,
        longitude=longitude,
        altitude_m=_altitude(told.place),
        orientation=orientation,
        rating=_rating(main, packet),
        caption=clean(xmp.first(packet, "dc:description") or iptc.get((2, 120)), CAPTION_LIMIT),
        keywords=distinct_keywords(xmp.items(packet, "dc:subject") or _listed(iptc.get((2, 25)))),
        artist=artist_of(told),
    )


def artist_of(told: CameraTags) -> str:
    """Who made the picture: XMP's creators, else EXIF's Artist, else IPTC's By-line (2:80); "" if nobody is named.

    In this order, because editors keep XMP up to date and cameras write Artist alone (MWG guidelines 2.0, 5.5).
    """
    by_editors = ", ".join(clean(name) for name in xmp.items(told.packet, "dc:creator"))
    lines = ", ".join(clean(name) for name in _listed(told.iptc.get((2, 80))))
    return clean(by_editors) or clean(told.main.get(ExifTags.Base.Artist)) or clean(lines)


def exif_of(image: Image.Image) -> Image.Exif:
    """The tags of a file's EXIF alone: Pillow adds an orientation that only XMP tells, which no browser obeys."""
    exif = image.getexif()
    by_xmp = image.info.get("XML:com.adobe.xmp") or image.info.get("xmp")
    if by_xmp and ExifTags.Base.Orientation in exif:
        alone = Image.Exif()
        alone.load(image.info.get("exif") or b"")
        if ExifTags.Base.Orientation not in alone and not hasattr(image, "tag_v2"):
            del exif[ExifTags.Base.Orientation]
    return exif


def _part(read: Callable[[], dict[int, Any]]) -> dict[int, Any]:
    """One directory of tags; a directory that Pillow cannot read counts as absent."""
    try:
        return read()
    except Exception:  # hostile tags raise anything: TypeError, struct.error, RecursionError ...
        return {}


def _number(value: object, *, above: float = -math.inf, most: float = math.inf) -> float | None:
    """A finite number with `above` < number <= `most`, else None. Takes rationals with zero denominators."""
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, ArithmeticError):
        return None
    return number if math.isfinite(number) and above < number <= most else None


def _iso(camera: Mapping[int, Any]) -> int | None:
    value = camera.get(ExifTags.Base.ISOSpeedRatings)
    # Above 65535 the old tag is full and the newer one holds the truth.
    if value in (None, 65535):
        value = camera.get(ExifTags.Base.RecommendedExposureIndex, value)
    number = _number(value[0] if isinstance(value, tuple) and value else value, above=0, most=2**31 - 1)
    return int(number) if number else None


def _lens(camera: Mapping[int, Any]) -> str:
    name = clean(camera.get(ExifTags.Base.LensModel))
    if name:
        return name
    numbers = camera.get(ExifTags.Base.LensSpecification)
    if not isinstance(numbers, tuple) or len(numbers) != 4:
        return ""
    short, long, wide, _ = (_number(number, above=0, most=10_000) for number in numbers)
    if short is None or long is None:
        return ""
    lengths = f"{short:g}" if short == long else f"{short:g}-{long:g}"
    return f"{lengths} mm f/{wide:g}" if wide else f"{lengths} mm"


def _orientation(main: Mapping[int, Any], image: Image.Image, format: Format) -> int:
    value = main.get(ExifTags.Base.Orientation)
    # The HEIF decoder turns the picture itself and keeps what was written here.
    if format.name == "HEIF":
        value = image.info.get("original_orientation") or value
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _taken(camera: Mapping[int, Any], packet: str, iptc: Mapping[Any, Any]) -> tuple[datetime | None, int | None]:
    """When the shutter opened: EXIF, then XMP, then IPTC. The time of the last edit is no answer."""
    base = ExifTags.Base
    tags = (
        (base.DateTimeOriginal, base.SubsecTimeOriginal, base.OffsetTimeOriginal),
        (base.DateTimeDigitized, base.SubsecTimeDigitized, base.OffsetTimeDigitized),
    )
    for date, fraction, offset in tags:
        text = clean(camera.get(date))
        found = parse_date(text, clean(camera.get(fraction)))
        if found:
            own = camera.get(offset) or camera.get(base.OffsetTime)
            return found, parse_offset(own) if own else parse_offset(text[10:])
    for name in _XMP_DATES:
        text = clean(xmp.first(packet, name))
        found = parse_date(text)
        if found:
            return found, parse_offset(text[10:])
    return _iptc_date(iptc)


def _offset_by_gps(taken_at: datetime, place: Mapping[int, Any]) -> int | None:
    """How far the camera's clock is from the receiver's, which shows UTC; None if that is no zone's distance."""
    day = parse_date(place.get(ExifTags.GPS.GPSDateStamp))
    clock = place.get(ExifTags.GPS.GPSTimeStamp)
    if day is None or not isinstance(clock, tuple) or len(clock) != 3:
        return None
    hours, minutes, seconds = (_number(part, above=-1e-9, most=60) for part in clock)
    if hours is None or minutes is None or seconds is None:
        return None
    apart = (taken_at - day).total_seconds() - (hours * 3600 + minutes * 60 + seconds)
    quarters = round(apart / _QUARTER)
    offset = quarters * _QUARTER // 60
    return offset if abs(apart - quarters * _QUARTER) <= _LAG and offset in OFFSETS else None


def _rating(main: Mapping[int, Any], packet: str) -> int | None:
    """Stars 0..5; -1 is "rejected" for some programs and no number of stars."""
    stars = _number(xmp.first(packet, "xmp:Rating", "xap:Rating") or main.get(ExifTags.Base.Rating), above=-1, most=5)
    return None if stars is None else int(stars)


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else [value] if value else []


def _position_by_editors(packet: str) -> tuple[float | None, float | None]:
    latitude = xmp.degrees(xmp.first(packet, "exif:GPSLatitude"), "NS", 90)
    longitude = xmp.degrees(xmp.first(packet, "exif:GPSLongitude"), "EW", 180)
    if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
        return None, None
    return latitude, longitude


def packet_text(packet: object) -> str:
    """An XMP packet as text. It is searched, never parsed: no XML of a stranger reaches a parser."""
    if isinstance(packet, str):
        return packet[:_FIELDS_LIMIT]
    return bytes(packet[:_FIELDS_LIMIT]).decode("utf-8", "replace") if isinstance(packet, bytes) else ""


def _iptc_date(fields: Mapping[Any, Any]) -> tuple[datetime | None, int | None]:
    date, time = (clean(fields.get(key)) for key in ((2, 55), (2, 60)))
    if not re.fullmatch(r"\d{8}", date):
        return None, None
    clock = f"{time[:2]}:{time[2:4]}:{time[4:6]}" if re.match(r"\d{6}", time) else "00:00:00"
    found = parse_date(f"{date[:4]}:{date[4:6]}:{date[6:]} {clock}")
    return found, parse_offset(time[6:]) if found else None


def _position(place: Mapping[int, Any]) -> tuple[float | None, float | None]:
    """Degrees (latitude, longitude), or (None, None) when one is missing, impossible or has no hemisphere.

    0, 0 is what receivers write before they know where they are, so it counts as unknown.
    """
    gps = ExifTags.GPS
    latitude = _degrees(place.get(gps.GPSLatitude), place.get(gps.GPSLatitudeRef), "NS", 90)
    longitude = _degrees(place.get(gps.GPSLongitude), place.get(gps.GPSLongitudeRef), "EW", 180)
    if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
        return None, None
    return latitude, longitude


def _degrees(value: object, hemisphere: object, names: str, most: float) -> float | None:
    side = clean(hemisphere).upper()[:1]
    if not side or side not in names or not isinstance(value, tuple) or len(value) != 3:
        return None
    parts = [_number(part, above=-1e-9, most=most) for part in value]
    if None in parts:
        return None
    degrees = math.fsum(part / 60.0**power for power, part in enumerate(parts) if part is not None)
    if degrees > most:
        return None
    return round(-degrees if side == names[1] else degrees, 7)


def _altitude(place: Mapping[int, Any]) -> float | None:
    metres = _number(place.get(ExifTags.GPS.GPSAltitude), above=-1e-9, most=100_000)
    if metres is None:
        return None
    below = place.get(ExifTags.GPS.GPSAltitudeRef) in (1, b"\x01", "\x01")
    return round(-metres if below else metres, 3)
