"""A guest says who they are: once per browser, and by an emailed code on every other one."""

from __future__ import annotations

import io
import json
import logging
import re
import time
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

import pytest
from django.core import mail
from django.db import connections
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import EmailState
from apps.accounts.tenancy import acting_in
from apps.library.models import GeoName
from apps.sharing.access import known
from apps.sharing.guests import email_codes, visitors
from apps.sharing.guests.identify import needs_person
from apps.sharing.models import Visitor
from apps.web.logs import Redact
from apps.web.rate_limit import RateLimit
from tests.accounts.emails import rows, send_all, sent
from tests.markup import tight
from tests.sharing.conftest import PASSWORD, Make, Share
from tests.sharing.known import allowing
from tests.sharing.links.test_secrets import everything_stored
from tests.smtp_server import SmtpServer

pytestmark = pytest.mark.django_db(transaction=True)

ANNA = {"name": "Anna Zqx", "email": "Anna@Example.com"}
SCRIPT = {"Accept": "application/json", "HX-Request": "true"}


def address(share: Share, name: str = "who") -> str:
    return reverse(f"sharing:{name}", args=[share.token])


def people(share: Share) -> list[Visitor]:
    with acting_in(share.studio):
        return list(Visitor.objects.for_studio(share.studio).order_by("created_at"))


def introduced(share: Share, client: Client | None = None, **entries: str) -> Client:
    """A browser that has said who it is."""
    client = client or Client()
    response = client.post(address(share, "who_save"), {**ANNA, **entries})
    assert response.status_code == 303, response.content
    return client


def emailed_code(count: int = 1) -> str:
    """The digits of the last email, once so many were sent."""
    sent(count)
    found = re.findall(r"^\d{6}$", str(mail.outbox[-1].body), re.MULTILINE)
    assert len(found) == 1
    return str(found[0])


def is_told(code: str, text: str) -> bool:
    """Whether these digits stand in a text as a word; in a moment, an id or a hash they stand by chance."""
    return re.search(rf"(?<![\w.-]){code}(?!\w)", text) is not None


def known_as(share: Share, client: Client) -> str:
    """The e-mail address of the person that a browser is known as, or ""."""
    page = client.get(address(share)).content.decode()
    found = re.search(r"signed in as <b[^>]*>([^<]+)</b>", page)
    return found.group(1) if found else ""


def test_a_new_address_is_a_visitor_and_leads_back(shared: Make) -> None:
    share = shared()
    back = share.url("photo", share.photos[1])
    client = Client()
    assert f'value="{back}"' in client.get(f"{address(share)}?next={back}").content.decode()
    response = client.post(address(share, "who_save"), {**ANNA, "name": "  Anna   Zqx ", "next": back})
    assert (response.status_code, response["Location"]) == (303, back)
    (anna,) = people(share)
    assert (anna.name, anna.email, anna.link_id) == ("Anna Zqx", "anna@example.com", share.link.pk)
    assert known_as(share, client) == "anna@example.com"
    assert mail.outbox == []


def test_a_script_is_told_the_name(shared: Make) -> None:
    share = shared()
    response = Client().post(address(share, "who_save"), ANNA, headers=SCRIPT)
    assert (response.status_code, response.json()) == (200, {"name": "Anna Zqx"})
    assert known.COOKIE.name(share.album.pk) in response.cookies


def test_a_sheet_is_a_part_and_a_page_is_whole(shared: Make) -> None:
    share = shared()
    assert tight(Client().get(address(share), headers=SCRIPT).content).startswith('<div class="who"')
    assert b"<html" in Client().get(address(share)).content


@pytest.mark.parametrize("wrong", [{"name": ""}, {"email": "nobody"}, {"email": ""}, {"name": "x" * 121}])
def test_a_bad_form_comes_back_with_what_was_typed(shared: Make, wrong: dict[str, str]) -> None:
    share = shared()
    back = share.url("photo", share.photos[0])
    response = Client().post(address(share, "who_save"), {**ANNA, **wrong, "next": back})
    text = response.content.decode()
    assert response.status_code == 422
    for value in {**ANNA, **wrong, "next": back}.values():
        assert not value or f'value="{value}"' in text
    assert people(share) == []


