"""Photos of guests: they come by the right of a link, wait out of sight, and are answered in bulk with one undo."""

from __future__ import annotations

import json
import shutil
from collections import namedtuple
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from apps.accounts import journal, outbox
from apps.accounts.models import Email, JournalEntry, Studio, User
from apps.accounts.tenancy import across_studios, acting_in
from apps.albums.models import Album, AlbumState, Audience, Photo, PhotoState, Placement
from apps.media.models import Blob
from apps.sharing.models import Activity, ActivityKind, Visitor
from apps.uploads.guests import approval, budgets, digest
from apps.uploads.guests.waiting import waiting
from apps.uploads.models import ReceivedFile, Upload
from apps.web.rate_limit import RateLimit
from tests.factories import AlbumFactory, PhotoFactory, PlacementFactory, jpeg
from tests.uploads.conftest import put_as
from tests.uploads.guests import GuestBrowser, browser
from tests.uploads.tus_client import PART

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def album(north: Studio) -> Album:
    return AlbumFactory.create(studio=north, state=AlbumState.LIVE)


@pytest.fixture
def lena(album: Album, alice_user: User) -> GuestBrowser:
    return browser(album, alice_user).introduce()


def ready(album: Album) -> None:
    """All photos of the album count as rendered."""
    with acting_in(album.studio):
        Photo.objects.for_studio(album.studio).update(state=PhotoState.READY, width=3, height=2)


def seen(album: Album, *, is_main: bool = False) -> int:
    """How many photos a guest sees."""
    with acting_in(album.studio):
        audience = Audience(album.pk, is_main)
        return Placement.objects.for_studio(album.studio).filter(album=album).shown_to(audience, ()).count()  # type: ignore[attr-defined]


def held(album: Album) -> Placement:
    with acting_in(album.studio):
        rows = Placement.objects.for_studio(album.studio).select_related("section", "photo")
        placement: Placement = rows.get(album=album)
        return placement


# -- they come -------------------------------------------------------------------------------------------------------


def test_a_guests_photo_waits_in_a_section_of_its_own_and_no_guest_sees_it(lena: GuestBrowser, album: Album) -> None:
    answer = lena.send(jpeg(), "Küsse.jpg")
    assert (answer.status, answer.headers["upload-result"]) == (204, "stored")
    assert "upload-photo" not in answer.headers
    placement = held(album)
    assert (placement.is_hidden, placement.section.title, placement.photo.camera_name) == (
        True,
        "From guests",
        "Küsse.jpg",
    )
    ready(album)
    assert (seen(album), seen(album, is_main=True)) == (0, 0)
    page = lena.client.get(lena.page()).content.decode()
    assert "Küsse.jpg" in page
    assert "Waiting for approval" in page
    assert "Küsse.jpg" not in lena.client.get(lena.page("sharing:gallery")).content.decode()


def test_a_link_that_shows_at_once_shows_at_once(album: Album, alice_user: User) -> None:
    browser(album, alice_user, uploads_wait=False).introduce().send(jpeg())
    ready(album)
    assert seen(album) == 1
    assert held(album).section.title == "From guests"


def test_a_link_takes_nothing_without_the_right_a_name_or_the_token_of_the_page(
    album: Album, alice_user: User, lena: GuestBrowser
) -> None:
    assert browser(album, alice_user, upload="off").introduce().begin(9).code == "forbidden"
    nobody = browser(album, alice_user)
    assert (nobody.begin(9).status, nobody.begin(9).code) == (409, "who")
    assert browser(album, alice_user, password="longenough").begin(9).code == "locked"
    assert lena.ask("POST", lena.page("uploads:guest_parts"), csrf=False, upload_length="9").status == 403
    with acting_in(album.studio):
        lena.link.revoke(by=alice_user)
    assert (lena.begin(9).status, lena.begin(9).code) == (410, "closed")
    assert GuestBrowser("x" * 43, lena.link, lena.client).begin(9).status == 404
    with acting_in(album.studio):
        assert not Upload.objects.for_studio(album.studio).exists()


