"""Photos whose stored results an older version of the code made: they are done anew, a share at a time.

What is stale stands on the photo's row, so that this may be stopped and gone on with at any time, and doing a photo
twice is doing it once. A studio's share waits until nothing else of its images waits.
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from apps.accounts.tenancy import StudioQuerySet, across_studios, acting_in
from apps.albums.models import Photo
from apps.jobs import queue
from apps.jobs.models import Job, Queue, State


def put_share(is_stale: Q, kind: str, *, share: int) -> int:
    """Put jobs of a kind for up to `share` such photos of each studio whose images are all done. Returns how many."""
    with across_studios():
        studios = list(Photo.objects.filter(is_stale).order_by("studio").values_list("studio", flat=True).distinct())
    return sum(_put_share_of(studio_id, is_stale, kind, share) for studio_id in studios)


def _put_share_of(studio_id: UUID, is_stale: Q, kind: str, share: int) -> int:
    with acting_in(studio_id):
        jobs = Job.objects.for_studio(studio_id)
        if jobs.filter(queue=Queue.IMAGES, state=State.PENDING).exists():
            return 0
        # What failed for good is not tried for ever; a person can render it again.
        failed = jobs.filter(kind=kind, subject_id=OuterRef("pk"), state__in=[State.REJECTED, State.QUARANTINED])
        photos: StudioQuerySet[Photo] = Photo.objects.for_studio(studio_id)
        wanted = photos.filter(is_stale).exclude(Exists(failed)).order_by("id").values_list("pk", flat=True)[:share]
        chosen = list(wanted)
        for photo_id in chosen:
            queue.put(studio_id, kind, photo_id, queue=Queue.IMAGES, again=True)
    return len(chosen)
