"""Photos that lie in no section are put under headings, many headings by one act. Run in `acting_in(studio)`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

from apps.accounts import journal
from apps.accounts.journal.record import hold_act
from apps.accounts.journal.sentences import photos_word
from apps.accounts.long_tasks import Task, TaskSlice
from apps.accounts.models import JournalEntry, User
from apps.albums import bulk, counts, sections
from apps.albums.models import Album
from apps.jobs.sliced import Sliced


def file_loose(
    album: Album, headings: Mapping[str, Collection[UUID]], *, by: User | None, act: UUID | None = None
) -> JournalEntry | None:
    """Put photos under the section of a title; one that there is not is made at the end. None if nothing changed.

    A photo that lies in a section already stays there, whoever put it in. act: of which long act this is a slice.
    Raises TooManySections; then nothing was done.  Raises ActUndone.
    """
    album.hold()
    watch = journal.Watch(album.studio)
    filed: list[UUID] = []
    for title, photos in headings.items():
        loose = album.placements.live().filter(section__isnull=True, photo_id__in=list(photos))
        rows = watch.rows(loose, "section_id")
        if not rows:
            continue
        section = sections.titled(album.sections.order_by("rank"), title) or sections.insert(album, title, watch)
        lying = album.placements.filter(pk__in=rows)
        lying.update(section=section, section_rank=section.rank)
        filed += lying.values_list("photo_id", flat=True)
    if not filed:
        return None
    counts.forget(album.pk)
    return journal.record(
        album.studio, by=by, verb="photos.filed", subject=album, things=filed, changes=watch.changes(), act=act
    )


def begin_filing(album: Album, headings: Mapping[str, tuple[str, Collection[UUID]]], *, by: User) -> Task:
    """The same for very many photos. headings: a short key -> title, photos.  Raises TooManyForTask, TooManyTasks."""
    titles = {key: title for key, (title, _) in headings.items()}
    (first, (_, photos)), *others = headings.items()
    task = FILE.begin(
        album.studio, photos, by=by, title="Sort photos into sections", part=first, album=str(album.pk), titles=titles
    )
    for key, (_, more) in others:
        FILE.add(task, more, part=key)
    return task


def _file(task: Task, some: TaskSlice) -> int:
    hold_act(task.pk, shared=True)
    album = bulk.album_of(task)
    entry = file_loose(album, {task.params["titles"][some.part]: some.ids}, by=task.who, act=task.pk)
    return bulk.count(task, entry)


def _filed(task: Task) -> str:
    return f"{photos_word(task.changed)} sorted into sections.{bulk.passed_over(task)}"


FILE: Final = Sliced("photos.file", _filed, _file)
