"""What the camera wrote into a file, read so that no garbage in it can do harm."""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from PIL import ExifTags, Image, IptcImagePlugin

from apps.media import xmp
from apps.media.formats import Format

TEXT_LIMIT = 120
_FIELDS_LIMIT = 400_000
CAPTION_LIMIT, KEYWORD_LIMIT, KEYWORDS_MOST = 500, 80, 100
# Programs stray from the standard: digits and blanks are missing, clocks have twelve hours, the time is left out.
_DATE = re.compile(
    r"(?a)\s*(\d{4})[:\-/.](\d{1,2})[:\-/.](\d{1,2})"
    r"(?:(?:\s*T\s*|\s+)(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?(?:[.,](\d{1,9}))?\s*([AaPp][Mm])?"
    r"\s*(?:[Zz]|[+\-]\d\d:?\d\d)?)?\s*"
)
# The first photograph, and as far as the calendars of other programs reach.
YEARS = range(1826, 2200)
# Receivers store whole seconds and may be a moment behind; zones differ by quarters of an hour.
_QUARTER, _LAG = 15 * 60, 90
_OFFSET = re.compile(r"([+\-])(\d\d):?(\d\d)")
_XMP_DATES = (
    "exif:DateTimeOriginal",
    "photoshop:DateCreated",
    "exif:DateTimeDigitized",
    "xmp:CreateDate",
    "xap:CreateDate",  # its name in files of before 2004
)
# West and east end of the zones in use.
_OFFSETS = range(-12 * 60, 14 * 60 + 1)


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of one photo; None or "" is unknown.

    taken_at: the camera's own local time, without a zone; offset_minutes: minutes east of UTC, if stored.
    latitude, longitude: degrees, both or neither; altitude_m: metres above sea level.
    orientation: 1..8 as stored in the file. Serial numbers and owners of cameras are not kept.
    rating: stars 0..5 that an editor gave; keywords, caption: an editor's words.  artist: who made the picture.
    duration_seconds: of a video.
    """

    taken_at: datetime | None = None
    offset_minutes: int | None = None
    make: str = ""
    model: str = ""
    lens: str = ""
    software: str = ""
    exposure_seconds: float | None = None
    aperture: float | None = None
    iso: int | None = None
    focal_length_mm: float | None = None
    latitude: float | None = None
    longitude: float | None = None
    altitude_m: float | None = None
    orientation: int = 1
    rating: int | None = None
    caption: str = ""
    keywords: tuple[str, ...] = ()
    artist: str = ""
    duration_seconds: float | None = None

    def as_plain(self) -> dict[str, Any]:
        """The same as JSON can carry it."""
        changed = {"taken_at": self.taken_at.isoformat() if self.taken_at else None, "keywords": list(self.keywords)}
        return asdict(self) | changed

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Facts":
        """Back from `as_plain`; the sender is not trusted. Raises ValueError for a wrong fact."""
        found: dict[str, Any] = {}
        for name, kinds in _KINDS.items():
            value = plain.get(name)
            if type(value) not in kinds or (isinstance(value, float) and not math.isfinite(value)):
                raise ValueError(f"{name} is not a fact")
            found[name] = clean(value, _LIMITS.get(name, TEXT_LIMIT)) if isinstance(value, str) else value
        found["keywords"] = _keywords(found["keywords"])
        if found["taken_at"] is not None:
            found["taken_at"] = datetime.fromisoformat(found["taken_at"]).replace(tzinfo=None)
        _check_ranges(found)
        return cls(**found)


_NUMBER = (float, int, type(None))
_KINDS: dict[str, tuple[type, ...]] = {
    "taken_at": (str, type(None)),
    "offset_minutes": (int, type(None)),
    "make": (str,),
    "model": (str,),
    "lens": (str,),
    "software": (str,),
    "exposure_seconds": _NUMBER,
    "aperture": _NUMBER,
    "iso": (int, type(None)),
    "focal_length_mm": _NUMBER,
    "latitude": _NUMBER,
    "longitude": _NUMBER,
    "altitude_m": _NUMBER,
    "orientation": (int,),
    "rating": (int, type(None)),
    "caption": (str,),
    "keywords": (list,),
    "artist": (str,),
    "duration_seconds": _NUMBER,
}
_LIMITS = {"caption": CAPTION_LIMIT}
_RANGES = {
    "rating": 5,
    "latitude": 90,
    "longitude": 180,
    "altitude_m": 100_000,
    "offset_minutes": 14 * 60,
    "iso": 2**31 - 1,
    "duration_seconds": 24 * 3600,
}


def _check_ranges(found: Mapping[str, Any]) -> None:
    for name, limit in _RANGES.items():
        if found[name] is not None and abs(found[name]) > limit:
            raise ValueError(f"{name} is out of range")
    if (found["latitude"] is None) != (found["longitude"] is None) or not 1 <= found["orientation"] <= 8:
        raise ValueError("half a position or no orientation")


def clean(value: object, limit: int = TEXT_LIMIT) -> str:
    """Text for databases, pages and terminals: no NUL, no control characters, at most `limit` letters."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return ""
    # A pair of surrogates or half of one cannot be stored as UTF-8.
    text = value.partition("\x00")[0].encode("utf-8", "replace").decode("utf-8")
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(printable.split())[:limit].rstrip()


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
        keywords=_keywords(xmp.items(packet, "dc:subject") or _listed(iptc.get((2, 25)))),
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
    return offset if abs(apart - quarters * _QUARTER) <= _LAG and offset in _OFFSETS else None


def _rating(main: Mapping[int, Any], packet: str) -> int | None:
    """Stars 0..5; -1 is "rejected" for some programs and no number of stars."""
    stars = _number(xmp.first(packet, "xmp:Rating", "xap:Rating") or main.get(ExifTags.Base.Rating), above=-1, most=5)
    return None if stars is None else int(stars)


def _keywords(words: Iterable[object]) -> tuple[str, ...]:
    """Words of people, each once."""
    found = dict.fromkeys(clean(word, KEYWORD_LIMIT) for word in words)
    return tuple(word for word in found if word)[:KEYWORDS_MOST]


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


def parse_date(value: object, fraction: str = "") -> datetime | None:
    """EXIF or ISO date and time as a naive datetime; what cannot be, or is too far away to be meant, gives None.

    A date alone is the day's first moment. An offset behind the time is read by `parse_offset`.
    """
    match = _DATE.fullmatch(clean(value))
    if not match:
        return None
    *parts, own_fraction, half = match.groups(default="0")
    digits = fraction if fraction.isascii() and fraction.isdigit() else own_fraction
    year, month, day, hour, minute, second = map(int, parts)
    if half != "0" and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half.lower() == "pm" else 0)
    if year not in YEARS:
        return None
    try:
        return datetime(year, month, day, hour, minute, second, int(digits[:6].ljust(6, "0")))
    except ValueError:
        return None


def parse_offset(value: object) -> int | None:
    """ "+05:30", "-0330" or "Z" as minutes east of UTC, or None."""
    text = clean(value)
    if text.endswith("Z"):
        return 0
    match = _OFFSET.search(text)
    if not match:
        return None
    minutes = int(timedelta(hours=int(match[2]), minutes=int(match[3])).total_seconds() // 60)
    signed = -minutes if match[1] == "-" else minutes
    return signed if int(match[3]) < 60 and signed in _OFFSETS else None


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
