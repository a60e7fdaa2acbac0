"""Sign-up over the API: the same email and the same silence as on the page."""

from __future__ import annotations

from typing import Any

import pytest

from apps.accounts import sign_up
from apps.accounts.models import Email, User
from apps.accounts.tenancy import across_studios
from tests.accounts.callers import Caller

pytestmark = pytest.mark.django_db

ASKED = {"email": "New@example.com", "password": "a quiet river 12", "name": "Nora", "studio": "New Light"}


def emails() -> list[str]:
    with across_studios():
        return sorted(Email.objects.filter(key__startswith="sign-up:").values_list("to", flat=True))


def test_sign_up_is_off_unless_it_is_turned_on(settings: Any) -> None:
    settings.SIGN_UP_OPEN = False
    answer = Caller().send("/api/auth/register", ASKED)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "sign_up_off")
    assert emails() == []


def test_the_address_is_confirmed_by_email_and_nothing_is_made_before(settings: Any, alice_user: User) -> None:
    settings.SIGN_UP_OPEN = True
    new = Caller().send("/api/auth/register", ASKED)
    known = Caller().send("/api/auth/register", ASKED | {"email": alice_user.email})
    assert new.status_code == known.status_code == 202
    assert (new.json(), known.json()) == ({"sent_to": "new@example.com"}, {"sent_to": alice_user.email})
    assert emails() == sorted(["new@example.com", alice_user.email])
    assert not User.objects.filter(email="new@example.com").exists()


@pytest.mark.parametrize("wrong", [{"password": "short"}, {"email": "x"}, {"studio": ""}, {"plan": "all"}])
def test_what_cannot_be_is_said_at_once(settings: Any, wrong: Any) -> None:
    settings.SIGN_UP_OPEN = True
    answer = Caller().send("/api/auth/register", ASKED | wrong)
    assert answer.status_code == 400
    assert set(wrong) == set(answer.json()["error"]["fields"])
    assert emails() == []


def test_asking_again_and_again_ends(settings: Any) -> None:
    settings.SIGN_UP_OPEN = True
    answers = [Caller().send("/api/auth/register", ASKED).status_code for _ in range(sign_up.SIGN_UPS.tries + 1)]
    assert answers[-2:] == [202, 429]
