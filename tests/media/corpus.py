"""The test photos and what is expected of them: a small set, and the whole one if it lies beside us."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parent.parent / "data"
WHOLE_SET = Path(__file__).resolve().parents[3] / "shared" / "photos"
PICTURES = frozenset({"formats", "orientation", "gps", "dates", "bad", "duplicates", "burst", "faces"})
RAWS = frozenset({"raw", "raw_jpeg_pairs"})
VIDEOS = frozenset({"video", "live_photo"})

# Formats that Pillow could read, but that Glassine does not take.
NOT_TAKEN = {"formats/hopper.bmp", "formats/16bit.cropped.jp2"}

# Where the manifest cannot be followed, and why.
DIFFERENCES: dict[str, dict[str, str]] = {
    "formats/transparent.webp": {"phash": "its hash is of colours that cannot be seen; ours lies on white paper"},
    "formats/star.avifs": {
        "phash": "its hash is of colours that cannot be seen; ours lies on white paper",
        "taken_at": "only the container has a date: when the file was written",
        "offset_minutes": "only the container has a date: when the file was written",
    },
    "formats/RGBA_10__128x128.heif": {"phash": "its hash is of colours that cannot be seen; ours lies on white paper"},
    "formats/icc_profile_big.jpg": {"phash": "the profile of 400 kB is applied; its hash is of raw colours"},
    **{
        f"formats/xmp_tags_orientation.{ending}": {
            "phash": "only XMP says that it is turned, which no browser obeys",
            "orientation": "only XMP says that it is turned, which no browser obeys",
        }
        for ending in ("png", "avif")
    },
    "video/swans_gps.mp4": {
        "taken_at": "its maker's own box has the second at which recording began; FFmpeg tells when it ended",
        "offset_minutes": "told in its maker's own box alone",
    },
    "gps/gps_below_sea.jpg": {"altitude_m": "its reference byte says above sea level"},
}


@dataclass(frozen=True)
class Sample:
    """One test photo. `entry` is its line of the manifest."""

    path: Path
    name: str
    entry: dict[str, Any]

    @property
    def action(self) -> str:
        """accept, reject or accept_or_reject."""
        return "reject" if self.name in NOT_TAKEN else str(self.entry["expected_action"])

    def expected(self, what: str) -> Any:
        """The expected value of `what`; None: must be unknown. Raises KeyError when nothing is said."""
        if what in DIFFERENCES.get(self.name, {}):
            raise KeyError(what)
        return _READERS[what](self.entry["expected"])

    def expects(self, what: str) -> bool:
        try:
            self.expected(what)
        except (KeyError, TypeError, ValueError):
            return False
        return True


def _taken_at(expected: dict[str, Any]) -> datetime | None:
    time = expected["capture_time"]
    if time is None or time["local"] is None:
        return None
    whole, _, fraction = time["local"].partition(".")
    return datetime.fromisoformat(whole).replace(microsecond=int(fraction.ljust(6, "0")) if fraction else 0)


def _offset(expected: dict[str, Any]) -> int | None:
    time = expected["capture_time"]
    if time["utc"] is None:
        return None
    local, utc = (datetime.fromisoformat(time[key].rstrip("Z").partition(".")[0]) for key in ("local", "utc"))
    return round((local - utc).total_seconds() / 60)


def _position(expected: dict[str, Any]) -> tuple[float, float] | None:
    return (expected["gps"][0], expected["gps"][1]) if expected["gps"] else None


_READERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "size": lambda expected: tuple(expected["display_size"]),
    "phash": lambda expected: int(expected["phash64"], 16),
    "taken_at": _taken_at,
    "offset_minutes": _offset,
    "position": _position,
    "altitude_m": lambda expected: expected["altitude"],
    "make": lambda expected: expected["make"],
    "model": lambda expected: expected["model"],
    "orientation": lambda expected: expected["exif_orientation"] if 1 <= expected["exif_orientation"] <= 8 else 1,
}


@cache
def samples(categories: frozenset[str] = PICTURES) -> tuple[Sample, ...]:
    """All test photos of these categories; a file of the whole set that is also in the small one comes once."""
    found: dict[str, Sample] = {}
    for root in (DATA, WHOLE_SET):
        if (root / "MANIFEST.json").is_file():
            for entry in json.loads((root / "MANIFEST.json").read_text())["entries"]:
                if entry["category"] in categories:
                    found.setdefault(entry["file"], Sample(root / entry["file"], entry["file"], entry))
    return tuple(found.values())


def named(name: str) -> Path:
    """A file of the small set."""
    return DATA / name


def bad() -> list[Sample]:
    """What hostile or broken senders send."""
    return [sample for sample in samples() if sample.name.startswith("bad/")]


def that_expect(what: str, categories: frozenset[str] = PICTURES) -> list[Sample]:
    """The photos of these categories that must be taken and of which the manifest says `what`."""
    return [one for one in samples(categories) if one.action == "accept" and one.expects(what)]
