"""The end of a link: banners before, the page after, asking for more time, and the studio's one click."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import JournalEntry, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, AlbumState
from apps.sharing.guests import visitors
from apps.sharing.models import Activity, ActivityKind, ShareLink, Visitor
from apps.web.days import end_of_day, last_day
from apps.web.refusal import Unsuitable
from tests.accounts.emails import path_in, sent
from tests.sharing.conftest import PASSWORD, Make, Share, body_of, fetch, unlocked

pytestmark = pytest.mark.django_db(transaction=True)

CLOSED_ON = date(2025, 10, 14)


@pytest.fixture
def over(shared: Make) -> Any:
    """Make a link and let it run out; the browser that is given was inside before."""

    def make(**terms: Any) -> tuple[Share, Client]:
        share = shared(**terms)
        client = unlocked(share) if "password" in terms else Client()
        client.get(share.url())
        expire(share)
        return share, client

    return make


def expire(share: Share) -> None:
    with acting_in(share.studio):
        ShareLink.objects.for_studio(share.studio).filter(pk=share.link.pk).update(
            expires_on=CLOSED_ON, expires_at=timezone.now() - timedelta(days=1)
        )


def cover(share: Share) -> str:
    return reverse("sharing:closed_cover", args=[share.token])


def asked(share: Share) -> int:
    with acting_in(share.studio):
        return Activity.objects.for_studio(share.studio).filter(kind=ActivityKind.ASKED_TIME).count()


# -- before ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "is_shown"), [(0, True), (13, True), (15, False)])
def test_the_last_day_is_told_from_two_weeks_before(shared: Make, days: int, is_shown: bool) -> None:
    last = timezone.localdate() + timedelta(days=days)
    text = Client().get(shared(expires_on=last).url()).content.decode()
    assert ("This gallery is open until" in text) == is_shown
    if is_shown:
        assert f"{last.day} {last:%B %Y}" in text


def test_a_gallery_without_an_end_is_quiet(shared: Make) -> None:
    assert 'class="banner' not in Client().get(shared().url()).content.decode()


def test_the_last_day_is_the_studios(shared: Make) -> None:
    share = shared(expires_on=timezone.localdate() + timedelta(days=3))
    share.studio.time_zone = "Pacific/Auckland"
    moment = end_of_day(date(2026, 10, 14), share.studio.zone)
    assert last_day(moment, share.studio.zone) == date(2026, 10, 14)


# -- after -----------------------------------------------------------------------------------------------------------


def test_the_page_after_the_end_names_day_studio_and_gallery(over: Any) -> None:
    share, client = over()
    answer = client.get(share.url())
    text = answer.content.decode()
    assert answer.status_code == 410
    for words in ("This gallery closed on 14 October 2025", "North Light", "Zqx wedding", "Ask for more time"):
        assert words in text
    assert cover(share) in text
    assert "/m/" not in text


def test_the_cover_is_shown_and_nothing_else(over: Any) -> None:
    share, client = over()
    answer = client.get(cover(share))
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
    assert len(body_of(answer)) > 20
    assert "no-store" in answer["Cache-Control"]
    for kind in ("tile", "thumb", "web"):
        assert fetch(client, share.picture(kind)).status == 404
    assert client.get(share.url("photo", share.photos[0])).status_code == 410
    assert client.get(share.url("download", share.photos[0])).status_code == 410


def test_behind_a_password_only_who_was_inside_sees_title_and_cover(over: Any) -> None:
    share, inside = over(password=PASSWORD)
    stranger = Client()
    assert "Zqx wedding" in inside.get(share.url()).content.decode()
    assert inside.get(cover(share)).status_code == 200
    text = stranger.get(share.url()).content.decode()
    assert "This gallery closed on 14 October 2025" in text
    assert "Zqx " not in text
    assert "<img" not in text
    assert stranger.get(cover(share)).status_code == 410


def test_where_a_name_was_asked_for_only_who_was_inside_sees_title_and_cover(over: Any) -> None:
    share, _ = over(asks_identity=True)
    page = Client().get(share.url())
    assert page.status_code == 410
    assert "Zqx " not in page.content.decode()
    assert Client().get(cover(share)).status_code == 410


def test_a_new_password_takes_the_cover_away(over: Any) -> None:
    share, inside = over(password=PASSWORD)
    share.change(password="another one")
    expire(share)
    assert inside.get(cover(share)).status_code == 410
    assert "Zqx " not in inside.get(share.url()).content.decode()


def test_a_cover_that_this_link_does_not_show_is_not_shown(over: Any) -> None:
    share, client = over()
    with acting_in(share.studio):
        Album.objects.for_studio(share.studio).update(cover=share.photos[0])
        share.album.placements.update(audience=[])
    assert client.get(cover(share)).status_code == 404
    assert cover(share) not in client.get(share.url()).content.decode()


@pytest.mark.parametrize("terms", [{}, {"password": PASSWORD}])
def test_a_link_that_is_open_has_no_such_cover(shared: Make, terms: dict[str, str]) -> None:
    share = shared(**terms)
    client = unlocked(share) if terms else Client()
    assert client.get(cover(share)).status_code == 404


@pytest.mark.parametrize(
    ("how", "heading"),
    [
        (lambda share: share.studio.albums.update(state=AlbumState.ARCHIVED), "This gallery is archived"),
        (lambda share: share.studio.albums.update(trashed_at=timezone.now()), "This gallery was removed"),
        (
            lambda share: ShareLink.objects.for_studio(share.studio).update(revoked_at=timezone.now()),
            "This link is closed",
        ),
    ],
    ids=["archived", "trashed", "revoked"],
)
def test_what_the_studio_closed_by_hand_tells_no_more_than_that(shared: Make, how: Any, heading: str) -> None:
    share = shared()
    client = Client()
    client.get(share.url())
    with acting_in(share.studio):
        how(share)
    text = client.get(share.url()).content.decode()
    assert f"<h1>{heading}</h1>" in text
    assert "Zqx " not in text
    assert client.get(cover(share)).status_code == 410
    assert client.post(share.url(), {"more_time": "1"}).status_code == 410
    assert asked(share) == 0


# -- asking ----------------------------------------------------------------------------------------------------------


def test_asking_for_time_tells_the_owners_with_one_link(over: Any, alice: Client) -> None:
    share, client = over()
    answer = client.post(share.url(), {"more_time": "1"}, headers={"User-Agent": "Mozilla iPhone Safari"})
    assert (answer.status_code, answer["Location"]) == (303, share.url())
    assert "let North Light know" in client.get(share.url()).content.decode()
    [message] = sent(1)
    assert message.to == ["alice@example.com"]
    path = path_in(message, "/studio/")
    assert path == reverse("sharing:link_extend", args=["north", share.album.pk, share.link.pk])
    assert share.token not in message.body
    with acting_in(share.studio):
        row = Activity.objects.for_studio(share.studio).get(kind=ActivityKind.ASKED_TIME)
    assert (row.link_id, row.device) == (share.link.pk, "Phone, Safari")
    page = alice.get(path)
    assert "Extend by 30 days" in page.content.decode()


def test_reading_the_emails_page_extends_nothing(over: Any, alice: Client) -> None:
    share, _ = over()
    alice.get(reverse("sharing:link_extend", args=["north", share.album.pk, share.link.pk]))
    share.reload()
    assert share.link.expires_on == CLOSED_ON


def test_the_name_of_a_visitor_stands_in_the_email(over: Any) -> None:
    share, client = over()
    with acting_in(share.studio):
        who = Visitor(
            studio=share.studio, shown_id=share.album.pk, link=share.link, name="Anna", email="anna@example.com"
        )
        who.save(force_insert=True)
    answer = HttpResponse()
    visitors.remember(answer, {}, who, now=timezone.now())
    client.cookies.update(answer.cookies)
    client.post(share.url(), {"more_time": "1"})
    [message] = sent(1)
    assert message.subject == "Anna asks for more time: Zqx wedding"
    assert "anna@example.com" in message.body


def test_a_browser_asks_once_a_day_and_a_link_five_times(over: Any) -> None:
    share, client = over()
    for _ in range(3):
        assert client.post(share.url(), {"more_time": "1"}).status_code == 303
    assert asked(share) == 1
    for _ in range(4):
        assert Client().post(share.url(), {"more_time": "1"}).status_code == 303
    stopped = Client().post(share.url(), {"more_time": "1"})
    assert stopped.status_code == 429
    assert "Retry-After" in stopped.headers
    assert asked(share) == 5


def test_asking_needs_a_csrf_token(over: Any) -> None:
    share, _ = over()
    assert Client(enforce_csrf_checks=True).post(share.url(), {"more_time": "1"}).status_code == 403
    assert asked(share) == 0


def test_another_post_to_a_closed_link_asks_for_nothing(over: Any) -> None:
    share, client = over(password=PASSWORD)
    assert client.post(share.url(), {"password": PASSWORD}).status_code == 410
    assert asked(share) == 0


# -- extending -------------------------------------------------------------------------------------------------------


def test_one_click_opens_it_again_for_who_was_inside(over: Any, erin: Client) -> None:
    share, inside = over(password=PASSWORD)
    where = reverse("sharing:link_extend", args=["north", share.album.pk, share.link.pk])
    assert erin.post(where).status_code == 303
    share.reload()
    assert share.link.expires_on == timezone.localdate(timezone=share.studio.zone) + timedelta(days=30)
    assert "Zqx wedding" in inside.get(share.url()).content.decode()
    with acting_in(share.studio):
        assert JournalEntry.objects.for_studio(share.studio).filter(verb="link.extended").count() == 1


def test_an_open_link_is_extended_from_its_end(shared: Make, alice_user: User) -> None:
    share = shared(expires_on=timezone.localdate() + timedelta(days=5))
    share.reload()
    with acting_in(share.studio):
        assert share.link.extend(by=alice_user) == timezone.localdate() + timedelta(days=35)


def test_what_cannot_be_extended_says_so(shared: Make, alice_user: User, alice: Client) -> None:
    share = shared()
    share.reload()
    with acting_in(share.studio), pytest.raises(Unsuitable, match="never expires"):
        share.link.extend(by=alice_user)
    where = reverse("sharing:link_extend", args=["north", share.album.pk, share.link.pk])
    assert "never expires" in alice.get(alice.post(where)["Location"]).content.decode()
    closing_soon = shared(expires_on=timezone.localdate() + timedelta(days=3650))
    closing_soon.reload()
    with acting_in(share.studio), pytest.raises(Unsuitable, match="ten years"):
        closing_soon.link.extend(by=alice_user)


def test_a_viewer_extends_nothing(over: Any, bob: Client) -> None:
    share, _ = over()
    where = reverse("sharing:link_extend", args=["north", share.album.pk, share.link.pk])
    assert bob.post(where).status_code == 403


def test_a_gallery_that_is_a_draft_again_shows_nothing_after_its_links_end(over: Any) -> None:
    share, client = over()
    assert "Zqx wedding" in Client().get(share.url()).content.decode()
    with acting_in(share.studio):
        Album.objects.for_studio(share.studio).filter(pk=share.album.pk).update(state=AlbumState.DRAFT)
    for browser in (client, Client()):
        page = browser.get(share.url())
        assert page.status_code == 410
        assert "Zqx wedding" not in page.content.decode()
        assert "<img" not in page.content.decode()
        assert browser.get(cover(share)).status_code == 410


def test_the_last_day_is_written_as_the_guest_s_language_writes_days(shared: Make, over: Any) -> None:
    german = Client(headers={"Accept-Language": "de"})
    assert "am 14. Oktober 2025 geschlossen" in german.get(over()[0].url()).content.decode()
    last = timezone.localdate() + timedelta(days=3)
    text = german.get(shared(expires_on=last).url()).content.decode()
    assert re.search(rf"bis einschließlich \w\w, {last.day}\. \w+ {last.year} geöffnet", text)
