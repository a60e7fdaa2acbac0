"""Photos that are to be processed once more."""

from __future__ import annotations

from django.db.models import QuerySet
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


def again(photo: Photo) -> None:
    """Process a photo again; one that can be seen stays visible meanwhile."""
    if photo.state == PhotoState.FAILED:
        try_again(photo)
    else:
        render_again(photo)


def failed_of(album: Album) -> QuerySet[Photo]:
    """The album's photos that could not be processed, oldest first."""
    rows = Photo.objects.for_studio(album.studio_id).filter(
        state=PhotoState.FAILED, placements__album_id=album.pk, placements__trashed_at__isnull=True
    )
    return rows.order_by("id")
