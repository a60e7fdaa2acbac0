"""The studio's own stars, flags and labels: set for many photos at once, shown on tiles, asked for by a filter."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.test import Client

from apps.accounts.models import JournalEntry, Studio
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, Photo
from tests.albums.people import page
from tests.factories import AlbumFactory, PhotoFactory, PlacementFactory


@pytest.fixture(autouse=True)
def no_old_counts() -> None:
    cache.clear()


@pytest.fixture
def album(north: Studio) -> Album:
    return AlbumFactory.create(studio=north)


@pytest.fixture
def photos(album: Album) -> list[Photo]:
    made = [PhotoFactory.create(studio=album.studio, camera_name=f"IMG_{number}.JPG") for number in range(4)]
    for number, photo in enumerate(made):
        PlacementFactory.create(album=album, photo=photo, sort_key=f"{number:03}")
    return made


def marks(photo: Photo) -> tuple[int, str, str]:
    with acting_in(photo.studio):
        row = Photo.objects.for_studio(photo.studio).get(pk=photo.pk)
    return row.rating, row.label, row.flag


def ids(*photos: Photo) -> list[str]:
    return [str(photo.pk) for photo in photos]


def test_each_mark_is_set_alone_and_cleared_alone(erin: Client, album: Album, photos: list[Photo]) -> None:
    url = page("photos_mark", album)
    assert erin.post(url, {"photo": ids(*photos[:2]), "rating": "4", "flag": "pick"}).status_code == 303
    assert erin.post(url, {"photo": ids(photos[0]), "label": "red"}).status_code == 303
    assert [marks(photo) for photo in photos] == [(4, "red", "pick"), (4, "", "pick"), (0, "", ""), (0, "", "")]
    assert erin.post(url, {"photo": ids(photos[0]), "rating": "0", "label": ""}).status_code == 303
    assert marks(photos[0]) == (0, "", "pick")


def test_one_deed_is_one_line_of_the_journal(erin: Client, album: Album, photos: list[Photo]) -> None:
    for _ in range(2):
        erin.post(page("photos_mark", album), {"photo": ids(*photos), "flag": "reject"})
    with acting_in(album.studio):
        rows = JournalEntry.objects.for_studio(album.studio).filter(verb="photos.marked")
        assert [(row.count, row.detail) for row in rows] == [(4, {"flag": "reject"})]


@pytest.mark.parametrize("bad", [{"rating": "6"}, {"rating": "-1"}, {"label": "pink"}, {"flag": "maybe"}, {}])
def test_no_other_marks(erin: Client, album: Album, photos: list[Photo], bad: dict[str, str]) -> None:
    assert erin.post(page("photos_mark", album), {"photo": ids(photos[0]), **bad}).status_code == 400
    assert marks(photos[0]) == (0, "", "")


def test_viewers_and_photos_of_other_albums(bob: Client, erin: Client, album: Album, photos: list[Photo]) -> None:
    assert bob.post(page("photos_mark", album), {"photo": ids(photos[0]), "rating": "1"}).status_code == 403
    stranger = PlacementFactory.create(album=AlbumFactory.create(studio=album.studio)).photo
    assert erin.post(page("photos_mark", album), {"photo": ids(stranger), "rating": "1"}).status_code == 404
    erin.post(page("photos_mark", album), {"photo": ids(stranger, photos[0]), "rating": "1"})
    assert marks(stranger) == (0, "", "")


def names(answer: object) -> list[str]:
    return re.findall(r'data-name="([^"]+)"', answer.content.decode())  # type: ignore[attr-defined]


def test_tiles_show_marks_and_the_filter_finds_them(erin: Client, album: Album, photos: list[Photo]) -> None:
    url = page("photos_mark", album)
    erin.post(url, {"photo": ids(photos[1]), "rating": "3", "label": "blue", "flag": "pick"})
    erin.post(url, {"photo": ids(photos[2]), "rating": "5"})
    text = erin.get(page("detail", album)).content.decode()
    assert 'data-rating="3" data-label="blue" data-flag="pick"' in text
    assert "5★" in text
    found = {
        mark: names(erin.get(page("detail", album), {"mark": mark})) for mark in ("pick", "stars3", "stars4", "blue")
    }
    assert found == {
        "pick": ["IMG_1.JPG"], "stars3": ["IMG_1.JPG", "IMG_2.JPG"], "stars4": ["IMG_2.JPG"], "blue": ["IMG_1.JPG"],
    }  # fmt: skip
    assert len(names(erin.get(page("detail", album), {"mark": "nonsense"}))) == 4
