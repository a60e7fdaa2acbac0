"""Photos of a library, as the product would have made them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from apps.accounts.models import Studio
from apps.albums.models import Album, Photo
from tests.factories import AlbumFactory, PhotoFactory, PlacementFactory, many_in

Shoot = Callable[..., Photo]


@pytest.fixture
def album(north: Studio) -> Album:
    album: Album = AlbumFactory.create(studio=north, title="Anna & Ben")
    return album


@pytest.fixture
def shoot(album: Album) -> Shoot:
    """A photo in the album (or in `into`). at: what the camera's clock showed; facts: as `media.facts` names them."""

    def take(at: str = "", *, into: Album = album, section: Any = None, facts: Any = None, **columns: Any) -> Photo:
        known = {"make": "Canon", "model": "Canon EOS R6", **(facts or {})}
        if at:
            known["taken_at"] = at
            columns["taken_at"] = datetime.fromisoformat(f"{at}+00:00")
        with many_in(into.studio):
            photo: Photo = PhotoFactory.create(studio=into.studio, facts=known, **columns)
            PlacementFactory.create(album=into, photo=photo, section=section)
        return photo

    return take
