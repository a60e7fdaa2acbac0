"""Photos that could not be processed."""

from __future__ import annotations

from apps.albums.models import Album, Photo, PhotoState


def try_all_again(album: Album) -> int:
    """Process every failed photo of an album once more. Returns how many."""
    failed = list(failed_of(album))
    for photo in failed:
        photo.reprocess()
    return len(failed)


def failed_of(album: Album) -> list[Photo]:
    """The album's photos that could not be processed, oldest first."""
    rows = Photo.objects.for_studio(album.studio_id).filter(
        state=PhotoState.FAILED, placements__album_id=album.pk, placements__trashed_at__isnull=True
    )
    return list(rows.order_by("id")[:1000])
