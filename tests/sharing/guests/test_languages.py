"""Guests read in the language of their browser; the catalogue knows every text of their pages."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.tenancy import acting_in
from apps.sharing.emails import composing
from tests.sharing.conftest import PASSWORD, Make, Share, unlocked

pytestmark = pytest.mark.django_db


def opened(token: str, language: str) -> str:
    return Client().get(f"/g/{token}/", headers={"accept-language": language}).content.decode()


@pytest.mark.parametrize(
    ("asked", "language", "words"),
    [
        ("de-AT,de;q=0.9,en;q=0.5", "de", "Galerie ansehen"),
        ("en-GB", "en", "View gallery"),
        ("fr,tlh;q=0.8", "en", "View gallery"),
        ("", "en", "View gallery"),
        ("de" * 3000, "en", "View gallery"),
    ],
)
def test_the_gallery_speaks_the_browser_s_language(shared: Make, asked: str, language: str, words: str) -> None:
    html = opened(shared().token, asked)
    assert f'<html lang="{language}"' in html
    assert words in html


def test_the_password_form_does_too_and_caches_know_it(shared: Make) -> None:
    token = shared(password="open sesame").token
    answer = Client().get(f"/g/{token}/", headers={"accept-language": "de"})
    assert "Eine private Galerie" in answer.content.decode()
    assert "Accept-Language" in answer["Vary"]


def test_the_language_ends_with_the_request(shared: Make) -> None:
    share = shared()
    opened(share.token, "de")
    assert "View gallery" in opened(share.token, "en")
    assert "Sign in" in Client().get("/login/", headers={"accept-language": "de"}).content.decode()


def speaks(share: Share, studio: object, album: object) -> None:
    with acting_in(share.studio):
        share.studio.design, share.album.design = {"language": studio}, {"language": album}
        share.studio.save(update_fields=["design"])
        share.album.save(update_fields=["design"])


@pytest.mark.parametrize(
    ("studio", "album", "language"),
    [("de", "", "de"), ("en", "de", "de"), ("de", "en", "en"), ("de", "auto", "en"), ("xx", 7, "en")],
)
def test_a_language_that_was_chosen_goes_before_the_browser_s(
    shared: Make, studio: object, album: object, language: str
) -> None:
    share = shared(password=PASSWORD)
    speaks(share, studio, album)
    locked = opened(share.token, "en")
    assert f'<html lang="{language}"' in locked
    wrong = Client().post(share.url(), {"password": "wrong one"}, headers={"accept-language": "en"})
    assert f'<html lang="{language}"' in wrong.content.decode()
    inside = unlocked(share).get(share.url(), headers={"accept-language": "en"}).content.decode()
    assert ("Galerie ansehen" in inside) == (language == "de")
    with acting_in(share.studio):
        share.album.studio = share.studio
        assert composing.language_of(share.album) == language


def test_the_language_of_a_gallery_is_chosen_with_its_look(shared: Make, alice: Client) -> None:
    share = shared()
    page = reverse("albums:design", args=["north", share.album.pk])
    assert "Studio default (match the visitor’s device)" in alice.get(page).content.decode()
    assert alice.post(page, {"language": "de"}).status_code == 303
    assert "Galerie ansehen" in opened(share.token, "en")
    assert alice.post(page, {"language": "xx"}).status_code == 422
