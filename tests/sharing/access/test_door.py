"""G15, G22: without the password every guest address gives the form and nothing else."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import uuid4

import pytest
from django.http import Http404
from django.test import Client
from django.urls import reverse
from django.urls.converters import UUIDConverter
from django.utils import timezone

from apps.accounts.models import Studio
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, AlbumState, Placement
from apps.sharing.access import open_link, passes, studio_of_token
from apps.sharing.models import ShareLink
from apps.sharing.raw import RAW_ROUTES
from apps.sharing.urls import urlpatterns as sharing_urls
from apps.web.postgres.base import DatabaseWrapper
from tests.sharing.conftest import KINDS, PASSWORD, Make, Share, body_of, fetch, unlocked

pytestmark = pytest.mark.django_db


@pytest.fixture(params=KINDS)
def shared_kind(request: pytest.FixtureRequest) -> str:
    """The door is the same whatever a link shows."""
    return str(request.param)


METHODS = ("get", "head", "post", "put", "patch", "delete", "options")
GUEST_ROUTES = {
    pattern.name: pattern.pattern.converters for pattern in sharing_urls if str(pattern.pattern).startswith("g/<")
}


def _value(share: Share, name: str, converter: object) -> object:
    """What stands in an address: true where it can be, else something of the right shape."""
    true = {"token": share.token, "photo_id": share.photos[0].pk}
    return true.get(name) or (uuid4() if isinstance(converter, UUIDConverter) else 1)


def addresses(share: Share) -> list[str]:
    """Every guest address of the resolver."""
    return [
        reverse(f"sharing:{name}", kwargs={one: _value(share, one, converter) for one, converter in names.items()})
        for name, names in GUEST_ROUTES.items()
    ]


def queries(share: Share) -> tuple[str, ...]:
    """Nothing, and each way to ask for a part of a page."""
    return ("", "?size=web", "?after=x", f"?photo={share.photos[0].pk}")


def readable(share: Share) -> list[str]:
    """The addresses that can be read. A deed has one of its own, at which a GET is 405 for everybody."""
    return [path for path in addresses(share) if Client().get(path).status_code != 405]


def content_of(share: Share) -> list[str]:
    """What only a guest who was let in may read."""
    photo = share.photos[0]
    return [
        "Zqx", "ZQX", str(photo.pk), photo.pk.hex, str(share.album.pk), share.album.pk.hex, photo.original.sha256,
        "/m/", 'class="t ', "data-total", "3 photos",
    ]  # fmt: skip


_RANDOM = re.compile(r"\b(?=[0-9a-f]*[g-zA-Z])[0-9A-Za-z]{32}(?:[0-9A-Za-z]{32})?\b")


def leaks(response: Any, share: Share, path: str = "") -> list[str]:
    text = body_of(response).decode("utf-8", "replace") + str(dict(response.headers))
    # "Zqx" turns up in the random letters of a CSRF token sooner or later; ids and hashes are hexadecimal.
    text = _RANDOM.sub("", text.replace(share.token, ""))
    return [secret for secret in content_of(share) if secret in text and secret not in path]


def test_the_resolver_knows_the_guest_addresses() -> None:
    assert {"gallery", "photo", "download", "who", "who_save", "who_code"} <= GUEST_ROUTES.keys()
    assert set(GUEST_ROUTES["photo"]) == {"token", "photo_id"}


@pytest.mark.parametrize("method", METHODS)
def test_g15_a_locked_link_shows_the_form_and_nothing_else(shared: Make, method: str) -> None:
    share = shared(password=PASSWORD, download="original")
    asked = queries(share) if method in ("get", "post") else ("",)
    for path in (path + query for path, query in product(addresses(share), asked)):
        response = getattr(Client(), method)(path)
        assert response.status_code in (200, 403, 405, 422), (path, response.status_code)
        assert leaks(response, share, path) == [], path
        assert "ETag" not in response.headers
        assert "Content-Disposition" not in response.headers
        assert not response.cookies.get(passes.COOKIE.name(share.link.pk))
        if method == "get" and response.status_code != 405:
            assert b'name="password"' in response.content


def test_g15_the_form_is_the_same_page_at_every_address(shared: Make) -> None:
    share = shared(password=PASSWORD)
    client = Client()
    paths = [path + query for path, query in product(readable(share), queries(share))]
    pages = {re.sub(rb"value=\"[^\"]{64}\"", b"", client.get(path).content) for path in paths}
    assert len(pages) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
def test_g15_a_locked_link_gives_no_picture(shared: Make, method: str) -> None:
    share = shared(password=PASSWORD)
    client = Client()
    client.get(share.url())
    assert any(pattern.fullmatch(share.picture()) for pattern, _ in RAW_ROUTES)
    for kind in ("tile", "thumb", "web"):
        reply = fetch(client, share.picture(kind), method=method)
        assert reply.status == (404 if method in ("GET", "HEAD") else 405)
        assert "etag" not in reply.headers
        assert reply.path is None


@pytest.mark.django_db(transaction=True)
def test_the_password_opens_page_picture_and_download(shared: Make) -> None:
    share = shared(password=PASSWORD, download="original")
    client = unlocked(share)
    page = client.get(share.url())
    assert page.status_code == 200
    assert "Zqx wedding" in page.content.decode()
    assert fetch(client, share.picture()).status == 200
    assert client.get(share.url("download", share.photos[0])).status_code == 200


def test_blanks_around_a_password_are_ignored_and_case_is_not(shared: Make) -> None:
    share = shared(password=f" {PASSWORD}  ")
    assert Client().post(share.url(), {"password": f"\t{PASSWORD} "}).status_code == 303
    assert Client().post(share.url(), {"password": PASSWORD.upper()}).status_code == 422


def test_an_empty_password_is_a_form_again_and_no_guess(shared: Make) -> None:
    share = shared(password=PASSWORD)
    for _ in range(15):
        assert Client().post(share.url(), {"password": ""}).status_code == 422
    unlocked(share)


def test_a_guest_with_a_password_goes_back_to_where_it_was_asked(shared: Make) -> None:
    share = shared(password=PASSWORD)
    path = share.url("photo", share.photos[1])
    response = Client().post(path, {"password": PASSWORD})
    assert (response.status_code, response["Location"]) == (303, path)


def test_the_password_form_needs_a_csrf_token(shared: Make) -> None:
    share = shared(password=PASSWORD)
    assert Client(enforce_csrf_checks=True).post(share.url(), {"password": PASSWORD}).status_code == 403


def test_g12_unknown_and_malformed_links_answer_alike(shared: Make) -> None:
    share = shared()
    wrong = [share.token[:-1] + ("A" if share.token[-1] != "A" else "B"), "x", "x" * 32, "x" * 200, "%00", "é" * 24]
    answers = set()
    for token in wrong:
        for path in (
            f"/g/{token}/",
            f"/g/{token}/photos/{share.photos[0].pk}/",
            f"/g/{token}/photos/{uuid4()}/download/",
        ):
            response = Client().get(path)
            headers = {name: value for name, value in response.headers.items() if "Security" not in name}
            answers.add((response.status_code, response.content, str(headers)))
    assert len(answers) == 1
    assert answers.pop()[0] == 404


def test_a_photo_that_is_not_here_looks_like_a_link_that_is_not_here(shared: Make) -> None:
    share = shared()
    client = Client()
    client.get(share.url())
    there = client.get(reverse("sharing:photo", args=[share.token, uuid4()]))
    assert there.status_code == 404
    assert there.content == client.get("/g/" + "x" * 32 + "/").content


def _put_away(share: Share, how: str) -> None:
    albums = Album.every.for_studio(share.studio).filter(pk=share.album.pk)
    with acting_in(share.studio):
        if how == "revoked":
            share.link.revoke(by=share.link.created_by)  # type: ignore[arg-type]
        elif how == "expired":
            ShareLink.objects.for_studio(share.studio).update(
                expires_on=timezone.localdate() - timedelta(days=1), expires_at=timezone.now()
            )
        elif how == "archived":
            albums.update(state=AlbumState.ARCHIVED)
        else:
            albums.update(trashed_at=timezone.now())


@pytest.mark.slow
# A link without a password that ran out still shows title and cover: see test_expired.
@pytest.mark.parametrize(
    ("password", "how"),
    [(PASSWORD, "expired"), *product([None, PASSWORD], ["revoked", "archived", "trashed"])],
)
def test_a_closed_link_tells_the_studio_and_nothing_else(shared: Make, how: str, password: str | None) -> None:
    share = shared(password=password, download="original")
    _put_away(share, how)
    paths = readable(share)
    tries = [("get", path + query) for path, query in product(paths, queries(share))]
    for method, path in [*tries, *product(["head", "post"], paths)]:
        response = getattr(Client(), method)(path, {"password": PASSWORD} if method == "post" else None)
        assert response.status_code == 410, (path, method)
        assert leaks(response, share, path) == []
        assert method == "head" or "North Light" in response.content.decode()


def test_a_draft_is_not_open_yet(shared: Make) -> None:
    share = shared(password=PASSWORD)
    with acting_in(share.studio):
        Album.every.for_studio(share.studio).update(state=AlbumState.DRAFT)
    for path, query in product(readable(share), queries(share)):
        response = Client().get(path + query)
        assert response.status_code == 404
        assert "North Light" in response.content.decode()
        assert leaks(response, share, path) == []


def test_a_deleted_link_leads_nowhere(shared: Make) -> None:
    share = shared()
    client = Client()
    client.get(share.url())
    with acting_in(share.studio):
        share.link.remove(by=share.link.created_by)  # type: ignore[arg-type]
    assert client.get(share.url()).status_code == 404
    assert client.get(share.url()).content == client.get("/g/" + "x" * 32 + "/").content


def test_g22_nothing_of_a_gallery_is_indexed_cached_or_referred(shared: Make) -> None:
    share = shared(password=PASSWORD)
    for client in (Client(), unlocked(share)):
        for path in (share.url(), share.url("photo", share.photos[0])):
            response = client.get(path)
            assert response["X-Robots-Tag"] == "noindex, nofollow"
            assert response["Referrer-Policy"] == "strict-origin"
            assert response["Cache-Control"] == "private, no-store"
            assert 'name="robots" content="noindex' in response.content.decode()


def test_the_pass_is_out_of_scripts_and_other_sites_reach(shared: Make) -> None:
    share = shared(password=PASSWORD)
    morsel = unlocked(share).cookies[passes.COOKIE.name(share.link.pk)]
    assert morsel["httponly"]
    assert morsel["samesite"] == "Lax"
    assert morsel["path"] == "/"
    assert not morsel["domain"]
    assert morsel["max-age"] == 30 * 24 * 3600


def test_a_forged_outlived_or_foreign_pass_does_not_open(shared: Make) -> None:
    share, other = shared(password=PASSWORD), shared(password=PASSWORD)
    name, client = passes.COOKIE.name(share.link.pk), unlocked(share)
    value = client.cookies[name].value
    other_value = unlocked(other).cookies[passes.COOKIE.name(other.link.pk)].value
    for forged in (value[:-1] + "x", value.replace(".1.", ".2."), "", ":" * 40, other_value, value.swapcase()):
        client.cookies[name] = forged
        assert b'name="password"' in client.get(share.url()).content
    later = timezone.now() + passes.COOKIE.lifetime
    assert not passes.COOKIE.read_all({name: value}, now=later)
    assert passes.COOKIE.read_all({name: value}, now=later - timedelta(minutes=1))


def test_a_browser_keeps_few_passes(shared: Make) -> None:
    share = shared()
    client = Client()
    for number in range(25):
        client.cookies[f"{passes.COOKIE.name()}_{number:016}"] = "old"
    response = client.get(share.url())
    dropped = [name for name, morsel in response.cookies.items() if morsel["max-age"] == 0]
    assert len(dropped) == 25 - passes.COOKIE.most + 1


def test_an_htmx_request_behind_a_closed_door_reloads_the_page(shared: Make) -> None:
    share = shared(password=PASSWORD)
    response = Client().get(f"{share.url()}?after=x", headers={"HX-Request": "true"})
    assert response["HX-Refresh"] == "true"


@pytest.mark.parametrize("password", [None, PASSWORD])
def test_an_opening_is_counted_once_per_browser(shared: Make, password: str | None) -> None:
    share = shared(password=password)
    for _ in range(2):
        client = unlocked(share) if password else Client()
        for _ in range(3):
            client.get(share.url())
        client.head(share.url())
    share.reload()
    assert share.link.views == 2
    assert share.link.last_opened_at is not None


def test_members_who_look_are_not_counted(shared: Make, bob: Client) -> None:
    share = shared()
    assert bob.get(share.url()).status_code == 200
    share.reload()
    assert share.link.views == 0


def test_g19_a_grant_gives_its_photos_and_no_other(shared: Make) -> None:
    share, other = shared(), shared()
    grant = open_link(share.token, {}, now=timezone.now())
    shown, hidden, withheld = share.photos[:3]
    with acting_in(share.studio):
        placements = Placement.objects.for_studio(share.studio)
        placements.filter(photo=hidden).update(is_hidden=True)
        placements.filter(photo=withheld).update(is_withheld=True)
        assert grant.require(shown.pk).camera_name == shown.camera_name
        for photo_id in (hidden.pk, withheld.pk, other.photos[0].pk, uuid4()):
            with pytest.raises(Http404):
                grant.require(photo_id)
        placements.filter(photo=shown).update(trashed_at=timezone.now())
        with pytest.raises(Http404):
            grant.require(shown.pk)


@pytest.mark.django_db(transaction=True)
def test_a_link_that_opened_before_and_its_page_are_read_in_one_transaction(
    shared: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = shared(password=None)
    guest = Client()
    assert guest.get(share.url()).status_code == 200
    begun: list[str] = []
    begin = DatabaseWrapper.begin

    def note(self: DatabaseWrapper, statement: str) -> None:
        begun.append(statement)
        begin(self, statement)

    monkeypatch.setattr(DatabaseWrapper, "begin", note)
    assert guest.get(share.url()).status_code == 200
    assert len(begun) == 1
    assert str(share.link.studio_id) in begun[0]


def test_a_token_that_now_leads_to_another_studio_is_found_there(shared: Make, south: Studio) -> None:
    share = shared(password=None)
    studio_of_token.remember(share.token, south.pk)
    assert Client().get(share.url()).status_code == 200
    assert studio_of_token.known(share.token) == share.link.studio_id
