"""The photo that stands for an album: the cover that the studio chose, if whoever looks may see it, else the first."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from apps.accounts.models import Studio
from apps.albums.models import Album, PhotoState, Placement
from apps.albums.stream import Stream, StreamPage
from apps.albums.tiles import TileRow

# Where the eyes of a portrait usually are: 0..1 from left and top.
FIRST_FOCUS = (0.5, 0.4)


@dataclass(frozen=True, slots=True)
class Cover:
    """focal_x, focal_y: the point that is always seen, 0..1 from left and top."""

    photo: TileRow
    focal_x: float
    focal_y: float


def cover_of(stream: Stream, page: StreamPage | None = None) -> Cover | None:
    """The cover as the reader of a stream sees it; None without a photo to show. page: the stream's first, if at hand.

    Run it in the studio's transaction.
    """
    album = stream.album
    rows = page.rows if page else []
    chosen = [row for row in rows if row.photo_id == album.cover_id]
    if album.cover_id and not chosen:
        chosen = stream.of([album.cover_id])
    if chosen and chosen[0].is_ready:
        return Cover(chosen[0], album.focal_x, album.focal_y)
    first = next((row for row in (rows or stream.open().rows) if row.is_ready), None)
    return Cover(first, *FIRST_FOCUS) if first else None


def with_covers(albums: QuerySet[Album], studio: Studio | UUID) -> QuerySet[Album]:
    """The albums with `shown_cover`: the id of the photo that the studio sees as the cover of each, or None."""
    ready = Placement.objects.for_studio(studio).filter(
        album_id=OuterRef("pk"), trashed_at__isnull=True, photo__state=PhotoState.READY
    )
    first = ready.filter(is_hidden=False).order_by("section_rank", "sort_key", "id")
    chosen = ready.filter(photo_id=OuterRef("cover_id"))
    return albums.annotate(
        shown_cover=Coalesce(Subquery(chosen.values("photo_id")[:1]), Subquery(first.values("photo_id")[:1]))
    )
