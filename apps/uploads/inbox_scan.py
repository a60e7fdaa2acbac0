"""A look into the watched folder because somebody asked for it, as a task."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from apps.accounts.journal.sentences import counted
from apps.accounts.long_tasks import Task
from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.jobs.sliced import Outside
from apps.uploads import inbox
from apps.uploads.models import InboxFile, InboxState


def begin(studio: Studio, *, by: User) -> Task:
    """Look into the studio's folder. One at a time; the one at work is returned.  Raises TooManyTasks."""
    working = Task.active_of(studio.pk, SCAN.kind, _KEY)
    if working is not None:
        return working
    return SCAN.begin(studio, [studio.pk], by=by, title="Look into the watched folder", key=_KEY)


def _look(studio_id: UUID) -> None:
    with acting_in(studio_id):
        studio = Studio.objects.filter(pk=studio_id, closing_since=None).first()
    if studio is not None:
        inbox.look_into(studio)


def _told(task: Task) -> str:
    waiting = InboxFile.objects.for_studio(task.studio_id).filter(state=InboxState.WAITING).count()
    return f"{counted(waiting, 'file')} still waiting." if waiting else "Nothing is waiting."


_KEY: Final = "inbox"
SCAN: Final = Outside("inbox.scan", _told, _look)
