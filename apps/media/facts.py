"""What the camera wrote into a file, as the rest of Glassine knows it: cleaned, so that no garbage can do harm.

How it is read from a picture stands in `camera_tags`, which loads Pillow.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

TEXT_LIMIT = 120
CAPTION_LIMIT, KEYWORD_LIMIT, KEYWORDS_MOST = 500, 80, 100
# Programs stray from the standard: digits and blanks are missing, clocks have twelve hours, the time is left out.
_DATE = re.compile(
    r"(?a)\s*(\d{4})[:\-/.](\d{1,2})[:\-/.](\d{1,2})"
    r"(?:(?:\s*T\s*|\s+)(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?(?:[.,](\d{1,9}))?\s*([AaPp][Mm])?"
    r"\s*(?:[Zz]|[+\-]\d\d:?\d\d)?)?\s*"
)
# The first photograph, and as far as the calendars of other programs reach.
YEARS = range(1826, 2200)
_OFFSET = re.compile(r"([+\-])(\d\d):?(\d\d)")
# West and east end of the zones in use.
OFFSETS = range(-12 * 60, 14 * 60 + 1)


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
        found["keywords"] = distinct_keywords(found["keywords"])
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


def distinct_keywords(words: Iterable[object]) -> tuple[str, ...]:
    """Words of people, each once."""
    found = dict.fromkeys(clean(word, KEYWORD_LIMIT) for word in words)
    return tuple(word for word in found if word)[:KEYWORDS_MOST]


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
    return signed if int(match[3]) < 60 and signed in OFFSETS else None
