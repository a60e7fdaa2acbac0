"""Stacks in a client's gallery: every photo is shown unless the studio folds them, and none is ever out of reach."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from apps.accounts.tenancy import acting_in
from apps.albums import editing, stacks
from apps.albums.models import Placement, Stack
from tests.sharing.conftest import Make, Share

pytestmark = pytest.mark.django_db
TILES = re.compile(r'id="p-([0-9a-f-]{36})"')


@pytest.fixture
def stacked(shared: Make, alice_user: Any) -> Share:
    """A gallery whose first two photos are a stack, the second on top."""
    share = shared(download="web")
    with acting_in(share.studio):
        stacks.put_together(share.studio, [one.pk for one in share.photos[:2]], by=alice_user, top=share.photos[1].pk)
    return share


def fold(share: Share, by: Any) -> None:
    with acting_in(share.studio):
        share.album.refresh_from_db()
        editing.set_design(share.album, {**share.album.design, "stacks": "folded"}, by=by)


def shown(share: Share, query: str = "") -> list[str]:
    return TILES.findall(Client().get(share.url() + query).content.decode())


def ids(share: Share, *numbers: int) -> list[str]:
    return [str(share.photos[number].pk) for number in numbers]


def test_every_photo_is_shown_and_nothing_is_told_of_stacks_by_default(stacked: Share) -> None:
    html = Client().get(stacked.url()).content.decode()
    assert TILES.findall(html) == ids(stacked, 0, 1, 2)
    assert "stack" not in html
    with acting_in(stacked.studio):
        stack = str(Stack.objects.for_studio(stacked.studio).get().pk)
    assert shown(stacked, f"?stack={stack}") == ids(stacked, 0, 1, 2)


def test_a_folded_gallery_shows_one_photo_of_each_stack_and_counts_them_all(stacked: Share, alice_user: Any) -> None:
    fold(stacked, alice_user)
    html = Client().get(stacked.url()).content.decode()
    assert TILES.findall(html) == ids(stacked, 1, 2)
    assert "Zqx ceremony <small>3 photos</small>" in html
    assert 'data-total="2"' in html
    found = re.search(r'href="([^"]*\?stack=[^"]+)"', html)
    assert found is not None
    # The number on the tile leads to all of them, with and without a script.
    frames = Client().get(found[1]).content.decode()
    assert TILES.findall(frames) == ids(stacked, 0, 1)
    part = Client().get(found[1], headers={"HX-Request": "true", "HX-Target": "more"}).content.decode()
    assert TILES.findall(part) == ids(stacked, 0, 1)
    # Each is a photo of the gallery like any other.
    assert Client().get(f"{stacked.url()}photos/{stacked.photos[0].pk}/").status_code == 200


def test_what_a_guest_may_not_see_on_top_hides_nothing_below(stacked: Share, alice_user: Any) -> None:
    fold(stacked, alice_user)
    with acting_in(stacked.studio):
        Placement.objects.for_studio(stacked.studio).filter(photo=stacked.photos[1]).update(is_hidden=True)
    assert shown(stacked) == ids(stacked, 0, 2)


def test_downloads_hold_every_photo_of_a_stack_and_say_so(stacked: Share, alice_user: Any) -> None:
    words = "All photos of a stack are included."
    address = stacked.url("downloads")
    assert words not in Client().get(address).content.decode()
    fold(stacked, alice_user)
    page = Client().get(address)
    assert page.status_code == 200
    assert words in page.content.decode()
    assert "3 photos" in page.content.decode()
