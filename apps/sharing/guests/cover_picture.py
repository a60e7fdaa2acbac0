"""The cover of a gallery as a picture by itself, for pages that show nothing else of it."""

from __future__ import annotations

from apps.albums.cover import cover_of
from apps.media import serving
from apps.sharing.access import Grant
from apps.sharing.branding import watermarks

SIZE = "thumb"


def location_of(grant: Grant, size: str = SIZE) -> serving.Location | None:
    """The cover that this guest sees, under the link's watermark if it has one. Run it in `acting_in(grant.studio)`.

    None without a photo to show, or as long as the watermark is not burnt into it.
    """
    cover = cover_of(grant.stream())
    if cover is None:
        return None
    mark = watermarks.digest_for(grant.studio, grant.shown.album, is_watermarked=grant.rights.is_watermarked)
    return watermarks.shown(grant.studio.pk, cover.photo.photo_id, size, mark)
