"""Copies of videos that play, made by an older recipe, are made anew in the background, a share at a time.

What plays stays until its new copy is there. Encoding takes as long as the video lasts, so a copy that the new recipe
would not change only gets its number.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import mkdtemp
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from apps.accounts.tenancy import across_studios, acting_in
from apps.jobs import queue
from apps.jobs.models import Job, Queue, State
from apps.media import jail, on_demand
from apps.media.formats import FORMATS
from apps.media.models import Blob, Rendition
from apps.media.on_demand import RECIPES, VIDEO
from apps.media.storage import as_local_file, temp_directory

STEP = "replay"
# Each may take hours; what is uploaded meanwhile waits for one of them at most.
SHARE = 1


def put_share() -> int:
    """Put jobs for up to `SHARE` stale copies of each studio whose videos are all done. Returns how many jobs."""
    with across_studios():
        studios = list(
            Rendition.objects.filter(_stale()).order_by("studio").values_list("studio", flat=True).distinct()
        )
    return sum(map(_put_share_of, studios))


def _put_share_of(studio_id: UUID) -> int:
    kind = f"{STEP}.{RECIPES[VIDEO]}"
    with acting_in(studio_id):
        jobs = Job.objects.for_studio(studio_id)
        if jobs.filter(queue=Queue.VIDEO, state__in=[State.PENDING, State.RUNNING]).exists():
            return 0
        # What failed for good is not tried for ever; its old copy plays.
        failed = jobs.filter(kind=kind, subject_id=OuterRef("source_id"), state__in=[State.REJECTED, State.QUARANTINED])
        copies = Rendition.objects.for_studio(studio_id).filter(_stale()).exclude(Exists(failed)).order_by("id")
        chosen = list(copies.values_list("source_id", flat=True)[:SHARE])
        for source_id in chosen:
            queue.put(studio_id, kind, source_id, queue=Queue.VIDEO, again=True)
    return len(chosen)


def refresh(job: queue.Claimed) -> None:
    """Make the copy of one original anew, where the recipe changes it. One that is gone or up to date is no error."""
    with acting_in(job.studio_id):
        stale = Rendition.objects.for_studio(job.studio_id).filter(_stale(), source_id=job.subject_id)
        copy = stale.select_related("source", "blob").first()
    if copy is None:
        return
    try:
        changes = _is_changed(copy.source)
        film = on_demand.ensure(copy.source, VIDEO) if changes else copy.blob
    except jail.Rejected as rejected:
        raise queue.JobRefused(rejected.reason) from rejected
    except on_demand.NotMade as reason:
        if reason.is_final:
            raise queue.JobRefused(str(reason)) from reason
        raise
    with acting_in(job.studio_id):
        rows = Rendition.objects.for_studio(job.studio_id).filter(source_id=job.subject_id)
        rows.filter(kind=VIDEO).update(recipe=RECIPES[VIDEO])
        # Smaller sizes of a video are its copy.
        rows.filter(kind__startswith="fit.", blob_id=copy.blob_id).update(blob=film)


def _is_changed(source: Blob) -> bool:
    """Whether the present recipe makes another copy of this original. Raises jail.Rejected, jail.Crashed."""
    kind = next(format.name for format in FORMATS.values() if format.mime == source.mime)
    out = Path(mkdtemp(prefix="replay.", dir=temp_directory()))
    try:
        with as_local_file(source.storage_key) as path:
            return jail.run("apps.media.video:beyond_white", path, out, kind=kind).get("is_so") is True
    finally:
        shutil.rmtree(out, ignore_errors=True)


def _stale() -> Q:
    return Q(kind=VIDEO, recipe__lt=RECIPES[VIDEO])
