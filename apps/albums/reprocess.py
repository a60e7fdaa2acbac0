"""Photos that could not be processed."""

from __future__ import annotations

from django.db.models import QuerySet

from apps.albums.models import Album, Photo, PhotoState
from apps.media import damage


def again(photo: Photo) -> None:
    """Process a photo again; one that can be seen stays visible meanwhile."""
    if photo.state == PhotoState.FAILED:
        photo.reprocess()
    else:
        photo.render_again()


def failed_of(album: Album) -> QuerySet[Photo]:
    """The album's photos that could not be processed, oldest first."""
    rows = Photo.objects.for_studio(album.studio_id).filter(
        state=PhotoState.FAILED, placements__album_id=album.pk, placements__trashed_at__isnull=True
    )
    return rows.order_by("id")


def damaged_of(album: Album) -> QuerySet[Photo, str]:
    """Names of the album's photos whose original is damaged or missing on our side, oldest first."""
    rows = Photo.objects.for_studio(album.studio_id).filter(
        original__in=damage.originals(album.studio_id).values("pk"),
        placements__album_id=album.pk,
        placements__trashed_at__isnull=True,
    )
    return rows.order_by("id").values_list("camera_name", flat=True)


def retriable_of(album: Album) -> QuerySet[Photo]:
    """Those of them that another try may mend: their file was not refused for what it is."""
    return failed_of(album).filter(is_refused=False)
