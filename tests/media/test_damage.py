"""G64: what the studio is told of damaged bytes did happen: one email, the Problems page, the status; and a way out."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import Email, Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, Photo
from apps.media import cas, damage, fsck, serving
from apps.media.models import Blob, BlobEvent, BlobState, Rendition
from apps.media.storage import LocalStore
from apps.monitoring import probes
from apps.uploads.ingest import ingest
from tests.accounts.callers import Caller, bearer
from tests.factories import AlbumFactory, MembershipFactory, PhotoFactory, PlacementFactory, UserFactory, jpeg, kept

pytestmark = pytest.mark.django_db(transaction=True)

DATA = jpeg()


@pytest.fixture
def album(north: Studio) -> Album:
    album: Album = AlbumFactory.create(studio=north)
    return album


@pytest.fixture
def photo(local: LocalStore, north: Studio, alice_user: User, album: Album) -> Photo:
    photo: Photo = PhotoFactory.create(studio=north, camera_name="ZQX_7.JPG", original__data=DATA)
    PlacementFactory.create(album=album, photo=photo)
    return photo


def _path(photo: Photo) -> Path:
    with acting_in(photo.studio):
        location = serving.original_location(photo.studio_id, photo.pk)
    assert location is not None
    assert location.path is not None
    return location.path


def _fetched(photo: Photo) -> serving.Answer:
    with acting_in(photo.studio):
        location = serving.original_location(photo.studio_id, photo.pk)
        assert location is not None
        return serving.download_answer(location, filename="x.jpg")


def _emails(studio: Studio) -> list[Email]:
    with acting_in(studio):
        return list(Email.of(studio.pk).filter(key__startswith="damaged:").order_by("pk"))


def test_the_owners_are_told_once_however_often_it_is_met(photo: Photo, north: Studio) -> None:
    MembershipFactory.create(
        studio=north, role="owner", user=UserFactory.create(email="off@example.com", is_active=False)
    )
    _path(photo).write_bytes(b"other bytes")
    assert [_fetched(photo).status for _ in range(3)] == [500, 500, 500]
    (email,) = _emails(north)
    assert email.to == "alice@example.com"
    assert "ZQX_7.JPG" in email.words.text
    assert "Upload the same file again" in email.words.text
    with acting_in(north):
        assert [row.event for row in BlobEvent.objects.for_studio(north)] == ["damaged"]


@pytest.mark.parametrize("harm", ["altered", "missing"])
def test_the_same_bytes_uploaded_again_heal_it(
    photo: Photo, north: Studio, alice_user: User, album: Album, harm: str
) -> None:
    path = _path(photo)
    path.write_bytes(b"other") if harm == "altered" else path.unlink()
    assert _fetched(photo).status == 500
    stored = cas.receive(io.BytesIO(DATA), limit=10**6)
    ingested = ingest(north, album, stored, name="again.jpg", by=alice_user)
    assert (ingested.photo.pk, ingested.status) == (photo.pk, "duplicate")
    assert _fetched(photo).status == 200
    assert _path(photo).read_bytes() == DATA
    with acting_in(north):
        assert not damage.originals(north).exists()
    # What breaks a second time is told a second time.
    _path(photo).write_bytes(b"other")
    assert _fetched(photo).status == 500
    assert len(_emails(north)) == 2


def test_bytes_that_are_there_are_not_stored_twice(photo: Photo, north: Studio) -> None:
    before = _path(photo)
    kept(north, DATA)
    assert _path(photo) == before


def test_it_stands_among_the_problems_and_in_the_status(
    photo: Photo, north: Studio, album: Album, alice: Client, alice_user: User
) -> None:
    page = reverse("albums:problems", args=[north.slug, album.pk])
    assert "No problems" in alice.get(page).content.decode()
    probes.probe_originals()
    _path(photo).unlink()
    _fetched(photo)
    text = alice.get(page).content.decode()
    assert "ZQX_7.JPG" in text
    assert "Upload this file again" in text
    assert "No problems" not in text
    assert _emails(north)[0].words.text.count(page) == 1
    with pytest.raises(RuntimeError):
        probes.probe_originals()
    assert bearer(alice_user, north.slug).get("/api/system/status").json()["damaged"] == 1


def test_a_rendition_is_made_again_and_nobody_is_disturbed(photo: Photo, north: Studio) -> None:
    made = kept(north, jpeg())
    with acting_in(north):
        Rendition(studio=north, source=photo.original, blob=made, kind="tile", recipe=1, width=4, height=3).save(
            force_insert=True
        )
    assert damage.report(north.pk, made.pk, "test") is False
    with acting_in(north):
        assert Blob.objects.for_studio(north).get(pk=made.pk).state == BlobState.DAMAGED
    assert _emails(north) == []


def test_a_reading_that_finds_it_whole_ends_the_alarm(photo: Photo, north: Studio) -> None:
    damage.report(north.pk, photo.original_id, "a false alarm")
    fsck.check_blob(photo.original, read=True)
    with acting_in(north):
        assert not damage.originals(north).exists()


def test_the_api_says_it_in_its_own_shape(photo: Photo, album: Album, alice_user: User, north: Studio) -> None:
    _path(photo).unlink()
    caller: Caller = bearer(alice_user, north.slug)
    answer: Any = caller.get(f"/api/albums/{album.pk}/photos/{photo.pk}/download")
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "damaged")
