"""The sample gallery of a new studio: one click makes it, one click deletes it, and its photos may be shipped."""

from __future__ import annotations

import hashlib
import json

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import Studio
from apps.accounts.tenancy import across_studios, acting_in
from apps.albums.models import Album, AlbumState
from apps.uploads import sample

pytestmark = pytest.mark.django_db(transaction=True)
MAKE = "/studio/north/sample-gallery/"


def galleries(studio: Studio) -> list[Album]:
    with acting_in(studio):
        return list(studio.albums.filter(trashed_at__isnull=True))


def test_one_click_makes_it_and_one_deletes_it(alice: Client, north: Studio) -> None:
    assert "Add sample gallery" in alice.get("/studio/north/albums/").content.decode()
    answer = alice.post(MAKE)
    (album,) = galleries(north)
    album.studio = north
    assert (answer.status_code, answer["Location"]) == (303, album.get_absolute_url())
    with acting_in(north):
        assert (album.state, album.is_sample, album.cover_id is not None) == (AlbumState.LIVE, True, True)
        placed = album.placements.values_list("section__title", flat=True)
        assert sorted(str(title) for title in placed) == ["In bloom"] * 4 + ["In the woods"] * 4
        assert album.share_links.get().is_main
    page = alice.get(album.get_absolute_url()).content.decode()
    assert "Delete sample gallery" in page
    alice.post(reverse("albums:delete", args=["north", album.pk]))
    assert galleries(north) == []


def test_there_is_one_at_most_and_it_comes_back_out_of_the_trash(alice: Client, north: Studio) -> None:
    alice.post(MAKE)
    first = galleries(north)
    alice.post(MAKE)
    assert galleries(north) == first
    alice.post(reverse("albums:delete", args=["north", first[0].pk]))
    alice.post(MAKE)
    assert galleries(north) == first
    with acting_in(north):
        assert north.photos.count() == 8


def test_a_gallery_of_the_same_name_is_no_sample(alice: Client, north: Studio) -> None:
    alice.post("/studio/north/albums/new/", {"title": "Sample"})
    (album,) = galleries(north)
    album.studio = north
    assert not album.is_sample
    assert "Delete sample gallery" not in alice.get(album.get_absolute_url()).content.decode()


@pytest.mark.parametrize("plan", [{"quota_bytes": 1000}, {"quota_albums": 0}], ids=["storage", "galleries"])
def test_a_plan_without_room_says_so_and_makes_nothing(plan: dict[str, int], alice: Client, north: Studio) -> None:
    with across_studios():
        Studio.objects.filter(pk=north.pk).update(**plan)
    assert alice.post(MAKE).status_code == 303
    assert galleries(north) == []


def test_its_photos_are_those_of_the_manifest_and_small() -> None:
    listed = json.loads((sample.FOLDER / "MANIFEST.json").read_text(encoding="utf-8"))
    named = {one["file"]: one for one in listed["photos"]}
    files = {path.name: path.read_bytes() for path in sample.FOLDER.glob("*.jpg")}
    assert files.keys() == named.keys()
    assert listed["cover"] in named
    for name, data in files.items():
        assert hashlib.sha256(data).hexdigest() == named[name]["sha256"]
        assert "public domain" in named[name]["licence"].lower()
    assert sum(map(len, files.values())) < 3_000_000
