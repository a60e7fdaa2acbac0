"""Very many photos whose place a person says, as a task."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final
from uuid import UUID

from apps.accounts.journal.record import hold_act
from apps.accounts.journal.sentences import photos_word
from apps.accounts.long_tasks import Task, TaskSlice
from apps.accounts.models import Studio, User
from apps.albums import relocate
from apps.jobs.sliced import Sliced
from apps.library.places import locate


def begin(
    studio: Studio,
    photos: Iterable[UUID],
    position: tuple[float, float] | None,
    *,
    by: User,
    mine: Collection[UUID] | None,
) -> Task:
    """Say where photos were taken. mine: a restricted member's galleries.  Raises TooManyForTask, TooManyTasks."""
    plain = None if mine is None else sorted(map(str, mine))
    return PLACE.begin(studio, photos, by=by, title="Set the place of photos", position=position, mine=plain)


def _do(task: Task, some: TaskSlice) -> int:
    hold_act(task.pk, shared=True)
    mine = None if task.params["mine"] is None else [UUID(one) for one in task.params["mine"]]
    photos = set(relocate.lying(task.studio, some.ids, mine).values_list("photo_id", flat=True))
    position = tuple(task.params["position"]) if task.params["position"] else None
    entry = locate.set_by_hand(task.studio, photos, position, by=task.who, act=task.pk, albums=mine or ())
    if entry is None:
        return 0
    task.undo = task.undo or entry.undo_id
    return entry.count


def _told(task: Task) -> str:
    return f"Place of {photos_word(task.changed)} set."


PLACE: Final = Sliced("photos.place", _told, _do)
