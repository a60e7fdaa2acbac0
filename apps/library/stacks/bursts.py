"""Which frames of one camera are a burst: by time, the makers' file names, settings and look. Pure: no database.

Two frames are linked if they lie within `WINDOW` on the camera's clock and are alike; a burst is what links hold
together, whatever order the frames came in. So it never reaches beyond a *run*: frames of one camera of which each is
within `WINDOW` of the next. Names alone link nothing: counters roll over, and two shoots have an IMG_0001.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

#: Seconds between two frames that may be linked. Cameras shoot 3 to 30 frames a second, and who presses again for a
#: group photo does it within two.
WINDOW: Final = 2.0
#: Bits of the perceptual hash (of 64) that may differ. Unrelated pictures differ in 20 and more; in a second of a burst
#: a subject that moves changes up to 10.
MOST_BITS_SECOND: Final = 12
MOST_BITS: Final = 8
#: Where the camera itself has called the frames a burst, less is asked: the subject may cross the picture.
MOST_BITS_NAMED: Final = 24
#: Frames missing between two that are linked: some were deleted in the camera. Another body's counter stands further.
MOST_SKIPPED: Final = 30
#: More than this is a time-lapse, and no tile stands for it.
MOST_FRAMES: Final = 500

# IMG_20240101_120000_BURST001_COVER, 00003IMG_00003_BURST20240101120000123, DSCPDC_0001_BURST20180101120000123 name the
# burst in, before or after the word; the number of the frame stands on the other side.
_NAMED: Final = re.compile(r"^(?P<before>.*?)_?BURST(?P<after>\d+)(?:_COVER)?$", re.IGNORECASE)
# Samsung: 20240101_120000_001, of one second.
_OF_SECOND: Final = re.compile(r"^(?P<burst>\d{8}_\d{6})_(?P<frame>\d{3})$")
# IMG_9001, DSC01234, _MG_0001: longer runs of digits are dates.
_COUNTED: Final = re.compile(r"^(?P<prefix>.*?\D|)(?P<number>\d{3,7})$")
_DATE_DIGITS: Final = 14


@dataclass(frozen=True, slots=True)
class BurstFrame:
    """A photo that may be part of a burst.

    at: seconds on the camera's clock, with their fraction.  name: of the file.  kind: image or raw.
    width, height: pixels, upright.  focal: millimetres, None if unknown.  phash: 64 bits, signed or not.
    """

    id: UUID
    at: float
    name: str
    kind: str = "image"
    width: int = 0
    height: int = 0
    lens: str = ""
    focal: float | None = None
    phash: int | None = None

    @property
    def stem(self) -> str:
        """The name without its ending."""
        return self.name.rpartition(".")[0] or self.name


def bursts(frames: Sequence[BurstFrame]) -> list[list[UUID]]:
    """The bursts among frames of one camera, each in the order of the clock, the earliest first.

    frames: in any order, no id twice.  None of a single frame, and none of more than `MOST_FRAMES`.
    """
    ordered = sorted(frames, key=lambda frame: (frame.at, frame.name, frame.id))
    root = list(range(len(ordered)))

    def find(number: int) -> int:
        while root[number] != number:
            root[number] = root[root[number]]
            number = root[number]
        return number

    for number, frame in enumerate(ordered):
        for earlier in range(number - 1, -1, -1):
            if frame.at - ordered[earlier].at > WINDOW:
                break
            if find(earlier) != find(number) and linked(ordered[earlier], frame):
                root[find(number)] = find(earlier)
    groups: dict[int, list[UUID]] = {}
    for number, frame in enumerate(ordered):
        groups.setdefault(find(number), []).append(frame.id)
    return [group for group in groups.values() if 2 <= len(group) <= MOST_FRAMES]


def linked(one: BurstFrame, other: BurstFrame) -> bool:
    """True for two frames of one burst; they are of one camera."""
    apart = abs(one.at - other.at)
    if apart > WINDOW or one.phash is None or other.phash is None or not _same_settings(one, other):
        return False
    named = _burst_named(one.stem), _burst_named(other.stem)
    if None not in named:
        most = MOST_BITS_NAMED if named[0] == named[1] and one.stem != other.stem else -1
    elif not _counted_on(one.stem, other.stem):
        return False
    else:
        most = MOST_BITS_SECOND if apart <= 1.0 else MOST_BITS
    return ((one.phash ^ other.phash) & (2**64 - 1)).bit_count() <= most


def _same_settings(one: BurstFrame, other: BurstFrame) -> bool:
    """RAW beside JPEG is one shot, and who turns the camera or zooms begins anew; the exposure may follow the light."""
    return (
        one.kind == other.kind != "video"
        and (one.width, one.height) == (other.width, other.height)
        and one.lens == other.lens
        and one.focal == other.focal
    )


def _burst_named(stem: str) -> str | None:
    """What the camera calls the burst; None if the name tells of none."""
    match = _NAMED.match(stem)
    if match:
        after = match["after"]
        # A moment names the burst, a small number the frame.
        return after if len(after) >= _DATE_DIGITS else match["before"].casefold()
    match = _OF_SECOND.match(stem)
    return match["burst"] if match else None


def are_counted_apart(one: str, other: str) -> bool:
    """True if a camera gave two files, by their names, other numbers: they are two shots, however alike."""
    counts = [_COUNTED.match(name.rpartition(".")[0] or name) for name in (one, other)]
    if counts[0] is None or counts[1] is None:
        return False
    same = counts[0]["prefix"].casefold() == counts[1]["prefix"].casefold()
    return same and int(counts[0]["number"]) != int(counts[1]["number"])


def _counted_on(one: str, other: str) -> bool:
    """False for two files of one shot (IMG_1.JPG and IMG_1-2.JPG), and for counters of two bodies."""
    short, long = sorted((one.casefold(), other.casefold()), key=len)
    if long.startswith(short) and not long[len(short) : len(short) + 1].isdigit():
        return False
    counts = _COUNTED.match(one), _COUNTED.match(other)
    if counts[0] is None or counts[1] is None:
        return True
    if counts[0]["prefix"].casefold() != counts[1]["prefix"].casefold():
        return False
    # 9999 is followed by 0001 or 0000.
    size: int = 10 ** max(len(counts[0]["number"]), len(counts[1]["number"]))
    steps = abs(int(counts[0]["number"]) - int(counts[1]["number"]))
    return 1 <= min(steps, size - steps) <= MOST_SKIPPED + 1
