"""Acts on very many photos: up to `AT_ONCE` are dealt with in the request, more as a task (see `jobs.sliced`).

Run in `acting_in(studio)`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Final
from uuid import UUID

from apps.accounts.journal.record import hold_act
from apps.accounts.journal.sentences import photos_word
from apps.accounts.long_tasks import Task, TaskSlice
from apps.accounts.models import JournalEntry, Studio, User
from apps.albums import marks, placements, relocate, reprocess
from apps.albums.models import Album, Photo, PlacementQuerySet, Section
from apps.jobs import queue
from apps.jobs.sliced import Followed, Sliced

AT_ONCE: Final = 200
_READ_AT_ONCE: Final = 2_000


def are_many(chosen: PlacementQuerySet) -> bool:
    """True if these photos are too many for one request."""
    return chosen.order_by()[: AT_ONCE + 1].count() > AT_ONCE


def begin_move(album: Album, chosen: PlacementQuerySet, section: Section | None, *, by: User) -> Task:
    """Move photos of the album under a heading (None: in front of all). Raises TooManyForTask, TooManyTasks."""
    elsewhere = chosen.exclude(section=section) if section else chosen.exclude(section__isnull=True)
    where = f"to “{section.title}”" if section else "out of their sections"
    return MOVE.begin(
        album.studio,
        _ids(elsewhere),
        by=by,
        title=f"Move photos {where}",
        album=str(album.pk),
        section=str(section.pk) if section else "",
        where=where,
    )


def begin_trash(album: Album, chosen: PlacementQuerySet, *, by: User) -> Task:
    """Move photos of the album to the trash. Raises TooManyForTask, TooManyTasks."""
    title = f"Move photos of “{album.title}” to the trash"
    return TRASH.begin(album.studio, _ids(chosen), by=by, title=title, album=str(album.pk))


def begin_reprocess(studio: Studio, photos: Iterable[UUID], *, by: User, album: Album | None = None) -> Task:
    """Process photos again. photos: no id twice.  album: in which all lie.  Raises TooManyForTask, TooManyTasks."""
    title = f"Process photos of “{album.title}” again" if album else "Process photos again"
    return REPROCESS.begin(studio, photos, by=by, title=title)


# -- photos of any galleries; mine: those of a restricted member who does it, None for all ----------------


def begin_relocate(
    album: Album, photos: Iterable[UUID], *, by: User, mine: Collection[UUID] | None, leaves: bool
) -> Task:
    """Put photos into a gallery too, or (`leaves`) move them there. Raises TooManyForTask, TooManyTasks."""
    title = f"{'Move photos to' if leaves else 'Add photos to'} “{album.title}”"
    return RELOCATE.begin(
        album.studio, photos, by=by, title=title, album=str(album.pk), where=album.title, mine=_plain(mine),
        leaves=leaves, verb="photos.relocated" if leaves else "photos.copied",
    )  # fmt: skip


def begin_gallery(
    studio: Studio, title: str, photos: Iterable[UUID], *, by: User, mine: Collection[UUID] | None
) -> Task:
    """Make a gallery and put photos into it. Raises TooManyForTask, TooManyTasks."""
    task = RELOCATE.begin(
        studio, photos, by=by, title=f"Make the gallery “{title}”", where=title, mine=_plain(mine), leaves=False,
        verb="photos.gallery",
    )  # fmt: skip
    album, entry = relocate.make_gallery(studio, title, [], by=by, act=task.pk)
    task.params["album"], task.undo = str(album.pk), entry.undo_id
    task.save(update_fields=["params", "undo"])
    return task


def begin_throw_away(studio: Studio, photos: Iterable[UUID], *, by: User, mine: Collection[UUID] | None) -> Task:
    """Move photos to the trash, wherever they lie. Raises TooManyForTask, TooManyTasks."""
    return THROW.begin(studio, photos, by=by, title="Move photos to the trash", mine=_plain(mine))


def begin_mark(
    studio: Studio, photos: Iterable[UUID], *, by: User, mine: Collection[UUID] | None, **values: Any
) -> Task:
    """Give photos stars, a label or a flag. Raises BadOwnMark, TooManyForTask, TooManyTasks."""
    wanted = marks.check_own(values)
    return MARK.begin(studio, photos, by=by, title="Rate and label photos", mine=_plain(mine), values=wanted)


def begin_tag(
    studio: Studio,
    photos: Iterable[UUID],
    *,
    by: User,
    mine: Collection[UUID] | None,
    add: Collection[str] = (),
    remove: Collection[str] = (),
) -> Task:
    """Give photos keywords, take some away. Raises TooManyForTask, TooManyTasks."""
    title = "Add keywords to photos" if add else "Remove keywords from photos"
    return TAG.begin(studio, photos, by=by, title=title, mine=_plain(mine), add=list(add), remove=list(remove))


def _plain(mine: Collection[UUID] | None) -> list[str] | None:
    return None if mine is None else sorted(str(one) for one in mine)


def _mine(task: Task) -> list[UUID] | None:
    mine = task.params["mine"]
    return None if mine is None else [UUID(one) for one in mine]


def _ids(chosen: PlacementQuerySet) -> Iterable[UUID]:
    return chosen.in_order().values_list("photo_id", flat=True).iterator(chunk_size=_READ_AT_ONCE)


# -- slices ------------------------------------------------------------------------------------------


def album_of(task: Task) -> Album:
    """The task's album. An undo of what was done so far waits for this slice, or this slice for it."""
    hold_act(task.pk, shared=True)
    album: Album | None = (
        Album.objects.for_studio(task.studio_id).filter(pk=UUID(task.params["album"]), trashed_at__isnull=True).first()
    )
    if album is None:
        raise queue.JobRefused("The gallery was moved to the trash in the meantime. Changes made so far are kept.")
    album.studio = task.studio
    return album


