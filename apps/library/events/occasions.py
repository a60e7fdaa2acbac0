"""What photos may have been taken at: the studio's events, birthdays and holidays, as spans on the clock of the wall.

Nothing of it is stored with a photo: what was taken within a span belongs to it, and a changed span changes no photo.
Run in `acting_in(studio)`.
"""

from __future__ import annotations

from bisect import bisect_left
from calendar import isleap
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, TruncDate

from apps.accounts.access import Entered
from apps.faces.models import Person
from apps.library import months
from apps.library.event_models import Event, EventKind, HolidaySet
from apps.library.events import calendars
from apps.library.models import LibraryPhoto
from apps.web.compiled_queries import Asked, Compiled, once, together, written_once

MOST_EVENTS: Final = 2_000
MOST_SETS: Final = 10
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Occasion:
    """kind: shoot, custom, birthday or holiday.  names: the first is shown.  first, after: from when until before when.

    event_id: of an event of the studio's.  person_id, age: of who has a birthday.
    """

    kind: str
    names: tuple[str, ...]
    first: datetime
    after: datetime
    event_id: UUID | None = None
    person_id: UUID | None = None
    age: int | None = None

    @property
    def words(self) -> str:
        """ "Anna, 6", "Easter Monday"."""
        return f"{self.names[0]}, {self.age}" if self.age is not None else self.names[0]

    def holds(self, wall: datetime) -> bool:
        return self.first <= wall < self.after


def years_of(entered: Entered) -> list[int]:
    """The years of the member's photos. One query."""
    return sorted({one.first.year for one in months.of_member(entered)})


def newest_year(entered: Entered) -> int | None:
    """The newest year of photos whose time is known, of which a timeline has shoots. One query along the order."""
    dated = LibraryPhoto.objects.visible_to(entered).filter(is_dated=True).order_by("-wall", "-id")
    wall = dated.values_list("wall", flat=True).first()
    return wall.year if wall else None


def occasions(
    entered: Entered,
    years: Iterable[int],
    *,
    on: Collection[date] | None = None,
    called: Callable[[tuple[str, ...]], bool] = lambda _names: True,
) -> list[Occasion]:
    """All that there was in some years, by time; to restricted members the events of their galleries, and holidays.

    on: only what touches one of these days: of birthdays there may be thousands.  called: only what has such names.
    """
    wanted = sorted(set(years))
    return read(together(*asking(entered, wanted, on=on)), wanted, on=on, called=called)


def asking(entered: Entered, years: Collection[int], *, on: Collection[date] | None = None) -> tuple[Asked, ...]:
    """What has to be asked to know the same, for `together`; its answers are for `read`.

    on: events of other days may be left out as well.
    """
    if not years:
        return ()
    studio = entered.studio.pk
    asked = _Years(studio, _midnight(date(min(years), 1, 1)), _midnight(date(max(years) + 1, 1, 1)))
    sets = _SETS.asked(_Whole(studio))
    if entered.is_restricted:
        return once(_events(asked, entered)), sets
    if on is None:
        events = _EVENTS.asked(asked)
    else:
        days = ",".join(f"[{day},{day + _DAY})" for day in on)
        events = written_once(_OF_DAYS, {"studio": studio, "days": f"{{{days}}}", "most": MOST_EVENTS})
    return events, sets, _BORN.asked(_Whole(studio))


def read(
    answers: list[list[Any]],
    years: Collection[int],
    *,
    on: Collection[date] | None = None,
    called: Callable[[tuple[str, ...]], bool] = lambda _names: True,
) -> list[Occasion]:
    """What `asking` found for some years, in the order of time. on, called: as of `occasions`."""
    if not answers:
        return []
    wanted = sorted(set(years))
    events, sets, *people = answers
    meant = [event for event in map(_EventRow._make, events) if called((event.title,))]
    found = [*_of_events(meant, wanted, on), *_holidays(sets, wanted, on, called)]
    if people:
        # Of each person there is one in each year.
        found += _birthdays([one for one in people[0] if called(_of_person(one[1]))], wanted, on)
    return sorted(found, key=lambda one: (one.first, one.names))


def taken_at(entered: Entered, event: Event) -> Q:
    """Which of the member's photos belong to an event, of a yearly one in any year. One query for that."""
    years = years_of(entered) if event.is_yearly else [event.starts.year, event.ends.year]
    spans = [Q(wall__gte=starts, wall__lte=ends) for starts, ends in _times(event, years)]
    return Q(is_dated=True) & reduce(or_, spans) if spans else Q(pk__in=[])


def photo_counts(entered: Entered, events: Collection[Event]) -> dict[UUID, int]:
    """How many of the member's photos belong to each event. At most three queries, for any number of events."""
    seen = LibraryPhoto.objects.visible_to(entered).filter(is_dated=True)
    inside = seen.filter(wall__gte=OuterRef("starts"), wall__lte=OuterRef("ends")).order_by().values("studio_id")
    number = Coalesce(Subquery(inside.annotate(photos=Count("pk")).values("photos")), 0)
    once = Event.objects.for_studio(entered.studio).filter(pk__in=[one.pk for one in events if not one.is_yearly])
    found = dict(once.annotate(photos=number).values_list("pk", "photos"))
    yearly = [one for one in events if one.is_yearly]
    if yearly and (years := years_of(entered)):
        spans = {one.pk: [Q(wall__gte=a, wall__lte=b) for a, b in _times(one, years)] for one in yearly}
        asked = {pk.hex: Count("pk", filter=reduce(or_, some)) for pk, some in spans.items()}
        found |= {UUID(name): count for name, count in seen.aggregate(**asked).items()}
    return found


