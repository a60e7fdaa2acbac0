"""What guests' browsers keep: signed, each for one link or album, and never more than a header may hold (G63)."""

from __future__ import annotations

import operator
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from http.cookies import SimpleCookie
from typing import Any, NamedTuple, get_type_hints
from uuid import UUID

import pytest
from django.conf import settings as django_settings
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone
from pytest_django.fixtures import Settings

from apps.accounts.models import Studio
from apps.sharing.access.cookies import SignedCookie
from apps.web.ids import uuid7
from tests.factories import AlbumFactory, ShareLinkFactory
from tests.sharing.guests.test_who import ANNA

GALLERIES = 100
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
# nginx takes a line of 8 KB at most, Apache of 8, some proxies of 4; a member's own cookies stand beside these.
MOST_BYTES = 4096


class Note(NamedTuple):
    link_id: UUID
    version: int
    visitor_id: UUID | None


NOTE = SignedCookie("note", Note, lifetime=timedelta(days=1), most=3)


class Browser(dict[str, str]):
    """Cookies by name."""

    def take(self, response: HttpResponse) -> None:
        """Do what an answer says."""
        for name, morsel in response.cookies.items():
            if morsel["max-age"] == 0:
                self.pop(name, None)
            else:
                self[name] = morsel.value

    def given(self, kind: SignedCookie[Any], said: Any, key: UUID | None, *, now: datetime = NOW) -> Browser:
        response = HttpResponse()
        kind.give(response, self, said, key, now=now)
        self.take(response)
        return self

    @property
    def header(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.items())


def test_what_was_given_is_read_again() -> None:
    key = uuid7()
    for said in (Note(key, 1, None), Note(uuid7(), 70_000, uuid7())):
        browser = Browser().given(NOTE, said, key)
        assert NOTE.read(browser, key, now=NOW) == said
        assert NOTE.read_all(browser, now=NOW) == [said]
    assert NOTE.read({}, key, now=NOW) is None
    assert NOTE.read(browser, uuid7(), now=NOW) is None


def test_it_ends_with_its_lifetime_and_is_none_before_it_began() -> None:
    key = uuid7()
    browser = Browser().given(NOTE, Note(key, 1, None), key)
    last = NOW + NOTE.lifetime - timedelta(seconds=1)
    assert NOTE.read(browser, key, now=last) is not None
    assert NOTE.read(browser, key, now=NOW + NOTE.lifetime) is None
    assert NOTE.read(browser, key, now=NOW - timedelta(seconds=1)) is None


def test_what_is_altered_or_was_given_for_another_name_says_nothing() -> None:
    mine, other = uuid7(), uuid7()
    browser = Browser().given(NOTE, Note(mine, 1, None), mine)
    value, name = browser[NOTE.name(mine)], NOTE.name(mine)
    another = SignedCookie("other", Note, lifetime=NOTE.lifetime, most=3)
    for forged in (value[:-2] + "xx", value.replace(".1.", ".2.", 1), "", ".", "..:", value.swapcase(), f"{value}x"):
        assert NOTE.read({name: forged}, mine, now=NOW) is None, forged
    assert NOTE.read({NOTE.name(other): value}, other, now=NOW) is None
    assert another.read({another.name(mine): value}, mine, now=NOW) is None


def test_a_dropped_cookie_is_gone() -> None:
    key, response = uuid7(), HttpResponse()
    browser = Browser().given(NOTE, Note(key, 1, None), key)
    NOTE.drop(response, key)
    browser.take(response)
    assert browser == {}


