"""Which photo stands for an album: one rule for gallery, list of albums, previews and the page after the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import Studio
from apps.accounts.tenancy import acting_in
from apps.albums.cover import FIRST_FOCUS, cover_of, with_covers
from apps.albums.models import Album, Photo, PhotoState
from apps.albums.stream import Stream
from tests.albums.bulk import fill
from tests.albums.people import order_of
from tests.factories import AlbumFactory


@pytest.fixture
def album(north: Studio) -> Iterator[Album]:
    cache.clear()
    album = AlbumFactory.create(studio=north, focal_x=0.2, focal_y=0.9)
    fill(album, 5)
    with acting_in(north):
        yield album


@pytest.fixture
def photos(album: Album) -> list[UUID]:
    return order_of(album)


def choose(album: Album, photo_id: UUID) -> None:
    album.cover_id = photo_id
    album.save(update_fields=["cover"])


def guest(album: Album) -> Stream:
    return Stream(album, size=2)


def studio(album: Album) -> Stream:
    return Stream(album, size=2, only_shown=False)


def shown(stream: Stream) -> tuple[UUID, float, float]:
    cover = cover_of(stream)
    assert cover is not None
    return cover.photo.photo_id, cover.focal_x, cover.focal_y


def carded(album: Album) -> Any:
    albums = Album.objects.for_studio(album.studio_id).filter(pk=album.pk)
    return with_covers(albums, album.studio).get().shown_cover  # type: ignore[attr-defined]


def test_without_a_choice_it_is_the_first_photo_seen_where_faces_are(album: Album, photos: list[UUID]) -> None:
    assert shown(guest(album)) == shown(studio(album)) == (photos[0], *FIRST_FOCUS)
    assert carded(album) == photos[0]


def test_the_chosen_photo_is_seen_by_its_own_point(album: Album, photos: list[UUID]) -> None:
    choose(album, photos[3])
    assert shown(guest(album)) == shown(studio(album)) == (photos[3], 0.2, 0.9)
    assert carded(album) == photos[3]


def test_what_guests_may_not_see_is_not_their_cover(album: Album, photos: list[UUID]) -> None:
    choose(album, photos[3])
    album.placements.filter(photo_id__in=[photos[0], photos[3]]).update(is_hidden=True)
    assert shown(guest(album)) == (photos[1], *FIRST_FOCUS)
    assert shown(studio(album)) == (photos[3], 0.2, 0.9)
    assert carded(album) == photos[3]


def test_a_photo_without_pictures_is_nobodys_cover(album: Album, photos: list[UUID]) -> None:
    choose(album, photos[3])
    Photo.objects.for_studio(album.studio_id).filter(pk__in=[photos[0], photos[3]]).update(state=PhotoState.FAILED)
    assert shown(guest(album)) == shown(studio(album)) == (photos[1], *FIRST_FOCUS)
    assert carded(album) == photos[1]


def test_an_empty_album_has_none(north: Studio) -> None:
    album = AlbumFactory.create(studio=north)
    with acting_in(north):
        assert cover_of(guest(album)) is None
        assert carded(album) is None


def test_a_page_at_hand_spares_the_look(album: Album, photos: list[UUID]) -> None:
    choose(album, photos[1])
    for stream in (guest(album), studio(album)):
        page = stream.open()
        with CaptureQueriesContext(connection) as asked:
            cover = cover_of(stream, page)
        assert cover is not None
        assert (cover.photo.photo_id, len(asked)) == (photos[1], 0)
