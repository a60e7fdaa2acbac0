"""Visitors: whose browser it is, what a link that asks first shows, what the studio sees and forgets."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Email, JournalEntry, Studio, User
from apps.accounts.tenancy import acting_in
from apps.sharing.access import known, passes
from apps.sharing.guests import visitors, visits
from apps.sharing.links import lifecycle
from apps.sharing.models import (
    Activity,
    ActivityKind,
    ClientEmail,
    Comment,
    Pick,
    Selection,
    ShareLink,
    Shown,
    Visitor,
)
from apps.web.rate_limit import RateLimit
from tests.factories import AlbumFactory
from tests.markup import tight
from tests.sharing.access.test_door import addresses, leaks
from tests.sharing.conftest import PASSWORD, Make, Share, fetch, unlocked
from tests.sharing.emailing import email_of
from tests.sharing.guests.test_who import introduced, known_as, people

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1"


def asking(share: Share) -> Share:
    """The link asks who is there before it opens."""
    with acting_in(share.studio):
        ShareLink.objects.for_studio(share.studio).filter(pk=share.link.pk).update(asks_identity=True)
    return share


def told(share: Share) -> list[tuple[str, str, str | None]]:
    """(kind, device, name) of all that was written down."""
    with acting_in(share.studio):
        rows = Activity.objects.for_studio(share.studio).order_by("at", "id")
        return list(rows.values_list("kind", "device", "visitor__name"))


# -- whose browser it is ------------------------------------------------------------------------------


def test_the_cookie_is_out_of_reach_and_lasts_a_year(shared: Make) -> None:
    share = shared()
    morsel = introduced(share).cookies[known.COOKIE.name(share.album.pk)]
    assert morsel["httponly"]
    assert (morsel["samesite"], morsel["path"], morsel["max-age"]) == ("Lax", "/", 365 * 24 * 3600)


def test_a_forged_old_or_foreign_cookie_is_nobody(shared: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    share, other = shared(), shared()
    client = introduced(share)
    name = known.COOKIE.name(share.album.pk)
    value = client.cookies[name].value
    foreign = introduced(other).cookies[known.COOKIE.name(other.album.pk)].value
    for forged in (value[:-1] + "x", value.replace(".1.", ".2."), "", "...", foreign, f"{value}.x"):
        client.cookies[name] = forged
        assert known_as(share, client) == ""
    client.cookies[name] = value
    assert known_as(share, client) == "anna@example.com"
    later = timezone.now() + known.COOKIE.lifetime
    assert known.COOKIE.read({name: value}, share.album.pk, now=later) is None


def test_a_cookie_of_another_studio_is_nobody(shared: Make, south: Studio, alice_user: User) -> None:
    share = shared()
    album = AlbumFactory.create(studio=south)
    with acting_in(south):
        stranger = Visitor(studio=south, shown=Shown.of(album), name="Sly", email="sly@example.com")
        stranger.save(force_insert=True)
    stranger.shown_id = share.album.pk
    forged = Client()
    introduced(share, forged)
    response = forged.get(share.url())
    visitors.remember(response, {}, stranger, now=timezone.now())
    forged.cookies = response.cookies
    assert known_as(share, forged) == ""


def test_a_person_signed_out_is_nobody_in_every_browser(shared: Make) -> None:
    share = shared()
    client = introduced(share)
    (anna,) = people(share)
    with acting_in(share.studio):
        anna.sign_out()
    assert known_as(share, client) == ""


def test_g15_a_visitors_cookie_does_not_open_a_link(shared: Make) -> None:
    share = shared()
    client = introduced(share)
    client.cookies.pop(passes.COOKIE.name(share.link.pk), None)
    share.change(password=PASSWORD)
    for path in addresses(share):
        assert leaks(client.get(path), share, path) == [], path
    assert fetch(client, share.picture()).status == 404


def test_the_same_person_comes_by_two_links_of_an_album(shared: Make, alice_user: User) -> None:
    share = shared()
    client = introduced(share)
    with acting_in(share.studio):
        _, token = lifecycle.create(share.album, by=alice_user, label="guests")
    second = Share(share.studio, share.album, share.photos, share.link, token)
    assert known_as(second, client) == "anna@example.com"


def test_last_seen_is_written_once_in_ten_minutes(shared: Make) -> None:
    share = shared()
    client = introduced(share)
    before = people(share)[0].seen_at
    client.get(share.url())
    assert people(share)[0].seen_at == before
    old = before - timedelta(minutes=11)
    with acting_in(share.studio):
        Visitor.objects.for_studio(share.studio).update(seen_at=old)
    client.get(share.url())
    assert people(share)[0].seen_at >= before


# -- links that ask first -----------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("password", [None, PASSWORD])
@pytest.mark.parametrize("method", ["get", "head", "post", "put", "delete"])
def test_g15_a_link_that_asks_first_shows_nothing_before(shared: Make, method: str, password: str | None) -> None:
    share = asking(shared(password=password, download="original"))
    for path in addresses(share):
        client = unlocked(share) if password else Client()
        response = getattr(client, method)(path)
        assert response.status_code in (200, 303, 403, 404, 405, 409, 422), (path, response.status_code)
        assert leaks(response, share, path) == [], path
        assert "ETag" not in response.headers
        if method == "get" and response.status_code in (200, 403):
            assert b'name="email"' in response.content
    assert people(share) == []


@pytest.mark.parametrize("password", [None, PASSWORD])
def test_pictures_wait_for_the_person_too(shared: Make, password: str | None) -> None:
    share = asking(shared(password=password))
    client = unlocked(share) if password else Client()
    client.get(share.url())
    assert fetch(client, share.picture()).status == 404
    introduced(share, client)
    assert fetch(client, share.picture()).status == 200
    assert "Zqx wedding" in client.get(share.url()).content.decode()


def test_pictures_stop_when_a_link_begins_to_ask(shared: Make) -> None:
    share = shared()
    client = Client()
    client.get(share.url())
    assert asking(share)
    assert fetch(client, share.picture()).status == 404


def test_the_question_leads_back_to_where_it_was_asked(shared: Make) -> None:
    share = asking(shared())
    path = share.url("photo", share.photos[1]) + "?x=1"
    assert f'name="next" value="{path}"' in Client().get(path).content.decode()


@pytest.mark.parametrize("password", [None, PASSWORD])
def test_an_opening_that_was_asked_for_counts_once_and_by_name(shared: Make, password: str | None) -> None:
    share = asking(shared(password=password))
    client = unlocked(share) if password else Client()
    client.get(share.url())
    share.reload()
    assert share.link.views == 0
    introduced(share, client)
    for _ in range(3):
        client.get(share.url())
    share.reload()
    assert share.link.views == 1
    assert [(kind, name) for kind, _, name in told(share)][-1] == ("opened", "Anna Zqx")
    assert [kind for kind, _, _ in told(share)].count("opened") == 1


# -- what is written down -----------------------------------------------------------------------------


def test_a_program_that_keeps_no_cookies_writes_no_endless_list(shared: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visits, "OPENINGS", RateLimit("link-opened", 2, 3600))
    share = shared()
    assert [Client().get(share.url()).status_code for _ in range(4)] == [200] * 4
    share.reload()
    assert share.link.views == 2
    with acting_in(share.studio):
        assert Activity.objects.for_studio(share.studio).count() == 2
    assert Client(REMOTE_ADDR="10.1.1.1").get(share.url()).status_code == 200
    share.reload()
    assert share.link.views == 3


def test_who_gives_the_password_again_and_again_writes_no_endless_list(
    shared: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visits, "UNLOCKINGS", RateLimit("link-unlocked", 2, 3600))
    share = shared(password=PASSWORD)
    for _ in range(3):
        unlocked(share)
    assert [kind for kind, _, _ in told(share)].count("unlocked") == 2


def test_an_opening_is_written_down_once_per_browser_with_its_device(shared: Make) -> None:
    share = shared()
    client = Client(headers={"User-Agent": PHONE, "Accept-Language": "en"})
    for _ in range(3):
        client.get(share.url())
    assert told(share) == [("opened", "Phone, Safari", None)]


def test_wrong_and_right_passwords_are_written_down(shared: Make) -> None:
    share = shared(password=PASSWORD)
    client = Client(headers={"User-Agent": PHONE, "Accept-Language": "en"})
    client.post(share.url(), {"password": "wrong one"})
    client.post(share.url(), {"password": ""})
    client.post(share.url(), {"password": PASSWORD})
    assert [kind for kind, _, _ in told(share)] == ["failed", "unlocked", "opened"]
    with acting_in(share.studio):
        assert set(Activity.objects.for_studio(share.studio).values_list("detail__password", flat=True)) == {None}


def test_refused_guesses_write_nothing(shared: Make) -> None:
    share = shared(password=PASSWORD)
    for number in range(15):
        Client(REMOTE_ADDR=f"10.0.0.{number + 1}").post(share.url(), {"password": "wrong one"})
    assert [kind for kind, _, _ in told(share)] == ["failed"] * 10


def test_a_member_leaves_no_trace(shared: Make, alice: Client) -> None:
    share = shared(password=PASSWORD)
    unlocked(share, client=alice)
    assert told(share) == []


# -- the studio's side --------------------------------------------------------------------------------


def page(share: Share, name: str = "visitors", **more: Any) -> str:
    return reverse(f"sharing:{name}", args=[share.studio.slug, share.album.pk, *more.values()])


def furnish(share: Share, visitor: Visitor) -> None:
    """Two favourites in three places, a comment and one taken back, an email."""
    with acting_in(share.studio):
        for number, photos in enumerate((share.photos[:2], share.photos[:1])):
            kept = Selection(studio=share.studio, shown_id=share.album.pk, visitor=visitor, title=f"List {number}")
            kept.save(force_insert=True)
            for photo in photos:
                Pick(studio=share.studio, selection=kept, photo=photo).save(force_insert=True)
        said = {"studio": share.studio, "album": share.album, "photo": share.photos[0], "visitor": visitor}
        Comment(**said, body="Lovely").save(force_insert=True)
        Comment(**said, body="Oops", removed_at=timezone.now()).save(force_insert=True)
        Activity(studio=share.studio, shown_id=share.album.pk, visitor=visitor, kind=ActivityKind.OPENED).save()
    email_of(share, to="Anna@example.com")


def test_the_studio_sees_who_came(shared: Make, bob: Client) -> None:
    share = shared()
    introduced(share)
    furnish(share, people(share)[0])
    text = tight(bob.get(page(share)).content)
    for words in ("Anna Zqx", "anna@example.com", "Zqx couple", "2 favourites · 1 comment<"):
        assert words in text
    assert "Erase" not in text


def test_fifty_visitors_cost_as_many_queries_as_one(
    shared: Make, alice: Client, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    share = shared()
    with acting_in(share.studio):
        Visitor.objects.for_studio(share.studio).bulk_create(
            Visitor(
                studio=share.studio, shown_id=share.album.pk, link=share.link, name=f"P {n}",
                email=f"p{n}@example.com", seen_at=timezone.now() - timedelta(minutes=n),
            )
            for n in range(60)
        )  # fmt: skip
    with django_assert_max_num_queries(16):
        first = alice.get(page(share)).content.decode()
    assert first.count("@example.com</a>") == 50
    assert "p0@example.com" in first
    following = first.split('class="more" href="')[1].split('"')[0].replace("&amp;", "&")
    rest = alice.get(page(share) + following).content.decode()
    assert rest.count("@example.com</a>") == 10
    assert alice.get(page(share) + "?after=nonsense").content.decode().count("@example.com</a>") == 50


def test_g34_the_table_runs_nothing_and_opens_in_a_spreadsheet(shared: Make, erin: Client) -> None:
    share = shared(label="@Zqx")
    introduced(share, name='=HYPERLINK("http://evil.example")', email="=cmd@example.com")
    introduced(share, name="Jörg, Zqx", email="jorg@example.com")
    answer = erin.get(page(share, "visitors_csv"))
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert "attachment" in answer["Content-Disposition"]
    assert answer["Cache-Control"] == "private, no-store"
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][:3] == ["Name", "Email", "Link"]
    assert [row[0] for row in rows[1:]] == ['\'=HYPERLINK("http://evil.example")', "Jörg, Zqx"]
    assert rows[1][1:3] == ["'=cmd@example.com", "'@Zqx"]


def test_g34_a_name_is_text_in_every_page(shared: Make, alice: Client) -> None:
    share = shared()
    client = introduced(share, name="<script>alert(1)</script>")
    for answer in (alice.get(page(share)), client.get(reverse("sharing:who", args=[share.token]))):
        assert "<script>alert" not in answer.content.decode()


def test_g54_an_erased_visitor_is_gone_with_what_they_said(shared: Make, erin: Client) -> None:
    share = shared()
    client = introduced(share)
    introduced(share, name="Ben", email="ben@example.com")
    anna, ben = people(share)
    furnish(share, anna)
    with acting_in(share.studio):
        for who in (anna, ben):
            typed = {"selection": f"For {who.name}’s mum", "note": f"Call {who.name}", "round": 1}
            Activity(studio=share.studio, shown_id=share.album.pk, visitor=who, kind="sent", detail=typed).save()
    assert erin.post(page(share, "visitor_erase", visitor=anna.pk)).status_code == 303
    assert [one.pk for one in people(share)] == [ben.pk]
    with acting_in(share.studio):
        for model in (Selection, Pick, Comment, ClientEmail, Email):
            assert not model.objects.for_studio(share.studio).exists(), model
        assert Activity.objects.for_studio(share.studio).filter(visitor=None).exists()
        entry = JournalEntry.objects.for_studio(share.studio).get(verb="visitor.erased")
        sent = Activity.objects.for_studio(share.studio).filter(kind="sent").order_by("visitor_id")
        assert [(one.visitor_id, one.detail.get("note"), one.detail["round"]) for one in sent] == [
            (ben.pk, "Call Ben", 1), (None, None, 1),
        ]  # fmt: skip
        assert "anna" not in str([one.detail for one in sent]).lower()
    assert "anna" not in str(entry.detail).lower()
    assert known_as(share, client) == ""
    introduced(share)


def test_signing_out_by_the_studio(shared: Make, erin: Client) -> None:
    share = shared()
    client = introduced(share)
    assert erin.post(page(share, "visitor_sign_out", visitor=people(share)[0].pk)).status_code == 303
    assert known_as(share, client) == ""
    introduced(share, client)
    assert [one.email for one in people(share)] == ["anna@example.com", ""], "the address is only claimed now"


def test_only_editors_erase_sign_out_and_take_the_table(shared: Make, bob: Client, charlie: Client) -> None:
    share = shared()
    introduced(share)
    (anna,) = people(share)
    for client, status in ((bob, 403), (charlie, 404)):
        assert client.get(page(share, "visitors_csv")).status_code == status
        for name in ("visitor_erase", "visitor_sign_out"):
            assert client.post(page(share, name, visitor=anna.pk)).status_code == status
    assert people(share)[0].version == 1


def test_a_visitor_of_another_album_is_not_found_here(shared: Make, erin: Client) -> None:
    share, other = shared(), shared()
    introduced(other)
    assert erin.post(page(share, "visitor_erase", visitor=people(other)[0].pk)).status_code == 404