@pytest.mark.parametrize(
    "evil",
    [
        "https://evil.example/", "//evil.example/", "/studio/north/", "javascript:alert(1)", "/g/other/", "",
        "{g}../../studio/", "{g}%2e%2e/%2e%2e/studio/", "{g}..\\..\\studio", "{g}.\t./x", "{g}who/", "{g}\nx",
        "{g}" + "x" * 3000, "\\\\evil.example{g}", "http:{g}",
    ],
)  # fmt: skip
def test_the_way_back_stays_in_the_gallery(shared: Make, evil: str) -> None:
    share = shared()
    wanted = evil.replace("{g}", share.url())
    response = Client().post(address(share, "who_save"), {**ANNA, "next": wanted})
    assert (response.status_code, response["Location"]) == (303, share.url())


def test_a_known_address_is_proved_by_the_emailed_code(shared: Make) -> None:
    share = shared()
    introduced(share)
    other = introduced(share, name="Anna at home")
    assert [(one.email, one.claimed_email) for one in people(share)] == [
        ("anna@example.com", ""),
        ("", "anna@example.com"),
    ]
    code = emailed_code()
    assert mail.outbox[0].to == ["anna@example.com"]
    asked = other.get(f"{address(share)}?code&next={share.url()}").content.decode()
    assert 'name="code"' in asked
    assert 'value="anna@example.com"' in asked
    done = other.post(
        address(share, "who_code"), {"email": ANNA["email"], "code": f"{code[:3]} {code[3:]}", "next": share.url()}
    )
    assert (done.status_code, done["Location"]) == (303, share.url())
    assert [(one.name, one.email) for one in people(share)] == [("Anna Zqx", "anna@example.com")]


def test_an_unknown_address_and_a_known_one_are_answered_alike(shared: Make) -> None:
    """Who tries addresses learns nothing of who was here: neither by page nor by script, nor by what follows."""
    share = shared()
    introduced(share)
    said = []
    for email in ("anna@example.com", "nobody@example.com"):
        entries, answers = {"name": "Someone", "email": email}, []
        for headers in ({}, SCRIPT):
            client = Client()
            answers.append(client.post(address(share, "who_save"), entries, headers=headers))
            answers.append(client.get(address(share)))
            answers.append(client.get(f"{address(share)}?code"))
            answers.append(client.post(address(share, "who_save"), {**entries, "again": "1"}))
            answers.append(client.get(reverse("sharing:favourites", args=[share.token])))
            answers.append(client.post(address(share, "who_code"), {"email": email, "code": "000000"}))
        texts = [re.sub(r'value="[^"]{64}"', "", one.content.decode().replace(email, "")) for one in answers]
        said.append([(one.status_code, sorted(one.cookies), text) for one, text in zip(answers, texts, strict=True)])
    assert said[0] == said[1]


def test_what_was_chosen_before_the_code_comes_along(shared: Make) -> None:
    share = allowing(shared, may_favourite=True, may_rate=True, may_comment=True)
    first, second, third = (photo.pk for photo in share.photos)
    anna, guest = introduced(share), Client()
    for client, photo, stars in ((anna, first, 5), (guest, first, 1), (guest, second, 2)):
        client.post(reverse("sharing:mark", args=[share.token, photo]), {"stars": stars}, headers=SCRIPT)
    introduced(share, guest, name="Anna at home")
    for client, photos in ((anna, [first]), (guest, [first, third])):
        for photo in photos:
            answer = client.post(reverse("sharing:favourite", args=[share.token, photo]), {"on": "1"}, headers=SCRIPT)
            assert answer.status_code == 200, answer.content
    guest.post(reverse("sharing:comment", args=[share.token, second]), {"body": "Ours"}, headers=SCRIPT)
    guest.post(address(share, "who_code"), {"email": ANNA["email"], "code": emailed_code()})
    (person,) = people(share)
    with acting_in(share.studio):
        assert dict(person.marks.values_list("photo_id", "stars")) == {first: 5, second: 2}
        assert [one.picks.count() for one in person.selections.all()] == [2]
        assert [one.body for one in person.comments.all()] == ["Ours"]


