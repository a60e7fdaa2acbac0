"""Two studios full of the same files: neither sees a byte, a count or a name of the other."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, AlbumState, Photo
from apps.jobs import queue
from apps.media.models import Blob
from apps.media.serving import picture_url
from apps.sharing.links import lifecycle
from apps.uploads.ingest import ingest_file
from config.tasks import STEPS
from tests.actors import signed_in
from tests.factories import AlbumFactory, jpeg
from tests.furnished import tenant_models

FILES = 3


@dataclass
class House:
    """One studio with its owner, an album of the common files, and an open link."""

    studio: Studio
    owner: User
    album: Album
    photos: list[Photo]
    token: str
    name: str


@pytest.fixture
def files() -> list[bytes]:
    return [jpeg(60 + n, 40) for n in range(FILES)]


def build(studio: Studio, owner: User, files: list[bytes], name: str) -> House:
    album = AlbumFactory.create(studio=studio, title=f"{name} wedding", state=AlbumState.LIVE)
    photos = [
        ingest_file(studio, album, io.BytesIO(data), name=f"{name}_{n}.jpg", by=owner).photo
        for n, data in enumerate(files)
    ]
    while queue.answer("images", STEPS):
        pass
    with acting_in(studio):
        _, token = lifecycle.create(album, by=owner, label=f"{name} couple", password=None, download="original")
    return House(studio, owner, album, photos, token, name)


@pytest.fixture
def houses(
    north: Studio, south: Studio, alice_user: User, charlie_user: User, files: list[bytes]
) -> tuple[House, House]:
    return build(north, alice_user, files, "ALICES"), build(south, charlie_user, [*files, jpeg()], "CHARLIES")


def test_the_same_bytes_lie_twice_and_are_counted_once_each(houses: tuple[House, House]) -> None:
    alices, charlies = houses
    with acting_in(alices.studio):
        mine = {blob.sha256: blob.storage_key for blob in alices.studio.blobs.all()}
        alices.studio.refresh_from_db()
        assert alices.studio.files_used == FILES
    with acting_in(charlies.studio):
        theirs = {blob.sha256: blob.storage_key for blob in charlies.studio.blobs.all()}
    common = set(mine) & set(theirs)
    assert len(common) >= FILES
    assert all(mine[sha] != theirs[sha] for sha in common)


def test_every_page_of_one_is_silent_about_the_other(houses: tuple[House, House]) -> None:
    alices, charlies = houses
    for me, other in ((alices, charlies), (charlies, alices)):
        browser = signed_in(me.owner)
        slug = me.studio.slug
        pages = [
            reverse("albums:list", args=[slug]),
            reverse("albums:detail", args=[slug, me.album.pk]),
            reverse("albums:trash", args=[slug]),
            reverse("sharing:links", args=[slug, me.album.pk]),
            reverse("sharing:gallery", args=[me.token]),
        ]
        text = "".join(browser.get(page).content.decode() for page in pages)
        assert me.name in text
        assert other.name not in text
        assert str(other.album.pk) not in text
        assert not any(str(photo.pk) in text for photo in other.photos)


def test_the_api_counts_only_ones_own(houses: tuple[House, House]) -> None:
    alices, charlies = houses
    for me, count in ((alices, FILES), (charlies, FILES + 1)):
        answer = Client().post(
            "/api/auth/token",
            data=json.dumps({"email": me.owner.email, "password": "correct horse battery"}),
            content_type="application/json",
        )
        key = {"authorization": f"Bearer {answer.json()['access']}"}
        albums = Client().get("/api/albums", headers=key).json()["results"]
        assert [(album["id"], album["photo_count"]) for album in albums] == [(str(me.album.pk), count)]
        photos = Client().get("/api/albums/photos/all", headers=key).json()["results"]
        assert {photo["id"] for photo in photos} == {str(photo.pk) for photo in me.photos}


def test_an_address_of_one_made_with_the_ids_of_the_other_matches_no_mac(houses: tuple[House, House]) -> None:
    alices, charlies = houses
    mine = picture_url(alices.studio.pk, alices.album.pk, alices.photos[0].pk, "web")
    bent = mine.replace(str(alices.album.pk), str(charlies.album.pk)).replace(
        str(alices.photos[0].pk), str(charlies.photos[0].pk)
    )
    real = picture_url(charlies.studio.pk, charlies.album.pk, charlies.photos[0].pk, "web")
    assert bent.split(".")[-2] != real.split(".")[-2]


@pytest.mark.django_db(transaction=True)
def test_without_the_filter_row_level_security_still_gives_nothing(houses: tuple[House, House]) -> None:
    """Every table of a studio, asked without any filter, as the application's own role."""
    alices, charlies = houses
    tables = [model._meta.db_table for model in tenant_models()]
    assert len(tables) > 10
    for table in tables:
        with connection.cursor() as cursor:
            cursor.execute(f'select count(*) from "{table}"')
            assert cursor.fetchone()[0] == 0, f"{table} shows rows to nobody in particular"
        with acting_in(alices.studio), connection.cursor() as cursor:
            cursor.execute(f'select count(*) from "{table}" where studio_id = %s', [charlies.studio.pk])
            assert cursor.fetchone()[0] == 0, f"{table} shows rows of another studio"


@pytest.mark.django_db(transaction=True)
def test_the_check_above_sees_rows_when_the_wall_is_gone(houses: tuple[House, House]) -> None:
    """As the role of sweeps the same statement does find them: the zeros above are the wall's doing."""
    _, charlies = houses
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set local role glassine_system")
        cursor.execute(f'select count(*) from "{Blob._meta.db_table}" where studio_id = %s', [charlies.studio.pk])
        assert cursor.fetchone()[0] > 0
