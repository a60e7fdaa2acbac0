"""Fingerprints that an older version of `media.fingerprint` made are made anew, in the background (see `stale`)."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from apps.accounts.tenancy import StudioQuerySet, acting_in
from apps.albums import stale
from apps.albums.models import Photo, PhotoState
from apps.jobs import queue
from apps.media import fingerprint, jail, renditions

STEP = "fingerprint"
# Half of a rendering each: what is uploaded a moment after them waits for ten seconds or so.
SHARE = 50


def put_share() -> int:
    """Put jobs for up to `SHARE` stale photos of each studio whose images are all done. Returns how many jobs."""
    return stale.put_share(_is_stale(), f"{STEP}.{fingerprint.VERSION}", share=SHARE)


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
