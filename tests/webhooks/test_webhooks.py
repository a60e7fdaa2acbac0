"""What happens in a studio is told to its webhooks: signed, once, tried for two days, and nowhere inside."""

from __future__ import annotations

import hashlib
import hmac
import http.server
import json
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from apps.accounts.access import member_of
from apps.accounts.journal import note
from apps.accounts.models import Email, Studio, User
from apps.accounts.tenancy import across_studios, acting_in
from apps.sharing.models import Activity, ActivityKind
from apps.web import egress
from apps.webhooks import deliver, hooks, sending
from apps.webhooks.addresses import UrlRefused, check_url, resolve
from apps.webhooks.models import DeliveryState, Webhook, WebhookDelivery
from tests.accounts.callers import bearer
from tests.factories import AlbumFactory, ShareLinkFactory

pytestmark = pytest.mark.django_db


class Peer(http.server.BaseHTTPRequestHandler):
    """A program that takes webhooks and remembers them. status: what it answers."""

    got: ClassVar[list[tuple[dict[str, str], bytes]]] = []
    status: ClassVar[int] = 200

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.got.append((dict(self.headers), body))
        self.send_response(self.status)
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()
        self.wfile.write(b"noted\x00")

    def log_message(self, *args: Any) -> None:
        """Silent."""


