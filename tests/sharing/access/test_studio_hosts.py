"""Under a studio's own host there are that studio's galleries for guests, and nothing of anybody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from apps.accounts import hosts
from apps.accounts.models import Domain, DomainState, Studio, User
from apps.accounts.tenancy import acting_in
from apps.sharing.gallery import kept_pages
from apps.sharing.links import lifecycle, public_page
from apps.sharing.models import ShareLink
from config.asgi import application
from tests.factories import AlbumFactory
from tests.sharing.conftest import PASSWORD, Make, Share, fetch

pytestmark = pytest.mark.django_db

HOST, OTHER = "photos.example.com", "bilder.example.com"
URL = "https://app.glassine.example"
_TOKEN = re.compile(r'(?<=name="csrfmiddlewaretoken" value=")\w{64}')


@pytest.fixture(autouse=True)
def fresh_hosts(settings: Settings) -> Iterator[None]:
    settings.PUBLIC_URL = URL
    hosts.forget()
    kept_pages.clear()
    yield
    hosts.forget()
    kept_pages.clear()


def lead(studio: Studio, host: str = HOST) -> None:
    """Let the host be the studio's, as if DNS had proved it."""
    with acting_in(studio):
        Domain(studio=studio, host=host, state=DomainState.VERIFIED).save(force_insert=True)
        Studio.objects.filter(pk=studio.pk).update(host=host)
    hosts.forget()


@pytest.fixture
def shop(shared: Make) -> Share:
    """A gallery of north, which has a host of its own."""
    share = shared(may_favourite=True)
    lead(share.studio)
    return share


@pytest.fixture
def theirs(south: Studio, charlie_user: User) -> str:
    """The token of another studio's link."""
    with acting_in(south):
        return lifecycle.create(AlbumFactory.create(studio=south), by=charlie_user, label="Theirs", password=None)[1]


def at(host: str = HOST, **defaults: Any) -> Client:
    return Client(headers={"host": host}, **defaults)


def test_a_gallery_opens_under_the_host_and_under_the_installations(shop: Share) -> None:
    for client, base in ((at(), f"https://{HOST}"), (Client(), URL), (at(), f"https://{HOST}")):
        answer = client.get(shop.url())
        assert answer.status_code == 200
        [picture] = re.findall(r'property="og:image" content="([^"]+)"', answer.content.decode())
        assert picture == f"{base}{shop.url('link_preview')}"
    for address in (f"{HOST}:443", f"{HOST.upper()}.", f"{HOST}:8000"):
        assert at(address).get(shop.url()).status_code == 200


def test_what_a_gallery_needs_is_there(shop: Share) -> None:
    client = at()
    client.get(shop.url())
    for path in (shop.url("photo", shop.photos[0]), shop.url("favourites"), "/brand/3b5b54.css"):
        assert client.get(path).status_code == 200
    assert client.get(f"/api/galleries/{shop.token}").status_code == 200
    assert client.get("/studio/north/logo.png").status_code == 404


def test_what_is_sent_to_clients_begins_with_the_host_and_goes_back(shop: Share) -> None:
    def url() -> str:
        with acting_in(shop.studio):
            return ShareLink.objects.for_studio(shop.studio).select_related("studio").get(pk=shop.link.pk).url

    assert url() == f"https://{HOST}{shop.url()}"
    with acting_in(shop.studio):
        Studio.objects.filter(pk=shop.studio.pk).update(host="")
    assert url() == f"{URL}{shop.url()}"


def test_another_studios_link_is_no_other_than_one_that_is_not_there(shop: Share, theirs: str) -> None:
    assert Client().get(f"/g/{theirs}/").status_code == 200
    pages = [at().get(f"/g/{token}/") for token in (theirs, "x" * 32, "south.theirs")]
    assert {answer.status_code for answer in pages} == {404}
    assert len({answer.content.replace(theirs.encode(), b"x" * 32) for answer in pages}) == 1
    assert at().post(f"/g/{theirs}/", {"password": "x"}).status_code == 404
    answers = [at().get(f"/api/galleries/{token}") for token in (theirs, "x" * 32)]
    assert {(answer.status_code, answer.content) for answer in answers} == {(404, answers[1].content)}


