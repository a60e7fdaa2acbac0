"""Which list takes hearts is said from the first view, and a list that was sent stands in nobody's way."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from apps.accounts.tenancy import acting_in
from apps.sharing.models import Selection, SelectionPreset
from tests.sharing.favourites.conftest import JSON, Come, Person
from tests.sharing.favourites.test_favourites import hearts

pytestmark = pytest.mark.django_db


def bar(html: str) -> str:
    """The counter as people read it."""
    found = re.search(r"data-hearts-bar>.*?</div>\n", html, re.S)
    assert found
    return " ".join(re.sub(r"<[^>]*>", " ", found[0].partition(">")[2]).split())


def prepare(ada: Person, title: str, rank: int = 1) -> None:
    share = ada.share
    with acting_in(share.studio):
        SelectionPreset(studio=share.studio, shown_id=share.album.pk, title=title, rank=rank).save()


def lists(ada: Person) -> dict[str, Selection]:
    with acting_in(ada.share.studio):
        return {one.title: one for one in Selection.objects.for_studio(ada.share.studio).filter(visitor=ada.visitor)}


def send(ada: Person, title: str) -> None:
    assert ada.client.post(ada.url("list_send", lists(ada)[title].pk)).status_code == 303


def test_a_stranger_reads_which_list_a_first_heart_goes_to(come: Come) -> None:
    ada = come(maximum=3)
    assert bar(Client().get(ada.url("gallery")).content.decode()) == "For the album 0 of 3"


def test_one_plain_list_needs_no_name_and_several_have_a_menu(come: Come) -> None:
    ada = come(maximum=3)
    prepare(ada, "Favourites")
    ada.heart(0)
    html = ada.page("gallery")
    assert bar(html) == "For the album 1 of 3 For the album 1 of 3 Favourites 0"
    choose = ada.url("list_choose", lists(ada)["Favourites"].pk)
    assert f'formaction="{choose}"' in html
    assert ada.client.post(choose, headers=JSON).status_code == 204
    assert bar(ada.page("gallery")).startswith("Favourites 0 ")
    state = ada.client.get(ada.url("favourites_state"), headers=JSON).json()
    assert bar(state["bar"] + "\n").startswith("Favourites 0 ")


def test_after_sending_hearts_go_to_the_next_open_list(come: Come) -> None:
    ada = come(maximum=3)
    prepare(ada, "Favourites")
    ada.heart(0)
    favourites = lists(ada)["Favourites"]
    ada.heart(1, list=str(favourites.pk))
    send(ada, "For the album")
    html = ada.page("gallery")
    assert bar(html).startswith("Favourites 1 ")
    assert "For the album 1 of 3 · sent" in bar(html)
    assert hearts(html) == ["false", "true"] + ["false"] * (len(hearts(html)) - 2)


def test_a_heart_on_a_sent_list_is_offered_another_one(come: Come) -> None:
    ada = come(maximum=3)
    ada.heart(0)
    send(ada, "For the album")
    refused = ada.heart(1).json()
    assert (refused["code"], refused["instead"]) == ("locked", "Favourites")
    saved = ada.heart(1, list="open").json()
    made = lists(ada)["Favourites"]
    assert (saved["on"], saved["count"], saved["list"]) == (True, 1, str(made.pk))
    assert bar(ada.page("gallery")).startswith("Favourites 1 ")
    # Again changes nothing and makes no third list.
    assert ada.heart(1, list="open").json()["count"] == 1
    assert set(lists(ada)) == {"For the album", "Favourites"}


def test_without_scripts_the_page_offers_the_other_list_too(come: Come) -> None:
    ada = come(maximum=3)
    ada.heart(0)
    send(ada, "For the album")
    path = ada.url("favourite", ada.share.photos[1].pk)
    page = ada.client.post(path, {"on": "1"})
    assert page.status_code == 422
    assert "Add to “Favourites” instead" in page.content.decode()
    assert ada.client.post(path, {"on": "1", "list": "open"}).status_code == 303
    assert bar(ada.page("gallery")).startswith("Favourites 1 ")


def test_a_list_over_its_limit_says_what_to_do(come: Come) -> None:
    ada = come(maximum=2)
    ada.heart(0)
    ada.heart(1)
    with acting_in(ada.share.studio):
        SelectionPreset.objects.for_studio(ada.share.studio).update(maximum=1)
    page = ada.client.post(ada.url("list_send", lists(ada)["For the album"].pk))
    assert page.status_code == 422
    assert "This list can hold 1 photo. Remove some to send it." in page.content.decode()
