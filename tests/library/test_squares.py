"""Counts of the map are kept, and are those of the photos whatever happened to these."""

from __future__ import annotations

import random
from collections import Counter
from importlib import import_module
from io import StringIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.test import Client

from apps.accounts.access import Entered
from apps.accounts.models import Role, Studio, User
from apps.accounts.tenancy import acting_in
from apps.library.models import LibraryPhoto, MapChange, MapSquare
from apps.library.places import squares
from apps.library.places.boxes import MapBox
from apps.library.places.clusters import clusters
from tests.library.conftest import Shoot

pytestmark = pytest.mark.django_db
WORLD = MapBox(-180, -90, 180, 90)
_MOVE = """
    update library_libraryphoto l set latitude = m.latitude, longitude = m.longitude
    from unnest(%s::uuid[], %s::float8[], %s::float8[]) as m (id, latitude, longitude)
    where l.studio_id = %s and l.id = m.id
"""


@pytest.fixture
def entered(north: Studio, alice_user: User) -> Entered:
    return Entered(north, alice_user, Role.OWNER)


def spot(chance: random.Random) -> tuple[float | None, float | None]:
    """Somewhere in a town or on its way, at an edge of the map, or nowhere."""
    kind = chance.randrange(10)
    if kind == 0:
        return None, None
    if kind == 1:
        return chance.choice(((0.0, 0.0), (90.0, 180.0), (-90.0, -180.0), (48.0, 180.0), (45.0, -90.0)))
    if kind == 2:
        return chance.uniform(-90, 90), chance.uniform(-180, 180)
    return 48.2 + chance.gauss(0, 0.05), 16.37 + chance.gauss(0, 0.05)


def move(studio: Studio, photos: list[Any], chance: random.Random) -> None:
    spots = [spot(chance) for _ in photos]
    with acting_in(studio), connection.cursor() as cursor:
        cursor.execute(_MOVE, [photos, [lat for lat, _ in spots], [lon for _, lon in spots], studio.pk])


def counted(studio: Studio, box: MapBox, zoom: int) -> Counter[tuple[int, int]]:
    """What a person would count, by square of the zoom; edges of the box run along the finest squares."""
    west, east, south, north = (
        squares._x(box.west),
        squares._x(box.east),
        squares._y(box.south),
        squares._y(box.north),
    )
    found: Counter[tuple[int, int]] = Counter()
    for latitude, longitude in LibraryPhoto.objects.for_studio(studio).values_list("latitude", "longitude"):
        if latitude is None or longitude is None:
            continue
        x, y = squares._x(longitude), squares._y(latitude)
        within = west <= x <= east if box.west <= box.east else x >= west or x <= east
        if within and south <= y <= north:
            found[x >> (18 - zoom), y >> (18 - zoom)] += 1
    return found


def test_counts_of_any_part_are_those_of_its_photos_after_any_changes(
    shoot: Shoot, north: Studio, entered: Entered
) -> None:
    chance = random.Random(5)
    photos = [shoot(camera_name=f"{number}.jpg").pk for number in range(40)]
    for turn in range(40):
        move(north, chance.sample(photos, chance.randint(1, 25)), chance)
        if chance.random() < 0.3:
            squares.fold()
        zoom = chance.randint(0, 18)
        west, east = chance.uniform(-180, 180), chance.uniform(-180, 180)
        south, top = sorted((chance.uniform(-90, 90), chance.uniform(-90, 90)))
        boxes = [WORLD, MapBox(west, south, east, top), MapBox(16.35, 48.18, 16.4, 48.21)]
        for box in boxes:
            with acting_in(north):
                found, wanted = clusters(entered, box, zoom, with_photos=True), counted(north, box, zoom)
                assert sorted(one.count for one in found) == sorted(wanted.values()), (turn, box, zoom)
                for one in found:
                    key = squares._x(one.longitude) >> (18 - zoom), squares._y(one.latitude) >> (18 - zoom)
                    assert wanted[key] == one.count
                    row = LibraryPhoto.objects.for_studio(north).get(pk=str(one.photo))
                    assert row.latitude is not None
                    assert row.longitude is not None
                    assert (squares._x(row.longitude) >> (18 - zoom), squares._y(row.latitude) >> (18 - zoom)) == key
    assert list(squares.check_studio(north.pk)) == []


def test_the_link_of_a_cluster_finds_its_photos(alice: Client, shoot: Shoot, north: Studio) -> None:
    chance = random.Random(6)
    move(north, [shoot(camera_name=f"{number}.jpg").pk for number in range(14)], chance)
    for zoom in (0, 11, 18):
        answer = alice.get("/studio/north/places/points/", {"bbox": "-180,-90,180,90", "zoom": str(zoom)})
        for one in answer.json()["clusters"]:
            q = parse_qs(urlsplit(one["url"]).query)["q"][0]
            page = alice.get("/studio/north/library/", {"q": q}).content.decode()
            assert page.count("data-name=") == one["count"], (zoom, one)


