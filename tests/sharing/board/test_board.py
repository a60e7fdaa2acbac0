"""The delivery board: what was promised first, late in a word, the same number of questions for many, one reminder."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Email, EmailState, Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, AlbumState
from apps.sharing.board import nudging, rows
from apps.sharing.models import Activity, ActivityKind, ClientEmail, EmailKind, ShareLink
from tests.actors import keep_to
from tests.factories import AlbumFactory, PhotoFactory, PlacementFactory, ShareLinkFactory
from tests.sharing.clients.test_clients import meet
from tests.sharing.conftest import Make, Share
from tests.test_strangers import bearer

pytestmark = pytest.mark.django_db


def job(studio: Studio, title: str, promised_on: date | None, state: str = AlbumState.DRAFT) -> Album:
    album: Album = AlbumFactory.create(studio=studio, title=title, state=state)
    with acting_in(studio):
        Album.objects.for_studio(studio).filter(pk=album.pk).update(promised_on=promised_on)
    return album


def promised(album: Album) -> date | None:
    with acting_in(album.studio_id):
        album.refresh_from_db(fields=["promised_on"])
    return album.promised_on


def days(count: int) -> date:
    return timezone.now().date() + timedelta(days=count)


def test_what_is_promised_first_stands_first_and_late_is_said_in_a_word(north: Studio, alice: Client) -> None:
    job(north, "Unpromised", None)
    job(north, "Later", days(9))
    job(north, "Late one", days(-3))
    ShareLinkFactory.create(album=job(north, "Delivered late", days(-5), AlbumState.LIVE))
    job(north, "Without a link", days(-4), AlbumState.LIVE)
    job(north, "Put away", days(-9), AlbumState.ARCHIVED)
    page = alice.get(reverse("sharing:board", args=["north"])).content.decode()
    titles = ("Delivered late", "Without a link", "Late one", "Later", "Unpromised")
    assert [page.index(f"<b>{title}</b>") for title in titles] == sorted(page.index(f"<b>{one}</b>") for one in titles)
    assert page.count("job--late") == 2
    assert "Late by 4 days" in page
    assert "Late by 3 days" in page
    assert "Due in 9 days" in page
    assert "Put away" not in page


def test_each_step_is_told(share: Share, alice_user: User) -> None:
    for state in ("processing", "failed"):
        photo = PhotoFactory.create(studio=share.studio, state=state)
        PlacementFactory.create(album=share.album, photo=photo)
    with acting_in(share.studio):
        for kind in (ActivityKind.OPENED, ActivityKind.OPENED, ActivityKind.DOWNLOADED):
            Activity(studio=share.studio, shown_id=share.album.pk, link=share.link, kind=kind).save(force_insert=True)
        ShareLink.objects.for_studio(share.studio).update(expires_at=timezone.now() + timedelta(days=3))
        (row,) = rows.rows_of(share.studio, [share.album], now=timezone.now())
    assert (row.photos, row.ready, row.failed) == (5, 3, 1)
    assert (row.visits, row.downloads, row.selections) == (2, 1, 0)
    assert row.opened_at is not None
    assert row.is_expiring
    assert not row.may_nudge, "what was taken needs no reminder"


@pytest.fixture
def share(shared: Make) -> Share:
    return shared()


def test_the_board_asks_as_often_for_many_as_for_few(
    north: Studio, alice: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(rows.PAGE + 3):
        job(north, f"Job {number:02}", days(number))
    url = reverse("sharing:board", args=["north"])
    with django_assert_max_num_queries(19):
        first = alice.get(url).content.decode()
    assert first.count('class="job"') == rows.PAGE
    following = first.split('id="more"')[1].split('href="')[1].split('"')[0].replace("&amp;", "&")
    rest = alice.get(url + following).content.decode()
    assert [f"Job {number}" in rest for number in (49, 50, 52)] == [False, True, True]


def test_a_promise_is_written_on_the_board_and_undone(north: Studio, alice: Client, bob: Client) -> None:
    album = job(north, "Wedding", None)
    url = reverse("sharing:promise", args=["north", album.pk])
    assert bob.post(url, {"promised_on": "2027-01-05"}).status_code == 403
    assert alice.post(url, {"promised_on": "1727-01-05"}).status_code == 303
    assert promised(album) is None
    assert alice.post(url, {"promised_on": "2027-01-05"}).status_code == 303
    assert promised(album) == date(2027, 1, 5)
    alice.post(url, {"promised_on": ""})
    assert promised(album) is None


def test_a_reminder_goes_to_everyone_once_in_three_days(share: Share, alice: Client, alice_user: User) -> None:
    meet(share.link)
    meet(share.link, "ben@example.com", "Ben")
    url = reverse("sharing:nudge", args=["north", share.album.pk])
    for _ in range(2):
        assert alice.post(url).status_code == 303
    with acting_in(share.studio):
        told = ClientEmail.objects.for_studio(share.studio).filter(kind=EmailKind.NUDGE)
        assert sorted(told.values_list("email__to", flat=True)) == ["anna@example.com", "ben@example.com"]
        assert not told.filter(email__is_automatic=True).exists()
        # One that was taken back never reminded anybody; after three days it may be done again.
        later = timezone.now() + nudging.REST + timedelta(minutes=1)
        with pytest.raises(nudging.NotNudged):
            nudging.nudge(share.album, by=alice_user, now=later - timedelta(minutes=2))
        Email.of(share.studio.pk).update(state=EmailState.SENT)
        assert nudging.nudge(share.album, by=alice_user, now=later) == 2
        assert told.count() == 4


def test_nobody_to_remind_is_said(share: Share, alice: Client) -> None:
    answer = alice.post(
        reverse("sharing:nudge", args=["north", share.album.pk]), headers={"HX-Request": "true", "HX-Target": "job"}
    )
    assert "No email address is known" in answer["HX-Trigger"]
    with acting_in(share.studio):
        assert not ClientEmail.objects.for_studio(share.studio).exists()


def test_the_api_tells_the_board_page_by_page_to_each_member_their_own(
    north: Studio, alice_user: User, erin_user: User
) -> None:
    mine, _ = job(north, "Mine", days(2)), job(north, "Other", days(-1))
    key = bearer(alice_user)
    page = Client().get("/api/board?limit=1", headers=key).json()
    assert [(row["title"], row["is_late"]) for row in page["results"]] == [("Other", True)]
    assert [row["title"] for row in Client().get(page["next"], headers=key).json()["results"]] == ["Mine"]
    assert Client().get("/api/board?cursor=x", headers=key).status_code == 400
    keep_to(north, erin_user, mine)
    told = Client().get("/api/board", headers=bearer(erin_user)).json()["results"]
    assert [row["title"] for row in told] == ["Mine"]
