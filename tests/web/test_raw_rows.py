"""Rows written and read by hand mean what they mean to the ORM."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from apps.accounts.models import Membership, Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, Photo
from apps.web.raw_rows import RowColumns, insert
from tests.factories import AlbumFactory, PhotoFactory

pytestmark = pytest.mark.django_db
M = TypeVar("M", Album, Photo, Studio)


def read(columns: RowColumns[M], table: str, key: UUID) -> M:
    with connection.cursor() as cursor:
        cursor.execute(f"select {columns.sql('t')} from {table} t where t.id = %s", [key])
        return columns.row(cursor.fetchone())


def values(row: Album | Photo | Studio) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_a_row_read_by_hand_is_the_row_of_the_orm(north: Studio) -> None:
    photo = PhotoFactory.create(studio=north, facts={"camera": "X100V"}, keywords=["Küsse"], phash=-5)
    album = AlbumFactory.create(studio=north, design={"cover": "centred"})
    with acting_in(north):
        assert values(read(RowColumns(Photo), "albums_photo", photo.pk)) == values(north.photos.get())
        assert values(read(RowColumns(Album), "albums_album", album.pk)) == values(north.albums.get(pk=album.pk))


def test_a_column_left_out_is_read_when_it_is_asked_for(north: Studio) -> None:
    with acting_in(north):
        Studio.objects.filter(pk=north.pk).update(logo=b"a logo")
        found = read(RowColumns(Studio, without=["logo"]), "accounts_studio", north.pk)
        assert found.get_deferred_fields() == {"logo"}
        assert bytes(found.logo or b"") == b"a logo"


def test_a_row_inserted_by_hand_is_whole_and_can_be_saved_again(north: Studio) -> None:
    original = PhotoFactory.create(studio=north).original
    photo = Photo(studio=north, original=original, camera_name="a.jpg", facts={"iso": 200}, keywords=["a"])
    with acting_in(north):
        north.photos.all().delete()
        assert insert(photo)
        photo.caption = "changed"
        photo.save()
        assert values(north.photos.get()) == values(photo)


def test_a_twin_is_left_out_or_refused(north: Studio, erin_user: User) -> None:
    with acting_in(north):
        twin = Membership(studio=north, user=erin_user)
        assert not insert(twin, unless_there=True)
        assert twin._state.adding
        with pytest.raises(IntegrityError), transaction.atomic():
            insert(twin)
