"""Telling open pages that an album changed. Messages carry ids, never content: the page fetches by its door."""

from __future__ import annotations

import logging
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

from apps.albums.models import Photo

log = logging.getLogger(__name__)


def group_of(album_id: UUID) -> str:
    """The channel group of everybody who looks at an album."""
    return f"album.{album_id}"


def announce(photo: Photo) -> None:
    """After the commit, tell the pages of every album with this photo that it changed."""
    albums = [str(pk) for pk in photo.placements.live().values_list("album_id", flat=True)]
    transaction.on_commit(lambda: _send(albums, str(photo.pk)), robust=True)


def _send(albums: list[str], photo_id: str) -> None:
    layer = get_channel_layer()
    if layer is None:
        return
    for album_id in albums:
        try:
            async_to_sync(layer.group_send)(group_of(UUID(album_id)), {"type": "photos.changed", "ids": [photo_id]})
        except Exception:
            # Pages also poll, so a message lost with the broker delays a tile by seconds.
            log.warning("album %s could not be announced", album_id, exc_info=True)
