"""Jobs for what an archive lacks: photos in another size or without metadata, CRCs.

A task of the studio has them made and follows them; guests follow the photos on their page. Run in
`acting_in(grant.studio)`, but for the steps themselves.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from uuid import UUID

from apps.accounts.journal.sentences import photos_word
from apps.accounts.long_tasks import ACTIVE, Task, TaskSlice
from apps.accounts.tenancy import acting_in
from apps.jobs import queue
from apps.jobs.models import Job, Queue, State
from apps.jobs.sliced import Followed, Stop
from apps.media import damage, on_demand
from apps.media.models import Blob
from apps.sharing.access import Grant
from apps.sharing.downloads import sizes
from apps.sharing.downloads.sizes import Unmade
from apps.sharing.models import ShareLink

COUNT = "archive.count"
# Parts of a task: originals of which a file is made, files that are counted.
_MADE, _COUNTED = "made", "counted"


def begin(grant: Grant, missing: Unmade) -> None:
    """Have a task make what is missing. Asking twice is asking once; what was given up starts afresh."""
    # One task for a link and a kind of file: whoever asks at the same moment waits here and finds it.
    list(ShareLink.objects.for_studio(grant.studio).select_for_update(no_key=True).filter(pk=grant.link_id))
    key = _key(grant, missing)
    active = Task.active_of(grant.studio.pk, PREPARE.kind, key)
    task = Task.held(grant.studio.pk, active.pk) if active else None
    if task is None or not task.is_active:
        title = f"Prepare photos of “{grant.shown.title}” for download"
        task = PREPARE.begin(
            grant.studio, [], by=None, title=title, key=key, link=str(grant.link_id), rendition=missing.kind
        )
    known = {pk for some in task.slices.all() for pk in (*some.ids, *some.failed)}
    for part, ids in ((_MADE, missing.sources), (_COUNTED, missing.uncounted)):
        # A guest who wants more than a task takes on asks again when these are there.
        fresh = [pk for pk in dict.fromkeys(ids) if pk not in known][: Task.MOST - task.total]
        PREPARE.add(task, fresh, part=part)


def state(grant: Grant, missing: Unmade) -> str:
    """ "idle" before anybody asked for it, "busy" while jobs run, "failed" when they were given up."""
    wanted = [*missing.sources, *missing.uncounted]
    kinds = (on_demand.job_kind(missing.kind), COUNT)
    jobs = Job.objects.for_studio(grant.studio).filter(kind__in=kinds, subject_id__in=wanted)
    states = set(jobs.values_list("state", flat=True))
    if states & {State.PENDING, State.RUNNING} or _is_waiting(grant, missing, wanted):
        return "busy"
    return "failed" if states & {State.REJECTED, State.QUARANTINED} else "idle"


def _is_waiting(grant: Grant, missing: Unmade, wanted: list[UUID]) -> bool:
    """True if a task is still to put jobs for some of it."""
    waiting = TaskSlice.objects.for_studio(grant.studio).filter(
        task__kind=PREPARE.kind,
        task__key=_key(grant, missing),
        task__state__in=ACTIVE,
        begun_at__isnull=True,
        ids__overlap=wanted,
    )
    return waiting.exists()


def _key(grant: Grant, missing: Unmade) -> str:
    return f"{grant.link_id}:{missing.kind}"


# -- the task ----------------------------------------------------------------------------------------


def _put(task: Task, some: TaskSlice) -> Collection[UUID]:
    link = ShareLink.objects.for_studio(task.studio_id).filter(pk=UUID(task.params["link"]), revoked_at=None)
    if not link.exists():
        raise Stop("The link was turned off, so these photos are no longer needed.")
    if some.part == _MADE:
        return on_demand.request(task.studio_id, some.ids, task.params["rendition"])
    for blob_id in some.ids:
        queue.put(task.studio_id, COUNT, blob_id, queue=Queue.IMAGES, again=True)
    return some.ids


def _kinds(task: Task, some: TaskSlice) -> Collection[str]:
    return [on_demand.job_kind(task.params["rendition"]) if some.part == _MADE else COUNT]


def _told(task: Task) -> str:
    if task.failed:
        return f"{task.failed:,} of {photos_word(task.total)} could not be prepared. The originals are safe."
    return f"{photos_word(task.done)} {'is' if task.done == 1 else 'are'} ready for download."


PREPARE: Final = Followed("download.prepare", _told, _put, _kinds)


# -- a step of its own -------------------------------------------------------------------------------


def count(job: queue.Claimed) -> None:
    """Read a file for its CRC. One that is gone meanwhile is no error."""
    try:
        with acting_in(job.studio_id):
            blob = Blob.objects.for_studio(job.studio_id).filter(pk=job.subject_id, crc32__isnull=True).first()
            if blob is not None:
                sizes.count_crc(job.studio_id, blob.pk, blob.storage_key, blob.sha256)
    except sizes.Unwhole as reason:
        # In a transaction of its own: the one above is rolled back.
        damage.report(job.studio_id, job.subject_id, "missing or altered when it was counted")
        raise queue.JobRefused(str(reason)) from reason
