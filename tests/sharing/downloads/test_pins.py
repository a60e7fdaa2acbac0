"""G16: a download PIN is asked only for downloads, is bounded in its guesses, and disturbs nobody who gave it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse
from redis import RedisError

from apps.accounts.models import User
from apps.accounts.tenancy import acting_in
from apps.sharing.downloads import pin_code
from apps.sharing.downloads.archive import response
from apps.sharing.models import ShareLink, secrets
from apps.web import rate_limit
from apps.web.wsgi_bridge import Declined
from tests.accounts.emails import rows, sent
from tests.sharing.conftest import Make, Share, fetch

pytestmark = pytest.mark.django_db(transaction=True)

PIN = "204913"


@pytest.fixture
def share(shared: Make) -> Share:
    """A link without a password whose downloads ask for `PIN`."""
    made = shared(download="original", has_pin=True)
    set_pin(made, PIN)
    return made


def set_pin(share: Share, pin: str) -> None:
    with acting_in(share.studio):
        rows = ShareLink.objects.for_studio(share.studio).filter(pk=share.link.pk)
        rows.update(pin_hash=secrets.hash_password(pin))


def give(share: Share, pin: str, client: Client | None = None, **fields: str) -> Any:
    return (client or Client()).post(reverse("sharing:download_pin", args=[share.token]), {"pin": pin, **fields})


def downloads(share: Share, client: Client) -> int:
    """The status of an archive, as a browser meets it."""
    path = reverse("sharing:archive", args=[share.token])
    try:
        return fetch(client, path, app=response.archive).status
    except Declined:
        return client.get(path).status_code


def test_looking_needs_no_pin_and_every_download_does(share: Share) -> None:
    client = Client()
    assert client.get(share.url()).status_code == 200
    assert client.get(share.url("photo", share.photos[0])).status_code == 200
    assert downloads(share, client) == 403
    single = client.get(share.url("download", share.photos[0]))
    assert single.status_code == 303
    assert single.headers["location"].startswith(reverse("sharing:downloads", args=[share.token]))
    page = client.get(reverse("sharing:downloads", args=[share.token])).content.decode()
    assert 'name="pin"' in page
    assert "download.zip" not in page


@pytest.mark.parametrize("typed", [PIN, f" {PIN} ", "204 913", "204-913", "2 0 4 9 1 3", "\u00a0204\u2013913"])
def test_the_right_pin_opens_downloads_however_it_is_spaced(share: Share, typed: str) -> None:
    client = Client()
    query = urlencode({"what": "all", "size": "web"})
    here = f"{reverse('sharing:downloads', args=[share.token])}?{query}"
    answer = give(share, typed, client, next=here)
    assert (answer.status_code, answer.headers["location"]) == (303, here)
    assert downloads(share, client) == 200
    assert client.get(share.url("download", share.photos[0])).status_code == 200
    assert "download.zip" in client.get(here).content.decode()


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "٢٠٤٩١٣", "1" * 5000])
def test_what_is_no_pin_costs_no_guess(share: Share, typed: str) -> None:
    for _ in range(12):
        assert give(share, typed).status_code == 422
    assert give(share, PIN).status_code == 303


@pytest.mark.parametrize("next", ["https://evil.example/", "//evil.example", "/login/", "/g/x/../../login/"])
def test_the_way_back_stays_in_the_gallery(share: Share, next: str) -> None:
    assert give(share, PIN, next=next).headers["location"] == share.url()


def test_wrong_pins_are_counted_and_the_third_is_told_what_is_left(share: Share) -> None:
    assert "attempt" not in give(share, "000000").content.decode()
    give(share, "000001")
    third = give(share, "000002")
    assert third.status_code == 422
    assert "7 attempts left" in third.content.decode()


def test_g16_ten_an_hour_whatever_the_address_and_then_not_even_the_right_one(share: Share) -> None:
    for number in range(10):
        client = Client(REMOTE_ADDR=f"10.0.0.{number}")
        assert give(share, f"{number:06}", client).status_code == 422
    locked = give(share, PIN, Client(REMOTE_ADDR="10.0.1.1"))
    assert locked.status_code == 429
    assert int(locked["Retry-After"]) > 0
    assert downloads(share, Client()) == 403


@pytest.mark.slow
def test_g16_fifty_a_day(share: Share) -> None:
    """The hour's budget is given back each time; the day's is not."""
    share.reload()

    def next_hour() -> None:
        rate_limit.forgive(pin_code.LOCKOUT.per_hour, f"{share.link.pk}:{share.link.pin_version}")

    for number in range(50):
        next_hour()
        assert give(share, f"{number:06}").status_code == 422
    next_hour()
    assert give(share, PIN).status_code == 429


@pytest.mark.slow
def test_g16_two_hundred_guesses_at_once_compare_ten(share: Share) -> None:
    compared: list[str] = []
    true = secrets.is_password

    def counting(pin: str, hashed: str) -> bool:
        compared.append(pin)
        return true(pin, hashed)

    def guess(number: int) -> int:
        try:
            return int(give(share, f"{number:06}").status_code)
        finally:
            connections.close_all()

    with patch.object(secrets, "is_password", counting), ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(guess, range(200)))
    assert len(compared) == 10
    assert sorted(set(statuses)) == [422, 429]
    assert statuses.count(422) == 10


def test_g16_the_owner_is_mailed_at_the_fifth_failure_once(share: Share, alice_user: User) -> None:
    for number in range(4):
        give(share, f"{number:06}")
    assert rows() == []
    for number in range(4, 8):
        give(share, f"{number:06}")
    [message] = sent(1)
    assert message.to == [alice_user.email]
    assert share.token not in message.body
    assert PIN not in message.body


def test_g16_a_guest_who_gave_it_is_not_disturbed(share: Share) -> None:
    client = Client()
    give(share, PIN, client)
    for number in range(12):
        give(share, f"{number:06}")
    assert downloads(share, client) == 200


def test_without_the_counter_nobody_may_guess(share: Share, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> Any:
        raise RedisError("away")

    monkeypatch.setattr(rate_limit, "_redis", away)
    with pytest.raises(rate_limit.CounterAway):
        rate_limit.reserve(pin_code.LOCKOUT.per_hour, "x")


@pytest.mark.parametrize("change", ["pin", "password", "revoked"])
def test_g17_a_new_pin_or_password_ends_the_pass(share: Share, change: str) -> None:
    client = Client()
    give(share, PIN, client)
    share.reload()
    with acting_in(share.studio):
        if change == "pin":
            share.link.renew_pin(by=share.link.created_by)  # type: ignore[arg-type]
        elif change == "password":
            ShareLink.objects.for_studio(share.studio).update(version=share.link.version + 1)
        else:
            share.link.revoke(by=share.link.created_by)  # type: ignore[arg-type]
    assert downloads(share, client) == (410 if change == "revoked" else 403)


def test_a_pass_of_another_link_or_a_forged_one_opens_nothing(share: Share, shared: Make) -> None:
    other = shared(download="original", has_pin=True)
    set_pin(other, PIN)
    client = Client()
    give(other, PIN, client)
    assert downloads(share, client) == 403
    theirs = pin_code.COOKIE.name(other.link.pk)
    client.cookies[pin_code.COOKIE.name(share.link.pk)] = client.cookies[theirs].value
    assert downloads(share, client) == 403
    client.cookies[pin_code.COOKIE.name(share.link.pk)] = f"{share.link.pk.hex}.1.1.1:x"
    assert downloads(share, client) == 403


def test_g15_a_locked_link_takes_no_pin(shared: Make) -> None:
    share = shared(download="original", has_pin=True, password="open sesame")
    set_pin(share, PIN)
    answer = give(share, PIN)
    assert answer.status_code == 403
    assert "Zqx " not in answer.content.decode()
    assert not [name for name in answer.cookies if "pin" in name]
