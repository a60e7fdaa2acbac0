"""The look that a studio chose is the look that a client gets."""

from __future__ import annotations

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.masonry import COLUMNS, HIGHEST, LOWEST
from apps.albums.models import AlbumState
from apps.sharing.links import lifecycle
from tests.factories import AlbumFactory, PlacementFactory
from tests.markup import tight


def opened(studio: Studio, owner: User, design: dict[str, str], photos: int = 3) -> str:
    """The gallery's page of an album with this design."""
    album = AlbumFactory.create(studio=studio, state=AlbumState.LIVE, design=design)
    for _ in range(photos):
        PlacementFactory.create(album=album)
    with acting_in(studio):
        _, token = lifecycle.create(album, by=owner, label="Family")
    return Client().get(f"/g/{token}/").content.decode()


def test_without_a_choice_the_page_needs_no_more_than_before(north: Studio, alice_user: User) -> None:
    html = opened(north, alice_user, {})
    assert "looks.css" not in html
    assert '<main id="stream" class="stream"' in tight(html)
    assert "data-theme" not in html


def test_the_chosen_look_stands_on_the_page(north: Studio, alice_user: User) -> None:
    chosen = {"cover": "split", "grid": "squares", "typeface": "classic", "theme": "dark", "accent": "#aa3355"}
    html = opened(north, alice_user, chosen)
    for part in (
        "cover--split",
        "grid--squares",
        "type--classic",
        'data-theme="dark"',
        "/brand/aa3355.css",
        "looks.css",
    ):
        assert part in html, part


def test_columns_go_on_from_page_to_page(north: Studio, alice_user: User) -> None:
    html = opened(north, alice_user, {"grid": "masonry"}, photos=41)
    assert "grid--masonry" in html
    assert "m2-1 m3-1 m4-1 h" in html
    assert "&amp;columns=" in html


@pytest.mark.parametrize("count", COLUMNS)
def test_the_stylesheet_knows_every_class_that_the_server_gives(count: int) -> None:
    path = finders.find("css/guest/masonry.css")
    assert isinstance(path, str)
    with open(path, encoding="utf-8") as file:
        sheet = file.read()
    assert all(f".m{count}-{column}{{" in sheet for column in range(1, count + 1))
    assert all(f".h{height}{{" in sheet for height in range(LOWEST, HIGHEST + 1))
