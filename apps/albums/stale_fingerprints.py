"""Fingerprints that an older version of `media.fingerprint` made are made anew, in the background.

The version stands on the photo's row, so that this may be stopped and gone on with at any time, and doing a photo
twice is doing it once. A studio's share waits until nothing else of its images waits.
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from apps.accounts.tenancy import StudioQuerySet, across_studios, acting_in
from apps.albums.models import Photo, PhotoState
from apps.jobs import queue
from apps.jobs.models import Job, Queue, State
from apps.media import fingerprint, jail, renditions

STEP = "fingerprint"
# Half of a rendering each: what is uploaded a moment after them waits for ten seconds or so.
SHARE = 50


def put_share() -> int:
    """Put jobs for up to `SHARE` stale photos of each studio whose images are all done. Returns how many jobs."""
    with across_studios():
        studios = list(Photo.objects.filter(_is_stale()).order_by("studio").values_list("studio", flat=True).distinct())
    return sum(_put_share_of(studio_id) for studio_id in studios)


def _put_share_of(studio_id: UUID) -> int:
    kind = f"{STEP}.{fingerprint.VERSION}"
    with acting_in(studio_id):
        jobs = Job.objects.for_studio(studio_id)
        if jobs.filter(queue=Queue.IMAGES, state=State.PENDING).exists():
            return 0
        # What failed for good is not tried for ever; a person can render it again.
        failed = jobs.filter(kind=kind, subject_id=OuterRef("pk"), state__in=[State.REJECTED, State.QUARANTINED])
        stale = _stale(studio_id).exclude(Exists(failed)).order_by("id")
        share = list(stale.values_list("pk", flat=True)[:SHARE])
        for photo_id in share:
            queue.put(studio_id, kind, photo_id, queue=Queue.IMAGES, again=True)
    return len(share)


def refresh(job: queue.Claimed) -> None:
    """Make the fingerprint of one photo anew from its original. One that is gone or up to date is no error."""
    with acting_in(job.studio_id):
        photo = _stale(job.studio_id).select_related("original").filter(pk=job.subject_id).first()
    if photo is None:
        return
    try:
        phash = renditions.phash_of(photo.original)
    except jail.Rejected as rejected:
        raise queue.JobRefused(rejected.reason) from rejected
    with acting_in(job.studio_id):
        _stale(job.studio_id).filter(pk=photo.pk).update(phash=phash, fingerprint_version=fingerprint.VERSION)


def _is_stale() -> Q:
    return Q(fingerprint_version__lt=fingerprint.VERSION, state=PhotoState.READY, trashed_at__isnull=True)


def _stale(studio_id: UUID) -> StudioQuerySet[Photo]:
    photos: StudioQuerySet[Photo] = Photo.objects.for_studio(studio_id)
    return photos.filter(_is_stale())
