"""Having workers make what an archive needs and does not have yet: photos in another size or without metadata, CRCs.

Run in `acting_in(grant.studio)`, but for the step itself.
"""

from __future__ import annotations

from collections.abc import Callable

from apps.accounts.tenancy import acting_in
from apps.jobs import queue
from apps.jobs.models import Job, Queue, State
from apps.media import on_demand
from apps.media.models import Blob
from apps.sharing.access import Grant
from apps.sharing.downloads import sizes
from apps.sharing.downloads.sizes import Unmade

COUNT = "archive.count"


def begin(grant: Grant, missing: Unmade) -> None:
    """Put what is missing on the workers' list. Asking twice is asking once; what was given up starts afresh."""
    if missing.sources:
        on_demand.request(grant.studio, missing.sources, missing.kind)
    for blob_id in missing.uncounted:
        queue.put(grant.studio, COUNT, blob_id, queue=Queue.IMAGES, again=True)


def state(grant: Grant, missing: Unmade) -> str:
    """ "idle" before anybody asked for it, "busy" while workers are at it, "failed" when they gave up."""
    wanted = [*missing.sources, *missing.uncounted]
    kinds = (f"derive.{missing.kind}", COUNT)
    jobs = Job.objects.for_studio(grant.studio).filter(kind__in=kinds, subject_id__in=wanted)
    states = set(jobs.values_list("state", flat=True))
    if states & {State.PENDING, State.RUNNING}:
        return "busy"
    return "failed" if states & {State.REJECTED, State.QUARANTINED} else "idle"


def count(job: queue.Claimed) -> None:
    """Read a file for its CRC. One that is gone meanwhile is no error."""
    with acting_in(job.studio_id):
        blob = Blob.objects.for_studio(job.studio_id).filter(pk=job.subject_id, crc32__isnull=True).first()
        if blob is None:
            return
        try:
            sizes.count_crc(job.studio_id, blob.pk, blob.storage_key, blob.sha256)
        except sizes.Unwhole as reason:
            raise queue.JobRefused(str(reason)) from reason


STEPS: dict[str, Callable[[queue.Claimed], None]] = {COUNT: count}
