"""A contributor in a gallery of theirs: adds photos, takes back the own ones, and hears nothing of guests."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums import placements
from apps.albums.models import Album, Photo, PhotoState
from apps.jobs.models import Job
from apps.sharing.links import lifecycle
from tests.accounts.callers import bearer
from tests.actors import keep_to
from tests.albums.people import names_of, page, part
from tests.factories import AlbumFactory, PhotoFactory, PlacementFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def album(north: Studio, dora_user: User, alice_user: User) -> Album:
    """Dora works here; photos of hers and of Alice's, one of each failed; guests have a link that ends soon."""
    album: Album = AlbumFactory.create(studio=north, title="The wedding")
    for user in (dora_user, alice_user):
        for state in (PhotoState.READY, PhotoState.FAILED):
            name = f"{user.name} {state}.jpg"
            photo = PhotoFactory.create(studio=north, uploaded_by=user, state=state, camera_name=name, problem="Odd.")
            PlacementFactory.create(album=album, photo=photo, is_withheld=user == alice_user)
    keep_to(north, dora_user, album)
    with acting_in(north):
        lifecycle.create(
            album, by=alice_user, label="Zqx family", password=None, expires_on=timezone.localdate() + timedelta(days=3)
        )
    return album


def photo(album: Album, name: str) -> Photo:
    with acting_in(album.studio):
        return Photo.objects.for_studio(album.studio).get(camera_name=name)


@pytest.mark.parametrize("target", ["", "stream", "summary", "sections", "section-editor"])
def test_nothing_is_told_of_guests(dora: Client, album: Album, target: str) -> None:
    text = dora.get(album.get_absolute_url(), headers=part(target) if target else {}).content.decode()
    told = ("Zqx ", "1 link", "Expiring", "Hidden by the client", "Chosen links", "Share", "Selections", "Visitors")
    assert [words for words in told if words in text] == []


def test_the_list_of_galleries_tells_nothing_of_guests(dora: Client, erin: Client, album: Album) -> None:
    text = dora.get("/studio/north/albums/").content.decode()
    assert "The wedding" in text
    assert [words for words in ("1 link", "Expiring", "New gallery", "Activity", "Members") if words in text] == []
    assert "Expiring" in erin.get("/studio/north/albums/").content.decode()
    # A filter by the state of links would tell it too: it is none.
    for state in ("expiring", "expired"):
        assert "The wedding" in dora.get(f"/studio/north/albums/?state={state}").content.decode()


def test_a_filter_by_what_clients_hide_is_none(dora: Client, erin: Client, album: Album) -> None:
    for client, seen in ((dora, True), (erin, False)):
        text = client.get(f"{album.get_absolute_url()}?kept=withheld").content.decode()
        assert ("Dora ready.jpg" in text) is seen


def test_only_own_photos_can_be_selected(dora: Client, album: Album) -> None:
    text = dora.get(album.get_absolute_url()).content.decode()
    assert "data-may-upload" in text
    assert "data-may-edit" not in text
    assert "Select Dora ready.jpg" in text
    assert "Alice ready.jpg" in text
    assert "Select Alice" not in text
    fresh = dora.get(page("tiles", album), {"ids": str(photo(album, "Alice failed.jpg").pk)}).content.decode()
    assert "Alice failed.jpg" in fresh
    assert "Try again" not in fresh


def test_own_photos_go_to_the_trash_and_come_back(dora: Client, album: Album) -> None:
    own, other = photo(album, "Dora ready.jpg"), photo(album, "Alice ready.jpg")
    answer = dora.post(page("photos_delete", album), {"photo": [own.pk, other.pk]}, headers=part("x"))
    assert "1 photo moved to the trash." in answer["HX-Trigger"]
    assert "Dora ready.jpg" not in names_of(album)
    assert "Alice ready.jpg" in names_of(album)
    undo = answer["HX-Trigger"].partition('"undo": "')[2].partition('"')[0]
    assert dora.post(undo, headers=part("x")).status_code == 204
    assert "Dora ready.jpg" in names_of(album)


def test_others_photos_stay_where_they_are(dora: Client, dora_user: User, alice_user: User, album: Album) -> None:
    """They neither go to the trash nor come back, and so with what somebody else deleted."""
    other, own = photo(album, "Alice ready.jpg"), photo(album, "Dora ready.jpg")
    assert dora.post(page("photos_delete", album), {"photo": [other.pk]}).status_code == 404
    for taken, by in ((other, alice_user), (own, alice_user)):
        with acting_in(album.studio):
            entry = placements.take_out(album, [taken.pk], by=by)
        assert entry is not None
        assert dora.post(f"/studio/north/journal/{entry.pk}/undo/").status_code == 404
        assert bearer(dora_user, "north").send(f"/api/journal/{entry.pk}/undo").status_code == 404
        assert taken.camera_name not in names_of(album)


def test_the_api_takes_back_a_deletion(dora_user: User, album: Album) -> None:
    caller, own = bearer(dora_user, "north"), photo(album, "Dora ready.jpg")
    told = caller.delete(f"/api/albums/{album.pk}/photos/{own.pk}").json()
    assert "Dora ready.jpg" not in names_of(album)
    assert caller.send(f"/api/journal/{told['undo']}/undo").status_code == 200
    assert "Dora ready.jpg" in names_of(album)


def test_own_failed_photos_are_tried_again(dora: Client, album: Album) -> None:
    own, other = photo(album, "Dora failed.jpg"), photo(album, "Alice failed.jpg")
    problems = dora.get(page("problems", album)).content.decode()
    assert page("photo_retry", album, own.pk) in problems
    assert page("photo_retry", album, other.pk) not in problems
    assert "Try all again" not in problems
    assert dora.post(page("photo_retry", album, other.pk)).status_code == 404
    assert dora.post(page("photo_retry", album, own.pk)).status_code == 303
    with acting_in(album.studio):
        assert list(Job.objects.for_studio(album.studio).values_list("subject_id", flat=True)) == [own.pk]


def test_the_api_takes_own_photos_back(dora_user: User, album: Album) -> None:
    caller, path = bearer(dora_user, "north"), f"/api/albums/{album.pk}/photos"
    own, other = photo(album, "Dora ready.jpg"), photo(album, "Alice ready.jpg")
    assert len(caller.get(path).json()["results"]) == 4
    assert caller.delete(f"{path}/{other.pk}").status_code == 403
    assert caller.delete(f"{path}/{own.pk}").status_code == 200
    assert caller.patch(f"{path}/{other.pk}", {"rating": 5}, content_type="application/json").status_code == 404
    assert "Dora ready.jpg" not in names_of(album)
    assert "Alice ready.jpg" in names_of(album)
