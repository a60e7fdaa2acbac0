"""G9, G10, G14: tokens and keys of the API."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts import credentials, members, password_reset, sessions
from apps.accounts.access import enter
from apps.accounts.models import RefreshToken, Role, Studio, User, secret_hash
from apps.accounts.tenancy import across_studios, acting_in
from tests.accounts.callers import Caller, bearer, session_of
from tests.factories import PASSWORD, ApiKeyFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

ME = "/api/me"
TOKEN = "/api/auth/token"


# -- signing in --------------------------------------------------------------------------------------------------


def test_email_and_password_give_a_pair(alice_user: User, north: Studio) -> None:
    answer = Caller().send(TOKEN, {"email": "Alice@Example.com", "password": PASSWORD})
    assert answer.status_code == 200
    body = answer.json()
    assert body["studio"] == {"id": str(north.pk), "slug": "north", "name": "North Light"}
    assert (body["role"], body["expires_in"]) == ("owner", 300)
    assert answer["Cache-Control"] == "no-store"
    assert Caller(f"Bearer {body['access']}").get(ME).json()["user"]["email"] == "alice@example.com"


def test_who_works_in_several_studios_names_one(alice_user: User, south: Studio) -> None:
    MembershipFactory.create(studio=south, user=alice_user, role=Role.VIEWER)
    asked = {"email": "alice@example.com", "password": PASSWORD}
    refused = Caller().send(TOKEN, asked)
    assert refused.status_code == 400
    assert "north, south" in refused.json()["error"]["fields"]["studio"][0]
    assert Caller().send(TOKEN, {**asked, "studio": "south"}).json()["role"] == "viewer"


def test_a_studio_of_others_is_answered_like_an_unknown_one(alice_user: User, south: Studio) -> None:
    asked = {"email": "alice@example.com", "password": PASSWORD}
    answers = [Caller().send(TOKEN, {**asked, "studio": slug}) for slug in ("south", "nowhere")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content


def test_who_is_in_no_studio_is_told(db: None) -> None:
    lonely = UserFactory.create()
    assert Caller().send(TOKEN, {"email": lonely.email, "password": PASSWORD}).status_code == 403


@pytest.mark.parametrize("body", [{}, {"email": "alice@example.com"}, {"email": "x", "password": "y"}, [], "text"])
def test_a_malformed_request_for_a_token_is_400(db: None, body: Any) -> None:
    assert Caller().send(TOKEN, body).status_code == 400


def test_without_a_credential_there_is_nothing(db: None) -> None:
    answer = Client().get(ME)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["error"]["code"] == "not_authenticated"


def test_a_browsers_session_is_no_credential_of_the_api(alice: Client) -> None:
    assert alice.get(ME).status_code == 401


# -- G9: refresh tokens ------------------------------------------------------------------------------------------


def test_a_refresh_token_gives_the_next_pair(alice_user: User, north: Studio) -> None:
    first = session_of(alice_user, "north")
    second = Caller().send("/api/auth/refresh", {"refresh": first.refresh})
    assert second.status_code == 200
    assert second.json()["refresh"] != first.refresh
    assert Caller(f"Bearer {second.json()['access']}").get(ME).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_fifty_parallel_tries_one_spends_the_token(alice_user: User, north: Studio) -> None:
    token = session_of(alice_user, "north").refresh

    def spend(_: int) -> int:
        try:
            return int(Caller().send("/api/auth/refresh", {"refresh": token}).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(50) as pool:
        statuses = sorted(pool.map(spend, range(50)))
    assert statuses == [200] + [401] * 49
    with acting_in(north):
        assert north.refreshtokens.filter(revoked_at__isnull=True).count() == 2


def _age(token: str, by: timedelta) -> None:
    with across_studios():
        row = RefreshToken.objects.get(token_hash=secret_hash(token))
        assert row.spent_at is not None
        RefreshToken.objects.filter(pk=row.pk).update(spent_at=row.spent_at - by)


def test_a_second_use_within_ten_seconds_is_only_refused(alice_user: User) -> None:
    first = session_of(alice_user, "north").refresh
    second = sessions.spend(first)
    assert Caller().send("/api/auth/refresh", {"refresh": first}).status_code == 401
    assert sessions.spend(second.refresh)


def test_a_replay_after_ten_seconds_ends_the_family(alice_user: User) -> None:
    first = session_of(alice_user, "north").refresh
    second = sessions.spend(first)
    _age(first, timedelta(seconds=11))
    assert Caller().send("/api/auth/refresh", {"refresh": first}).status_code == 401
    assert Caller(f"Bearer {second.access}").get(ME).status_code == 401
    assert Caller().send("/api/auth/refresh", {"refresh": second.refresh}).status_code == 401


def test_a_session_ends_after_ninety_days_however_it_is_used(alice_user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    secret, began = session_of(alice_user, "north").refresh, timezone.now()
    for days in (25, 50, 75, 89):
        monkeypatch.setattr("django.utils.timezone.now", lambda days=days: began + timedelta(days=days))
        secret = sessions.spend(secret).refresh
    monkeypatch.setattr("django.utils.timezone.now", lambda: began + sessions.LONGEST + timedelta(minutes=1))
    with pytest.raises(sessions.NotSpendable):
        sessions.spend(secret)


def test_a_replay_leaves_other_families_alone(alice_user: User) -> None:
    stolen, other = session_of(alice_user, "north").refresh, session_of(alice_user, "north")
    sessions.spend(stolen)
    _age(stolen, timedelta(seconds=11))
    Caller().send("/api/auth/refresh", {"refresh": stolen})
    assert Caller(f"Bearer {other.access}").get(ME).status_code == 200


def test_an_old_refresh_token_is_refused(alice_user: User, north: Studio) -> None:
    pair = session_of(alice_user, "north")
    with acting_in(north):
        north.refreshtokens.update(expires_at=timezone.now())
    with pytest.raises(sessions.NotSpendable):
        sessions.spend(pair.refresh)


# -- G10: what ends a session ------------------------------------------------------------------------------------


def test_signing_out_ends_access_and_refresh(alice_user: User) -> None:
    pair = session_of(alice_user, "north")
    assert Caller().send("/api/auth/logout", {"refresh": pair.refresh}).status_code == 204
    assert Caller(f"Bearer {pair.access}").get(ME).status_code == 401
    assert Caller().send("/api/auth/refresh", {"refresh": pair.refresh}).status_code == 401


def test_signing_out_with_an_unknown_token_looks_the_same(db: None) -> None:
    assert Caller().send("/api/auth/logout", {"refresh": "unknown"}).status_code == 204


def test_a_successor_made_while_signing_out_is_dead_too(alice_user: User) -> None:
    first = session_of(alice_user, "north")
    second = sessions.spend(first.refresh)
    sessions.end(first.refresh)
    with across_studios():
        # As if the successor's row had not been there yet when the family was ended.
        RefreshToken.objects.filter(token_hash=secret_hash(second.refresh)).update(revoked_at=None)
    assert Caller(f"Bearer {second.access}").get(ME).status_code == 401
    with pytest.raises(sessions.NotSpendable):
        sessions.spend(second.refresh)


def test_a_new_password_ends_tokens_and_browsers(alice: Client, alice_user: User) -> None:
    pair = session_of(alice_user, "north")
    password_reset.set_password(password_reset.link(alice_user).rsplit("/", 2)[1], "another long password")
    assert Caller(f"Bearer {pair.access}").get(ME).status_code == 401
    assert Caller().send("/api/auth/refresh", {"refresh": pair.refresh}).status_code == 401
    assert alice.get("/studios/").status_code == 302


def test_a_cut_role_works_at_once(alice_user: User, bob_user: User, north: Studio) -> None:
    caller = bearer(alice_user, "north")
    assert caller.get("/api/system/status").status_code == 200
    with acting_in(north):
        north.memberships.filter(user=alice_user).update(role=Role.VIEWER)
    assert caller.get("/api/system/status").status_code == 403
    assert caller.get(ME).json()["role"] == "viewer"


def test_who_is_removed_is_out_at_once(alice_user: User, bob_user: User, north: Studio) -> None:
    caller, pair = bearer(bob_user, "north"), session_of(bob_user, "north")
    entered = enter(alice_user, "north")
    with acting_in(north):
        members.remove(entered, north.memberships.get(user=bob_user))
    assert caller.get(ME).status_code == 401
    assert Caller().send("/api/auth/refresh", {"refresh": pair.refresh}).status_code == 401


def test_keys_of_who_was_removed_do_not_come_back_with_them(alice_user: User, erin_user: User, north: Studio) -> None:
    ApiKeyFactory.create(studio=north, made_by=erin_user, secret="gk_erins")
    with acting_in(north):
        members.remove(enter(alice_user, "north"), north.memberships.get(user=erin_user))
    MembershipFactory.create(studio=north, user=erin_user, role=Role.EDITOR)
    assert Caller("Api-Key gk_erins").get(ME).status_code == 401


def test_a_blocked_person_is_out_at_once(alice_user: User) -> None:
    caller = bearer(alice_user, "north")
    User.objects.filter(pk=alice_user.pk).update(is_active=False)
    assert caller.get(ME).status_code == 401


# -- G14: forged tokens ------------------------------------------------------------------------------------------


def _claims(user: User) -> dict[str, Any]:
    token = session_of(user, "north").access
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def _signed(claims: dict[str, Any], key: str | None = None, algorithm: str = "HS256") -> str:
    return jwt.encode(claims, credentials._signing_key() if key is None else key, algorithm=algorithm)


def _status(token: str) -> int:
    return int(Caller(f"Bearer {token}").get(ME).status_code)


def test_the_forger_of_these_tests_can_make_a_right_token(alice_user: User) -> None:
    assert _status(_signed(_claims(alice_user))) == 200


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "another"},
        {"aud": None},
        {"iss": "https://elsewhere.example"},
        {"typ": "refresh"},
        {"typ": None},
        {"exp": 1},
        {"exp": None},
        {"iat": None},
        {"studio": str(uuid4())},
        {"sub": str(uuid4())},
        {"family": str(uuid4())},
    ],
)
def test_a_token_with_another_claim_is_refused(alice_user: User, change: dict[str, Any]) -> None:
    claims = {**_claims(alice_user), **change}
    assert _status(_signed({name: value for name, value in claims.items() if value is not None})) == 401


def test_a_token_for_another_person_of_the_session_is_refused(alice_user: User, bob_user: User) -> None:
    assert _status(_signed({**_claims(alice_user), "sub": str(bob_user.pk)})) == 401


def test_a_token_without_signature_is_refused(alice_user: User) -> None:
    claims = _claims(alice_user)
    unsigned = jwt.encode(claims, "", algorithm="none")
    assert _status(unsigned) == 401
    assert _status(_signed(claims).rsplit(".", 1)[0] + ".") == 401


def test_a_token_signed_with_another_key_or_algorithm_is_refused(alice_user: User) -> None:
    claims = _claims(alice_user)
    assert _status(_signed(claims, settings.SECRET_KEY)) == 401
    assert _status(_signed(claims, "x" * 64)) == 401
    assert _status(_signed(claims, algorithm="HS512")) == 401


def test_a_refresh_token_is_no_access_token(alice_user: User) -> None:
    pair = session_of(alice_user, "north")
    assert _status(pair.refresh) == 401
    assert Caller().send("/api/auth/refresh", {"refresh": pair.access[:200]}).status_code == 401


@pytest.mark.parametrize("header", ["Bearer", "Bearer a b", "Basic YTpi", "Api-Key", "Bearer \xff", "bearer ..", "x"])
def test_a_strange_header_is_refused(db: None, header: str) -> None:
    assert Caller(header).get(ME).status_code == 401


def test_who_calls_is_one_question(alice_user: User, north: Studio) -> None:
    ApiKeyFactory.create(studio=north, made_by=alice_user, secret="gk_asked")
    access = session_of(alice_user, "north").access
    assert credentials.by_api_key("gk_asked")
    for know in (lambda: credentials.by_api_key("gk_asked"), lambda: credentials.by_access_token(access)):
        with CaptureQueriesContext(connection) as asked:
            known = know()
        assert known
        assert (known.entered.user, known.entered.studio, known.entered.role) == (alice_user, north, Role.OWNER)
        walls = ("SAVEPOINT", "RELEASE", "with before as")
        assert len([one for one in asked if not one["sql"].startswith(walls)]) == 1
