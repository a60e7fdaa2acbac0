"""What photos may have been taken at: the studio's events, birthdays and holidays, as spans on the clock of the wall.

Nothing of it is stored with a photo: what was taken within a span belongs to it, and a changed span changes no photo.
Run in `acting_in(studio)`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from apps.accounts.access import Entered
from apps.faces.models import Person
from apps.library import months
from apps.library.event_models import Event, EventKind, HolidaySet
from apps.library.events import calendars
from apps.library.folding import fold
from apps.library.models import LibraryPhoto

MOST_EVENTS: Final = 2_000
MOST_SETS: Final = 10
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Occasion:
    """kind: shoot, custom, birthday or holiday.  names: the first is shown.  first, after: from when until before when.

    event_id: of an event of the studio's.  age: at a birthday.
    """

    kind: str
    names: tuple[str, ...]
    first: datetime
    after: datetime
    event_id: UUID | None = None
    age: int | None = None

    @property
    def words(self) -> str:
        """ "Anna, 6", "Easter Monday"."""
        return f"{self.names[0]}, {self.age}" if self.age is not None else self.names[0]

    def holds(self, wall: datetime) -> bool:
        return self.first <= wall < self.after

    def is_called(self, folded: str, *, whole: bool) -> bool:
        """True if one of its names is this, or (not `whole`) has it in it."""
        names = [fold(name) for name in self.names]
        return folded in names if whole else any(folded in name for name in names)


def years_of(entered: Entered) -> list[int]:
    """The years of the member's photos. One query."""
    return sorted({one.first.year for one in months.of_member(entered)})


def newest_year(entered: Entered) -> int | None:
    """The newest year of photos whose time is known, of which a timeline has shoots. One query along the order."""
    dated = LibraryPhoto.objects.visible_to(entered).filter(is_dated=True).order_by("-wall", "-id")
    wall = dated.values_list("wall", flat=True).first()
    return wall.year if wall else None


def occasions(entered: Entered, years: Iterable[int]) -> list[Occasion]:
    """All that there was in some years, by time; to restricted members the events of their galleries, and holidays."""
    wanted = sorted(set(years))
    if not wanted:
        return []
    found = [*_events(entered, wanted), *_holidays(entered, wanted)]
    if not entered.is_restricted:
        found += _birthdays(entered, wanted)
    return sorted(found, key=lambda one: (one.first, one.names))


def _events(entered: Entered, years: list[int]) -> Iterable[Occasion]:
    for event in Event.objects.visible_to(entered).order_by("-starts", "id")[:MOST_EVENTS]:
        for starts, ends in _times(event, years):
            after = ends + timedelta(microseconds=1)
            yield Occasion(str(event.kind), (event.title,), starts, after, event.pk)


def _times(event: Event, years: list[int]) -> Iterable[tuple[datetime, datetime]]:
    if not event.is_yearly:
        if event.ends.year >= years[0] and event.starts.year <= years[-1]:
            yield event.starts, event.ends
        return
    lasts = event.ends - event.starts
    for year in years:
        starts = _moved(event.starts, year)
        yield starts, starts + lasts


def _moved(moment: datetime, year: int) -> datetime:
    """The same day of another year; 29 February is 1 March where there is none."""
    try:
        return moment.replace(year=year)
    except ValueError:
        return moment.replace(year=year, month=3, day=1)


def _birthdays(entered: Entered, years: list[int]) -> Iterable[Occasion]:
    people = Person.objects.for_studio(entered.studio).filter(birthday__isnull=False, is_ignored=False).exclude(name="")
    for name, born in people.values_list("name", "birthday"):
        for year in years:
            if born is not None and year > born.year:
                start = _moved(_midnight(born), year)
                yield Occasion("birthday", (name, f"{name}’s birthday"), start, start + _DAY, age=year - born.year)


def _holidays(entered: Entered, years: list[int]) -> Iterable[Occasion]:
    sets = HolidaySet.objects.for_studio(entered.studio).order_by("country", "region")[:MOST_SETS]
    seen: dict[date, set[str]] = {}
    for chosen in sets:
        for year in years:
            for holiday in calendars.holidays_of(chosen.country, chosen.region, year):
                known = seen.setdefault(holiday.day, set())
                if names := tuple(name for name in holiday.names if name not in known):
                    known.update(names)
                    start = _midnight(holiday.day)
                    yield Occasion("holiday", names, start, start + _DAY)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)


KINDS: Final = (*EventKind.values, "birthday", "holiday")
