"""How a gallery looks: the album's choice before the studio's, and nothing that is no choice."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import JournalEntry, Studio
from apps.accounts.tenancy import acting_in
from apps.albums.design import CHOICES, Design, understood
from apps.albums.models import Album
from tests.factories import AlbumFactory


def test_the_album_s_choice_goes_before_the_studio_s() -> None:
    design = Design.of({"cover": "split", "grid": "squares"}, {"grid": "masonry", "accent": "#aa3355"})
    assert design == Design(cover="split", grid="masonry", accent="#aa3355")


@pytest.mark.parametrize(
    "junk",
    [None, [], "full", {"cover": "evil"}, {"cover": ["full"]}, {"accent": "red"}, {"accent": "#AA3355;}"}, {"x": 1}],
)
def test_what_is_no_choice_is_as_if_it_were_not_there(junk: Any) -> None:
    assert Design.of(junk) == Design()


def test_every_choice_is_understood() -> None:
    for name, choices in CHOICES.items():
        for choice in choices:
            assert understood({name: choice}) == {name: choice}


@pytest.fixture
def album(north: Studio) -> Album:
    return AlbumFactory.create(studio=north)


def page(album: Album) -> str:
    return f"/studio/north/albums/{album.pk}/design/"


def test_an_editor_chooses_the_look_of_an_album(alice: Client, album: Album) -> None:
    sent = {
        "cover": "frame",
        "grid": "squares",
        "typeface": "",
        "theme": "dark",
        "own_accent": "on",
        "accent": "#AA3355",
    }
    assert alice.post(page(album), sent).status_code == 303
    with acting_in(album.studio):
        album.refresh_from_db()
        assert JournalEntry.objects.for_studio(album.studio).filter(verb="album.design").exists()
    assert album.design == {"cover": "frame", "grid": "squares", "theme": "dark", "accent": "#aa3355"}
    shown = alice.get(page(album)).context["form"]
    assert (shown["cover"].value(), shown["typeface"].value(), shown["accent"].value()) == ("frame", None, "#aa3355")


def test_a_look_that_is_none_is_refused_and_changes_nothing(alice: Client, album: Album) -> None:
    answer = alice.post(page(album), {"cover": "evil", "grid": "rows", "typeface": "serif", "theme": "auto"})
    assert answer.status_code == 422
    with acting_in(album.studio):
        album.refresh_from_db()
    assert album.design == {}


def test_the_owner_chooses_the_look_of_the_studio(alice: Client, north: Studio) -> None:
    sent = {"cover": "split", "grid": "masonry", "typeface": "classic", "theme": "light"}
    assert alice.post("/studio/north/design/", sent).status_code == 303
    with acting_in(north):
        north.refresh_from_db()
    assert north.design == sent
