"""G11, G12: guesses are counted before they are checked, and an account's existence is nobody's business."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import count
from threading import Lock
from typing import Any

import pytest
import redis
from django.contrib.auth.hashers import BCryptSHA256PasswordHasher
from django.db import connection
from django.test import Client

from apps.accounts import password_reset, sign_up, signing_in
from apps.accounts.models import User
from apps.web import rate_limit
from apps.web.rate_limit import RateLimit, RateLimited, reserve
from tests.accounts.callers import Caller
from tests.accounts.emails import rows, sent
from tests.factories import PASSWORD
from tests.hashers import QuickBCrypt

pytestmark = pytest.mark.django_db


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How many passwords were really compared; the real comparison still takes place."""
    count: Counter[str] = Counter()
    lock = Lock()
    verify = BCryptSHA256PasswordHasher.verify

    def counted(self: Any, password: str, encoded: str) -> bool:
        with lock:
            count["verify"] += 1
        return bool(verify(self, password, encoded))

    monkeypatch.setattr(QuickBCrypt, "verify", counted)
    return count


# -- G11 ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_sixty_parallel_guesses_check_five_passwords(alice_user: User, checked: Counter[str]) -> None:
    def guess(number: int) -> int:
        try:
            body = {"email": "alice@example.com", "password": f"guess {number}"}
            return int(Caller(REMOTE_ADDR=f"198.51.100.{number}").send("/api/auth/token", body).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(60) as pool:
        statuses = Counter(pool.map(guess, range(60)))
    assert checked["verify"] == signing_in.ACCOUNT.tries == 5
    assert statuses == {401: 5, 429: 55}


def test_the_right_password_does_not_help_when_the_budget_is_spent(alice_user: User, nobody: Client) -> None:
    for _ in range(5):
        nobody.post("/login/", {"email": "alice@example.com", "password": "wrong"})
    late = nobody.post("/login/", {"email": "alice@example.com", "password": PASSWORD})
    assert late.status_code == 429
    assert 0 < int(late["Retry-After"]) <= signing_in.ACCOUNT.window
    assert "Too many attempts" in late.content.decode()


def test_the_api_says_when_to_try_again(alice_user: User) -> None:
    asked = {"email": "alice@example.com", "password": "wrong"}
    answers = [Caller().send("/api/auth/token", asked) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert answers[-1].json()["error"]["code"] == "too_many_tries"
    assert int(answers[-1]["Retry-After"]) > 0


def test_a_right_guess_gives_the_budget_back(alice_user: User) -> None:
    asked = {"email": "alice@example.com", "password": "wrong"}
    for _ in range(3):
        for _ in range(4):
            assert Caller().send("/api/auth/token", asked).status_code == 401
        assert Caller().send("/api/auth/token", {**asked, "password": PASSWORD}).status_code == 200


def test_spelling_the_address_differently_is_the_same_account(alice_user: User) -> None:
    for spelling in (
        "alice@example.com",
        "ALICE@example.com",
        "Alice@Example.Com",
        " alice@example.com ",
        "aLice@example.com",
    ):
        Caller().send("/api/auth/token", {"email": spelling, "password": "wrong"})
    late = Caller().send("/api/auth/token", {"email": "alicE@example.com", "password": PASSWORD})
    assert late.status_code == 429


def test_one_network_address_cannot_try_many_accounts(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing_in, "ADDRESS", RateLimit("address", tries=3, window=60))
    statuses = [
        Caller(REMOTE_ADDR=f"2001:db8::{number}")
        .send("/api/auth/token", {"email": f"person{number}@example.com", "password": "x"})
        .status_code
        for number in range(5)
    ]
    assert statuses == [401, 401, 401, 429, 429]


def test_when_the_counter_is_away_nobody_guesses(alice_user: User, settings: Any) -> None:
    settings.REDIS_URL = "unix:///nowhere/redis.sock"
    rate_limit._redis.cache_clear()
    try:
        answer = Caller().send("/api/auth/token", {"email": "alice@example.com", "password": PASSWORD})
    finally:
        rate_limit._redis.cache_clear()
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "counter_away")


def test_a_full_redis_is_not_called_too_many_tries(alice_user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise redis.ResponseError("OOM command not allowed when used memory > 'maxmemory'.")

    monkeypatch.setattr(redis.Redis, "eval", full)
    page = Client().post("/login/", {"email": "alice@example.com", "password": PASSWORD})
    assert (page.status_code, page["Retry-After"]) == (503, "60")
    assert "cannot be checked at the moment" in page.content.decode()
    assert "Too many" not in page.content.decode()


def test_a_budget_always_ends(db: None) -> None:
    budget = RateLimit("test", tries=1, window=1)
    assert reserve(budget, "somebody") == 0
    with pytest.raises(RateLimited):
        reserve(budget, "somebody")
    assert 0 <= rate_limit._redis().ttl(rate_limit._key(budget, "somebody")) <= 1


# -- G12 ---------------------------------------------------------------------------------------------------------


def _without_token(page: bytes) -> str:
    return "".join(line for line in page.decode().splitlines() if "csrf" not in line)


def _login(email: str, password: str = "wrong") -> Any:
    answer = Client().post("/login/", {"email": email, "password": password})
    return answer.status_code, _without_token(answer.content).replace(email, "")


def test_a_wrong_password_and_an_unknown_account_get_one_answer(alice_user: User) -> None:
    assert _login("alice@example.com") == _login("unknown@example.com")
    known = Caller().send("/api/auth/token", {"email": "alice@example.com", "password": "wrong"})
    unknown = Caller().send("/api/auth/token", {"email": "unknown@example.com", "password": "wrong"})
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content) == (401, known.content)


def test_a_blocked_account_looks_like_an_unknown_one(alice_user: User) -> None:
    User.objects.filter(pk=alice_user.pk).update(is_active=False)
    assert _login("alice@example.com", PASSWORD) == _login("unknown@example.com", PASSWORD)


def test_both_cost_one_comparison(alice_user: User, checked: Counter[str]) -> None:
    _login("unknown@example.com")
    assert checked["verify"] == 1
    _login("alice@example.com")
    assert checked["verify"] == 2


def test_both_are_locked_alike(alice_user: User) -> None:
    for email in ("alice@example.com", "unknown@example.com"):
        assert [_login(email)[0] for _ in range(6)] == [422] * 5 + [429]


def test_asking_for_a_new_password_says_nothing(alice_user: User) -> None:
    known, unknown = (
        Client().post("/reset/", {"email": email}) for email in ("alice@example.com", "unknown@example.com")
    )
    assert known.status_code == unknown.status_code == 200
    assert _without_token(known.content) == _without_token(unknown.content)
    assert [email.to for email in sent(1)] == [["alice@example.com"]]
    # What takes time is done for both: a row each, and one of them goes nowhere.
    assert [email.to for email in rows()] == ["alice@example.com", ""]
    assert [email.sealed for email in rows()] == ["", ""]


def test_a_mailbox_is_spared(alice_user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    # Of two askings in one second the link is the same, and so is the email.
    seconds = count()
    monkeypatch.setattr(
        password_reset._tokens, "_now", lambda: datetime(2026, 11, 28) + timedelta(seconds=next(seconds))
    )
    statuses = {Client().post("/reset/", {"email": "alice@example.com"}).status_code for _ in range(8)}
    assert statuses == {200}
    assert len(sent(3)) == password_reset.MAILED_TO.tries == 3


def test_signing_up_says_nothing_about_a_known_address(alice_user: User, settings: Any) -> None:
    settings.SIGN_UP_OPEN = True
    fields = {"studio_name": "Alba", "name": "Anna"}
    known, unknown = (
        Client().post("/sign-up/", {**fields, "email": email}) for email in ("alice@example.com", "a@example.com")
    )
    assert known.status_code == unknown.status_code == 200
    assert _without_token(known.content) == _without_token(unknown.content)
    assert {email.to[0]: email.subject for email in sent(2)} == {
        "alice@example.com": "You have an account",
        "a@example.com": "Open your studio",
    }


def test_a_mailbox_that_did_not_ask_is_spared_by_sign_ups_too(
    settings: Any, monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    settings.SIGN_UP_OPEN = True
    fields = {"studio_name": "Buy pills", "name": "Cheap pills", "email": "victim@example.com"}
    for number in range(6):
        answer = Client().post("/sign-up/", {**fields, "name": f"Cheap pills {number}"})
        assert answer.status_code == 200
    assert sign_up.EMAILED_TO.tries == 3
    assert all("pills" not in email.subject + str(email.body) for email in sent(3))
