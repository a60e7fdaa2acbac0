"""Which of some photos was taken nearest in time to another one. Touches no row."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Generic, TypeVar

T = TypeVar("T")
_ZERO = datetime(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class ShotTime:
    """When a photo was taken, in seconds.

    wall: on the clock at the place.  instant: in UTC; None if the camera stored no offset, as then nobody knows.
    """

    wall: float
    instant: float | None

    @classmethod
    def of(cls, at: datetime, offset_minutes: int | None, zone: tzinfo) -> ShotTime:
        """As photos keep it. offset_minutes: east of UTC, if the camera stored it.  zone: in which `at` was read else.

        Raises OverflowError for a moment whose wall time leads out of the calendar.
        """
        utc = at.replace(tzinfo=None) - (at.utcoffset() or timedelta())
        if offset_minutes is None:
            return cls((at.astimezone(zone).replace(tzinfo=None) - _ZERO).total_seconds(), None)
        wall = utc + timedelta(minutes=offset_minutes)
        return cls((wall - _ZERO).total_seconds(), (utc - _ZERO).total_seconds())


class InTime(Generic[T]):
    """Things in order of time, to be asked for the one nearest to a moment.

    Two cameras that store their offset are compared by the instant, even if one was still set to the zone at home.
    Where either stores none, both clocks are taken to show the time at the place, as the order of a gallery does.
    """

    def __init__(self, things: Iterable[tuple[ShotTime, T]]) -> None:
        known = list(things)
        self._by_wall = _Line((moment.wall, thing) for moment, thing in known)
        self._wall_only = _Line((moment.wall, thing) for moment, thing in known if moment.instant is None)
        self._by_instant = _Line((moment.instant, thing) for moment, thing in known if moment.instant is not None)

    def nearest(self, moment: ShotTime) -> tuple[T, float] | None:
        """The nearest, and how many seconds lie between, never negative; of two the earlier. None of nothing."""
        if moment.instant is None:
            return self._by_wall.nearest(moment.wall)
        found = [self._by_instant.nearest(moment.instant), self._wall_only.nearest(moment.wall)]
        return min((one for one in found if one is not None), key=lambda one: one[1], default=None)


class _Line(Generic[T]):
    def __init__(self, things: Iterable[tuple[float, T]]) -> None:
        ordered = sorted(things, key=lambda pair: pair[0])
        self._at = [at for at, _ in ordered]
        self._things = [thing for _, thing in ordered]

    def nearest(self, at: float) -> tuple[T, float] | None:
        if not self._at:
            return None
        after = bisect_left(self._at, at)
        beside = [index for index in (after - 1, after) if 0 <= index < len(self._at)]
        index = min(beside, key=lambda one: abs(self._at[one] - at))
        return self._things[index], abs(self._at[index] - at)
