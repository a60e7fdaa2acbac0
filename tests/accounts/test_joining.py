"""Sign-up, the first run, a new password, invitations."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from apps.accounts import password_reset, sign_up
from apps.accounts.models import Membership, Studio, User
from apps.accounts.tenancy import across_studios
from apps.accounts.zones import ZoneField
from tests.accounts.emails import path_in, sent
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

NEW = "brand new words"


def roles_of(email: str) -> dict[str, str]:
    """Slug of the studio to role."""
    with across_studios():
        return dict(Membership.objects.filter(user__email=email).values_list("studio__slug", "role"))


# -- sign-up -----------------------------------------------------------------------------------------------------


@pytest.fixture
def sign_up_link(settings: Any, nobody: Client) -> str:
    settings.SIGN_UP_OPEN = True
    nobody.post("/sign-up/", {"studio_name": "Alba Photo", "name": "Anna", "email": "Anna@Example.com"})
    return path_in(sent(1)[0], "/sign-up/")


def test_the_mailed_link_opens_a_studio(sign_up_link: str, nobody: Client) -> None:
    assert not User.objects.filter(email="anna@example.com").exists()
    assert nobody.get(sign_up_link).status_code == 200
    assert nobody.post(sign_up_link, {"password": NEW})["Location"] == "/studio/alba-photo/albums/"
    assert roles_of("anna@example.com") == {"alba-photo": "owner"}
    assert nobody.get("/studio/alba-photo/members/").status_code == 200


def test_the_link_opens_one_studio_only(sign_up_link: str) -> None:
    assert Client().post(sign_up_link, {"password": NEW}).status_code == 303
    assert Client().post(sign_up_link, {"password": NEW}).status_code == 422
    assert len(roles_of("anna@example.com")) == 1


@pytest.mark.parametrize("password", ["", "short", "password1234", "Anna@Example.com"])
def test_a_weak_password_is_refused(sign_up_link: str, nobody: Client, password: str) -> None:
    assert nobody.post(sign_up_link, {"password": password}).status_code == 422
    assert not User.objects.exists()


def test_a_link_that_was_bent_is_refused(sign_up_link: str, nobody: Client) -> None:
    assert nobody.post(sign_up_link[:-3] + "x/", {"password": NEW}).status_code == 410


def test_sign_up_can_be_closed(settings: Any, sign_up_link: str, nobody: Client) -> None:
    settings.SIGN_UP_OPEN = False
    assert nobody.get("/sign-up/").status_code == 404
    assert nobody.post(sign_up_link, {"password": NEW}).status_code == 404


def test_studios_of_one_name_get_slugs_of_their_own(db: None) -> None:
    owner = UserFactory.create()
    assert [sign_up.open_studio(owner, "Alba").slug for _ in range(3)] == ["alba", "alba-2", "alba-3"]
    assert sign_up.open_studio(owner, "写真館").slug == "studio"


@pytest.mark.django_db(transaction=True)
def test_a_slug_taken_at_the_same_moment_becomes_another(db: None) -> None:
    owner = UserFactory.create()

    def found(_: int) -> str:
        try:
            return sign_up.open_studio(owner, "Alba").slug
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(found, range(6))) == ["alba", "alba-2", "alba-3", "alba-4", "alba-5", "alba-6"]


# -- first run ---------------------------------------------------------------------------------------------------


@pytest.fixture
def code(tmp_path: Path, settings: Any, db: None) -> str:
    """The code that the log of a new installation prints."""
    settings.DATA = tmp_path
    settings.FIRST_OWNER = (None, None)
    log = io.StringIO()
    call_command("first_owner", stdout=log)
    assert "/first-run/ " in log.getvalue()
    return log.getvalue().split(": ")[1].strip()


def first(code: str) -> dict[str, str]:
    return {"code": code, "studio_name": "Alba", "name": "Anna", "email": "anna@example.com", "password": NEW}


def test_the_code_of_the_log_makes_the_first_owner(code: str, nobody: Client) -> None:
    assert nobody.get("/login/")["Location"] == "/first-run/"
    assert nobody.post("/first-run/", first(code))["Location"] == "/studio/alba/albums/"
    assert nobody.get("/studio/alba/settings/").status_code == 200


def test_the_code_is_kept_hashed_and_goes_with_its_use(code: str, nobody: Client, tmp_path: Path) -> None:
    kept = tmp_path / "first_run"
    assert code not in kept.read_text()
    assert kept.stat().st_mode & 0o777 == 0o600
    nobody.post("/first-run/", first(code))
    assert not kept.exists()


def test_the_first_run_asks_language_and_colour_too(code: str, nobody: Client) -> None:
    answer = nobody.post(
        "/first-run/", {**first(code), "language": "de", "accent": "#AA3355", "time_zone": "Europe/Vienna"}
    )
    assert answer.status_code == 303
    with across_studios():
        studio = Studio.objects.get(slug="alba")
    assert (studio.design, studio.accent, studio.time_zone) == ({"language": "de"}, "#aa3355", "Europe/Vienna")


def test_all_that_is_wrong_is_told_at_once(code: str, nobody: Client) -> None:
    wrong = {**first("0000"), "password": "short", "email": "nobody", "accent": "red"}
    answer = nobody.post("/first-run/", wrong)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"code", "password", "email", "accent"}


def test_a_wrong_code_makes_nobody(code: str, nobody: Client) -> None:
    assert nobody.post("/first-run/", first("0000-0000-0000-0000-0000-0000")).status_code == 422
    assert not User.objects.exists()


def test_an_older_code_is_worth_nothing(code: str, nobody: Client) -> None:
    call_command("first_owner", stdout=io.StringIO())
    assert nobody.post("/first-run/", first(code)).status_code == 422


def test_the_page_is_gone_when_somebody_is_there(code: str, alice_user: User, nobody: Client) -> None:
    assert nobody.get("/first-run/")["Location"] == "/login/"
    assert nobody.post("/first-run/", first(code))["Location"] == "/login/"
    assert not User.objects.filter(email="anna@example.com").exists()


@pytest.mark.django_db(transaction=True)
def test_of_parallel_first_owners_one_wins(code: str) -> None:
    def claim(number: int) -> int:
        try:
            fields = {**first(code), "email": f"person{number}@example.com"}
            return int(Client().post("/first-run/", fields).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(claim, range(8)))
    assert statuses.count(303) == 1
    assert User.objects.count() == 1


def test_the_environment_names_the_first_owner(db: None, settings: Any, tmp_path: Path, nobody: Client) -> None:
    settings.DATA = tmp_path
    settings.FIRST_OWNER = ("Anna@Example.com", "secret of the house")
    log = io.StringIO()
    call_command("first_owner", stdout=log)
    call_command("first_owner", stdout=log)
    assert log.getvalue() == "Anna@Example.com owns the studio my-studio.\n"
    right = {"email": "anna@example.com", "password": "secret of the house"}
    assert nobody.post("/login/", right, follow=True).redirect_chain[-1][0] == "/studio/my-studio/albums/"


# -- a new password ----------------------------------------------------------------------------------------------


@pytest.fixture
def reset_link(alice_user: User, nobody: Client) -> str:
    nobody.post("/reset/", {"email": "ALICE@example.com"})
    return path_in(sent(1)[0], "/reset/")


def test_the_mailed_link_gives_a_new_password(reset_link: str, nobody: Client) -> None:
    assert nobody.get(reset_link).status_code == 200
    assert nobody.post(reset_link, {"password": NEW}).status_code == 303
    assert nobody.get("/studios/").status_code == 200
    assert Client().post("/login/", {"email": "alice@example.com", "password": PASSWORD}).status_code == 422
    assert Client().post("/login/", {"email": "alice@example.com", "password": NEW}).status_code == 303


def test_the_link_works_once(reset_link: str) -> None:
    assert Client().post(reset_link, {"password": NEW}).status_code == 303
    assert Client().post(reset_link, {"password": "yet another one"}).status_code == 410
    assert Client().get(reset_link).status_code == 410


def test_the_link_works_for_an_hour(reset_link: str, nobody: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    later = timezone.localtime().replace(tzinfo=None) + timedelta(minutes=61)
    monkeypatch.setattr(password_reset._tokens, "_now", lambda: later)
    assert nobody.post(reset_link, {"password": NEW}).status_code == 410


def test_a_new_password_ends_all_other_sessions(alice: Client, alice_user: User, reset_link: str) -> None:
    Client().post(reset_link, {"password": NEW})
    assert alice.get("/studios/").status_code == 302


@pytest.mark.parametrize("token", ["x", "x.y", f"{'0' * 32}.c1-abc", "..", "%00", "ü.ü"])
def test_a_link_that_was_never_made_is_refused(alice_user: User, nobody: Client, token: str) -> None:
    assert nobody.get(f"/reset/{token}/").status_code == 410


def test_a_link_for_one_person_does_not_serve_another(reset_link: str, bob_user: User, nobody: Client) -> None:
    proof = reset_link.split(".")[1]
    assert nobody.post(f"/reset/{bob_user.pk.hex}.{proof}", {"password": NEW}).status_code == 410


@pytest.mark.django_db(transaction=True)
def test_of_parallel_uses_of_a_link_one_wins(alice_user: User) -> None:
    token = password_reset.link(alice_user).rsplit("/", 2)[1]

    def use(number: int) -> bool:
        try:
            password_reset.set_password(token, f"words number {number}")
        except password_reset.LinkUsed:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(use, range(8))) == 1


# -- the zone of a new studio --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"), ("america/new york", "America/New_York"), ("Kathmandu", "Asia/Kathmandu"),
        (" UTC ", "UTC"), ("", "UTC"), ("Asia/Calcutta", "Asia/Calcutta"),
    ],
)  # fmt: skip
def test_a_zone_is_known_by_its_name_or_its_city(typed: str, zone: str) -> None:
    assert ZoneField(required=False, help_text="").clean(typed) == zone


@pytest.mark.parametrize("typed", ["Mars/Olympus", "../etc/passwd", "x" * 65, "Europe"])
def test_what_is_no_zone_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        ZoneField(required=False, help_text="").clean(typed)


def zone_of(slug: str) -> str:
    with across_studios():
        return Studio.objects.get(slug=slug).time_zone


def test_a_studio_opens_in_the_zone_of_its_owners_browser(sign_up_link: str, nobody: Client) -> None:
    shown = nobody.get(sign_up_link).content.decode()
    assert "data-zone-guess" in shown
    assert "shared/zone" in shown
    assert nobody.post(sign_up_link, {"password": NEW, "time_zone": "Pacific/Auckland"}).status_code == 303
    assert zone_of("alba-photo") == "Pacific/Auckland"


def test_the_first_studio_too(code: str, nobody: Client) -> None:
    assert "data-zone-guess" in nobody.get("/first-run/").content.decode()
    assert nobody.post("/first-run/", {**first(code), "time_zone": "Berlin"}).status_code == 303
    assert zone_of("alba") == "Europe/Berlin"
