"""A guest says who they are: once per browser, and by a mailed code on every other one."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.tenancy import acting_in
from apps.sharing import visitors
from apps.sharing.models import Visitor
from tests.sharing.conftest import Make, Share

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


def mailed_code(count: int = 1) -> str:
    """The digits of the last mail, once so many were sent."""
    for _ in range(60):
        if len(mail.outbox) >= count:
            break
        time.sleep(0.05)
    assert len(mail.outbox) == count
    found = re.findall(r"^\d{6}$", mail.outbox[-1].body, re.MULTILINE)
    assert len(found) == 1
    return str(found[0])


def known_as(share: Share, client: Client) -> str:
    """The e-mail address of the person that a browser is known as, or ""."""
    page = client.get(address(share)).content.decode()
    found = re.search(r"Known here by <b[^>]*>([^<]+)</b>", page)
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
    assert visitors.cookie_name(share.album.pk) in response.cookies


def test_a_sheet_is_a_part_and_a_page_is_whole(shared: Make) -> None:
    share = shared()
    assert Client().get(address(share), headers=SCRIPT).content.startswith(b'<div class="who"')
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


def test_a_known_address_is_proved_by_the_mailed_code(shared: Make) -> None:
    share = shared()
    introduced(share)
    other = Client()
    asked = other.post(address(share, "who_save"), {**ANNA, "name": "Mallory", "next": share.url() + "?section=x"})
    assert asked.status_code == 200
    assert 'name="code"' in asked.content.decode()
    assert known_as(share, other) == ""
    code = mailed_code()
    assert mail.outbox[0].to == ["anna@example.com"]
    done = other.post(
        address(share, "who_code"), {"email": ANNA["email"], "code": f"{code[:3]} {code[3:]}", "next": share.url()}
    )
    assert (done.status_code, done["Location"]) == (303, share.url())
    assert known_as(share, other) == "anna@example.com"
    assert [one.name for one in people(share)] == ["Anna Zqx"]


def test_a_code_works_once(shared: Make) -> None:
    share = shared()
    introduced(share)
    entries: dict[str, Any] = {"email": ANNA["email"]}
    Client().post(address(share, "who_save"), ANNA)
    entries["code"] = mailed_code()
    assert Client().post(address(share, "who_code"), entries).status_code == 303
    assert Client().post(address(share, "who_code"), entries).status_code == 422


def test_a_code_ends_after_a_quarter_of_an_hour(shared: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    share = shared()
    introduced(share)
    Client().post(address(share, "who_save"), ANNA)
    code, now = mailed_code(), timezone.now()
    for minutes, status in ((16, 422), (14, 303)):
        moment = now + timezone.timedelta(minutes=minutes)
        monkeypatch.setattr("django.utils.timezone.now", lambda moment=moment: moment)
        entries = {"email": ANNA["email"], "code": code}
        assert Client().post(address(share, "who_code"), entries).status_code == status


def test_a_new_code_ends_the_one_before(shared: Make) -> None:
    share = shared()
    introduced(share)
    codes = []
    for count in (1, 2):
        Client().post(address(share, "who_save"), ANNA)
        codes.append(mailed_code(count))
    answers = [Client().post(address(share, "who_code"), {"email": ANNA["email"], "code": code}) for code in codes]
    assert [answer.status_code for answer in answers] == [303 if codes[0] == codes[1] else 422, 303]


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
