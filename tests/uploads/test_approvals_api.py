"""Approvals over the API: what waits in every gallery of the caller's, answered as one act."""

from __future__ import annotations

import pytest

from apps.accounts import journal
from apps.accounts.models import JournalEntry, Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, AlbumState
from apps.uploads.guests.waiting import waiting
from tests.accounts.callers import bearer
from tests.actors import keep_to
from tests.factories import AlbumFactory, PlacementFactory, jpeg
from tests.uploads.guests import browser

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def albums(north: Studio, alice_user: User) -> list[Album]:
    """Two galleries; the same photo of a guest waits in both, another in the first."""
    made = [AlbumFactory.create(studio=north, state=AlbumState.LIVE) for _ in range(2)]
    photo = jpeg()
    for album in made:
        browser(album, alice_user).introduce().send(photo, "both.jpg")
    browser(made[0], alice_user).introduce("Karl", "karl@example.com").send(jpeg(), "one.jpg")
    return made


def counts(albums: list[Album]) -> list[int]:
    with acting_in(albums[0].studio):
        return [waiting(album).count() for album in albums]


def test_what_waits_is_listed_with_its_gallery_and_guest(albums: list[Album], alice_user: User) -> None:
    listed = bearer(alice_user, "north").get("/api/approvals").json()["results"]
    assert [(one["album"], one["guest"], one["photo"]["camera_name"]) for one in listed] == [
        (str(albums[0].pk), "Lena", "both.jpg"),
        (str(albums[1].pk), "Lena", "both.jpg"),
        (str(albums[0].pk), "Karl", "one.jpg"),
    ]


@pytest.mark.parametrize("answer", ["approve", "reject"])
def test_one_answer_reaches_every_gallery_and_one_undo_takes_it_back(
    albums: list[Album], alice_user: User, answer: str
) -> None:
    caller = bearer(alice_user, "north")
    photos = list({one["photo"]["id"] for one in caller.get("/api/approvals").json()["results"]})
    own = str(PlacementFactory.create(album=albums[0], is_hidden=True).photo_id)
    told = caller.send("/api/approvals", {"photos": [*photos, own], "answer": answer}).json()
    assert (told["done"], [one["photo"] for one in told["refused"]], counts(albums)) == (2, [own], [0, 0])
    with acting_in(albums[0].studio):
        entry = JournalEntry.objects.for_studio(albums[0].studio).get(pk=told["undo"])
        entry.studio = albums[0].studio
        journal.undo(entry, by=alice_user)
    assert counts(albums) == [2, 1]


def test_a_restricted_member_answers_in_their_galleries_alone(albums: list[Album], erin_user: User) -> None:
    keep_to(albums[0].studio, erin_user, albums[1])
    caller = bearer(erin_user, "north")
    (one,) = caller.get("/api/approvals").json()["results"]
    assert one["album"] == str(albums[1].pk)
    assert caller.send("/api/approvals", {"photos": [one["photo"]["id"]], "answer": "approve"}).json()["done"] == 1
    assert counts(albums) == [2, 0]


def test_only_an_answer_is_an_answer(albums: list[Album], alice_user: User) -> None:
    caller = bearer(alice_user, "north")
    photo = caller.get("/api/approvals").json()["results"][0]["photo"]["id"]
    assert caller.send("/api/approvals", {"photos": [photo], "answer": "maybe"}).status_code == 400
    assert caller.send("/api/approvals", {"photos": [], "answer": "approve"}).status_code == 400
    assert counts(albums) == [2, 1]