def test_a_link_with_a_password_is_unlocked_there(shared: Make) -> None:
    share = shared(password=PASSWORD)
    lead(share.studio)
    client = at()
    answer = client.post(share.url(), {"password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (303, share.url())
    assert client.get(share.url()).status_code == 200
    assert all(morsel["domain"] == "" for morsel in client.cookies.values())


CLOSED = (
    "/login/", "/studios/", "/sign-up/", "/reset/", "/studio/north/", "/studio/north/settings/",
    "/studio/north/domain/", "/status/", "/metrics", "/api/me", "/api/albums", "/api/schema/", "/api/docs/",
    "/api/system/health", "/api/auth/token", "/p/south/",
    "/p/south/galleries/", "/studio/south/logo.png", "/studio/north/logo.png/", "/g", "//g/x/",
)  # fmt: skip


@pytest.mark.parametrize("path", CLOSED)
def test_there_is_no_page_of_members_programs_or_other_studios(shop: Share, south: Studio, path: str) -> None:
    for answer in (at().get(path), at().post(path)):
        assert answer.status_code == 404
        assert b"South Side" not in answer.content


def test_a_member_is_nobody_there(shop: Share, alice: Client) -> None:
    assert alice.get("/studio/north/settings/", headers={"host": HOST}).status_code == 404
    assert settings.SESSION_COOKIE_NAME not in at().get(shop.url()).cookies


def test_the_public_page_is_the_first_page(shop: Share, alice_user: User) -> None:
    answer = at().get("/")
    assert (answer.status_code, answer["Location"]) == (303, "/p/north/")
    assert at().get("/p/north/").status_code == 404
    with acting_in(shop.studio):
        public_page.switch(shop.studio, True, by=alice_user)
    for client in (at(), Client()):
        html = client.get("/p/north/").content.decode()
        assert f'rel="canonical" href="https://{HOST}/p/north/"' in html


@pytest.mark.parametrize("host", ["evil.example", f"x.{HOST}", f"{HOST}.evil.example", "photos.example.com:x", "a b"])
def test_a_host_that_nobody_has_is_refused(shop: Share, host: str) -> None:
    assert at(host).get(shop.url()).status_code == 400


def test_a_host_that_is_not_proved_is_refused(shared: Make) -> None:
    share = shared()
    with acting_in(share.studio):
        Domain(studio=share.studio, host=HOST).save(force_insert=True)
    assert at().get(share.url()).status_code == 400


def test_forms_come_from_their_own_host_alone(shop: Share) -> None:
    client = at(enforce_csrf_checks=True)
    token = _TOKEN.search(client.get(shop.url()).content.decode())
    assert token
    heart = shop.url("favourite", shop.photos[0])

    def send(origin: str) -> int:
        said = {"on": "1", "csrfmiddlewaretoken": token[0]}
        sent = {"origin": origin, "accept": "application/json"}
        status: int = client.post(heart, said, headers=sent).status_code
        return status

    # A guest who has said nothing is asked who it is: the form was taken.
    assert send(f"http://{HOST}") == 409
    assert send("https://evil.example") == 403
    assert send("http://testserver") == 403


def test_browsers_are_told_https_for_the_host_and_none_below(shop: Share, settings: Settings) -> None:
    settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = 1000, True
    answer = at().get(shop.url(), secure=True)
    assert answer["Strict-Transport-Security"] == "max-age=1000"
    assert "Strict-Transport-Security" not in at().get(shop.url())


def test_the_installations_own_host_is_never_looked_up(shop: Share, monkeypatch: pytest.MonkeyPatch) -> None:
    Client().get(shop.url())
    monkeypatch.setattr(hosts, "_read", None)
    hosts.forget()
    assert Client().get(shop.url()).status_code == 200


def test_hosts_that_are_made_up_cost_one_question_in_all(shop: Share) -> None:
    with CaptureQueriesContext(connection) as queries:
        for number in range(20):
            at(f"x{number}.evil.example").get(shop.url())
    assert len([one for one in queries if "accounts_domain" in one["sql"]]) == 1


# -- past Django -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_pictures_and_archives_come_under_the_host_of_their_studio(shared: Make, south: Studio) -> None:
    share = shared(download="original")
    lead(share.studio)
    lead(south, OTHER)
    client = at()
    client.get(share.url())
    archive = f"{share.url()}download.zip"
    query = {"what": "all", "size": "original"}
    for host, status in ((HOST, 200), ("testserver", 200), (OTHER, 404)):
        headers = {"host": host}
        assert fetch(client, share.picture(), app=application, headers=headers).status == status
        assert fetch(client, archive, app=application, headers=headers, query=query).status == status


@pytest.mark.django_db(transaction=True)
def test_members_send_nothing_past_django_there(shop: Share, alice: Client) -> None:
    path = f"/studio/north/albums/{shop.album.pk}/upload"
    answer = fetch(alice, path, app=application, method="PUT", headers={"host": HOST})
    assert answer.status == 404
    answer = fetch(alice, "/api/uploads/tus/", app=application, method="POST", headers={"host": HOST})
    assert answer.status == 404


@pytest.mark.django_db(transaction=True)
def test_bytes_say_https_for_the_host_and_none_below(shop: Share, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application.app, "value", b"max-age=1000; includeSubDomains")
    client = at()
    client.get(shop.url())

    async def secure(scope: object, receive: object, send: object) -> None:
        await application({**scope, "scheme": "https"}, receive, send)  # type: ignore[dict-item, arg-type]

    for host, said in ((HOST, "max-age=1000"), ("testserver", "max-age=1000; includeSubDomains")):
        reply = fetch(client, shop.picture(), app=secure, headers={"host": host})
        assert (reply.status, reply.headers["strict-transport-security"]) == (200, said)
