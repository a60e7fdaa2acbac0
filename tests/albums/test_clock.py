"""The clock of one camera is set right: its photos move together, the others stay, and undo brings all back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from apps.accounts import journal
from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums import clock, editing
from apps.albums.clock_views import seconds_of
from apps.albums.models import Album, Ordering, Photo
from tests.albums.people import Caller, names_of, page
from tests.factories import AlbumFactory, PhotoFactory, PlacementFactory

NOON = datetime(2026, 6, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def album(north: Studio, erin_user: User) -> Album:
    """R6_1, Z6_1, R6_2, Z6_2 a minute apart by their clocks; and one without a time."""
    album = AlbumFactory.create(studio=north)
    for number, (name, model) in enumerate((("R6_1", "R6"), ("Z6_1", "Z 6"), ("R6_2", "R6"), ("Z6_2", "Z 6"))):
        photo = PhotoFactory.create(
            studio=north,
            camera_name=f"{name}.jpg",
            facts={"model": model},
            taken_at=NOON + timedelta(minutes=number),
            taken_offset=120,
        )
        PlacementFactory.create(album=album, photo=photo)
    unknown = PhotoFactory.create(studio=north, camera_name="zz.jpg", facts={"model": "R6"}, taken_at=None)
    PlacementFactory.create(album=album, photo=unknown)
    with acting_in(north):
        for how in (Ordering.NAME, Ordering.TIME):
            editing.sort(Album.objects.for_studio(north).get(pk=album.pk), how, by=erin_user)
    return album


def times(album: Album) -> dict[str, datetime | None]:
    with acting_in(album.studio):
        return dict(Photo.objects.for_studio(album.studio).values_list("camera_name", "taken_at"))


def test_the_photos_of_one_camera_move_and_undo_brings_them_back(album: Album, erin_user: User) -> None:
    before, order = times(album), names_of(album)
    assert order == ["R6_1.jpg", "Z6_1.jpg", "R6_2.jpg", "Z6_2.jpg", "zz.jpg"]
    with acting_in(album.studio):
        entry = clock.shift(album, "R6", 192, by=erin_user)
    moved = {name for name, at in times(album).items() if at != before[name]}
    assert moved == {"R6_1.jpg", "R6_2.jpg"}
    assert times(album)["R6_1.jpg"] == NOON + timedelta(minutes=3, seconds=12)
    assert names_of(album) == ["Z6_1.jpg", "Z6_2.jpg", "R6_1.jpg", "R6_2.jpg", "zz.jpg"]
    with acting_in(album.studio):
        journal.undo(entry, by=erin_user)
    assert (times(album), names_of(album)) == (before, order)
    with acting_in(album.studio):
        assert not Photo.objects.for_studio(album.studio).filter(taken_by_hand=True).exists()


def test_the_page_shows_the_new_order_before_it_moves_anything(album: Album, erin: Client, bob: Client) -> None:
    before = times(album)
    address = page("clock", album)
    assert "R6 · 2 photos" in erin.get(address).content.decode()
    shown = erin.post(address, {"camera": "R6", "shift": "+00:03:12", "do": "preview"}).content.decode()
    assert shown.index("Z6_2.jpg") < shown.index("R6_1.jpg")
    assert times(album) == before
    assert erin.post(address, {"camera": "R6", "shift": "tomorrow", "do": "apply"}).status_code == 422
    assert erin.post(address, {"camera": "R6", "shift": "-0:10", "do": "apply"}).status_code == 303
    assert times(album)["R6_1.jpg"] == NOON - timedelta(seconds=10)
    assert bob.post(address, {"camera": "R6", "shift": "-0:10", "do": "apply"}).status_code == 403


def test_the_api_looks_first_and_answers_with_an_undo(album: Album, north: Studio, erin_user: User) -> None:
    api = Caller(north, erin_user)
    before, path = times(album), f"/api/albums/{album.pk}/clock"
    looked = api.post(path, {"camera": "Z 6", "seconds": -3600}).json()
    assert (looked["count"], looked["undo"]) == (2, None)
    assert times(album) == before
    done = api.post(path, {"camera": "Z 6", "seconds": -3600, "apply": True}).json()
    assert times(album)["Z6_1.jpg"] == NOON + timedelta(minutes=-59)
    assert api.post(f"/api/journal/{done['undo']}/undo").status_code == 200
    assert times(album) == before
    assert api.post(path, {"camera": "Leica", "seconds": 1}).status_code == 422


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("+00:03:12", 192),
        ("-1:00:00", -3600),
        ("\u22120:10", -10),
        ("26:00:00", 93_600),
        ("3:12", 192),
        ("0:61", None),
        ("12", None),
        ("", None),
    ],
)
def test_a_shift_is_read_as_people_write_it(text: str, seconds: int | None) -> None:
    assert seconds_of(text) == seconds
