"""Changing one's own password: who may, what ends, what stays."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from apps.accounts import password_change, signing_in
from apps.accounts.models import Role, Studio, User
from apps.accounts.tenancy import acting_in
from tests.accounts.callers import Caller, bearer, session_of
from tests.actors import signed_in
from tests.factories import PASSWORD, MembershipFactory

PAGE = "/password/"
NEW = "another long password"
RIGHT = {"current": PASSWORD, "password": NEW}


def password_is(user: User, password: str) -> bool:
    return User.objects.get(pk=user.pk).check_password(password)


def test_nobody_is_sent_to_sign_in(alice_user: User, nobody: Client) -> None:
    assert nobody.get(PAGE)["Location"] == "/login/?next=/password/"
    assert nobody.post(PAGE, RIGHT)["Location"] == "/login/?next=/password/"
    assert password_is(alice_user, PASSWORD)


def test_it_needs_a_token_against_forged_requests(alice_user: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice_user)
    assert browser.post(PAGE, RIGHT).status_code == 403


def test_every_studio_page_leads_to_it(bob: Client) -> None:
    assert reverse("accounts:password") == PAGE
    assert f'href="{PAGE}"' in bob.get("/studio/north/albums/").content.decode()


def test_the_form_asks_for_both_passwords_and_no_cache_keeps_it(alice: Client) -> None:
    answer = alice.get(PAGE)
    html = answer.content.decode()
    assert 'autocomplete="current-password"' in html
    assert 'autocomplete="new-password"' in html
    assert html.count('type="password"') == 2
    assert "no-store" in answer["Cache-Control"]


def test_the_new_password_opens_and_the_old_one_does_not(alice: Client, alice_user: User) -> None:
    answer = alice.post(PAGE, RIGHT)
    assert (answer.status_code, answer["Location"]) == (303, "/")
    assert Client().post("/login/", {"email": alice_user.email, "password": PASSWORD}).status_code == 422
    assert Client().post("/login/", {"email": alice_user.email, "password": NEW}).status_code == 303


def test_this_browser_stays_and_says_so(alice: Client) -> None:
    alice.post(PAGE, RIGHT)
    assert "Password changed." in alice.get("/studio/north/albums/").content.decode()


def test_this_browsers_session_gets_a_new_key(alice: Client) -> None:
    before = alice.cookies[settings.SESSION_COOKIE_NAME].value
    alice.post(PAGE, RIGHT)
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = before
    assert thief.get("/studios/")["Location"] == "/login/"


def test_other_browsers_are_signed_out(alice: Client, alice_user: User) -> None:
    other = signed_in(alice_user)
    assert other.get("/studios/").status_code == 200
    alice.post(PAGE, RIGHT)
    assert other.get("/studios/")["Location"] == "/login/"


def test_api_sessions_end_in_every_studio(alice: Client, alice_user: User, south: Studio) -> None:
    MembershipFactory.create(studio=south, user=alice_user, role=Role.VIEWER)
    callers = [bearer(alice_user, "north"), bearer(alice_user, "south")]
    pair = session_of(alice_user, "north")
    alice.post(PAGE, RIGHT)
    assert [caller.get("/api/me").status_code for caller in callers] == [401, 401]
    assert Caller().send("/api/auth/refresh", {"refresh": pair.refresh}).status_code == 401


def test_sessions_of_others_go_on(alice: Client, bob: Client, bob_user: User) -> None:
    caller = bearer(bob_user, "north")
    alice.post(PAGE, RIGHT)
    assert bob.get("/studios/").status_code == 200
    assert caller.get("/api/me").status_code == 200


def test_it_is_in_the_journal_without_the_password(alice: Client, alice_user: User, north: Studio) -> None:
    alice.post(PAGE, RIGHT)
    with acting_in(north):
        entry = north.journal.get(verb="member.password_changed")
    assert (entry.actor_id, entry.subject_id, entry.detail) == (alice_user.pk, alice_user.pk, {})


def test_a_wrong_present_password_changes_nothing(alice: Client, alice_user: User) -> None:
    other, pair = signed_in(alice_user), session_of(alice_user, "north")
    answer = alice.post(PAGE, {**RIGHT, "current": "not this one"})
    assert answer.status_code == 422
    assert "This is not your password." in answer.content.decode()
    assert password_is(alice_user, PASSWORD)
    assert other.get("/studios/").status_code == 200
    assert Caller(f"Bearer {pair.access}").get("/api/me").status_code == 200


@pytest.mark.parametrize("new", ["", "short", "1234567890", "password123", "alice@example.com"])
def test_a_weak_new_password_is_refused(new: str, alice: Client, alice_user: User) -> None:
    assert alice.post(PAGE, {**RIGHT, "password": new}).status_code == 422
    assert password_is(alice_user, PASSWORD)


def test_no_answer_repeats_a_password(alice: Client) -> None:
    answer = alice.post(PAGE, {"current": "a wrong present one", "password": NEW})
    assert "a wrong present one" not in answer.content.decode()
    assert NEW not in answer.content.decode()


def test_guesses_share_the_budget_of_signing_in(alice: Client, alice_user: User) -> None:
    for _ in range(signing_in.ACCOUNT.tries):
        assert alice.post(PAGE, {**RIGHT, "current": "wrong"}).status_code == 422
    late = alice.post(PAGE, RIGHT)
    assert late.status_code == 429
    assert int(late["Retry-After"]) > 0
    assert password_is(alice_user, PASSWORD)
    assert Client().post("/login/", {"email": alice_user.email, "password": PASSWORD}).status_code == 429


def test_a_spent_budget_costs_no_hash(alice: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(signing_in.ACCOUNT.tries):
        alice.post(PAGE, {**RIGHT, "current": "wrong"})

    def compared(*details: Any) -> bool:
        raise AssertionError("a password was compared")

    monkeypatch.setattr(signing_in, "check_password", compared)
    assert alice.post(PAGE, RIGHT).status_code == 429


def test_of_two_changes_at_once_the_first_wins(alice_user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the comparison and the change another browser was faster."""

    def overtaken(email: str, password: str, *, client_ip: str) -> User:
        known = signing_in.identify(email, password, client_ip=client_ip)
        faster = User.objects.get(pk=known.pk)
        faster.set_password("the faster new password")
        faster.save()
        return known

    monkeypatch.setattr(password_change, "identify", overtaken)
    with pytest.raises(password_change.NotYourPassword):
        password_change.change_password(alice_user, PASSWORD, NEW, client_ip="198.51.100.1")
    assert password_is(alice_user, "the faster new password")
