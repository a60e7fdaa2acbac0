"""Some photos to be taken along: of a gallery, or chosen ones, as ZIP archives with what is known of each.

Made like an export of everything, by a task of its own: files without a CRC are read, nothing is copied.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from apps.accounts.access import Entered
from apps.accounts.journal import note
from apps.accounts.journal.sentences import photos_word
from apps.accounts.long_tasks import Task
from apps.albums.models import Album, Photo
from apps.portability.exports import Exporting, measure
from apps.portability.models import ExportOf, StudioExport, packed
from apps.sharing.downloads.archive.layout import clean, distinct
from apps.web.refusal import Refusal

KIND: Final = "photos.export"
PHOTOS_FILE: Final = "photos.json"


class NothingToExport(Refusal):
    """None of what was asked for is there."""

    status = 422
    code = "empty"
    sentence = "There are no photos to export."


def begin_album(entered: Entered, album: Album) -> tuple[StudioExport, Task]:
    """Have a gallery prepared, section by section. Raises NothingToExport, TooManyForTask, TooManyTasks."""
    rows = (
        album.placements.live().select_related("section", "photo__original").order_by("section_rank", "sort_key", "id")
    )
    return _begin(entered, album.title, [(row.section.title if row.section else "", row.photo) for row in rows])


def begin_photos(entered: Entered, photos: Sequence[UUID]) -> tuple[StudioExport, Task]:
    """Have chosen photos prepared, in the order of their ids; those that the member does not see are left out.

    Raises NothingToExport, TooManyForTask, TooManyTasks.
    """
    mine = Photo.objects.visible_to(entered).filter(trashed_at__isnull=True, pk__any=photos)
    known = {photo.pk: photo for photo in mine.select_related("original")}
    there = [known[pk] for pk in dict.fromkeys(photos) if pk in known]
    return _begin(entered, photos_word(len(there)), [("", photo) for photo in there])


def _begin(entered: Entered, title: str, placed: list[tuple[str, Photo]]) -> tuple[StudioExport, Task]:
    """placed: section and photo."""
    if not placed:
        raise NothingToExport
    studio, by = entered.studio, entered.user
    folders = [f"{clean(section, empty='section')}/" if section else "" for section, _photo in placed]
    names = (f"{folder}{clean(photo.camera_name)}" for folder, (_, photo) in zip(folders, placed, strict=True))
    paths = distinct(names, taken=[PHOTOS_FILE])
    files = [
        [path, photo.original_id.hex, photo.original.size, photo.original.sha256, int(photo.created_at.timestamp())]
        for path, (_, photo) in zip(paths, placed, strict=True)
    ]
    told = list(_records(paths, placed))
    export = StudioExport(studio=studio, who=by, what=ExportOf.PHOTOS, title=title, taken_at=timezone.now())
    export.files = len(files)
    export.draft = packed({"files": files, "texts": [[PHOTOS_FILE, json.dumps(told, ensure_ascii=False, indent=1)]]})
    export.save(force_insert=True)
    blobs = dict.fromkeys(photo.original_id for _, photo in placed)
    task = EXPORT_PHOTOS.begin(studio, blobs, by=by, title=f"Export “{title}”", export=str(export.pk))
    export.task_id = task.pk
    export.save(update_fields=["task_id"])
    note(studio, by, "photos.export_begun", studio, title=title)
    return export, task


def _records(paths: Sequence[str], placed: list[tuple[str, Photo]]) -> Iterator[dict[str, Any]]:
    """What is known of each photo."""
    for path, (section, photo) in zip(paths, placed, strict=True):
        yield {
            "path": path,
            "id": str(photo.pk),
            "camera_name": photo.camera_name,
            "sha256": photo.original.sha256,
            "section": section,
            "taken_at": photo.taken_at.isoformat() if photo.taken_at else None,
            **{name: getattr(photo, name) for name in _TOLD},
        }


_TOLD: Final = ("caption", "rating", "label", "keywords", "place", "photographer")


def _sentence(task: Task) -> str:
    return f"{photos_word(task.done)} {'is' if task.done == 1 else 'are'} ready to be fetched."


EXPORT_PHOTOS: Final = Exporting(KIND, _sentence, measure)