def test_the_one_given_longest_ago_makes_room() -> None:
    keys, browser = [uuid7() for _ in range(5)], Browser({f"{NOTE.name()}_of-before": "old"})
    for number, key in enumerate(keys):
        browser.given(NOTE, Note(key, number, None), key, now=NOW + timedelta(minutes=number))
    later = NOW + timedelta(hours=1)
    assert sorted(one.version for one in NOTE.read_all(browser, now=later)) == [2, 3, 4]
    assert len(browser) == NOTE.most
    # Given again, it is the newest.
    browser.given(NOTE, Note(keys[2], 7, None), keys[2], now=later)
    browser.given(NOTE, Note(keys[0], 8, None), keys[0], now=later)
    assert sorted(one.version for one in NOTE.read_all(browser, now=later)) == [4, 7, 8]


def test_a_long_header_costs_no_more_than_a_short_one(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def counted(self: SignedCookie[Any], name: str, value: str) -> tuple[None, int]:
        opened.append(name)
        return None, 0

    cookies = {f"{NOTE.name()}_{number}": "forged" for number in range(1000)}
    monkeypatch.setattr(SignedCookie, "_opened", counted)
    NOTE.read_all(cookies, now=NOW)
    assert len(opened) == NOTE.most


# -- all of them together ----------------------------------------------------------------------------


def every_kind() -> Iterator[SignedCookie[Any]]:
    """Each kind of cookie that the application gives to guests."""
    assert get_resolver().url_patterns
    ours = [module for name, module in sys.modules.items() if name.startswith("apps.")]
    found = {one.kind: one for module in ours for one in vars(module).values() if isinstance(one, SignedCookie)}
    assert {"guest", "visitor", "list", "pin", "asked", "preview"} <= set(found)
    yield from found.values()


def test_g63_a_browser_of_a_hundred_galleries_sends_less_than_4_kb(settings: Settings) -> None:
    settings.COOKIE_PREFIX = f"__Host-{settings.COOKIE_PREFIX.removeprefix('__Host-')}"
    browser = Browser()
    for name in (django_settings.SESSION_COOKIE_NAME, django_settings.CSRF_COOKIE_NAME):
        browser[f"__Host-{name.removeprefix('__Host-')}"] = "x" * 32
    for kind in every_kind():
        longest = {UUID: uuid7(), UUID | None: uuid7(), int: 60_000}
        said = kind.fields(*(longest[hint] for hint in get_type_hints(kind.fields).values()))
        for number in range(GALLERIES):
            key = None if kind.kind == "preview" else uuid7()
            browser.given(kind, said, key, now=NOW + timedelta(minutes=number))
            assert len(browser.header) < MOST_BYTES
    assert len(browser) > 30


@pytest.mark.django_db(transaction=True)
def test_g63_whoever_opens_many_galleries_keeps_the_last_ones(north: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    galleries = []
    for number in range(14):
        token = f"{number:02}-" + "k" * 24
        link = ShareLinkFactory.create(album=AlbumFactory.create(studio=north), token=token, may_favourite=True)
        galleries.append((link, token))
    client = Client()
    begun = timezone.now()
    for second, (_link, token) in enumerate(galleries):
        # A cookie knows the second in which it was given.
        monkeypatch.setattr("django.utils.timezone.now", partial(operator.add, begun, timedelta(seconds=second)))
        assert client.get(f"/g/{token}/favourites/").status_code == 200
        assert client.post(f"/g/{token}/who/save/", ANNA).status_code == 303
        assert client.post(f"/g/{token}/favourites/lists/", {"title": "Album"}).status_code == 303
        kept = SimpleCookie({name: one.value for name, one in client.cookies.items() if one.value})
        client.cookies = kept
    names = list(client.cookies)
    counted = {kind.kind: sum(name.startswith(f"{kind.name()}_") for name in names) for kind in every_kind()}
    most = {kind.kind: kind.most for kind in every_kind()}
    assert {kind: counted[kind] for kind in ("guest", "visitor", "list")} == {
        kind: most[kind] for kind in ("guest", "visitor", "list")
    }
    assert "anna@example.com" in client.get(f"/g/{galleries[-1][1]}/who/").content.decode().lower()
    assert "anna@example.com" not in client.get(f"/g/{galleries[0][1]}/who/").content.decode().lower()
