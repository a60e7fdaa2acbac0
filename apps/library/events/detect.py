"""Shoots that nobody named become events, as a task with one undo."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar, Final

from apps.accounts.access import Entered
from apps.accounts.journal.record import hold_act
from apps.accounts.journal.sentences import counted
from apps.accounts.long_tasks import Task, TaskSlice
from apps.jobs import queue
from apps.jobs.sliced import Sliced
from apps.library.event_models import Event
from apps.library.events import keep, shoots

#: All that a calendar of photos can hold (see `media.facts.YEARS`).
_FIRST: Final = datetime(1826, 1, 1, tzinfo=UTC)
_AFTER: Final = datetime(2200, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class _OfShoots(Sliced):
    """A task over shoots, each named by its first photo."""

    noun: ClassVar[str] = "shoot"


def begin(entered: Entered) -> Task:
    """Make an event of each shoot that lies in none; of very many the newest (`shoots.MOST`).

    One at a time; the one at work is returned. Run in `acting_in(studio)`.  Raises TooManyTasks.
    """
    studio = entered.studio
    working = Task.active_of(studio.pk, DETECT.kind, DETECT.kind)
    if working is not None:
        return working
    named = [(one.starts, one.ends) for one in Event.objects.for_studio(studio).filter(is_yearly=False)]
    found = [
        one
        for one in shoots.shoots(entered, _FIRST, _AFTER)
        if one.ends - one.starts <= keep.LONGEST
        and not any(starts <= one.ends and one.starts <= ends for starts, ends in named)
    ]
    spans = {str(one.photo): [one.starts.isoformat(), one.ends.isoformat()] for one in found}
    photos = [one.photo for one in found]
    return DETECT.begin(studio, photos, by=entered.user, title="Find shoots", key=DETECT.kind, spans=spans)


def _do(task: Task, some: TaskSlice) -> int:
    hold_act(task.pk, shared=True)
    spans = [task.params["spans"][str(pk)] for pk in some.ids]
    moments = [(datetime.fromisoformat(starts), datetime.fromisoformat(ends)) for starts, ends in spans]
    try:
        entry = keep.create_found(task.studio, moments, by=task.who, act=task.pk)
    except keep.TooManyEvents as refusal:
        raise queue.JobRefused(str(refusal)) from None
    if entry is None:
        return 0
    task.undo = task.undo or entry.undo_id
    return len(spans)


def _told(task: Task) -> str:
    return f"{counted(task.changed, 'shoot')} found."


DETECT: Final = _OfShoots("events.detect", _told, _do)