def count(task: Task, entry: JournalEntry | None) -> int:
    """How many photos a slice changed. Any entry of the act takes back the whole, so the first that can is kept."""
    if entry is None:
        return 0
    task.undo = task.undo or entry.undo_id
    return entry.count


def _move(task: Task, some: TaskSlice) -> int:
    album, section = album_of(task), None
    if task.params["section"]:
        section = album.sections.filter(pk=UUID(task.params["section"])).first()
        if section is None:
            raise queue.JobRefused(
                "The section was deleted in the meantime. Photos moved so far are no longer in a section."
            )
    return count(task, placements.move_to_section(album, some.ids, section, by=task.who, act=task.pk))


def _moved(task: Task) -> str:
    return f"{photos_word(task.changed)} moved {task.params['where']}.{passed_over(task)}"


def _trash(task: Task, some: TaskSlice) -> int:
    return count(task, placements.take_out(album_of(task), some.ids, by=task.who, act=task.pk))


def _trashed(task: Task) -> str:
    slices = JournalEntry.objects.for_studio(task.studio_id).filter(act=task.pk, undoes__isnull=True)
    elsewhere = sum(detail.get("elsewhere", 0) for detail in slices.values_list("detail", flat=True))
    return f"{placements.taken_out_words(task.changed, elsewhere)}{passed_over(task)}"


def _relocate(task: Task, some: TaskSlice) -> int:
    album, mine = album_of(task), _mine(task)
    if task.params["leaves"]:
        return count(task, relocate.move_into(album, some.ids, by=task.who, mine=mine, act=task.pk))
    verb = task.params["verb"]
    return count(task, relocate.copy_into(album, some.ids, by=task.who, mine=mine, act=task.pk, verb=verb))


def _relocated(task: Task) -> str:
    done = "moved" if task.params["leaves"] else "added"
    return f"{photos_word(task.changed)} {done} to “{task.params['where']}”.{passed_over(task)}"


def _throw(task: Task, some: TaskSlice) -> int:
    hold_act(task.pk, shared=True)
    return count(task, relocate.throw_away(task.studio, some.ids, by=task.who, mine=_mine(task), act=task.pk))


def _mark(task: Task, some: TaskSlice) -> int:
    hold_act(task.pk, shared=True)
    mine = _mine(task)
    entry = marks.set_own_anywhere(
        task.studio, reachable(task, some, mine), by=task.who, act=task.pk, albums=mine or (), **task.params["values"]
    )
    return count(task, entry)


def _tag(task: Task, some: TaskSlice) -> int:
    hold_act(task.pk, shared=True)
    mine, words = _mine(task), {name: task.params[name] for name in ("add", "remove")}
    photos = reachable(task, some, mine)
    return count(task, marks.tag(task.studio, photos, by=task.who, act=task.pk, albums=mine or (), **words))


def reachable(task: Task, some: TaskSlice, mine: list[UUID] | None) -> Collection[UUID]:
    """Photos of a slice that still lie in the member's galleries."""
    if mine is None:
        return some.ids
    return set(relocate.lying(task.studio, some.ids, mine).values_list("photo_id", flat=True))


def _changed(task: Task) -> str:
    return f"{photos_word(task.changed)} changed.{passed_over(task)}"


def passed_over(task: Task) -> str:
    left = task.done - task.changed
    if left == 1:
        return " 1 photo was left as it was."
    return f" {photos_word(left)} were left as they were." if left else ""


def _reprocess(task: Task, some: TaskSlice) -> Collection[UUID]:
    photos = list(Photo.objects.for_studio(task.studio_id).filter(pk__any=some.ids, trashed_at__isnull=True))
    for photo in photos:
        reprocess.again(photo)
    return [photo.pk for photo in photos]


def _reprocessed(task: Task) -> str:
    if task.failed:
        return f"{task.failed:,} of {photos_word(task.total)} could not be processed. The originals are safe."
    return f"{photos_word(task.changed)} processed again."


MOVE: Final = Sliced("photos.move", _moved, _move)
TRASH: Final = Sliced("photos.trash", _trashed, _trash)
RELOCATE: Final = Sliced("photos.relocate", _relocated, _relocate)
THROW: Final = Sliced("photos.throw", _trashed, _throw)
MARK: Final = Sliced("photos.mark", _changed, _mark)
TAG: Final = Sliced("photos.tag", _changed, _tag)
REPROCESS: Final = Followed("photos.reprocess", _reprocessed, _reprocess, lambda task, some: [Photo.RENDER])
