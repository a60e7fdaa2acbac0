"""The one search box: what it offers, to whom, and what it says when it finds nothing."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.filenames.distance import one_edit_away
from apps.albums.models import Album
from apps.library import spelling
from apps.sharing.links import lifecycle
from apps.sharing.models import Visitor
from tests.actors import keep_to, signed_in
from tests.albums.conftest import may_analyze as may_analyze  # (a fixture)
from tests.factories import AlbumFactory
from tests.library.conftest import Shoot

pytestmark = pytest.mark.django_db
HERE = "/studio/north/search/"


def found(client: Client, q: str) -> dict[str, list[str]]:
    """Titles of the groups, and the words of what is in them; as the palette gets them."""
    answer = client.get(HERE, {"q": q}, headers={"HX-Request": "true", "HX-Target": "found"})
    assert answer.status_code == 200
    parts = re.split(r'<section aria-label="(\w+)">', answer.content.decode())
    return {
        title: re.findall(r'<span class="cut grow">([^<]+)</span>', part)
        for title, part in zip(parts[1::2], parts[2::2], strict=True)
    }


@pytest.fixture
def client_anna(album: Album, alice_user: User) -> Visitor:
    with acting_in(album.studio):
        link, _ = lifecycle.create(album, by=alice_user, label="Couple", password=None)
        visitor = Visitor(studio=album.studio, shown=link.shown, link=link, name="Ánna Huber", email="anna@huber.at")
        visitor.save(force_insert=True)
    return visitor


def test_galleries_clients_photos_and_commands_are_found(
    alice: Client, album: Album, client_anna: Visitor, shoot: Shoot
) -> None:
    shoot(camera_name="IMG_0042.jpg")
    assert found(alice, "ann") == {
        "Galleries": ["Anna &amp; Ben"],
        "Clients": ["Ánna Huber"],
        "Photos": ["IMG_0042.jpg"],
    }
    assert found(alice, "huber") == {"Clients": ["Ánna Huber"]}
    assert found(alice, "0042") == {"Photos": ["IMG_0042.jpg"]}
    assert found(alice, "tras") == {"Commands": ["Trash"]}
    assert "New gallery" in found(alice, "")["Commands"]
    assert "Galleries" not in found(alice, "a")


def test_a_misspelt_name_is_read_as_the_nearest_and_that_is_said(alice: Client, album: Album, shoot: Shoot) -> None:
    shoot(camera_name="IMG_0042.jpg")
    text = alice.get(HERE, {"q": "anan camera:r6"}).content.decode()
    assert "Nothing was found for “anan”; this is “anna”." in text
    assert found(alice, "anan camera:r6") == {"Photos": ["IMG_0042.jpg"]}
    assert "Nothing was found" not in alice.get(HERE, {"q": "anna"}).content.decode()
    # Numbers are of files, of which the next is another one.
    assert found(alice, "IMG_0043") == {}


@pytest.mark.parametrize("word", ["anna", "huber", "kirsten", "gasthofs"])
def test_a_name_one_edit_away_has_the_beginning_or_the_end_of_the_word(word: str) -> None:
    """By these names are looked up, so that none of a studio's thousands is folded in vain."""
    start, end = spelling._ends(word)
    assert len(start) == len(end) > 0
    for near in one_edit_away(word):
        assert near.startswith(start) or near.endswith(end), near


@pytest.mark.parametrize(("name", "typed"), [("Łódź Hall", "lodx"), ("Café Prückel", "prukel"), ("Anna-Lena", "lemna")])
def test_names_with_accents_and_several_words_are_near_too(
    alice: Client, north: Studio, shoot: Shoot, name: str, typed: str
) -> None:
    shoot(into=AlbumFactory.create(studio=north, title=name))
    for number in range(3):
        AlbumFactory.create(studio=north, title=f"Another {number}")
    assert "this is “" in alice.get(HERE, {"q": typed}).content.decode()
    assert found(alice, typed)["Photos"]


def test_a_misspelt_client_is_found(alice: Client, client_anna: Visitor) -> None:
    assert found(alice, "hubre") == {"Clients": ["Ánna Huber"]}


def test_what_was_not_understood_is_told(alice: Client, album: Album) -> None:
    assert "There is no filter “colr”" in alice.get(HERE, {"q": "colr:red"}).content.decode()


def test_it_offers_only_pages_that_open(
    bob: Client, dora: Client, north: Studio, album: Album, dora_user: User
) -> None:
    keep_to(north, dora_user, album)
    assert "New gallery" not in found(bob, "")["Commands"]
    assert found(dora, "")["Commands"] == ["Galleries", "Library"]


def test_contributors_and_restricted_members_find_their_own(
    north: Studio, album: Album, shoot: Shoot, client_anna: Visitor, dora_user: User, erin_user: User
) -> None:
    shoot()
    keep_to(north, dora_user, album)
    assert "Clients" not in found(signed_in(dora_user), "anna")
    keep_to(north, erin_user)
    assert found(signed_in(erin_user), "anna") == {}


def test_without_script_it_is_a_page(alice: Client, album: Album) -> None:
    text = alice.get(HERE, {"q": "ben"}).content.decode()
    assert "<html" in text
    assert 'href="/studio/north/albums/' in text
    assert 'id="palette"' in text
