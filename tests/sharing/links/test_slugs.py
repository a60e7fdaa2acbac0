"""G22: a readable address opens the same gallery, needs its password, and never gives the token away."""

from __future__ import annotations

import re
from itertools import product
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.sharing.links import lifecycle
from apps.sharing.models import Selection, ShareLink, Visitor, secrets
from apps.web.refusal import Unsuitable
from tests.factories import AlbumFactory
from tests.sharing.conftest import PASSWORD, Make, Share, body_of

pytestmark = pytest.mark.django_db
READABLE = "/g/north.anna-tom/"
HTMX = {"HX-Request": "true", "HX-Target": "share"}


def readable(shared: Make, **terms: Any) -> Share:
    """A link with a readable address that may do everything."""
    everything = dict.fromkeys(("may_favourite", "may_comment", "may_rate", "is_main"), True)
    return shared(slug="anna-tom", password=PASSWORD, download="original", **{**everything, **terms})


def entered(address: str = READABLE) -> Client:
    client = Client()
    assert client.get(address).status_code == 200
    assert client.post(address, {"password": PASSWORD}).status_code == 303
    return client


def guest_routes() -> list[str]:
    """Every guest page's pattern below the key."""
    patterns: list[URLPattern] = []

    def walk(entries: Any, prefix: str = "") -> None:
        for entry in entries:
            if hasattr(entry, "url_patterns"):
                walk(entry.url_patterns, prefix + str(entry.pattern))
            elif (prefix + str(entry.pattern)).startswith("g/<str:token>/"):
                patterns.append(prefix + str(entry.pattern))  # type: ignore[arg-type]

    walk(get_resolver().url_patterns)
    return [str(pattern).removeprefix("g/<str:token>/") for pattern in patterns]


def test_a_readable_address_asks_for_the_password_and_opens_the_gallery(shared: Make) -> None:
    share = readable(shared)
    locked = Client().get(READABLE)
    assert 'name="password"' in locked.content.decode()
    assert "Zqx " not in locked.content.decode()
    page = entered().get(READABLE).content.decode()
    assert "Zqx wedding" in page
    assert f'href="{READABLE}photos/{share.photos[0].pk}/"' in page


@pytest.mark.parametrize("typed", ["/g/NORTH.Anna-Tom/", "/g/north.ANNA-TOM/"])
def test_capitals_do_not_matter(shared: Make, typed: str) -> None:
    readable(shared)
    assert "Zqx wedding" in entered(typed).get(typed).content.decode()


def test_the_token_still_opens_the_link_and_the_pass_is_the_same(shared: Make) -> None:
    share = readable(shared)
    client = entered()
    assert "Zqx wedding" in client.get(share.url()).content.decode()


@pytest.mark.parametrize(
    "key",
    ["north.anna", "south.anna-tom", "north.", ".anna-tom", "north.anna-tom.x", "north..anna-tom", "north.anna%20tom",
     "north.%", "north.anna_tom", "north.anna-tom%00", "a" * 61 + ".anna-tom"],
)  # fmt: skip
def test_what_is_no_address_is_not_there(shared: Make, south: Studio, key: str) -> None:
    readable(shared)
    assert Client().get(f"/g/{key}/").status_code == 404


def test_g22_no_answer_below_a_readable_address_holds_the_token(shared: Make) -> None:
    share = readable(shared)
    client = entered()
    with acting_in(share.studio):
        mine = {"studio": share.studio, "album": share.album}
        visitor = Visitor(**mine, link=share.link, name="Ada", email="ada@example.com")
        visitor.save(force_insert=True)
        selection = Selection(**mine, visitor=visitor, title="Favourites")
        selection.save(force_insert=True)
    values = {"photo_id": share.photos[0].pk, "selection_id": selection.pk}
    routes = guest_routes()
    assert len(routes) > 10
    seen: set[int] = set()
    ways: list[tuple[str, dict[str, str]]] = [
        ("get", {}), ("get", {"HX-Request": "true"}), ("post", {}), ("post", {"Accept": "application/json"})
    ]  # fmt: skip
    for guest, route in product((client, Client()), routes):
        path = READABLE + re.sub(r"<(?:\w+:)?(\w+)>", lambda part: str(values.get(part[1], share.photos[1].pk)), route)
        for method, headers in ways:
            answer = getattr(guest, method)(path, headers=headers)
            assert answer.status_code < 500, path
            seen.add(answer.status_code)
            said = body_of(answer) + str(dict(answer.headers)).encode() + answer.cookies.output().encode()
            assert share.token.encode() not in said, path
    # Pages, files, deeds that lead on, and doors that stay shut were all among them.
    assert {200, 303, 403, 404} <= seen


def test_g22_pages_below_a_readable_address_lead_to_it_and_to_no_other(shared: Make) -> None:
    share = readable(shared)
    client = entered()
    for path in (READABLE, f"{READABLE}photos/{share.photos[0].pk}/"):
        page = client.get(path).content.decode()
        assert set(re.findall(r"/g/([^/\"]+)/", page)) == {"north.anna-tom"}


