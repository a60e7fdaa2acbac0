"""The library's page: months, pages at any depth, filters that stand in the address, and who sees what."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import Studio, User
from apps.albums.models import Album
from tests.actors import keep_to, signed_in
from tests.factories import AlbumFactory
from tests.library.conftest import Shoot

pytestmark = pytest.mark.django_db
HERE = "/studio/north/library/"
FILTERS = {"HX-Request": "true", "HX-Target": "filter-choices"}


def names(text: str) -> list[str]:
    return re.findall(r'data-name="([^"]+)"', text)


def next_of(text: str) -> str:
    found = re.search(r'id="more" class="more" href="([^"]+)"', text)
    return found[1].replace("&amp;", "&") if found else ""


def page(client: Client, address: str = HERE, **query: str) -> str:
    answer = client.get(address, query or None)
    assert answer.status_code == 200
    return answer.content.decode()


def test_photos_stand_under_their_months_newest_first(alice: Client, shoot: Shoot) -> None:
    for at, name in (("2024-05-31T23:59:00", "may"), ("2024-06-01T00:00:00", "june"), ("2023-01-01T10:00:00", "old")):
        shoot(at, camera_name=f"{name}.jpg")
    text = page(alice)
    assert names(text) == ["june.jpg", "may.jpg", "old.jpg"]
    assert re.findall(r'<h2 class="set" id="(m-[\d-]+)">(\w+ \d+) <small>1 photo</small>', text) == [
        ("m-2024-06", "June 2024"),
        ("m-2024-05", "May 2024"),
        ("m-2023-01", "January 2023"),
    ]


def test_pages_follow_each_other_without_a_gap_and_a_month_is_jumped_to(
    alice: Client, shoot: Shoot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.library.find.Library.stretch.__kwdefaults__", {"month": None, "size": 2})
    for day in range(1, 6):
        shoot(f"2024-0{day}-15T12:00:00", camera_name=f"{day}.jpg")
    seen, address, headings = [], HERE, []
    while address:
        text = page(alice, address)
        seen += names(text)
        headings += re.findall(r'id="m-2024-0(\d)"', text)
        address = next_of(text)
    assert seen == ["5.jpg", "4.jpg", "3.jpg", "2.jpg", "1.jpg"]
    text = page(alice, month="2024-03")
    assert names(text) == ["3.jpg", "2.jpg"]
    newer = re.search(r'href="([^"]+)">Newer photos', text)
    assert newer
    assert names(page(alice, newer[1].replace("&amp;", "&"))) == ["5.jpg", "4.jpg"]
    more = alice.get(next_of(text), headers={"HX-Request": "true", "HX-Target": "more"}).content.decode()
    assert names(more) == ["1.jpg"]
    assert "<html" not in more


def test_filters_are_a_sentence_and_are_taken_off_one_by_one(alice: Client, shoot: Shoot) -> None:
    shoot(rating=5, camera_name="five.jpg")
    shoot(rating=1, camera_name="one.jpg")
    text = page(alice, q="camera:r6 rating:>=4")
    assert names(text) == ["five.jpg"]
    assert "<title>camera with “r6” · rating 4 or more · Library" in text
    assert 'href="/studio/north/library/?q=camera%3Ar6"' in text
    assert sorted(names(page(alice, q="camera:r6"))) == ["five.jpg", "one.jpg"]


def test_what_the_form_adds_becomes_a_part_of_the_address(alice: Client) -> None:
    answer = alice.get(HERE, {"q": "anna", "add": "camera", "value": "EOS R6"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{HERE}?q=anna+camera%3A%22EOS+R6%22")


def test_what_was_not_understood_is_told(alice: Client, shoot: Shoot) -> None:
    shoot(camera_name="one.jpg")
    text = page(alice, q="colr:red one")
    assert "There is no filter “colr”" in text
    assert names(text) == ["one.jpg"]


@pytest.mark.parametrize("query", [{"after": "x"}, {"month": "2024-99"}, {"size": "xl"}, {"q": "\x00"}, {"month": "x"}])
def test_an_address_that_makes_no_sense_shows_the_library(alice: Client, shoot: Shoot, query: dict[str, str]) -> None:
    shoot(camera_name="one.jpg")
    assert names(page(alice, **query)) == ["one.jpg"]


def test_a_restricted_member_sees_and_counts_the_own_galleries(
    north: Studio, album: Album, shoot: Shoot, erin_user: User, dora_user: User
) -> None:
    other = AlbumFactory.create(studio=north, title="Clara")
    shoot("2024-05-01T10:00:00", camera_name="mine.jpg")
    shoot("2024-05-02T10:00:00", into=other, camera_name="theirs.jpg", caption="Anna")
    for user in (erin_user, dora_user):
        keep_to(north, user, album)
        for query in ({}, {"q": "anna"}, {"q": "-rejected"}, {"q": "clara -x"}):
            text = page(signed_in(user), **query)
            assert names(text) == ([] if "clara" in str(query) else ["mine.jpg"])
            assert "May 2024 (2)" not in text


def test_a_contributor_cannot_ask_what_clients_did(north: Studio, album: Album, dora_user: User) -> None:
    keep_to(north, dora_user, album)
    text = page(signed_in(dora_user), q="favourite:yes")
    assert "There is no filter “favourite”" in text
    assert "Client" not in text
    for headers in ({}, FILTERS):
        offered = signed_in(dora_user).get(HERE, {"filters": "1"}, headers=headers).content.decode()
        assert 'value="camera"' in offered
        assert "favourite" not in offered


def test_filters_come_when_their_menu_is_opened_and_add_to_what_is_asked(alice: Client, shoot: Shoot) -> None:
    shoot(rating=5)
    text = page(alice, q="rating:5 <b>", size="l")
    assert 'name="add"' not in text
    found = re.search(r'id="filter-choices" hx-get="([^"]+)"', text)
    assert found
    address = found[1].replace("&amp;", "&")
    part = alice.get(address, headers=FILTERS).content.decode()
    assert "<html" not in part
    forms = re.findall(r'name="q" value="([^"]+)"><input type="hidden" name="size" value="l">', part)
    assert forms
    assert set(forms) == {"rating:5 &lt;b&gt;"}
    assert len(forms) == part.count("<form") == part.count('name="add"')
    assert 'value="favourite"' in part
    # Without a script its link leads to a page that has them, opened.
    whole = page(alice, address)
    assert "<html" in whole
    assert whole.count('name="add"') == len(forms)
    assert 'menu--filter" open' in whole


def test_a_page_costs_the_same_number_of_queries_however_much_is_asked(
    alice: Client, north: Studio, shoot: Shoot, django_assert_max_num_queries: Any
) -> None:
    for day in range(1, 9):
        into = AlbumFactory.create(studio=north)
        shoot(f"2024-01-0{day}T12:00:00", into=into, camera_name=f"anna {day}.jpg", rating=day % 6)
    with django_assert_max_num_queries(9):
        page(alice)
    with django_assert_max_num_queries(17):
        page(alice, q="anna camera:r6 rating:>=1 2024 -rejected iso:none")
