"""Work of all studios that was given up: what the operator sees of it, and another try."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.accounts.models import Task
from apps.accounts.tenancy import across_studios, acting_in
from apps.albums import reprocess
from apps.albums.models import Photo
from apps.jobs import queue, sliced
from apps.jobs.models import Job, Queue, State
from apps.web.logs import redact
from apps.web.refusal import Refusal

MOST_SHOWN = 12
# In one press; what is left is shown again.
MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class FailedWork:
    """A job that was given up. error: the last line of what it said, without what the log may not have."""

    id: UUID
    kind: str
    queue: str
    studio: str
    error: str
    at: datetime | None


def shown() -> list[FailedWork]:
    """What was given up last."""
    with across_studios():
        jobs = Job.objects.filter(state=State.QUARANTINED).select_related("studio").defer("studio__logo")
        rows = list(jobs.order_by("-finished_at", "-id")[:MOST_SHOWN])
    return [
        FailedWork(row.pk, row.kind, row.queue, row.studio.name, _last_line(row.error), row.finished_at) for row in rows
    ]


def _last_line(error: str) -> str:
    lines = error.strip().splitlines()
    return redact(lines[-1])[:300] if lines else ""


def again(job_id: UUID | None = None) -> int:
    """Let one job that was given up, or all of them, be tried afresh. Returns how many are on their way."""
    with across_studios():
        jobs = Job.objects.filter(state=State.QUARANTINED, **({} if job_id is None else {"pk": job_id}))
        found = list(jobs.order_by("id")[:MOST_AT_ONCE])
    return sum(_begin(job) for job in found)


def _begin(job: Job) -> bool:
    with acting_in(job.studio_id):
        if job.kind == Photo.RENDER:
            photo = Photo.objects.for_studio(job.studio_id).filter(pk=job.subject_id).first()
            if photo is None:
                return False
            reprocess.again(photo)
            return True
        if Task.objects.for_studio(job.studio_id).filter(pk=job.subject_id).exists():
            try:
                sliced.retry(job.studio, job.subject_id)
            except Refusal:
                # It ended another way meanwhile, or was begun anew: that one is the work now.
                return False
            return True
        queue.put(job.studio_id, job.kind, job.subject_id, queue=Queue(job.queue), again=True)
    return True