def test_a_revoked_link_is_closed_at_its_readable_address_too(shared: Make) -> None:
    share = readable(shared)
    client = entered()
    with acting_in(share.studio):
        share.link.revoke(by=share.link.created_by)  # type: ignore[arg-type]
    assert client.get(READABLE).status_code == 410


def test_an_address_whose_link_lost_its_password_does_not_open(shared: Make) -> None:
    """Nothing in the product does this; a row changed by hand must not open a gallery to whoever guesses a name."""
    share = readable(shared)
    with acting_in(share.studio):
        ShareLink.objects.for_studio(share.studio).update(password_hash="")
    assert Client().get(READABLE).status_code == 404
    assert Client().get(share.url()).status_code == 200


def test_the_studio_sends_the_readable_address(shared: Make, erin: Client) -> None:
    share = readable(shared)
    address = settings.PUBLIC_URL + READABLE
    assert share.link.url == address
    dialog = erin.get(reverse("sharing:links", args=["north", share.album.pk])).content.decode()
    assert address in dialog
    assert share.token not in dialog


# -- choosing one ------------------------------------------------------------------------------------


def form_of(**changed: Any) -> dict[str, Any]:
    return {"label": "Couple", "download": "none", "password": PASSWORD, "slug": "anna-tom", **changed}


@pytest.mark.parametrize(
    "slug", ["ab", "a" * 61, "two words", "ümlaut", "a.b.c", "-anna", "anna-", "a--b", "../x", "a/b"]
)
def test_an_unsuitable_address_is_refused_beside_its_field(shared: Make, erin: Client, slug: str) -> None:
    share = shared()
    answer = erin.post(reverse("sharing:links", args=["north", share.album.pk]), form_of(slug=slug), headers=HTMX)
    assert answer.status_code == 422
    assert 'id="id_slug_error"' in answer.content.decode()
    assert f'value="{PASSWORD}"' in answer.content.decode()


def test_an_address_without_a_password_is_refused(shared: Make, erin: Client) -> None:
    share = shared()
    answer = erin.post(reverse("sharing:links", args=["north", share.album.pk]), form_of(password=""), headers=HTMX)
    assert answer.status_code == 422
    assert "Add a password" in answer.content.decode()


def test_a_password_stays_as_long_as_the_address_does(shared: Make, erin: Client) -> None:
    share = readable(shared)
    path = reverse("sharing:link", args=["north", share.album.pk, share.link.pk])
    refused = erin.post(path, form_of(password="", no_password="on"), headers=HTMX)
    assert refused.status_code == 422
    assert "Remove it too" in refused.content.decode()
    share.reload()
    assert share.link.is_password_protected
    assert erin.post(path, form_of(password="", no_password="on", slug=""), headers=HTMX).status_code == 200
    assert Client().get(READABLE).status_code == 404


def test_an_address_is_one_links_in_a_studio(shared: Make, erin: Client) -> None:
    readable(shared)
    other = shared().album
    answer = erin.post(reverse("sharing:links", args=["north", other.pk]), form_of(slug="Anna-Tom"), headers=HTMX)
    assert answer.status_code == 422
    assert "Another link in your studio uses this address" in answer.content.decode()


def test_two_who_choose_one_address_at_once_do_not_both_get_it(
    shared: Make, alice_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = readable(shared)
    monkeypatch.setattr(lifecycle.LinkWish, "check", lambda *_: None)
    with acting_in(share.studio), pytest.raises(Unsuitable) as refused:
        lifecycle.create(share.album, by=alice_user, label="Second", slug="anna-tom", password=PASSWORD)
    assert refused.value.field == "slug"
    with acting_in(share.studio):
        assert ShareLink.objects.for_studio(share.studio).filter(slug="anna-tom").count() == 1


def test_other_faults_of_the_database_are_not_called_a_taken_address(
    shared: Make, alice_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = shared()
    monkeypatch.setattr(secrets, "new_token", lambda: share.token)
    with acting_in(share.studio), pytest.raises(IntegrityError):
        lifecycle.create(share.album, by=alice_user, label="Second")


def test_the_same_address_in_two_studios_leads_to_two_galleries(
    shared: Make, south: Studio, charlie_user: User
) -> None:
    readable(shared)
    album = AlbumFactory.create(studio=south, title="Southern wedding", state="live")
    with acting_in(south):
        lifecycle.create(album, by=charlie_user, label="Couple", slug="anna-tom", password=PASSWORD)
    assert "Southern wedding" in entered("/g/south.anna-tom/").get("/g/south.anna-tom/").content.decode()
    assert "Zqx wedding" in entered().get(READABLE).content.decode()


def test_a_draft_says_no_more_at_its_readable_address(shared: Make) -> None:
    share = readable(shared)
    with acting_in(share.studio):
        share.album.state = "draft"
        share.album.updated_at = timezone.now()
        share.album.save(update_fields=["state", "updated_at"])
    answer = Client().get(READABLE)
    assert answer.status_code == 404
    assert "Zqx " not in answer.content.decode()