def test_a_code_works_once(shared: Make) -> None:
    share = shared()
    introduced(share)
    entries: dict[str, Any] = {"email": ANNA["email"]}
    Client().post(address(share, "who_save"), ANNA)
    entries["code"] = emailed_code()
    assert Client().post(address(share, "who_code"), entries).status_code == 303
    assert Client().post(address(share, "who_code"), entries).status_code == 422


def test_a_code_works_once_also_for_two_at_the_same_moment(shared: Make) -> None:
    share = shared()
    introduced(share)
    Client().post(address(share, "who_save"), ANNA)
    visitor, _ = people(share)
    twin = copy(visitor)
    with acting_in(share.studio):
        assert [visitor.spend_code(), twin.spend_code()] == [True, False]


def test_a_code_ends_after_ten_minutes(shared: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    share = shared()
    introduced(share)
    Client().post(address(share, "who_save"), ANNA)
    code, now = emailed_code(), timezone.now()
    for minutes, status in ((11, 422), (9, 303)):
        moment = now + timedelta(minutes=minutes)
        monkeypatch.setattr("django.utils.timezone.now", lambda moment=moment: moment)
        entries = {"email": ANNA["email"], "code": code}
        assert Client().post(address(share, "who_code"), entries).status_code == status


def test_a_new_code_ends_the_one_before(shared: Make) -> None:
    share = shared()
    introduced(share)
    sent = []
    for count in (1, 2):
        Client().post(address(share, "who_save"), ANNA)
        sent.append(emailed_code(count))
    answers = [Client().post(address(share, "who_code"), {"email": ANNA["email"], "code": code}) for code in sent]
    assert [answer.status_code for answer in answers] == [303 if sent[0] == sent[1] else 422, 303]


def test_the_same_browser_corrects_its_name_without_a_code(shared: Make) -> None:
    share = shared()
    client = introduced(share)
    introduced(share, client, name="Anna Corrected")
    assert [one.name for one in people(share)] == ["Anna Corrected"]


def test_another_person_at_the_same_browser_is_another_visitor(shared: Make) -> None:
    share = shared()
    client = introduced(share)
    introduced(share, client, name="Ben", email="ben@example.com")
    assert [one.name for one in people(share)] == ["Anna Zqx", "Ben"]
    assert known_as(share, client) == "ben@example.com"


def guess(share: Share, number: int, code: str, email: str = ANNA["email"]) -> int:
    """A try at the code from an address of its own."""
    client = Client(REMOTE_ADDR=f"10.0.{number // 250}.{number % 250 + 1}")
    try:
        return client.post(address(share, "who_code"), {"email": email, "code": code}).status_code
    finally:
        connections.close_all()


@pytest.mark.slow
def test_g16_sixty_codes_at_once_are_compared_no_more_often_than_the_budget(shared: Make) -> None:
    share = shared()
    introduced(share)
    Client().post(address(share, "who_save"), ANNA)
    right = emailed_code()
    compared = []

    def counted(visitor: Visitor, code: str, *, now: datetime) -> bool:
        compared.append(code)
        time.sleep(0.02)
        return False

    with patch.object(Visitor, "is_code", counted), ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(lambda number: guess(share, number, f"{number:06}"), range(60)))
    assert len(compared) == email_codes.PER_VISITOR.tries == 10
    assert (statuses.count(422), statuses.count(429)) == (10, 50)
    assert guess(share, 99, right) == 429