def test_a_broken_upload_goes_on_and_only_by_who_began_it(lena: GuestBrowser, album: Album, alice_user: User) -> None:
    photo = jpeg()
    place = lena.begin(len(photo), filename="a.jpg").headers["location"]
    assert lena.ask("PATCH", place, photo[:100], upload_offset="0", **PART).offset == 100
    karl = GuestBrowser(lena.token, lena.link).introduce("Karl", "karl@example.com")
    assert karl.ask("HEAD", place).status == 404
    other = browser(album, alice_user)
    other.client.cookies = lena.client.cookies
    elsewhere = place.replace(lena.token, other.token)
    assert other.ask("HEAD", elsewhere).status == 404
    assert lena.ask("HEAD", place).offset == 100
    assert lena.ask("PATCH", place, photo[100:], upload_offset="100", **PART).headers["upload-result"] == "stored"
    with acting_in(album.studio):
        assert Blob.objects.for_studio(album.studio).get().size == len(photo)


def test_bytes_that_the_studio_has_stay_its_own_and_no_guest_learns_of_them(lena: GuestBrowser, album: Album) -> None:
    photo = jpeg()
    with acting_in(album.studio):
        theirs = PhotoFactory.create(studio=album.studio, original__data=photo, camera_name="OWN.JPG")
        PlacementFactory.create(album=album, photo=theirs)
    known, new = lena.send(photo, "copy.jpg"), lena.send(jpeg(), "new.jpg")
    assert (known.status, known.headers["upload-result"]) == (new.status, new.headers["upload-result"])
    with acting_in(album.studio):
        placement = Placement.objects.for_studio(album.studio).get(photo=theirs)
        assert (placement.is_hidden, placement.section_id) == (False, None)
        copy = ReceivedFile.objects.for_studio(album.studio).get(name="copy.jpg")
        assert copy.state == "duplicate"
        assert [row.name for row in waiting(album)] == ["new.jpg"]
    page = lena.client.get(lena.page()).content.decode()
    assert page.count("Waiting for approval") == 2
    assert lena.client.post(lena.page("uploads:guest_withdraw", copy.pk)).status_code == 303
    with acting_in(album.studio):
        assert Placement.objects.for_studio(album.studio).get(photo=theirs).trashed_at is None


def test_a_file_that_is_no_photo_is_refused_in_words_of_a_guest_and_noted(lena: GuestBrowser, album: Album) -> None:
    answer = lena.send(b"MZ this is a program" * 10, "virus.jpg")
    assert answer.status == 415
    assert b"read as a photo or a video" in answer.body
    page = lena.client.get(lena.page()).content.decode()
    assert "virus.jpg" in page
    with acting_in(album.studio):
        row = ReceivedFile.objects.for_studio(album.studio).get()
        assert (row.state, row.photo_id, bool(row.reason)) == ("refused", None, True)
        assert not Photo.objects.for_studio(album.studio).exists()


# -- budgets -----------------------------------------------------------------------------------------------------------

Disk = namedtuple("Disk", "total used free")
REFUSALS = (budgets.GuestLimit, budgets.LinkLimit, budgets.TooManyInAnHour, budgets.NoRoom)