def photos_by_day(entered: Entered, year: int) -> dict[date, int]:
    """How many of the member's photos were taken on each day of a year. One query."""
    first, after = _midnight(date(year, 1, 1)), _midnight(date(year + 1, 1, 1))
    seen = LibraryPhoto.objects.visible_to(entered).filter(is_dated=True, wall__gte=first, wall__lt=after)
    days = seen.order_by().annotate(day=TruncDate("wall", tzinfo=UTC)).values("day").annotate(photos=Count("pk"))
    return dict(days.values_list("day", "photos"))


@dataclass(frozen=True)
class _Whole:
    """A studio."""

    studio: UUID


@dataclass(frozen=True)
class _Years:
    """From when until before when events of a studio are asked for."""

    studio: UUID
    first: datetime
    after: datetime


class _EventRow(NamedTuple):
    """What occasions need to know of an event."""

    pk: UUID
    kind: str
    title: str
    starts: datetime
    ends: datetime
    is_yearly: bool


def _events(asked: _Years, member: Entered | None = None) -> QuerySet[Any, tuple[Any, ...]]:
    """Columns of `_EventRow`. member: one who works in some galleries only."""
    there = Event.objects.for_studio(asked.studio)
    if member is not None:
        there = there.visible_to(member)
    there = there.filter(Q(is_yearly=True) | Q(ends__gte=asked.first, starts__lt=asked.after))
    return there.order_by("-starts", "id").values_list(*_EventRow._fields)[:MOST_EVENTS]


# Photos that are found by filters lie in many years, each with its events; few of these are of the photos' days.
_OF_DAYS: Final = """
    select id, kind, title, starts, ends, is_yearly from library_event
    where studio_id = %(studio)s and (is_yearly or tstzrange(starts, ends, '[]') && %(days)s::tstzmultirange)
    order by starts desc, id limit %(most)s
"""


def _sets(whole: _Whole) -> QuerySet[HolidaySet]:
    return HolidaySet.objects.for_studio(whole.studio).order_by("country", "region")[:MOST_SETS]


def _born(whole: _Whole) -> QuerySet[Any, tuple[Any, ...]]:
    people = Person.objects.for_studio(whole.studio).filter(birthday__isnull=False, is_ignored=False).exclude(name="")
    return people.values_list("pk", "name", "birthday")


# Each page of the library asks these.
_EVENTS: Final = Compiled(_events)
_SETS: Final = Compiled(_sets, is_planned_once=True)
_BORN: Final = Compiled(_born, is_planned_once=True)


def _of_events(events: Iterable[_EventRow], years: list[int], on: Collection[date] | None) -> Iterable[Occasion]:
    days = None if on is None else sorted(on)
    for event in events:
        for starts, ends in _times(event, years):
            after = ends + timedelta(microseconds=1)
            if days is not None:
                next_day = bisect_left(days, starts.date())
                if next_day == len(days) or days[next_day] > after.date():
                    continue
            yield Occasion(str(event.kind), (event.title,), starts, after, event.pk)


def _times(event: Event | _EventRow, years: list[int]) -> Iterable[tuple[datetime, datetime]]:
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


def _birthdays(
    people: Iterable[tuple[UUID, str, date | None]], years: list[int], on: Collection[date] | None
) -> Iterable[Occasion]:
    among = set(years)
    some = None if on is None else _by_birthday(day for day in on if day.year in among)
    for pk, name, born in people:
        if born is None or (some is not None and (born.month, born.day) not in some):
            continue
        midnight, names = _midnight(born), _of_person(name)
        for year in years if some is None else some[born.month, born.day]:
            if year > born.year:
                start = _moved(midnight, year)
                yield Occasion("birthday", names, start, start + _DAY, person_id=pk, age=year - born.year)


def _by_birthday(days: Iterable[date]) -> dict[tuple[int, int], list[int]]:
    """For each month and day on which somebody may be born the years in which the birthday is one of these days."""
    found: dict[tuple[int, int], list[int]] = {}
    for day in sorted(set(days)):
        found.setdefault((day.month, day.day), []).append(day.year)
        if (day.month, day.day) == (3, 1) and not isleap(day.year):
            found.setdefault((2, 29), []).append(day.year)
    return found


def _of_person(name: str) -> tuple[str, ...]:
    """What a birthday is called."""
    return name, f"{name}’s birthday"


def _holidays(
    sets: Iterable[HolidaySet],
    years: list[int],
    on: Collection[date] | None,
    called: Callable[[tuple[str, ...]], bool],
) -> Iterable[Occasion]:
    seen: dict[date, set[str]] = {}
    for chosen in sets:
        for year in years:
            for holiday in calendars.holidays_of(chosen.country, chosen.region, year):
                if on is not None and holiday.day not in on:
                    continue
                known = seen.setdefault(holiday.day, set())
                if names := tuple(name for name in holiday.names if name not in known):
                    known.update(names)
                    if called(names):
                        start = _midnight(holiday.day)
                        yield Occasion("holiday", names, start, start + _DAY)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)


KINDS: Final = (*EventKind.values, "birthday", "holiday")
