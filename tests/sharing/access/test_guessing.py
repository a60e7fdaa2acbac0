"""G16: guessing is bounded per link over all addresses; who is in is not disturbed; owners hear of it."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from unittest.mock import patch

import pytest
from django.core import mail
from django.db import connections
from django.test import Client

from apps.accounts.models import JournalEntry, Role, User
from apps.accounts.tenancy import acting_in
from apps.sharing.access import lockout
from apps.sharing.models import secrets
from apps.web.rate_limit import RateLimit
from tests.accounts.emails import rows, send_all
from tests.factories import MembershipFactory, UserFactory
from tests.sharing.conftest import PASSWORD, Make, Share, unlocked

pytestmark = pytest.mark.django_db(transaction=True)


def guess(share: Share, number: int, password: str = "wrong one") -> tuple[int, str]:
    """A try from an address of its own."""
    address = f"10.0.{number // 250}.{number % 250 + 1}"
    try:
        response = Client(REMOTE_ADDR=address).post(share.url(), {"password": password})
        return response.status_code, response.content.decode()
    finally:
        connections.close_all()


@pytest.mark.slow
def test_g16_sixty_wrong_passwords_at_once_check_no_more_than_the_budget(shared: Make) -> None:
    share = shared(password=PASSWORD)
    checked = []

    def counted(password: str, password_hash: str) -> bool:
        checked.append(password)
        time.sleep(0.02)
        return false(password, password_hash)

    false = secrets.is_password
    with patch.object(secrets, "is_password", counted), ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(lambda number: guess(share, number)[0], range(60)))
    assert len(checked) == lockout.PASSWORD.per_hour.tries == 10
    assert sorted(set(statuses)) == [422, 429]
    assert statuses.count(422) == 10


def test_g16_the_right_password_is_refused_too_once_the_budget_is_spent(shared: Make) -> None:
    share = shared(password=PASSWORD)
    for number in range(10):
        assert guess(share, number)[0] == 422
    status, page = guess(share, 99, PASSWORD)
    assert status == 429
    assert "Too many attempts" in page
    assert "Zqx " not in page


def test_g16_whoever_is_in_goes_on(shared: Make) -> None:
    share = shared(password=PASSWORD, download="original")
    inside = unlocked(share)
    for number in range(12):
        guess(share, number)
    assert "Zqx wedding" in inside.get(share.url()).content.decode()
    assert inside.get(share.url("download", share.photos[0])).status_code == 200
    assert inside.post(share.url(), {"password": "anything"}).status_code == 303


def test_right_passwords_spend_no_budget(shared: Make) -> None:
    """A hundred guests of a wedding type one password within an hour."""
    share = shared(password=PASSWORD)
    assert [guess(share, number, PASSWORD)[0] for number in range(40)] == [303] * 40


def test_right_passwords_of_guests_give_an_attacker_no_more_tries(shared: Make) -> None:
    share = shared(password=PASSWORD)
    statuses = []
    for number in range(20):
        statuses.append(guess(share, number)[0])
        if number < 9:
            assert guess(share, 100 + number, PASSWORD)[0] == 303
    assert statuses.count(422) == 10


@pytest.mark.slow
def test_g16_fifty_tries_a_day(shared: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    share = shared(password=PASSWORD)
    monkeypatch.setattr(lockout, "PASSWORD", replace(lockout.PASSWORD, per_hour=RateLimit("link-hour", 1000, 3600)))
    statuses = [guess(share, number)[0] for number in range(55)]
    assert statuses == [422] * 50 + [429] * 5


def test_one_address_cannot_try_many_links(shared: Make) -> None:
    shares = [shared(password=PASSWORD) for _ in range(5)]
    statuses = [
        Client(REMOTE_ADDR="10.9.9.9").post(share.url(), {"password": "wrong one"}).status_code
        for share in shares
        for _ in range(9)
    ]
    assert statuses.count(422) == lockout.PER_IP.tries


def test_the_tries_left_are_told_from_the_third_wrong_one(shared: Make) -> None:
    share = shared(password=PASSWORD)
    told = [re.findall(r"(\d+) attempts? left", guess(share, number)[1]) for number in range(10)]
    assert told == [[], [], ["7"], ["6"], ["5"], ["4"], ["3"], ["2"], ["1"], ["0"]]


def test_a_wrong_password_is_told_in_the_guests_language(shared: Make) -> None:
    answer = Client().post(shared(password=PASSWORD).url(), {"password": "x"}, headers={"accept-language": "de"})
    assert "Das Passwort ist nicht richtig." in answer.content.decode()


def test_a_new_password_has_tries_of_its_own(shared: Make) -> None:
    share = shared(password=PASSWORD)
    for number in range(11):
        guess(share, number)
    share.change(password="another one")
    assert guess(share, 50, "another one")[0] == 303


def _emailed() -> list[str]:
    send_all()
    return [message.to[0] for message in mail.outbox]


def test_g16_the_owners_are_emailed_once_at_the_fifth_failure(shared: Make, alice_user: User, erin_user: User) -> None:
    share = shared(password=PASSWORD)
    for number in range(4):
        guess(share, number)
    assert _emailed() == []
    for number in range(4, 12):
        guess(share, number)
    assert _emailed() == [alice_user.email]
    text = f"{mail.outbox[0].subject}\n{mail.outbox[0].body}"
    assert "Zqx wedding" in text
    assert "Zqx couple" in text
    with acting_in(share.studio):
        entries = JournalEntry.objects.for_studio(share.studio).filter(verb="link.guessed")
        assert entries.count() == 1


def test_an_owner_who_is_switched_off_hears_of_nothing(shared: Make, alice_user: User) -> None:
    share = shared(password=PASSWORD)
    other = MembershipFactory.create(studio=share.studio, user=UserFactory.create(is_active=False), role=Role.OWNER)
    for number in range(6):
        guess(share, number)
    assert _emailed() == [alice_user.email]
    assert other.user.email not in [email.to for email in rows()]


def test_g18_the_email_about_guesses_holds_no_secret(shared: Make, alice_user: User) -> None:
    share = shared(password=PASSWORD, label="line\r\nBcc: evil@example.com")
    for number in range(6):
        guess(share, number, "guessed word")
    _emailed()
    assert mail.outbox[0].message()["Bcc"] is None
    message = mail.outbox[0].message().as_string()
    assert share.token not in message
    assert PASSWORD not in message
    assert "guessed word" not in message
    assert "\nBcc:" not in message


def test_tries_left_do_not_depend_on_a_link_without_password(shared: Make) -> None:
    share = shared()
    assert guess(share, 1, "anything")[0] == 303


def test_a_revoked_link_is_no_oracle_for_its_password(shared: Make) -> None:
    share = shared(password=PASSWORD)
    with acting_in(share.studio):
        share.link.revoke(by=share.link.created_by)  # type: ignore[arg-type]
    answers = {
        re.sub('value="[^"]{64}"', "", guess(share, number, password)[1])
        for number, password in enumerate((PASSWORD, "wrong"))
    }
    assert len(answers) == 1
