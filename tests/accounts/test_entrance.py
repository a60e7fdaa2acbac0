"""Signing in and out, the first page, a studio's colours."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts import colours
from apps.accounts.models import Role, Studio, User
from apps.accounts.tenancy import acting_in
from tests.factories import PASSWORD, MembershipFactory, UserFactory

RIGHT = {"email": "alice@example.com", "password": PASSWORD}


def test_the_right_password_opens_the_studio(alice_user: User, nobody: Client) -> None:
    answer = nobody.post("/login/", RIGHT, follow=True)
    assert answer.redirect_chain == [("/", 303), ("/studio/north/albums/", 302)]


def test_signing_in_gives_the_session_a_new_key(alice_user: User, nobody: Client) -> None:
    planted = nobody.session
    planted.save()
    nobody.cookies[settings.SESSION_COOKIE_NAME] = str(planted.session_key)
    nobody.post("/login/", RIGHT)
    assert nobody.cookies[settings.SESSION_COOKIE_NAME].value != planted.session_key


def test_signing_out_ends_the_session(alice: Client) -> None:
    key = alice.cookies[settings.SESSION_COOKIE_NAME].value
    assert alice.post("/logout/").status_code == 303
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = key
    assert thief.get("/studios/").status_code == 302


def test_signing_out_empties_what_the_browser_kept(alice: Client) -> None:
    assert alice.post("/logout/")["Clear-Site-Data"] == '"cache"'


def test_a_refused_sign_in_is_logged_without_name_and_address(
    alice_user: User, nobody: Client, caplog: pytest.LogCaptureFixture
) -> None:
    for email in ("alice@example.com", "Alice@example.com ", "nobody@example.com"):
        nobody.post("/login/", {"email": email, "password": "wrong"})
    lines = [one.getMessage() for one in caplog.records if one.name == "apps.accounts.signing_in"]
    assert len(lines) == 3
    assert lines[0] == lines[1] != lines[2]
    assert not any(word in line for line in lines for word in ("alice", "@", "127.0.0.1", "wrong"))


def test_signing_out_needs_a_post(alice: Client) -> None:
    assert alice.get("/logout/").status_code == 405
    assert alice.get("/studios/").status_code == 200


def test_signing_in_and_out_needs_a_token_against_forged_requests(alice_user: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    assert browser.post("/login/", RIGHT).status_code == 403
    assert browser.post("/logout/").status_code == 403


def test_it_leads_where_one_wanted_to_go(alice_user: User, nobody: Client) -> None:
    wanted = nobody.get("/studio/north/members/")
    assert wanted["Location"] == "/login/?next=/studio/north/members/"
    page = nobody.get(wanted["Location"]).content.decode()
    assert 'name="next" value="/studio/north/members/"' in page
    assert nobody.post("/login/", {**RIGHT, "next": "/studio/north/members/"})["Location"] == "/studio/north/members/"


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "http:evil.example"],
)
def test_it_never_leads_to_another_site(alice_user: User, nobody: Client, target: str) -> None:
    assert nobody.post("/login/", {**RIGHT, "next": target})["Location"] == "/"


@pytest.mark.parametrize("fields", [{}, {"email": "x", "password": "y"}, {"email": "a@example.com"}])
def test_a_form_that_is_not_right_is_422(alice_user: User, nobody: Client, fields: dict[str, str]) -> None:
    assert nobody.post("/login/", fields).status_code == 422


def test_a_very_long_password_is_refused_quickly(alice_user: User, nobody: Client) -> None:
    assert nobody.post("/login/", {**RIGHT, "password": "x" * 100_000}).status_code == 422


def test_a_password_of_200_bytes_is_compared_to_its_end(db: None, nobody: Client) -> None:
    long = "ü" * 100
    user = UserFactory.create()
    user.set_password(long)
    user.save()
    assert nobody.post("/login/", {"email": user.email, "password": long + "!"}).status_code == 422
    assert nobody.post("/login/", {"email": user.email, "password": long}).status_code == 303


def test_the_first_page_lets_one_choose_between_studios(alice: Client, alice_user: User, south: Studio) -> None:
    MembershipFactory.create(studio=south, user=alice_user, role=Role.VIEWER)
    assert alice.get("/")["Location"] == "/studios/"
    page = alice.get("/studios/").content.decode()
    assert "North Light" in page
    assert "South Side" in page


def test_the_page_of_studios_shows_no_other_studio(alice: Client, south: Studio) -> None:
    assert "South Side" not in alice.get("/studios/").content.decode()


def test_the_first_page_wants_a_sign_in(alice_user: User, nobody: Client) -> None:
    assert nobody.get("/")["Location"] == "/login/"
    assert nobody.get("/studios/")["Location"] == "/login/"


def test_signing_in_is_in_the_journal(alice_user: User, nobody: Client, north: Studio) -> None:
    nobody.post("/login/", RIGHT)
    with acting_in(north):
        entry = north.journal.get(verb="member.signed_in")
    assert (entry.actor_id, entry.detail) == (alice_user.pk, {"by": "browser"})


def test_pages_about_people_are_kept_by_no_cache(alice: Client, nobody: Client) -> None:
    for browser, path in ((nobody, "/login/"), (alice, "/studios/"), (alice, "/studio/north/members/")):
        assert "no-store" in browser.get(path)["Cache-Control"]


# -- colours -----------------------------------------------------------------------------------------------------


def test_the_stylesheet_says_the_colours_and_nothing_else(nobody: Client) -> None:
    answer = nobody.get("/brand/3b5b54.css")
    assert answer["Content-Type"] == "text/css"
    assert "immutable" in answer["Cache-Control"]
    assert answer.content.decode() == (
        ":root{--accent:#3b5b54;--on-accent:#ffffff;--accent-text:#3b5b54;--accent-text-dark:#7d928e}"
    )


@pytest.mark.parametrize("wrong", ["north", "3B5B54", "3b5b5", "3b5b54;", "}body{x", "../../etc"])
def test_what_is_no_colour_has_no_stylesheet(wrong: str, nobody: Client) -> None:
    assert nobody.get(f"/brand/{wrong}.css").status_code == 404


channel = st.integers(0, 255)


@given(st.tuples(channel, channel, channel))
def test_every_colour_becomes_readable(colour: colours.Rgb) -> None:
    assert colours.contrast(colours.darkened(colour), colours.LIGHT_PAGE) >= 4.5
    assert colours.contrast(colours.lightened(colour), colours.DARK_PAGE) >= 4.5
    assert colours.contrast(colours.on(colour), colour) >= 4.1
    assert colours.parse(colours.spell(colour)) == colour


def test_contrast_is_that_of_the_standard() -> None:
    assert colours.contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert colours.contrast((0x77, 0x77, 0x77), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("text", ["", "3b5b54", "#3b5b5", "#gggggg", "#3b5b541"])
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="."):
        colours.parse(text)
