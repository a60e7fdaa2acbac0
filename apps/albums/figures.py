"""Numbers about galleries and photos that the apps above know: what guests did with them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import NamedTuple, cast
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class GalleryFigures:
    """hearts: photos in clients' lists.  last_at: the last thing a guest did.  new_comments: not read yet."""

    hearts: int = 0
    downloads: int = 0
    last_at: datetime | None = None
    new_comments: int = 0


class PhotoFigures(NamedTuple):
    """hearts: people who have it in a list.  comments, new_comments: of guests and answers; of these, not read yet."""

    hearts: int = 0
    comments: int = 0
    new_comments: int = 0


@cache
def _found(name: str) -> Callable[..., object]:
    """The function that a setting names; its app stands above this one."""
    return cast(Callable[..., object], import_string(settings.GALLERY_FIGURES[name]))


def of_albums(studio_id: UUID, albums: Sequence[UUID]) -> dict[UUID, GalleryFigures]:
    """Figures of these galleries; one in which nothing happened is left out."""
    return cast(dict[UUID, GalleryFigures], _found("albums")(studio_id, albums))


def of_photos(studio_id: UUID, album_id: UUID, photos: Collection[UUID]) -> dict[UUID, PhotoFigures]:
    """Figures of these photos of a gallery; one of which nobody said anything is left out."""
    return cast(dict[UUID, PhotoFigures], _found("photos")(studio_id, album_id, photos))
