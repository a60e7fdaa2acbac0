"""Bursts of a gallery or of the whole library, as a task: for photos of before stacks were found, and after clocks were
set right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Final
from uuid import UUID

from apps.accounts.journal.sentences import photos_word
from apps.accounts.long_tasks import Task, TaskSlice
from apps.accounts.models import Studio, User
from apps.albums.models import Album
from apps.jobs.sliced import Sliced
from apps.library.models import LibraryPhoto
from apps.library.stacks import detect


@dataclass(frozen=True)
class _OfLibrary(Sliced):
    """A task over every photo of a studio, if need be."""

    most: ClassVar[int] = 1_000_000


def begin(studio: Studio, *, by: User, album: Album | None = None) -> Task:
    """Find the bursts of a gallery, or of the whole library. One at a time for each; the one at work is returned.

    Raises TooManyForTask, TooManyTasks.
    """
    key = str(album.pk) if album else "library"
    working = Task.active_of(studio.pk, ANALYZE.kind, key)
    if working is not None:
        return working
    title = f"Find bursts in “{album.title}”" if album else "Find bursts in the library"
    return ANALYZE.begin(studio, _photos(studio, album), by=by, title=title, key=key)


def _photos(studio: Studio, album: Album | None) -> Iterable[UUID]:
    rows = LibraryPhoto.objects.for_studio(studio).filter(is_dated=True).exclude(camera="")
    if album is not None:
        rows = rows.filter(pk__in=album.placements.live().values("photo_id"))
    return rows.order_by("camera", "wall", "pk").values_list("pk", flat=True).iterator(chunk_size=2_000)


def _do(task: Task, some: TaskSlice) -> int:
    """Each run once: its frames follow each other in the slice."""
    changed, done = 0, set[UUID]()
    for photo_id in some.ids:
        if photo_id in done:
            continue
        frames = [pk for group in detect.groups_around(task.studio_id, photo_id) for pk in group]
        for rendition in detect.unmeasured(task.studio_id, frames):
            detect.measure(task.studio_id, rendition)
        changed += detect.follow(task.studio_id, photo_id)
        done.update(frames)
    return changed


def _told(task: Task) -> str:
    if not task.changed:
        return "No new bursts found."
    return f"{photos_word(task.changed)} put into stacks."


ANALYZE: Final = _OfLibrary("stacks.analyze", _told, _do)