def test_g16_guesses_are_bounded_per_link_and_per_address_of_the_network(
    shared: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = shared()
    monkeypatch.setattr(email_codes, "PER_LINK", RateLimit("link-code", 12, 3600))
    statuses = [guess(share, number, "123456", f"person{number}@example.com") for number in range(20)]
    assert statuses == [422] * 12 + [429] * 8
    other = shared()
    monkeypatch.setattr(email_codes, "PER_IP", RateLimit("link-code-address", 5, 3600))
    statuses = [guess(other, 77, "123456", f"person{number}@example.com") for number in range(8)]
    assert statuses == [422] * 5 + [429] * 3


def test_a_right_code_is_not_counted(shared: Make) -> None:
    share = shared()
    introduced(share)
    for count in range(1, 5):
        Client(REMOTE_ADDR=f"10.1.1.{count}").post(address(share, "who_save"), ANNA)
        assert guess(share, 7, emailed_code(count)) == 303
    assert [guess(share, 7, "000000") for _ in range(11)].count(422) == 10


def test_emails_to_an_address_are_bounded(shared: Make) -> None:
    share = shared()
    introduced(share)
    answers = [Client(REMOTE_ADDR=f"10.0.0.{number + 1}").post(address(share, "who_save"), ANNA) for number in range(8)]
    assert [answer.status_code for answer in answers] == [303] * 8, "and nothing tells that no email goes out"
    # Of five codes that wait the last one is good, so the others need not go out.
    assert [email.state for email in rows()] == [EmailState.CANCELLED] * 4 + [EmailState.WAITING]
    emailed_code(1)


def test_people_cannot_be_made_up_without_end(shared: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    share = shared()
    monkeypatch.setattr(visitors, "NEW_PER_LINK", RateLimit("link-visitors", 3, 3600))
    statuses = [
        Client().post(address(share, "who_save"), {"name": "x", "email": f"x{number}@example.com"}).status_code
        for number in range(5)
    ]
    assert statuses == [303] * 3 + [429] * 2
    assert len(people(share)) == 3


def test_a_known_address_tells_no_name(shared: Make) -> None:
    share = shared()
    introduced(share)
    other = introduced(share, name="Someone")
    wrong = Client().post(address(share, "who_code"), {"email": ANNA["email"], "code": "000000"})
    assert known.COOKIE.name(share.album.pk) not in wrong.cookies
    for answer in (other.get(address(share)), other.get(f"{address(share)}?code"), wrong):
        assert "Anna Zqx" not in answer.content.decode()


def test_an_unknown_address_and_a_wrong_code_answer_alike(shared: Make) -> None:
    share = shared()
    introduced(share)
    answers = []
    for email in ("anna@example.com", "nobody@example.com"):
        answer = Client().post(address(share, "who_code"), {"email": email, "code": "000000"})
        text = answer.content.decode().replace(email, "")
        answers.append((answer.status_code, re.sub(r'value="[^"]{64}"', "", text)))
    assert answers[0] == answers[1]


def test_g18_the_code_is_stored_hashed_and_stands_in_no_log_and_no_subject(
    shared: Make, caplog: pytest.LogCaptureFixture
) -> None:
    share = shared()
    with caplog.at_level("DEBUG"):
        introduced(share)
        Client().post(address(share, "who_save"), ANNA)
        code = emailed_code()
        Client().post(address(share, "who_code"), {"email": ANNA["email"], "code": "x"})
        assert guess(share, 1, "000000") in (303, 422)
    stored = everything_stored(besides=GeoName)
    assert "anna@example.com" in stored
    assert not is_told(code, stored)
    assert share.token not in mail.outbox[0].message().as_string()
    assert code not in mail.outbox[0].subject
    logged = caplog.text.lower()
    assert "anna@example.com" not in logged
    assert not is_told(code, logged)


@pytest.mark.parametrize(
    ("text", "is_it"),
    [
        ('(01a22cc9-27b7-7640,"2026-11-30 14:08:30.141623+00",c0ac410141623ddf)', False),
        ("(anna,141623,x)", True),
        ('"your code: 141623."', True),
        ("141623", True),
    ],
)
def test_a_code_is_told_where_it_stands_as_a_word(text: str, is_it: bool) -> None:
    assert is_told("141623", text) == is_it


def test_the_email_of_a_studio_with_a_strange_name_is_one_email(shared: Make) -> None:
    share = shared()
    with acting_in(share.studio):
        type(share.studio).objects.filter(pk=share.studio.pk).update(name="Zqx\r\nBcc: evil@example.com")
    introduced(share)
    Client().post(address(share, "who_save"), ANNA)
    emailed_code()
    assert mail.outbox[0].message()["Bcc"] is None


def test_the_deeds_need_a_csrf_token_and_a_post(shared: Make) -> None:
    share = shared()
    for name in ("who_save", "who_code"):
        assert Client(enforce_csrf_checks=True).post(address(share, name), ANNA).status_code == 403
        assert Client().get(address(share, name)).status_code == 405
    assert people(share) == []


def test_a_locked_guest_cannot_say_who_it_is(shared: Make) -> None:
    share = shared(password=PASSWORD)
    answer = Client().post(address(share, "who_save"), ANNA)
    assert answer.status_code == 403
    assert f'action="{share.url()}"' in answer.content.decode()
    assert people(share) == []
    asked = Client().post(address(share), {"password": PASSWORD})
    assert (asked.status_code, asked["Location"]) == (303, address(share))


def test_a_deed_without_a_person_is_told_where_to_ask(shared: Make) -> None:
    share = shared()
    back = share.url("photo", share.photos[0])
    make = RequestFactory()
    answer = needs_person(make.post("/x", {"next": back}, headers={"Accept": "application/json"}), share.token)
    wanted = f"{address(share)}?{urlencode({'next': back})}"
    assert (answer.status_code, json.loads(answer.content)) == (409, {"code": "who", "url": wanted})
    assert needs_person(make.post("/x", {}, headers={"HX-Request": "true"}), share.token).status_code == 409
    plain = needs_person(make.post("/x", {"next": back}), share.token)
    assert (plain.status_code, plain["Location"]) == (303, wanted)
    outside = needs_person(make.post("/x", {"next": "//evil.example/"}), share.token)
    assert outside["Location"] == f"{address(share)}?{urlencode({'next': share.url()})}"


def test_another_code_can_be_asked_for_after_a_wrong_one(shared: Make) -> None:
    share = shared()
    introduced(share)
    entries = {**ANNA, "code": "000000", "next": share.url()}
    again = Client().post(address(share, "who_code"), entries).content.decode()
    assert "Send a new code" in again
    assert again.count('value="Anna Zqx"') == 2


def test_g18_a_refused_email_leaves_no_address_in_the_log(shared: Make, smtp_server: SmtpServer) -> None:
    share = shared()
    introduced(share)
    smtp_server.refuse["anna@example.com"] = "550 5.1.1 <anna@example.com> no such box"
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(Redact())
    logging.getLogger().addHandler(handler)
    try:
        Client().post(address(share, "who_save"), ANNA)
        send_all()
    finally:
        logging.getLogger().removeHandler(handler)
    assert [email.state for email in rows()] == [EmailState.FAILED]
    assert "anna@" not in written.getvalue().lower()


@pytest.mark.parametrize("wanted", ["//[", "http://[x", "/g/[::", "//\u2100/"])
def test_a_way_back_that_cannot_be_read_leads_to_the_gallery(shared: Make, wanted: str) -> None:
    share = shared()
    page = Client().get(address(share), {"next": wanted})
    assert page.status_code == 200
    assert f'value="{share.url()}"' in page.content.decode()
    answer = Client().post(address(share, "who_save"), {**ANNA, "next": wanted})
    assert (answer.status_code, answer["Location"]) == (303, share.url())


def test_an_address_that_grows_when_it_is_made_small_is_refused(shared: Make) -> None:
    share = shared()
    domain = ".".join(["\u0130" * 20] * 3) + ".example"
    long = f"{'a' * (253 - len(domain))}@{domain}"
    answer = Client().post(address(share, "who_save"), {**ANNA, "email": long})
    assert (len(long), answer.status_code) == (254, 422)
    assert people(share) == []
