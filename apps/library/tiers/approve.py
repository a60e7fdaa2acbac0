"""A person finds the records of photos right (gold), or has them reviewed once more (silver)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final
from uuid import UUID

from django.utils import timezone

from apps.accounts import journal
from apps.accounts.journal.record import hold_act
from apps.accounts.journal.sentences import photos_word
from apps.accounts.long_tasks import Task, TaskSlice
from apps.accounts.models import JournalEntry, Studio, User
from apps.albums import bulk
from apps.albums.models import Photo, PhotoState
from apps.jobs.sliced import Followed, Sliced
from apps.library.tiers import gold


def approve(
    studio: Studio,
    photos: Collection[UUID],
    *,
    by: User | None,
    act: UUID | None = None,
    albums: Collection[UUID] = (),
) -> JournalEntry | None:
    """Let photos be gold, and have their copies written; None if no photo changes.

    Photos that could not be processed stay what they are.  act: of which long act this is a slice.
    albums: the galleries of a restricted member.  Raises ActUndone.
    """
    rows = Photo.objects.for_studio(studio).filter(pk__in=photos, trashed_at__isnull=True, approved_at__isnull=True)
    watch = journal.Watch(studio)
    changed = watch.rows(rows.exclude(state=PhotoState.FAILED), "approved_at")
    if not changed:
        return None
    now = timezone.now()
    Photo.objects.for_studio(studio).filter(pk__in=changed).update(approved_at=now, updated_at=now)
    for photo in Photo.objects.for_studio(studio).filter(pk__in=changed).only("pk", "studio_id"):
        gold.request(photo)
    return journal.record(
        studio, by=by, verb="photos.approved", albums=albums, things=changed, changes=watch.changes(), act=act
    )


def unapprove(
    studio: Studio,
    photos: Collection[UUID],
    *,
    by: User | None,
    act: UUID | None = None,
    albums: Collection[UUID] = (),
) -> JournalEntry | None:
    """Have photos reviewed once more; None if no photo changes. Their copies are not given out any more.

    act, albums: as in `approve`.  Raises ActUndone.
    """
    rows = Photo.objects.for_studio(studio).filter(pk__in=photos, trashed_at__isnull=True, approved_at__isnull=False)
    watch = journal.Watch(studio)
    changed = watch.rows(rows, "approved_at")
    if not changed:
        return None
    Photo.objects.for_studio(studio).filter(pk__in=changed).update(approved_at=None, updated_at=timezone.now())
    return journal.record(
        studio, by=by, verb="photos.unapproved", albums=albums, things=changed, changes=watch.changes(), act=act
    )


def begin(studio: Studio, photos: Iterable[UUID], *, by: User, mine: Collection[UUID] | None) -> Task:
    """Approve photos, or write the copies of approved ones anew, and follow the writing.

    mine: galleries of a restricted member, None for all.  Raises TooManyForTask, TooManyTasks.
    """
    plain = None if mine is None else sorted(map(str, mine))
    return APPROVE.begin(studio, photos, by=by, title="Approve photos and write their metadata", mine=plain)


def begin_back(studio: Studio, photos: Iterable[UUID], *, by: User, mine: Collection[UUID] | None) -> Task:
    """Have photos reviewed once more. mine: as in `begin`.  Raises TooManyForTask, TooManyTasks."""
    plain = None if mine is None else sorted(map(str, mine))
    return UNAPPROVE.begin(studio, photos, by=by, title="Put photos back to be reviewed", mine=plain)


def _mine(task: Task) -> list[UUID] | None:
    mine = task.params["mine"]
    return None if mine is None else [UUID(one) for one in mine]


def _back(task: Task, some: TaskSlice) -> int:
    hold_act(task.pk, shared=True)
    mine = _mine(task)
    photos = bulk.reachable(task, some, mine)
    return bulk.count(task, unapprove(task.studio, photos, by=task.who, act=task.pk, albums=mine or ()))


def _told_back(task: Task) -> str:
    return f"{photos_word(task.changed)} put back to be reviewed.{bulk.passed_over(task)}"


def _put(task: Task, some: TaskSlice) -> Collection[UUID]:
    hold_act(task.pk, shared=True)
    mine = _mine(task)
    photos = list(bulk.reachable(task, some, mine))
    bulk.count(task, approve(task.studio, photos, by=task.who, act=task.pk, albums=mine or ()))
    rows = Photo.objects.for_studio(task.studio_id).filter(pk__in=photos, approved_at__isnull=False)
    gilded = list(rows.exclude(state=PhotoState.FAILED).filter(trashed_at__isnull=True).only("pk", "studio_id"))
    for photo in gilded:
        gold.request(photo)
    return [photo.pk for photo in gilded]


def _told(task: Task) -> str:
    if task.failed:
        return f"The metadata of {photos_word(task.failed)} could not be written. The originals are safe."
    return f"{photos_word(task.changed)} approved, their metadata written.{bulk.passed_over(task)}"


APPROVE: Final = Followed("photos.approve", _told, _put, lambda task, some: [gold.GOLD])
UNAPPROVE: Final = Sliced("photos.unapprove", _told_back, _back)
