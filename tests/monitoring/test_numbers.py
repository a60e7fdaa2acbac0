"""The numbers of a studio: each is what was done, of one's own galleries alone, for the same number of questions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.access import member_of
from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, AlbumState, Photo
from apps.faces.models import Person, PersonCount
from apps.monitoring.numbers import charts, figures
from apps.sharing.links import lifecycle
from apps.sharing.models import Activity, ActivityKind, Pick, Selection, Visitor
from tests.actors import keep_to
from tests.factories import AlbumFactory, PhotoFactory, PlacementFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 25, 12, 30, tzinfo=UTC)


def delivered(studio: Studio, by: User, title: str = "Wedding") -> Album:
    """A live gallery of two photos, with a visit, a favourite and two downloads on a Wednesday at noon."""
    album: Album = AlbumFactory.create(studio=studio, title=title, state=AlbumState.LIVE)
    facts = {"camera_make": "Canon", "camera_model": "EOS R6", "lens": "RF 50mm"}
    photos = [PhotoFactory.create(studio=studio, facts=facts) for _ in range(2)]
    for photo in photos:
        PlacementFactory.create(album=album, photo=photo)
    with acting_in(studio):
        Photo.objects.for_studio(studio).filter(pk=photos[0].pk).update(approved_at=timezone.now())
        link, _ = lifecycle.create(album, by=by, label="Anna", password=None)
        about: dict[str, Any] = {"studio": studio, "shown_id": album.pk}
        visitor = Visitor(**about, link=link, name="Anna", email="anna@example.com")
        picked = Selection(**about, visitor=visitor, title="Album")
        for row in (visitor, picked, Pick(studio=studio, selection=picked, photo=photos[0])):
            row.save(force_insert=True)
        for kind in (ActivityKind.OPENED, ActivityKind.DOWNLOADED, ActivityKind.DOWNLOADED):
            Activity(**about, link=link, visitor=visitor, kind=kind, at=NOON).save(force_insert=True)
    return album


def numbers(user: User, studio: Studio, now: datetime = NOON + timedelta(days=3)) -> figures.Numbers:
    with acting_in(studio):
        return figures.numbers_of(member_of(user, studio.slug), now=now)


def test_every_number_is_what_was_done(north: Studio, south: Studio, alice_user: User, charlie_user: User) -> None:
    delivered(north, alice_user)
    delivered(south, charlie_user, "Not mine")
    found = numbers(alice_user, north, now=timezone.now())
    assert sum(count for _, count in found.uploads) == 2
    assert len(found.uploads) == figures.MONTHS
    assert dict(found.tiers)["gold"] == 1
    assert sum(count for _, count in found.tiers) == 2
    assert [(row.name, row.files) for row in found.storage if row.name != "Previews"] == [("Photos", 2)]
    (gallery,) = found.galleries
    assert (gallery.title, gallery.visits, gallery.favourites, gallery.downloads) == ("Wedding", 1, 1, 2)


def test_the_heat_map_tells_the_studios_hours(north: Studio, alice_user: User) -> None:
    delivered(north, alice_user)
    with acting_in(north):
        north.time_zone = "Europe/Vienna"
        north.save(update_fields=["time_zone"])
    grid = numbers(alice_user, north).activity
    assert grid[2][13] == 3, "noon in London is one in Vienna, on a Wednesday"
    assert sum(map(sum, grid)) == 3
    assert sum(map(sum, numbers(alice_user, north, now=NOON + timedelta(days=400)).activity)) == 0


def test_people_are_those_with_a_name_the_most_photographed_first(north: Studio, alice_user: User) -> None:
    people = {"Ben": 2, "Ada": 5, "": 9, "Nobody": 0}
    with acting_in(north):
        for name, count in people.items():
            person = Person(studio=north, name=name)
            person.save(force_insert=True)
            for photos in (count, 1, -1):
                PersonCount(studio=north, person=person, photos=photos, faces=photos).save(force_insert=True)
    assert numbers(alice_user, north).people == [("Ada", 5), ("Ben", 2)]


def test_a_restricted_member_counts_the_own_galleries(north: Studio, alice_user: User, erin_user: User) -> None:
    mine = delivered(north, alice_user, "Mine")
    delivered(north, alice_user, "Other")
    keep_to(north, erin_user, mine)
    found = numbers(erin_user, north, now=timezone.now())
    assert [one.title for one in found.galleries] == ["Mine"]
    assert sum(count for _, count in found.tiers) == 2
    assert sum(count for _, count in found.uploads) == 2
    assert sum(map(sum, found.activity)) == 3
    assert sum(row.files for row in found.storage) == 2
    assert found.people == []


def test_the_page_draws_and_tables_each_number(
    north: Studio, alice: Client, alice_user: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(3):
        delivered(north, alice_user, f"Wedding {number}")
    with django_assert_max_num_queries(26):
        page = alice.get(reverse("monitoring:numbers", args=["north"])).content.decode()
    assert page.count('<svg class="chart') == 2
    for text in ("Photos uploaded by month", "Storage by kind", "From visit to download", "Wedding 2"):
        assert text in page
    for kind in ("uploads", "storage", "tiers", "cameras", "lenses", "people", "activity", "galleries"):
        file = alice.get(reverse("monitoring:numbers_file", args=["north", kind]))
        assert file["Content-Type"].startswith("text/csv")
    assert "Wedding 1" in alice.get(reverse("monitoring:numbers_file", args=["north", "galleries"])).content.decode()
    assert alice.get(reverse("monitoring:numbers_file", args=["north", "nothing"])).status_code == 404


def test_shapes_stand_on_one_scale() -> None:
    assert [one.share for one in charts.bars([("a", 4), ("b", 1), ("c", 0)])] == [100.0, 25.0, 0.0]
    assert [(one.y, one.height) for one in charts.columns([("a", 2), ("b", 1)])] == [(0, 120), (60, 60)]
    assert charts.bars([]) == []
    (dot,) = charts.dots(["Mon", "Tue"], [[0, 0], [0, 4]])
    assert (dot.x, dot.y, dot.radius) == (36, 36, 10)
    # Four times as much has four times the area.
    small, large = charts.dots(["Mon"], [[1, 4]])
    assert large.radius == pytest.approx(2 * small.radius)