@pytest.mark.parametrize(
    ("limit", "value", "status", "code"),
    [
        ("LINK_FILES", 1, 413, "link_limit"),
        ("LINK_BYTES", 1000, 413, "link_limit"),
        ("GUEST_FILES", 1, 413, "guest_limit"),
        ("GUEST_BYTES", 1000, 413, "guest_limit"),
        ("PER_GUEST", RateLimit("guest-uploads", 1, 3600), 429, "too_fast"),
        ("PER_LINK", RateLimit("link-uploads", 1, 3600), 429, "too_fast"),
        ("DISK_RESERVE", 1 << 60, 507, "no_room"),
    ],
)
def test_each_budget_of_guests_ends_in_words(
    limit: str, value: Any, status: int, code: str, lena: GuestBrowser, album: Album, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert lena.send(jpeg()).status == 204
    monkeypatch.setattr(budgets, limit, value)
    address = lena.page("uploads:guest_parts")
    answer = lena.ask("POST", address, upload_length="990", accept_language="de")
    assert (answer.status, answer.code) == (status, code)
    with translation.override("de"):
        words = {translation.gettext(kind.sentence) for kind in REFUSALS}
    assert json.loads(answer.body)["error"]["message"] in words


def test_a_full_plan_is_told_without_its_figures(lena: GuestBrowser, album: Album) -> None:
    with across_studios():
        Studio.objects.filter(pk=album.studio_id).update(quota_bytes=10)
    answer = lena.begin(5000)
    assert answer.status == 507
    assert b"tell the photographer" in answer.body
    assert b"plan" not in answer.body


def test_many_begun_uploads_of_one_guest_are_stopped(lena: GuestBrowser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budgets, "GUEST_OPEN", 1)
    assert lena.begin(9).status == 201
    assert (lena.begin(9).status, lena.begin(9).code) == (429, "too_many_uploads")


def test_the_disk_is_asked_for_guests_with_more_left_than_for_members(
    lena: GuestBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Disk(1 << 40, 0, budgets.DISK_RESERVE + 10))
    assert (lena.begin(9).status, lena.begin(99).status) == (201, 507)


# -- the studio answers ----------------------------------------------------------------------------------------------


def photos_of(*rows: ReceivedFile) -> list[UUID]:
    return [row.photo_id for row in rows if row.photo_id is not None]


def answered(client: Client, album: Album, says: str, **fields: Any) -> JournalEntry:
    path = reverse("uploads:from_guests_answer", args=[album.studio.slug, album.pk])
    assert client.post(path, {"answer": says, **fields}).status_code == 303
    with acting_in(album.studio):
        entry = JournalEntry.objects.for_studio(album.studio).latest("pk")
        entry.studio = album.studio
        return entry


def test_approving_shows_many_and_one_undo_hides_them_again(
    lena: GuestBrowser, album: Album, alice: Client, alice_user: User
) -> None:
    lena.send(jpeg(), "a.jpg")
    lena.send(jpeg(), "b.jpg")
    ready(album)
    page = alice.get(reverse("uploads:from_guests", args=[album.studio.slug, album.pk])).content.decode()
    assert all(word in page for word in ("a.jpg", "b.jpg", "Lena"))
    entry = answered(alice, album, "approve", all="1")
    assert seen(album) == 2
    assert "In the gallery" in lena.client.get(lena.page()).content.decode()
    with acting_in(album.studio):
        assert not waiting(album).exists()
        journal.undo(entry, by=alice_user)
        assert waiting(album).count() == 2
    assert seen(album) == 0


def test_rejecting_goes_by_the_trash_and_undo_brings_it_back(
    lena: GuestBrowser, album: Album, alice: Client, alice_user: User
) -> None:
    lena.send(jpeg())
    photo = held(album).photo
    entry = answered(alice, album, "reject", photo=[str(photo.pk)])
    with acting_in(album.studio):
        photo.refresh_from_db(from_queryset=Photo.objects.for_studio(album.studio))
        assert photo.trashed_at is not None
        assert Blob.objects.for_studio(album.studio).count() == 1
    assert "Not added" in lena.client.get(lena.page()).content.decode()
    with acting_in(album.studio):
        journal.undo(entry, by=alice_user)
        assert waiting(album).count() == 1


def test_an_answer_reaches_only_what_waits_from_guests(album: Album, alice: Client, alice_user: User) -> None:
    """A photo that the studio hid itself is not approved or thrown away from this page."""
    own = PlacementFactory.create(album=album, is_hidden=True)
    with acting_in(album.studio):
        assert approval.approve(album, [own.photo_id], by=alice_user) is None
        assert approval.reject(album, [own.photo_id], by=alice_user) is None
        assert approval.reject(album, [], by=alice_user) is None


# -- the guest takes back ----------------------------------------------------------------------------------------------


def test_a_guest_withdraws_what_waits_and_nothing_that_is_approved_or_anothers(
    lena: GuestBrowser, album: Album, alice_user: User
) -> None:
    lena.send(jpeg(), "a.jpg")
    lena.send(jpeg(), "b.jpg")
    with acting_in(album.studio):
        first, second = waiting(album)
        assert approval.approve(album, photos_of(second), by=alice_user)
    karl = GuestBrowser(lena.token, lena.link).introduce("Karl", "karl@example.com")
    assert karl.client.post(karl.page("uploads:guest_withdraw", first.pk)).status_code == 404
    assert lena.client.post(lena.page("uploads:guest_withdraw", first.pk)).status_code == 303
    assert lena.client.post(lena.page("uploads:guest_withdraw", second.pk)).status_code == 409
    with acting_in(album.studio):
        states = {
            row.photo.camera_name: row.trashed_at is None
            for row in Placement.objects.for_studio(album.studio).select_related("photo")
        }
        assert states == {"a.jpg": False, "b.jpg": True}
    assert "Withdrawn" in lena.client.get(lena.page()).content.decode()


def test_what_two_guests_sent_waits_as_the_others_when_one_withdraws(lena: GuestBrowser, album: Album) -> None:
    karl = GuestBrowser(lena.token, lena.link).introduce("Karl", "karl@example.com")
    photo = jpeg()
    lena.send(photo, "a.jpg")
    karl.send(photo, "b.jpg")
    with acting_in(album.studio):
        mine = waiting(album).get()
    lena.client.post(lena.page("uploads:guest_withdraw", mine.pk))
    with acting_in(album.studio):
        assert waiting(album).select_related("visitor").get().visitor.name == "Karl"
        assert Placement.objects.for_studio(album.studio).get().trashed_at is None


def test_what_the_studio_sent_too_stays_when_the_guest_withdraws(
    lena: GuestBrowser, album: Album, alice: Client
) -> None:
    photo = jpeg()
    lena.send(photo)
    path = reverse("uploads:put", args=[album.studio.slug, album.pk])
    assert put_as(alice, path, photo, query={"name": "own.jpg", "receipt": uuid4()})[1]["status"] == "duplicate"
    with acting_in(album.studio):
        mine = waiting(album).get()
    assert lena.client.post(lena.page("uploads:guest_withdraw", mine.pk)).status_code == 303
    with acting_in(album.studio):
        assert Placement.objects.for_studio(album.studio).get().trashed_at is None


# -- the studio is told -----------------------------------------------------------------------------------------------


def test_one_email_tells_of_many_photos_and_none_once_they_are_answered(
    lena: GuestBrowser, album: Album, alice_user: User
) -> None:
    lena.send(jpeg())
    lena.send(jpeg())
    with acting_in(album.studio):
        emails = list(Email.objects.for_studio(album.studio).filter(composer=digest.COMPOSER))
        to_alice = [email for email in emails if email.to == alice_user.email]
        assert len(to_alice) == 1
        assert to_alice[0].due_at > timezone.now() + timedelta(minutes=20)
        words = digest.compose(to_alice[0])
        assert "2 photos" in words.subject
        assert "Lena" in words.text
        assert Activity.objects.for_studio(album.studio).filter(kind=ActivityKind.UPLOADED).count() == 2
        approval.approve(album, photos_of(*waiting(album)), by=alice_user)
        with pytest.raises(outbox.Undeliverable):
            digest.compose(to_alice[0])


def test_an_erased_guest_leaves_photos_without_a_name(lena: GuestBrowser, album: Album) -> None:
    lena.send(jpeg())
    with acting_in(album.studio):
        Visitor.objects.for_studio(album.studio).all().delete()
        assert waiting(album).get().visitor_id is None
