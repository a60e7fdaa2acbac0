"""Telling open pages that an album changed (see `web.live`)."""

from __future__ import annotations

from uuid import UUID

from apps.albums.models import Photo
from apps.web import live


def group_of(album_id: UUID) -> str:
    """The channel group of everybody who looks at an album."""
    return f"album.{album_id}"


def announce(photo: Photo) -> None:
    """After the commit, tell the pages of every album with this photo that it changed."""
    albums = photo.placements.live().values_list("album_id", flat=True)
    live.tell([group_of(album_id) for album_id in albums], "photos.changed", [photo.pk])
