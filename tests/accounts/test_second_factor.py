"""Two-step sign-in: the password alone opens nothing, a code works once, guessing is bounded, nobody is locked out."""

from __future__ import annotations

import base64
import time
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from apps.accounts import password_reset, second_factor
from apps.accounts.access import FactorMissing, enter, member_of
from apps.accounts.journal.models import JournalEntry
from apps.accounts.models import ApiKey, Studio, User, secret_hash
from apps.accounts.second_factor import CODES, STEP_SECONDS, totp
from apps.accounts.studios import require_second_factor
from apps.accounts.tenancy import acting_in
from tests.accounts.callers import Caller, bearer
from tests.factories import PASSWORD, ApiKeyFactory

pytestmark = pytest.mark.django_db

LOGIN, CODE, SECURITY = "/login/", "/login/code/", "/account/security/"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, which a test may set."""
    now = [float(time.time())]
    monkeypatch.setattr(time, "time", lambda: now[0])
    return now


@pytest.fixture
def secret(alice_user: User, clock: list[float]) -> bytes:
    """Alice has a second factor; the secret in her app."""
    key = base64.b32decode(second_factor.begin(alice_user))
    second_factor.confirm(alice_user, totp(key, int(clock[0]) // STEP_SECONDS))
    clock[0] += STEP_SECONDS
    alice_user.refresh_from_db()
    return key


def code_of(secret: bytes, clock: list[float]) -> str:
    return totp(secret, int(clock[0]) // STEP_SECONDS)


def with_password(email: str = "alice@example.com") -> Client:
    client = Client()
    answer = client.post(LOGIN, {"email": email, "password": PASSWORD, "next": "/studio/north/albums/"})
    assert answer.status_code == 303
    return client


def is_in(client: Client) -> bool:
    return client.get("/studio/north/albums/").status_code == 200


@pytest.mark.parametrize(("moment", "code"), [(59, "287082"), (1111111109, "081804"), (2000000000, "279037")])
def test_codes_are_those_of_the_standard(moment: int, code: str) -> None:
    """Appendix B of RFC 6238, the last six of its eight digits."""
    assert totp(b"12345678901234567890", moment // STEP_SECONDS) == code


def test_the_password_alone_opens_nothing(secret: bytes, clock: list[float]) -> None:
    client = with_password()
    assert not is_in(client)
    answer = client.post(CODE, {"code": code_of(secret, clock)})
    assert answer.headers["location"] == "/studio/north/albums/"
    assert is_in(client)


def test_a_code_works_once_and_not_later(secret: bytes, clock: list[float]) -> None:
    code = code_of(secret, clock)
    with_password().post(CODE, {"code": code})
    again = with_password()
    assert again.post(CODE, {"code": code}).status_code == 422
    assert not is_in(again)
    clock[0] += 3 * STEP_SECONDS
    assert again.post(CODE, {"code": totp(secret, int(clock[0]) // STEP_SECONDS - 2)}).status_code == 422


def test_the_qr_code_is_read_on_a_dark_page_too(alice: Client) -> None:
    picture = alice.get(SECURITY).content.decode().partition('aria-label="QR code"')[2].partition("</svg>")[0]
    ground, modules = picture.partition('class="qrline"')[::2]
    assert 'fill="#fff"' in ground
    assert 'stroke="#000"' in modules


def test_codes_cannot_be_guessed(secret: bytes, clock: list[float]) -> None:
    client = with_password()
    answers = [client.post(CODE, {"code": "000000"}).status_code for _ in range(CODES.tries + 1)]
    assert answers == [422] * CODES.tries + [429]
    assert client.post(CODE, {"code": code_of(secret, clock)}).status_code == 429
    assert not is_in(client)


def test_a_recovery_code_works_once(alice_user: User, clock: list[float]) -> None:
    key = base64.b32decode(second_factor.begin(alice_user))
    codes = second_factor.confirm(alice_user, code_of(key, clock))
    assert len(set(codes)) == 10
    client = with_password()
    client.post(CODE, {"code": codes[3].upper()})
    assert is_in(client)
    assert with_password().post(CODE, {"code": codes[3]}).status_code == 422
    alice_user.refresh_from_db()
    assert len(alice_user.recovery_hashes) == 9
    assert codes[0] not in str(alice_user.recovery_hashes)


def test_a_recovery_code_has_too_many_bits_to_be_found_by_its_hash(alice_user: User, clock: list[float]) -> None:
    """112 bits or more need no slow hash (ASVS V6.5.2): 5 bits for each letter of base32."""
    key = base64.b32decode(second_factor.begin(alice_user))
    for code in second_factor.confirm(alice_user, code_of(key, clock)):
        assert 5 * len(code.replace("-", "")) >= 112


def test_a_new_password_by_email_does_not_go_around_it(secret: bytes, alice_user: User) -> None:
    client = Client()
    answer = client.post(password_reset.link(alice_user), {"password": "another fine password"})
    assert answer.headers["location"] == CODE
    assert not is_in(client)


def test_programs_need_the_code_too(secret: bytes, clock: list[float], bob_user: User) -> None:
    asked = {"email": "alice@example.com", "password": PASSWORD}
    refused = Caller().send("/api/auth/token", asked)
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "second_factor_needed")
    assert Caller().send("/api/auth/token", {**asked, "code": "000000"}).json()["error"]["code"] == "wrong_code"
    assert Caller().send("/api/auth/token", {**asked, "code": code_of(secret, clock)}).status_code == 200
    assert Caller().send("/api/auth/token", {"email": "bob@example.com", "password": PASSWORD}).status_code == 200


def test_it_is_switched_on_by_a_first_code_and_the_password_and_off_by_the_password(
    alice: Client, alice_user: User, clock: list[float]
) -> None:
    page = alice.get(SECURITY).content.decode()
    assert "<svg" in page
    assert alice.post(SECURITY, {"code": "000000", "current": PASSWORD}).status_code == 422
    alice_user.refresh_from_db()
    assert not alice_user.has_second_factor
    secret = second_factor.pending(alice_user)
    assert secret in alice.get(SECURITY).content.decode()
    assert secret not in alice_user.totp_sealed
    code = code_of(base64.b32decode(secret), clock)
    for current in ("", "wrong"):
        assert alice.post(SECURITY, {"code": code, "current": current}).status_code == 422
        assert not User.objects.get(pk=alice_user.pk).has_second_factor
    shown = alice.post(SECURITY, {"code": code, "current": PASSWORD}).content.decode()
    assert "Save these recovery codes" in shown
    assert secret not in alice.get(SECURITY).content.decode()
    assert alice.post(f"{SECURITY}off/", {"current": "wrong"}).status_code == 422
    assert alice.post(f"{SECURITY}off/", {"current": PASSWORD}).status_code == 303
    assert is_in(with_password())


def test_whoever_waits_too_long_begins_again(secret: bytes, clock: list[float]) -> None:
    client = with_password()
    clock[0] += 11 * 60
    assert client.post(CODE, {"code": code_of(secret, clock)}).headers["location"] == LOGIN


def test_the_operator_lets_in_who_lost_everything(secret: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("second_factor_off", "alice@example.com")
    assert is_in(with_password())


# -- studios that ask for it ------------------------------------------------------------------------------------

MEMBERS = "/studio/north/members/"


@pytest.fixture
def asked(secret: bytes, north: Studio, alice_user: User) -> Studio:
    """Alice, who has a second factor, asks all members of North for it."""
    ask_for_it(north, alice_user)
    return north


def ask_for_it(studio: Studio, owner: User) -> None:
    with acting_in(studio):
        require_second_factor(member_of(owner, studio.slug), True)


def test_whoever_lacks_it_is_led_to_set_it_up_before_anything_else(
    asked: Studio, bob: Client, bob_user: User, clock: list[float]
) -> None:
    for path in ("/studio/north/albums/", MEMBERS):
        answer = bob.get(path)
        assert answer.status_code == 302
        assert answer.headers["location"] == f"{SECURITY}?next={path}"
    page = bob.get(f"{SECURITY}?next=/studio/north/albums/").content.decode()
    assert "asks its members for two-step sign-in" in page
    code = code_of(base64.b32decode(second_factor.pending(bob_user)), clock)
    shown = bob.post(SECURITY, {"code": code, "current": PASSWORD, "next": "/studio/north/albums/"}).content.decode()
    assert 'href="/studio/north/albums/"' in shown
    assert is_in(bob)


def test_no_door_of_members_is_open_without_it(asked: Studio, bob: Client, bob_user: User) -> None:
    with pytest.raises(FactorMissing):
        enter(bob_user, "north")
    assert bob.post(MEMBERS, {"email": "new@example.com"}).headers["location"].startswith(SECURITY)
    refused = Caller().send("/api/auth/token", {"email": "bob@example.com", "password": PASSWORD})
    assert (refused.status_code, "two-step" in refused.json()["error"]["message"]) == (403, True)


def test_sessions_of_programs_that_began_before_are_refused_too(
    north: Studio, secret: bytes, alice_user: User, bob_user: User
) -> None:
    api = bearer(bob_user, "north")
    assert api.get("/api/me").status_code == 200
    ask_for_it(north, alice_user)
    assert api.get("/api/me").status_code == 403
    assert api.get("/api/albums").status_code == 403


def test_keys_links_and_other_studios_go_on(asked: Studio, south: Studio, bob_user: User, charlie: Client) -> None:
    ApiKeyFactory.create(studio=asked, made_by=bob_user, secret="gk_of_bob", scopes=["read"])
    assert Caller("Api-Key gk_of_bob").get("/api/albums").status_code == 200
    assert charlie.get("/studio/south/albums/").status_code == 200
    assert charlie.get("/studio/north/albums/").status_code == 404


def test_owners_ask_for_it_once_they_have_it_themselves(
    north: Studio, alice: Client, bob: Client, alice_user: User, clock: list[float]
) -> None:
    def is_asked() -> bool:
        with acting_in(north):
            return Studio.objects.get(pk=north.pk).second_factor_required

    switch = f"{MEMBERS}second-factor/"
    assert bob.post(switch, {"on": "1"}).status_code == 403
    alice.post(switch, {"on": "1"})
    assert not is_asked()
    second_factor.confirm(alice_user, code_of(base64.b32decode(second_factor.begin(alice_user)), clock))
    assert "Require it" in alice.get(MEMBERS).content.decode()
    alice.post(switch, {"on": "1"})
    assert is_asked()
    assert "Two-step sign-in is off" in alice.get(MEMBERS).content.decode()
    assert alice.post(f"{SECURITY}off/", {"current": PASSWORD}).status_code == 403
    assert "you can’t turn it off" in alice.get(SECURITY).content.decode()
    alice.post(switch, {"on": "0"})
    assert not is_asked()
    with acting_in(north):
        told = JournalEntry.objects.for_studio(north).filter(verb="studio.second_factor")
        assert [row.detail["on"] for row in told.order_by("id")] == [True, False]


def test_programs_of_owners_may_ask_for_it(secret: bytes, north: Studio, alice_user: User, bob_user: User) -> None:
    api = bearer(alice_user, "north")
    answer = api.put("/api/settings/security", {"second_factor_required": True}, content_type="application/json")
    assert answer.json()["second_factor_required"] is True
    assert answer.json()["without_second_factor"] > 0
    assert bearer(bob_user, "north").get("/api/me").status_code == 403


# -- keys that expire --------------------------------------------------------------------------------------------


def test_an_expired_key_opens_nothing(north: Studio, alice_user: User) -> None:
    key = ApiKeyFactory.create(studio=north, made_by=alice_user, secret="gk_expiring", scopes=["read"])
    caller = Caller("Api-Key gk_expiring")
    assert caller.get("/api/me").status_code == 200
    with acting_in(north):
        ApiKey.objects.for_studio(north).filter(pk=key.pk).update(expires_at=timezone.now())
    assert caller.get("/api/me").status_code == 401


def test_a_key_is_made_with_an_end(north: Studio, alice_user: User, alice: Client) -> None:
    api, end = bearer(alice_user, "north"), timezone.now() + timedelta(days=3)
    asked = {"name": "Script", "scopes": ["read"], "expires_at": end.isoformat()}
    made = api.send("/api/api-keys", asked)
    assert made.status_code == 201
    assert made.json()["expires_at"] is not None
    assert made.json()["last_used_at"] is None
    assert api.send("/api/api-keys", {**asked, "expires_at": "2020-01-01T00:00:00Z"}).status_code == 422
    answer = alice.post("/studio/north/api-keys/", {"label": "Page", "scopes": ["read"], "days": "30"})
    assert "works until" in answer.content.decode()
    with acting_in(north):
        rows = ApiKey.objects.for_studio(north)
        assert rows.get(key_hash=secret_hash(made.json()["key"])).expires_at == end
        assert rows.get(name="Page").expires_at is not None
