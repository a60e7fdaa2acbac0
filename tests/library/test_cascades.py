"""G68: what the database takes along with a row by itself is known to the index and the counts, too."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import connection

from apps.accounts.models import Studio
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, Photo, Placement, Stack
from apps.library import index
from apps.library.models import LibraryPhoto
from tests.factories import AlbumFactory, PlacementFactory, SectionFactory
from tests.library.conftest import Shoot

pytestmark = pytest.mark.django_db


def in_set(album: Album, photo: Photo) -> tuple[str, UUID]:
    section = SectionFactory.create(album=album, title="Ceremony")
    with acting_in(album.studio):
        Placement.objects.for_studio(album.studio).filter(photo=photo).update(section=section)
    return "albums_section", section.pk


def in_another_gallery(album: Album, photo: Photo) -> tuple[str, UUID]:
    other = AlbumFactory.create(studio=album.studio)
    PlacementFactory.create(album=other, photo=photo)
    return "albums_album", other.pk


def in_no_other_gallery(album: Album, photo: Photo) -> tuple[str, UUID]:
    return "albums_album", album.pk


def in_a_stack(album: Album, photo: Photo) -> tuple[str, UUID]:
    with acting_in(album.studio):
        stack = Stack(studio=album.studio, top=photo, kind="burst")
        stack.save(force_insert=True)
        Photo.objects.for_studio(album.studio).filter(pk=photo.pk).update(stack=stack)
    return "albums_stack", stack.pk


def itself(album: Album, photo: Photo) -> tuple[str, UUID]:
    return "albums_photo", photo.pk


@pytest.mark.parametrize("lay", [in_set, in_another_gallery, in_no_other_gallery, in_a_stack, itself])
def test_a_row_that_takes_others_along_leaves_index_and_counts_exact(
    north: Studio, album: Album, shoot: Shoot, lay: Callable[[Album, Photo], tuple[str, UUID]]
) -> None:
    photo, kept = shoot("2024-05-01T10:00:00", rating=3), shoot("2024-06-01T10:00:00")
    table, gone = lay(album, photo)
    if lay is in_no_other_gallery:
        PlacementFactory.create(album=AlbumFactory.create(studio=north), photo=kept)
    assert index.wrong(north.pk) == []
    with acting_in(north), connection.cursor() as cursor:
        cursor.execute(f"delete from {table} where studio_id = %s and id = %s", [north.pk, gone])
    assert index.wrong(north.pk) == []
    with acting_in(north):
        there = set(LibraryPhoto.objects.for_studio(north).values_list("pk", flat=True))
    gone_too = lay in (itself, in_no_other_gallery)
    assert there == ({kept.pk} if gone_too else {photo.pk, kept.pk})
