"""Photos that are to be processed once more."""

from __future__ import annotations

from django.utils import timezone

from apps.albums.models import Album, Photo, PhotoState
from apps.jobs import queue
from apps.jobs.models import Queue

RENDER = "render"


def try_again(photo: Photo) -> None:
    """Process a photo again from the start: a person pressed *Try again*."""
    photo.state, photo.problem, photo.updated_at = PhotoState.PROCESSING, "", timezone.now()
    photo.save(update_fields=["state", "problem", "updated_at"])
    render_again(photo)


def render_again(photo: Photo) -> None:
    """Make the renditions anew. Until they are there the old ones are shown."""
    queue.put(photo.studio_id, RENDER, photo.pk, queue=Queue.IMAGES, again=True)


def try_all_again(album: Album) -> int:
    """`try_again` for every failed photo of an album. Returns how many."""
    failed = list(failed_of(album))
    for photo in failed:
        try_again(photo)
    return len(failed)


def failed_of(album: Album) -> list[Photo]:
    """The album's photos that could not be processed, oldest first."""
    rows = Photo.objects.for_studio(album.studio_id).filter(
        state=PhotoState.FAILED, placements__album_id=album.pk, placements__trashed_at__isnull=True
    )
    return list(rows.order_by("id")[:1000])