@pytest.fixture
def peer(settings: Settings) -> Iterator[str]:
    """The address of a peer that the operator allows."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Peer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Peer.got, Peer.status = [], 200
    settings.WEBHOOK_HOSTS = (f"127.0.0.1:{server.server_port}",)
    yield f"http://127.0.0.1:{server.server_port}/hook?from=glassine"
    server.shutdown()
    server.server_close()


def make(user: User, url: str, events: list[str] | None = None) -> tuple[Webhook, str]:
    entered = member_of(user, "north")
    with acting_in(entered.studio):
        return hooks.make_hook(entered, url=url, events=events or ["album.created"])


def happen(studio: Studio, user: User, verb: str = "album.created") -> None:
    with acting_in(studio):
        note(studio, user, verb, AlbumFactory.create(studio=studio, title="Anna & Ben"))


def deliveries(studio: Studio) -> list[WebhookDelivery]:
    with acting_in(studio):
        return list(WebhookDelivery.objects.for_studio(studio).order_by("created_at"))


def due_now() -> None:
    with across_studios():
        WebhookDelivery.objects.update(due_at=timezone.now())


def signed_by(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """What the documentation tells receivers to do."""
    at, *codes = headers["Glassine-Signature"].split(",")
    code = hmac.new(secret.encode(), at.removeprefix("t=").encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"v1={code}" in codes


# -- events ------------------------------------------------------------------------------------------------------


def test_an_event_arrives_signed_with_what_happened(peer: str, north: Studio, alice_user: User) -> None:
    _, secret = make(alice_user, peer)
    happen(north, alice_user)
    assert deliver.send_due() == 1
    [(headers, body)] = Peer.got
    said = json.loads(body)
    assert (said["event"], said["studio"]) == ("album.created", str(north.pk))
    assert said["data"]["actor"]["name"] == "Alice"
    assert headers["Glassine-Delivery"] == said["id"]
    assert signed_by(secret, headers, body)
    assert not signed_by(secret, headers, body + b" ")
    assert not signed_by("another", headers, body)
    [row] = deliveries(north)
    assert (row.state, row.status, row.answer) == (DeliveryState.DELIVERED, 200, "noted")


@pytest.mark.parametrize("kind", ActivityKind.values)
def test_every_line_of_the_activity_is_an_event(kind: str, peer: str, north: Studio, alice_user: User) -> None:
    make(alice_user, peer, [f"guest.{kind}"])
    link = ShareLinkFactory.create(album=AlbumFactory.create(studio=north), label="Couple")
    with acting_in(north):
        Activity(studio=north, shown=link.shown, link=link, kind=kind, detail={"size": "web"}).save(force_insert=True)
    assert deliver.send_due() == 1
    said = json.loads(Peer.got[0][1])
    assert said["event"] == f"guest.{kind}"
    assert said["data"]["link"] == {"id": str(link.pk), "label": "Couple"}
    assert said["data"]["detail"] == {"size": "web"}


def test_only_chosen_events_and_only_of_the_own_studio(
    peer: str, north: Studio, south: Studio, alice_user: User, charlie_user: User
) -> None:
    make(alice_user, peer, ["album.deleted"])
    happen(north, alice_user, "album.created")
    happen(south, charlie_user, "album.deleted")
    assert deliver.send_due() == 0
    happen(north, alice_user, "album.deleted")
    assert deliver.send_due() == 1
    assert deliveries(south) == []


def test_what_was_rolled_back_is_not_told(peer: str, north: Studio, alice_user: User) -> None:
    make(alice_user, peer)
    with transaction.atomic():
        happen(north, alice_user)
        transaction.set_rollback(True)
    assert deliver.send_due() == 0


# -- tries -------------------------------------------------------------------------------------------------------


def test_what_is_not_taken_is_tried_again_for_two_days(peer: str, north: Studio, alice_user: User) -> None:
    assert timedelta(hours=46) < sum(deliver.WAITS, timedelta()) < timedelta(hours=50)
    make(alice_user, peer)
    happen(north, alice_user)
    Peer.status = 500
    for wait in deliver.WAITS:
        assert deliver.send_due() == 1
        [row] = deliveries(north)
        assert (row.state, row.error) == (DeliveryState.WAITING, "It answered 500.")
        assert timedelta(seconds=-5) < row.due_at - timezone.now() - wait < timedelta(seconds=5)
        assert deliver.send_due() == 0
        due_now()
    assert deliver.send_due() == 1
    [row] = deliveries(north)
    assert (row.state, row.attempts) == (DeliveryState.FAILED, len(deliver.WAITS) + 1)
    # Each time under the same id, so that a receiver knows it again.
    assert len({json.loads(body)["id"] for _, body in Peer.got}) == 1


def test_it_is_switched_off_after_two_days_and_the_owners_are_told_once(
    peer: str, north: Studio, alice_user: User
) -> None:
    hook, _ = make(alice_user, peer)
    Peer.status = 410
    happen(north, alice_user)
    deliver.send_due()
    with acting_in(north):
        Webhook.objects.for_studio(north).update(failing_since=timezone.now() - timedelta(days=3))
    due_now()
    deliver.send_due()
    happen(north, alice_user)
    assert deliver.send_due() == 0
    with acting_in(north):
        assert not Webhook.objects.for_studio(north).get(pk=hook.pk).is_active
        told = Email.objects.for_studio(north).filter(key__startswith="webhook-off")
        assert [email.to for email in told] == ["alice@example.com"]


def test_a_replay_sends_the_same_again(peer: str, north: Studio, alice_user: User) -> None:
    make(alice_user, peer)
    happen(north, alice_user)
    deliver.send_due()
    with acting_in(north):
        WebhookDelivery.objects.for_studio(north).get().replay()
    assert deliver.send_due() == 1
    assert Peer.got[0][1] == Peer.got[1][1]


def test_a_killed_worker_loses_nothing(peer: str, north: Studio, alice_user: User) -> None:
    make(alice_user, peer)
    happen(north, alice_user)
    assert deliver._claim() is not None
    assert deliver.send_due() == 0
    with across_studios():
        WebhookDelivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert deliver.send_due() == 1


def test_for_a_day_both_secrets_sign(peer: str, north: Studio, alice_user: User) -> None:
    hook, old = make(alice_user, peer)
    with acting_in(north):
        new = hooks.rotate_secret(member_of(alice_user, "north"), hook)
    happen(north, alice_user)
    deliver.send_due()
    headers, body = Peer.got[0]
    assert signed_by(old, headers, body)
    assert signed_by(new, headers, body)
    with acting_in(north):
        Webhook.objects.for_studio(north).update(former_until=timezone.now() - timedelta(seconds=1))
    happen(north, alice_user)
    deliver.send_due()
    headers, body = Peer.got[1]
    assert signed_by(new, headers, body)
    assert not signed_by(old, headers, body)


def test_a_redirect_is_not_followed(peer: str, north: Studio, alice_user: User) -> None:
    make(alice_user, peer)
    happen(north, alice_user)
    Peer.status = 307
    deliver.send_due()
    assert "Redirects are not followed" in deliveries(north)[0].error
    assert len(Peer.got) == 1


# -- nowhere inside (G35) ----------------------------------------------------------------------------------------

PRIVATE = [
    "https://127.0.0.1/", "https://10.0.0.7/", "https://192.168.1.1/", "https://172.16.0.1/", "https://169.254.169.254/",
    "https://[::1]/", "https://[fe80::1]/", "https://[fd00::1]/", "https://[::ffff:10.0.0.1]/", "https://0.0.0.0/",
    "https://[64:ff9b::a00:1]/", "https://[2002:a00:1::]/", "https://100.64.0.1/", "https://224.0.0.1/",
    "https://localhost/", "https://intranet/", "https://printer.local/", "https://a.internal/", "http://example.com/",
    "ftp://example.com/", "https://user:pass@example.com/", "https:///path", "https://example.com:99999/",
]  # fmt: skip


@pytest.mark.parametrize("url", PRIVATE)
def test_an_address_inside_is_refused(url: str) -> None:
    with pytest.raises(UrlRefused):
        check_url(url)


def test_a_name_that_leads_inside_is_refused_when_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    check_url("https://rebinding.example.com/")

    def found(*ips: str) -> None:
        entries = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 443)) for ip in ips]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: entries)

    found("93.184.216.34")
    assert resolve("https://rebinding.example.com/").ips == ("93.184.216.34",)
    found("93.184.216.34", "10.0.0.7")
    with pytest.raises(UrlRefused):
        resolve("https://rebinding.example.com/")


def test_the_connection_goes_to_the_address_that_was_checked(peer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    target = resolve(peer)

    real = socket.getaddrinfo

    def once(host: str, *rest: Any, **more: Any) -> Any:
        assert host == "127.0.0.1", "the name was resolved a second time"
        return real(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", once)
    named = egress.Target(target.scheme, "hook.example.com", target.port, target.path, target.ips)
    assert sending.post(named, b"{}", {}).status == 200
    assert Peer.got[0][0]["Host"] == f"hook.example.com:{target.port}"


def test_a_private_address_fails_the_delivery_in_words(north: Studio, alice_user: User) -> None:
    hook, _ = make(alice_user, "https://example.com/")
    with acting_in(north):
        Webhook.objects.for_studio(north).filter(pk=hook.pk).update(url="https://10.0.0.7/")
    happen(north, alice_user)
    deliver.send_due()
    assert deliveries(north)[0].error == UrlRefused.sentence


# -- API and pages -----------------------------------------------------------------------------------------------


def test_the_api_does_all_of_it(peer: str, north: Studio, alice_user: User) -> None:
    api = bearer(alice_user, "north")
    made = api.send("/api/webhooks", {"url": peer, "events": ["album.created"]})
    assert made.status_code == 201
    one = f"/api/webhooks/{made.json()['id']}"
    assert made.json()["secret"].startswith("whsec_")
    assert "secret" not in api.get(one).json()
    assert api.send("/api/webhooks", {"url": "https://10.0.0.7/"}).status_code == 422
    happen(north, alice_user)
    deliver.send_due()
    [sent] = api.get(f"{one}/deliveries").json()["results"]
    assert (sent["event"], sent["state"], sent["status"]) == ("album.created", "delivered", 200)
    assert api.send(f"{one}/deliveries/{sent['id']}/replay").status_code == 202
    assert deliver.send_due() == 1
    assert api.send(f"{one}/secret").json()["secret"] != made.json()["secret"]
    changed = api.patch(one, {"is_active": False}, content_type="application/json")
    assert changed.json()["is_active"] is False
    assert api.delete(one).status_code == 204
    assert api.get("/api/webhooks").json()["results"] == []


def test_the_pages_do_all_of_it(peer: str, north: Studio, alice: Client, bob: Client) -> None:
    page = "/studio/north/webhooks/"
    assert bob.get(page).status_code == 403
    answer = alice.post(page, {"url": "https://localhost/"})
    assert answer.status_code == 422
    answer = alice.post(page, {"url": peer, "events": ["guest.opened"]})
    assert "whsec_" in answer.content.decode()
    assert "whsec_" not in alice.get(page).content.decode()
    with acting_in(north):
        hook = Webhook.objects.for_studio(north).get()
    one = f"{page}{hook.pk}/"
    assert alice.post(f"{one}test/").status_code == 303
    deliver.send_due()
    assert "200," in alice.get(one).content.decode()
    [row] = deliveries(north)
    assert alice.post(f"{one}deliveries/{row.pk}/replay/").status_code == 303
    assert "whsec_" in alice.post(f"{one}secret/").content.decode()
    assert alice.post(f"{one}switch/").status_code == 303
    assert "Turn on" in alice.get(one).content.decode()
    assert alice.post(f"{one}delete/").status_code == 303
    assert deliveries(north) == []


def test_there_is_an_end_to_how_many(north: Studio, alice_user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Webhook, "MOST", 1)
    make(alice_user, "https://example.com/")
    with pytest.raises(hooks.TooManyWebhooks):
        make(alice_user, "https://example.com/")
