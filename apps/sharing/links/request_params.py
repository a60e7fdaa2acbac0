"""Which link a request of the studio is about."""

from __future__ import annotations

from uuid import UUID

from django.shortcuts import get_object_or_404

from apps.accounts.access import StudioRequest
from apps.albums.request_params import shared_of
from apps.sharing.models import ShareLink


def link_of(request: StudioRequest, album_id: UUID, link_id: UUID) -> ShareLink:
    """A link of an album that is not in the trash, or Http404."""
    album = shared_of(request, album_id)
    link: ShareLink = get_object_or_404(album.share_links, pk=link_id)
    # Both rows are at hand; following the keys would read them again.
    link.album, link.studio = album, request.studio
    return link
