"""What is said of a photo in its own file, and in which words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from apps.media import xmp
from apps.media.facts import parse_date, parse_offset

#: As digiKam writes its pick labels (libs/metadataengine, PickLabel): 0 none, 1 rejected, 3 accepted.
PICKS = {"reject": "1", "pick": "3"}
# Heights are written in whole millimetres.
_MILLI = 1000
_FLAGS = {number: flag for flag, number in PICKS.items()}


@dataclass(frozen=True, slots=True)
class Description:
    """What a photo's file is to say. Of the first group "nothing" is said too: what the file had is taken out.

    rating: 0..5.  label: lower case, as "red".  flag: "pick", "reject" or "".  place: as people call it.

    Of the second, "nothing" leaves what the file says. taken: the local time, ISO 8601; offset_minutes: east of UTC.
    latitude, longitude: degrees, both or neither.  altitude_m: above the sea.  file_name: that of the original.
    """

    caption: str = ""
    keywords: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    rating: int = 0
    label: str = ""
    flag: str = ""
    place: str = ""

    taken: str = ""
    offset_minutes: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    altitude_m: float | None = None
    creator: str = ""
    credit: str = ""
    copyright: str = ""
    file_name: str = ""

    def as_plain(self) -> dict[str, Any]:
        """The same as JSON can carry it."""
        return asdict(self) | {"keywords": list(self.keywords), "people": list(self.people)}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Description:
        """Back from `as_plain`. Raises TypeError for what is none."""
        lists = {name: tuple(plain[name]) for name in ("keywords", "people")}
        return cls(**{**plain, **lists})

    @property
    def moment(self) -> datetime | None:
        """The local time of capture, without an offset."""
        return datetime.fromisoformat(self.taken) if self.taken else None

    @property
    def offset(self) -> str:
        """The offset as EXIF and ISO 8601 write it, "+02:00"; "" if it is not known."""
        if self.offset_minutes is None:
            return ""
        minutes = abs(self.offset_minutes)
        return f"{'-' if self.offset_minutes < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}"


def read(packet: str) -> Description:
    """What a packet written by us says, so that a photo's record can be made again from its file."""
    stars, moment = xmp.first(packet, "xmp:Rating"), xmp.first(packet, "photoshop:DateCreated")
    taken = parse_date(moment)
    height = xmp.first(packet, "exif:GPSAltitude").partition("/")[0]
    metres = int(height) / _MILLI if height.isascii() and height.isdigit() else None
    below = xmp.first(packet, "exif:GPSAltitudeRef") == "1"
    return Description(
        caption=xmp.first(packet, "dc:description"),
        keywords=tuple(xmp.items(packet, "dc:subject")),
        people=tuple(xmp.items(packet, "Iptc4xmpExt:PersonInImage")),
        rating=int(stars) if stars in ("1", "2", "3", "4", "5") else 0,
        label=xmp.first(packet, "xmp:Label").lower(),
        flag=_FLAGS.get(xmp.first(packet, "digiKam:PickLabel"), ""),
        place=xmp.first(packet, "Iptc4xmpCore:Location"),
        taken=taken.isoformat() if taken else "",
        offset_minutes=parse_offset(moment[10:]) if taken else None,
        latitude=xmp.degrees(xmp.first(packet, "exif:GPSLatitude"), "NS", 90),
        longitude=xmp.degrees(xmp.first(packet, "exif:GPSLongitude"), "EW", 180),
        altitude_m=-metres if metres is not None and below else metres,
        creator=xmp.first(packet, "dc:creator"),
        credit=xmp.first(packet, "photoshop:Credit"),
        copyright=xmp.first(packet, "dc:rights"),
        file_name=xmp.first(packet, "xmpMM:PreservedFileName"),
    )
