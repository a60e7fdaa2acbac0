"""How many photos of guests wait in a gallery, for the gallery's page."""

from __future__ import annotations

from uuid import UUID

from django import template

from apps.accounts.models import Studio
from apps.albums.models import Album
from apps.uploads.guests.waiting import waiting

register = template.Library()


@register.simple_tag
def guests_photos_waiting(studio: Studio, album_id: UUID) -> int:
    """The number of them. One query; needs the studio's transaction."""
    return waiting(Album(pk=album_id, studio_id=studio.pk)).count()
