"""The page of the cover's focus: who may open it, which photo it shows."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client

from apps.accounts.models import Studio
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album
from tests.albums.bulk import fill
from tests.albums.people import order_of, page, part
from tests.factories import AlbumFactory


@pytest.fixture(autouse=True)
def no_old_counts() -> None:
    cache.clear()


@pytest.fixture
def album(north: Studio) -> Album:
    album = AlbumFactory.create(studio=north, title="Anna & Tom")
    fill(album, 3)
    return album


def test_it_opens_for_editors_only(album: Album, erin: Client, bob: Client, charlie: Client, nobody: Client) -> None:
    assert erin.get(page("cover", album)).status_code == 200
    assert bob.get(page("cover", album)).status_code == 403
    assert charlie.get(page("cover", album)).status_code == 404
    assert nobody.get(page("cover", album))["Location"].startswith("/login/")


def test_it_is_a_page_and_for_htmx_a_form(album: Album, erin: Client) -> None:
    assert "<html" in erin.get(page("cover", album)).content.decode()
    answer = erin.get(page("cover", album), headers=part("dialog-body"))
    assert answer.content.decode().lstrip().startswith('<form id="focus"')
    assert "HX-Target" in answer["Vary"]


def test_without_a_chosen_cover_it_shows_the_first_photo(album: Album, erin: Client) -> None:
    context = erin.get(page("cover", album)).context
    assert (context["photo_id"], context["focal_x"], context["focal_y"]) == (order_of(album)[0], 50, 40)


def test_it_shows_the_point_that_was_saved(album: Album, erin: Client) -> None:
    photo = order_of(album)[1]
    erin.post(page("cover", album), {"photo": str(photo), "focal_x": "33", "focal_y": "100"})
    answer = erin.get(page("cover", album))
    assert answer.context["photo_id"] == photo
    assert (answer.context["focal_x"], answer.context["focal_y"]) == (33, 100)
    assert "fx35 fy100" in answer.content.decode()


def test_saving_closes_the_dialog_with_a_word(album: Album, erin: Client) -> None:
    sent = {"photo": str(order_of(album)[0]), "focal_x": "10", "focal_y": "20"}
    answer = erin.post(page("cover", album), sent, headers=part("focus"))
    assert answer.status_code == 204
    assert "dialog:close" in answer["HX-Trigger"]
    assert "Cover focus saved." in answer["HX-Trigger"]


def test_an_album_without_photos_has_none(north: Studio, erin: Client) -> None:
    empty = AlbumFactory.create(studio=north)
    assert erin.get(page("cover", empty)).status_code == 404
    assert "data-dialog-wide hidden" in erin.get(page("detail", empty)).content.decode()


def test_the_menu_offers_it_to_who_may_edit(album: Album, erin: Client, bob: Client) -> None:
    assert 'id="cover-focus"' in erin.get(page("detail", album)).content.decode()
    assert 'id="cover-focus"' not in bob.get(page("detail", album)).content.decode()
    with acting_in(album.studio):
        assert Album.objects.for_studio(album.studio).get(pk=album.pk).cover_id is None
