"""Looking for faces in photos again, as a task that follows the looks to their end. Run in `acting_in(studio)`."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final
from uuid import UUID

from apps.accounts.journal.sentences import photos_word
from apps.accounts.long_tasks import Task, TaskSlice
from apps.accounts.models import Studio, User
from apps.albums.models import Album
from apps.faces import scanning
from apps.faces.consent import require_on, wanted
from apps.faces.models import SCAN
from apps.jobs.sliced import Followed


def begin(studio: Studio, photos: Iterable[UUID], *, by: User, title: str) -> Task:
    """Look at these photos again, as far as they lie in a gallery where faces are found.

    Raises FacesOff, TooManyForTask, TooManyTasks.
    """
    require_on(studio)
    return LOOK.begin(studio, wanted(studio.pk, photos), by=by, title=title)


def begin_album(album: Album, *, by: User) -> Task:
    """Look at all photos of a gallery again. Raises FacesOff, TooManyForTask, TooManyTasks."""
    require_on(album.studio)
    photos = wanted(album.studio_id, album_id=album.pk)
    return LOOK.begin(album.studio, photos, by=by, title=f"Look for faces in “{album.title}”")


def _put(task: Task, some: TaskSlice) -> Collection[UUID]:
    # Switched off meanwhile, or gone: then there is nothing to look at.
    photos = wanted(task.studio_id, some.ids)
    scanning.request(task.studio_id, photos)
    return photos


def _looked(task: Task) -> str:
    if task.failed:
        return f"{task.failed:,} of {photos_word(task.total)} could not be looked at."
    return f"{photos_word(task.changed)} checked for faces."


LOOK: Final = Followed("faces.look", _looked, _put, lambda task, some: [SCAN])
