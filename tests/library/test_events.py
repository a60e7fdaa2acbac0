"""Events: moving feasts, birthdays with the age, shoots from gaps; photos are found by what they were taken at."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from apps.accounts.access import Entered
from apps.accounts.models import Role, Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, Photo
from apps.faces.models import Person
from apps.library.events import calendars
from apps.library.events.occasions import occasions
from apps.library.events.shoots import shoots
from apps.library.models import Event, HolidaySet
from tests.actors import keep_to, signed_in
from tests.factories import AlbumFactory
from tests.library.conftest import Shoot

# Easter Sundays of the Gregorian calendar, typed from the table of the US Census Bureau ("Easter Dates 1600 to 2099").
EASTER = {
    2005: (3, 27), 2006: (4, 16), 2007: (4, 8), 2008: (3, 23), 2009: (4, 12), 2010: (4, 4), 2011: (4, 24),
    2012: (4, 8), 2013: (3, 31), 2014: (4, 20), 2015: (4, 5), 2016: (3, 27), 2017: (4, 16), 2018: (4, 1),
    2019: (4, 21), 2020: (4, 12), 2021: (4, 4), 2022: (4, 17), 2023: (4, 9), 2024: (3, 31),
}  # fmt: skip
# Thanksgiving of the United States, typed from the calendars of federal holidays of the Office of Personnel Management.
THANKSGIVING = {
    2005: 24, 2006: 23, 2007: 22, 2008: 27, 2009: 26, 2010: 25, 2011: 24, 2012: 22, 2013: 28, 2014: 27, 2015: 26,
    2016: 24, 2017: 23, 2018: 22, 2019: 28, 2020: 26, 2021: 25, 2022: 24, 2023: 23, 2024: 28,
}  # fmt: skip
# Of ten countries a feast that moves with Easter, as their laws on holidays name it, and its distance in days.
MOVING = [
    ("AT", "", "Corpus Christi", 60), ("DE", "BY", "Good Friday", -2), ("CH", "ZH", "Pentecost Monday", 50),
    ("FR", "", "Ascension Day", 39), ("IT", "", "Easter Monday", 1), ("NO", "", "Good Friday", -2),
    ("GB", "ENG", "Good Friday", -2), ("SE", "", "Ascension Day", 39), ("PL", "", "Corpus Christi", 60),
    ("NL", "", "Pentecost Monday", 50),
]  # fmt: skip


def day_of(country: str, region: str, year: int, name: str) -> date | None:
    found = [one.day for one in calendars.holidays_of(country, region, year) if name in one.names]
    return found[0] if len(found) == 1 else None


@pytest.mark.parametrize(("country", "region", "name", "days"), MOVING)
def test_moving_feasts_of_ten_countries_over_twenty_years(country: str, region: str, name: str, days: int) -> None:
    wrong = []
    for year, (month, day) in EASTER.items():
        wanted = date(year, month, day) + timedelta(days=days)
        if (found := day_of(country, region, year, name)) != wanted:
            wrong.append((year, found, wanted))
    assert wrong == []


def test_what_no_law_makes_free_is_known_too() -> None:
    for year, day in THANKSGIVING.items():
        assert day_of("US", "", year, "Thanksgiving Day") == date(year, 11, day)
    assert day_of("AT", "", 2024, "Muttertag") == date(2024, 5, 12)
    assert day_of("GB", "ENG", 2024, "Mother's Day") == date(2024, 3, 10)
    assert day_of("SE", "", 2024, "Mother's Day") == date(2024, 5, 26)
    assert day_of("NO", "", 2024, "Mother's Day") == date(2024, 2, 11)
    assert day_of("AT", "", 2023, "Erster Advent") == date(2023, 12, 3)
    assert day_of("AT", "", 2024, "Erster Advent") == date(2024, 12, 1)
    assert day_of("DE", "", 2024, "Rosenmontag") == date(2024, 2, 12)
    assert day_of("AT", "", 2024, "Ostermontag") == day_of("AT", "", 2024, "Easter Monday") == date(2024, 4, 1)


HERE = "/studio/north/"


def found(client: Client, q: str) -> list[str]:
    text = client.get(f"{HERE}library/", {"q": q}).content.decode()
    assert 'class="misread"' not in text, text
    return sorted(re.findall(r'data-name="([^"]+)"', text))


ON = {
    date(2023, 3, 1), date(2023, 4, 2), date(2023, 7, 9), date(2024, 2, 29), date(2024, 3, 1), date(2024, 4, 1),
    date(2024, 6, 14), date(2025, 3, 1), date(2025, 12, 31),
}  # fmt: skip


@pytest.mark.django_db
def test_of_some_days_there_was_what_touches_them_and_nothing_else(north: Studio, alice_user: User) -> None:
    owner = Entered(north, alice_user, Role.OWNER)
    with acting_in(north):
        for name, born in (("Anna", date(2018, 6, 14)), ("Leap", date(2000, 2, 29)), ("March", date(2024, 3, 1))):
            Person(studio=north, name=name, birthday=born).save(force_insert=True)
        for country in ("AT", "DE"):
            HolidaySet(studio=north, country=country, region="").save(force_insert=True)
        for title, first, last, is_yearly in (
            ("Over them", datetime(2023, 6, 1, tzinfo=UTC), datetime(2023, 9, 1, tzinfo=UTC), False),
            ("Between them", datetime(2023, 5, 1, tzinfo=UTC), datetime(2023, 5, 3, tzinfo=UTC), False),
            ("Each year", datetime(2010, 12, 30, tzinfo=UTC), datetime(2011, 1, 2, tzinfo=UTC), True),
            ("Ends at midnight", datetime(2024, 3, 30, tzinfo=UTC), datetime(2024, 4, 1, tzinfo=UTC), False),
        ):
            event = Event(studio=north, title=title, kind="custom", starts=first, ends=last, is_yearly=is_yearly)
            event.save(force_insert=True)
        every = occasions(owner, range(2023, 2026))
        touching = occasions(owner, range(2023, 2026), on=ON)
        named = occasions(owner, range(2023, 2026), on=ON, called=lambda names: "Leap" in names)
    days = [datetime(day.year, day.month, day.day, tzinfo=UTC) for day in sorted(ON)]
    wanted = [one for one in every if any(one.first < day + timedelta(days=1) and day < one.after for day in days)]
    assert touching == wanted
    assert {"Over them", "Each year", "Ends at midnight", "Anna", "Leap"} <= {one.names[0] for one in touching}
    assert [one.first.date() for one in named] == [date(2023, 3, 1), date(2024, 2, 29), date(2025, 3, 1)]


@pytest.mark.django_db
def test_photos_are_found_by_holiday_birthday_and_event(alice: Client, north: Studio, shoot: Shoot) -> None:
    shoot("2024-04-01T12:00:00", camera_name="easter.jpg")
    shoot("2024-04-02T00:00:00", camera_name="after.jpg")
    shoot("2024-06-14T20:00:00", camera_name="six.jpg")
    shoot(camera_name="undated.jpg")
    with acting_in(north):
        Person(studio=north, name="Anna", birthday=date(2018, 6, 14)).save(force_insert=True)
        Person(studio=north, name="Statue", birthday=date(2000, 4, 2), is_ignored=True).save(force_insert=True)
    assert found(alice, "event:ostermontag") == []
    alice.post(f"{HERE}timeline/holidays/", {"sets": "Österreich, DE-BY"})
    with acting_in(north):
        sets = list(HolidaySet.objects.for_studio(north).order_by("id").values_list("country", "region"))
    assert sets == [("AT", ""), ("DE", "BY")]
    assert found(alice, "event:ostermontag") == found(alice, 'event:"Easter Monday"') == ["easter.jpg"]
    assert found(alice, "event:anna") == ["six.jpg"]
    assert found(alice, "event:statue") == []
    with acting_in(north):
        uploaded = Photo.objects.for_studio(north).get(camera_name="undated.jpg").created_at
    alice.post(f"{HERE}timeline/events/new/", {"title": "Upload day", "starts": uploaded.date().isoformat()})
    alice.get(f"{HERE}library/")  # reads the message
    assert "Upload day" not in alice.get(f"{HERE}library/").content.decode()
    assert found(alice, 'event:"Upload day"') == []
    assert '">Anna, 6</a>' in alice.get(f"{HERE}library/").content.decode()
    page = alice.get(f"{HERE}timeline/").content.decode()
    assert "Anna, 6" not in page, "one photo is no shoot"
    answer = alice.post(f"{HERE}timeline/events/new/", {"title": "Festival", "starts": "2023-04-02", "is_yearly": "on"})
    assert answer.status_code == 303
    assert found(alice, "event:festival") == ["after.jpg"]
    assert alice.post(f"{HERE}timeline/holidays/", {"sets": "Atlantis"}).status_code == 422


@pytest.mark.django_db
def test_shoots_are_proposed_from_gaps_and_named(
    alice: Client,
    north: Studio,
    album: Album,
    shoot: Shoot,
    alice_user: User,
    django_assert_max_num_queries: Callable[..., Any],
) -> None:
    """Three galleries: a wedding over midnight, an engagement the week before, and one more camera at the wedding."""
    second = AlbumFactory.create(studio=north, title="Second camera")
    other = AlbumFactory.create(studio=north, title="Engagement")
    for hour in range(10, 24, 2):
        shoot(f"2024-06-14T{hour:02}:00:00")
        shoot(f"2024-06-14T{hour:02}:30:00", into=second)
    shoot("2024-06-15T01:30:00")
    for minute in range(4):
        shoot(f"2024-06-07T18:{minute:02}:00", into=other)
    shoot("2024-06-20T10:00:00")
    with acting_in(north):
        spans = shoots(
            Entered(north, alice_user, Role.OWNER), datetime(2024, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)
        )
        Person(studio=north, name="Anna", birthday=date(2018, 6, 14)).save(force_insert=True)
    assert [(f"{one.starts:%m-%d %H:%M}", f"{one.ends:%m-%d %H:%M}", one.photos) for one in spans] == [
        ("06-14 10:00", "06-15 01:30", 15),
        ("06-07 18:00", "06-07 18:03", 4),
    ]
    with django_assert_max_num_queries(24):
        page = alice.get(f"{HERE}timeline/").content.decode()
    assert "14 June 2024 to 15 June 2024" in page
    assert "Anna, 6" in page
    form = dict(
        re.findall(r'type="hidden" name="(kind|starts|ends)" value="([^"]+)"', page.partition("15 photos")[2])[:3]
    )
    alice.post(f"{HERE}timeline/events/new/", form | {"title": "Wedding of Anna and Ben"})
    with acting_in(north):
        event = Event.objects.for_studio(north).get()
        galleries = set(event.galleries.values_list("album_id", flat=True))
    assert galleries == {album.pk, second.pk}
    assert len(found(alice, 'event:"Wedding of Anna and Ben"')) == 15
    page = alice.get(f"{HERE}timeline/?year=2024").content.decode()
    assert "Wedding of Anna and Ben</a>" in page
    answer = alice.post(f"{HERE}timeline/events/{event.pk}/remove/", follow=True)
    undo = re.search(r'action="(/studio/north/journal/[^"]+)"', answer.content.decode())
    assert undo
    alice.post(undo[1])
    assert len(found(alice, "event:wedding")) == 15


@pytest.mark.django_db
def test_a_restricted_member_reads_of_the_own_galleries_events_alone(
    north: Studio, album: Album, shoot: Shoot, alice: Client, erin_user: User
) -> None:
    other = AlbumFactory.create(studio=north, title="Clara")
    for hour in range(10, 14):
        shoot(f"2024-06-14T{hour}:00:00")
        shoot(f"2024-07-14T{hour}:00:00", into=other)
    for title, day in (("Mine", "2024-06-14"), ("Theirs", "2024-07-14")):
        alice.post(f"{HERE}timeline/events/new/", {"title": title, "starts": day})
    with acting_in(north):
        Person(studio=north, name="Anna", birthday=date(2018, 6, 14)).save(force_insert=True)
    keep_to(north, erin_user, album)
    erin = signed_in(erin_user)
    page = erin.get(f"{HERE}timeline/").content.decode()
    assert "Mine" in page
    assert "Theirs" not in page
    assert "Anna, 6" not in page
    assert found(erin, "event:anna") == found(erin, "event:theirs") == []
    assert erin.post(f"{HERE}timeline/events/new/", {"title": "X", "starts": "2024-06-14"}).status_code in (403, 404)


def test_the_timeline_opens_on_the_newest_year_that_has_something_to_show(alice: Client, shoot: Shoot) -> None:
    """Photos whose time nobody knows stand in the year of their upload, which has no shoots."""
    for minute in (0, 1, 2):
        shoot(f"2019-05-04T10:0{minute}:00")
    shoot()
    html = alice.get("/studio/north/timeline/").content.decode()
    assert re.search(r'aria-current="(?:true|page)"[^>]*>\s*2019', html)
    assert 'class="timeline__row"' in html