def test_adding_up_changes_no_count_and_leaves_no_change(shoot: Shoot, north: Studio, entered: Entered) -> None:
    move(north, [shoot(camera_name=f"{number}.jpg").pk for number in range(20)], random.Random(7))
    with acting_in(north):
        before = [(one.latitude, one.longitude, one.count) for one in clusters(entered, WORLD, 9)]
        assert MapChange.objects.for_studio(north).exists()
    assert squares.fold() > 0
    assert squares.fold() == 0
    with acting_in(north):
        assert [(one.latitude, one.longitude, one.count) for one in clusters(entered, WORLD, 9)] == before
        assert not MapChange.objects.for_studio(north).exists()


def test_a_studio_that_came_without_counts_is_counted(shoot: Shoot, north: Studio, entered: Entered) -> None:
    move(north, [shoot(camera_name=f"{number}.jpg").pk for number in range(20)], random.Random(8))
    with acting_in(north):
        before = [one.count for one in clusters(entered, WORLD, 9)]
    assert squares.complete() == 0
    with acting_in(north):
        MapChange.objects.for_studio(north).delete()
    assert squares.complete() > 0
    assert squares.complete() == 0
    with acting_in(north):
        assert [one.count for one in clusters(entered, WORLD, 9)] == before


def test_photos_that_go_are_not_on_the_map(shoot: Shoot, north: Studio, entered: Entered) -> None:
    photos = [shoot(camera_name=f"{number}.jpg").pk for number in range(5)]
    with acting_in(north):
        LibraryPhoto.objects.for_studio(north).filter(pk__in=photos).update(latitude=48.2, longitude=16.4)
        squares.fold()
        LibraryPhoto.objects.for_studio(north).filter(pk__in=photos[:3]).delete()
        assert [one.count for one in clusters(entered, WORLD, 3)] == [2]


def test_fsck_finds_wrong_counts_and_puts_them_right(shoot: Shoot, north: Studio, entered: Entered) -> None:
    photos = [shoot(camera_name=f"{number}.jpg").pk for number in range(5)]
    with acting_in(north):
        LibraryPhoto.objects.for_studio(north).filter(pk__in=photos).update(latitude=48.2, longitude=16.4)
    squares.fold()
    with acting_in(north):
        MapSquare.objects.for_studio(north).filter(level__lt=7).update(photos=9)
        MapSquare.objects.for_studio(north).filter(level=12).delete()
    assert {one.key.partition("/")[0] for one in squares.check_studio(north.pk)} == {"0", "3", "6", "12"}
    with pytest.raises((SystemExit, CommandError)):
        call_command("fsck", "--quick", "--repair", "--studio", "north", stdout=StringIO())
    assert list(squares.check_studio(north.pk)) == []
    with acting_in(north):
        assert [one.count for one in clusters(entered, WORLD, 12)] == [5]


def test_places_of_other_studios_are_not_counted(shoot: Shoot, north: Studio, south: Studio, bob_user: User) -> None:
    move(north, [shoot().pk], random.Random(1))
    squares.fold()
    with acting_in(south):
        assert clusters(Entered(south, bob_user, Role.OWNER), WORLD, 3) == []


def test_squares_of_a_larger_one_follow_each_other() -> None:
    chance = random.Random(3)
    points = [(chance.randrange(1 << 20), chance.randrange(1 << 20)) for _ in range(50)]
    with connection.cursor() as cursor:
        for x, y in points:
            cursor.execute("select library_square(%s, %s)", [x, y])
            both = sum((x >> bit & 1) << (2 * bit) | (y >> bit & 1) << (2 * bit + 1) for bit in range(20))
            assert cursor.fetchone() == (both,)


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_photos_of_before_are_counted_once_and_no_policy_is_left(shoot: Shoot, north: Studio, entered: Entered) -> None:
    """The migration that counts them, as the owner of the tables, who sees no studio; again it changes nothing."""
    move(north, [shoot(camera_name=f"{number}.jpg").pk for number in range(12)], random.Random(4))
    with acting_in(north):
        before = sorted(one.count for one in clusters(entered, WORLD, 9))
        MapChange.objects.for_studio(north).delete()
        assert clusters(entered, WORLD, 9) == []
    filling = import_module("apps.library.migrations.0012_squares_of_before")
    for _ in range(2):
        with connections["owner"].schema_editor(atomic=False) as editor:
            filling.count(None, editor)
    with acting_in(north):
        assert sorted(one.count for one in clusters(entered, WORLD, 9)) == before
    assert list(squares.check_studio(north.pk)) == []
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_policies where policyname = 'migrating'")
        assert cursor.fetchone() == (0,)
