"""What the library's page offers for selected photos."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from apps.accounts.models import Studio, User
from apps.albums.models import Album
from tests.actors import keep_to, signed_in
from tests.factories import AlbumFactory
from tests.library.conftest import Shoot

pytestmark = pytest.mark.django_db


def test_editors_select_photos_and_viewers_do_not(alice: Client, bob: Client, shoot: Shoot) -> None:
    photo = shoot(camera_name="one.jpg")
    for client, may in ((alice, True), (bob, False)):
        text = client.get("/studio/north/library/").content.decode()
        picks = re.findall(r'<input class="pick"[^>]*value="([^"]+)"', text)
        assert picks == ([str(photo.pk)] if may else [])
        assert ('id="selection"' in text) is may


HERE = "/studio/north/library/"
CHOICES = {"HX-Request": "true", "HX-Target": "gallery-choices"}


def offered(text: str) -> set[str]:
    return set(re.findall(r'<option value="[0-9a-f-]{36}">([^<]*)</option>', text))


def test_galleries_to_put_photos_into_come_when_their_menu_is_opened(
    alice: Client, north: Studio, shoot: Shoot
) -> None:
    shoot()
    AlbumFactory.create(studio=north, title="Clara")
    text = alice.get(HERE, {"q": "rating:0"}).content.decode()
    assert 'name="album"' not in text
    found = re.search(r'id="gallery-choices" hx-get="([^"]+)"', text)
    assert found
    address = found[1].replace("&amp;", "&")
    part = alice.get(address, headers=CHOICES).content.decode()
    assert "<html" not in part
    assert offered(part) == {"Anna &amp; Ben", "Clara"}
    # Without a script its link leads to a page that has them, of the same photos.
    whole = alice.get(address).content.decode()
    assert ("<html" in whole, offered(whole), "gallery-choices" in whole) == (True, offered(part), False)
    assert 'value="rating:0"' in whole


def test_each_is_offered_the_galleries_into_which_they_may_put_photos(
    north: Studio, album: Album, shoot: Shoot, bob: Client, erin_user: User, dora_user: User
) -> None:
    shoot()
    AlbumFactory.create(studio=north, title="Clara")
    AlbumFactory.create(title="Of somebody else")
    for user in (erin_user, dora_user):
        keep_to(north, user, album)
    for client, titles in ((bob, set()), (signed_in(erin_user), {"Anna &amp; Ben"}), (signed_in(dora_user), set())):
        for headers in (CHOICES, {}):
            assert offered(client.get(HERE, {"galleries": "1"}, headers=headers).content.decode()) == titles


def test_the_bar_is_of_each_member_and_each_search(alice: Client, bob: Client, erin: Client, shoot: Shoot) -> None:
    shoot(rating=5)
    for client, may in ((alice, True), (bob, False), (erin, True), (alice, True)):
        for q in ("", "rating:5", 'keyword:"<b>"'):
            text = client.get(HERE, {"q": q}).content.decode()
            kept = re.findall(r'id="selection".*?name="q" value="([^"]*)"', text, re.DOTALL)
            assert kept == ([q.replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")] if may else [])
            tokens = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
            assert len(set(tokens)) == 1
