"""A pasted link shows cover, title and studio; a locked one tells nothing but the studio (G15)."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from PIL import Image

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, AlbumState
from apps.sharing.links import lifecycle
from tests.factories import AlbumFactory, PlacementFactory, RenditionFactory, kept
from tests.sharing.conftest import body_of


@pytest.fixture
def album(north: Studio) -> Album:
    album = AlbumFactory.create(studio=north, state=AlbumState.LIVE, title="Anna & Ben")
    placement = PlacementFactory.create(album=album)
    picture = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").resize((1800, 1200)).save(picture, "WEBP")
    RenditionFactory.create(
        source=placement.photo.original, kind="web", blob=kept(north, picture.getvalue()), width=1800, height=1200
    )
    return album


def token_of(album: Album, by: User, **terms: str) -> str:
    with acting_in(album.studio):
        return lifecycle.create(album, by=by, label="Family", **terms)[1]


@pytest.mark.django_db(transaction=True)
def test_an_open_link_tells_title_studio_and_cover(album: Album, alice_user: User) -> None:
    token = token_of(album, alice_user)
    html = Client().get(f"/g/{token}/").content.decode()
    assert '<meta property="og:title" content="Anna &amp; Ben">' in html
    assert f'/g/{token}/preview/"' in html
    picture = Client().get(f"/g/{token}/preview/")
    assert picture.status_code == 200
    assert picture["Content-Type"] == "image/jpeg"
    assert not picture.cookies
    shown = Image.open(io.BytesIO(body_of(picture)))
    assert (shown.format, shown.size) == ("JPEG", (1200, 800))
    assert '<meta property="og:image:type" content="image/jpeg">' in html
    assert '<meta property="og:image:width" content="1200">' in html
    assert '<meta property="og:image:height" content="800">' in html


@pytest.mark.django_db(transaction=True)
def test_a_locked_link_tells_the_studio_only(album: Album, alice_user: User) -> None:
    token = token_of(album, alice_user, password="rosen 2026")
    html = Client().get(f"/g/{token}/").content.decode()
    assert '<meta property="og:site_name"' in html
    assert "Anna" not in html
    assert "og:image" not in html
    browser = Client()
    browser.post(f"/g/{token}/", {"password": "rosen 2026"})
    assert browser.get(f"/g/{token}/").status_code == 200
    assert Client().get(f"/g/{token}/preview/").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_a_hidden_cover_is_not_shown(album: Album, alice_user: User) -> None:
    token = token_of(album, alice_user)
    with acting_in(album.studio):
        placement = album.placements.get()
        placement.is_hidden = True
        placement.save(update_fields=["is_hidden"])
    assert Client().get(f"/g/{token}/preview/").status_code == 404
