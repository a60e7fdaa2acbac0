"""A library from its gold copies alone: each file says what its record said, and so does each sidecar.

The folder names the gallery, as in every import of a folder (see `folder_import`). A file again is the same photo, so a
rebuilding that broke off is begun again and goes on.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import timedelta, timezone
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

from apps.albums import marks
from apps.albums.models import Album, Photo
from apps.library.tiers import approve
from apps.media import jail
from apps.media.formats import HEAD_BYTES, BadFile, sniff
from apps.media.metadata.embed import description
from apps.media.metadata.embed.containers import HOLDING
from apps.media.metadata.embed.description import Description
from apps.media.storage import temp_directory
from apps.uploads.folder_import import FolderImport
from apps.uploads.inbox_files import Entry
from apps.uploads.ingest import Ingested
from apps.uploads.intake import Intake


class GoldIntake(Intake):
    """Keeps photos with their records and their tier."""

    def _mark(self, kept: Ingested, album: Album, said: dict[str, Any]) -> None:
        """Give the photo its record back, where nobody has said anything yet, and its tier."""
        photo = Photo.objects.for_studio(self.studio).get(pk=kept.photo.pk)
        photo.studio = self.studio
        if said and photo.approved_at is None:
            words = {name: value for name, value in said.items() if name in marks.MARKS and not getattr(photo, name)}
            if words:
                marks.mark(photo, by=self.by, album=album, **words)
            if "flag" in said and not photo.flag:
                marks.set_own_anywhere(self.studio, [photo.pk], by=self.by, flag=said["flag"])
            approve.approve(self.studio, [photo.pk], by=self.by)


@dataclass(slots=True)
class Rebuilding(FolderImport):
    """An import of a folder of gold copies, and of the files whose copy is a sidecar beside them."""

    _read: tuple[str, Description | None] = ("", None)

    def _intake(self) -> Intake:
        return GoldIntake(self.studio, self.by)

    def _name_of(self, entry: Entry) -> str:
        """The name under which the photo came first."""
        told = self._told(entry)
        return told.file_name if told and told.file_name else PurePosixPath(entry.path).name

    def _marks_of(self, entry: Entry) -> dict[str, Any]:
        told = self._told(entry)
        if told is None:
            return {}
        found = {name: getattr(told, name) for name in ("caption", "rating", "label", "place", "flag")}
        found["keywords"] = list(told.keywords)
        if self._sidecar_of(entry) and told.moment is not None and told.offset_minutes is not None:
            # A copy tells its time as every file does; a sidecar's goes before that of the file beside it.
            zone = timezone(timedelta(minutes=told.offset_minutes))
            found["taken_at"] = told.moment.replace(tzinfo=zone)
        return {name: value for name, value in found.items() if value}

    def _told(self, entry: Entry) -> Description | None:
        """What the sidecar says, or the file itself; None if neither was written by an approval."""
        path, told = self._read
        if path != entry.path:
            packet = self._sidecar_of(entry)
            told = description.read(packet.decode("utf-8", "replace")) if packet else _told_by(entry)
            self._read = entry.path, told
        return told


def _told_by(entry: Entry) -> Description | None:
    """What a file says that was written by an approval; a stranger's bytes are read in the jail."""
    with TemporaryDirectory(prefix="told.", dir=temp_directory()) as out:
        path = Path(out) / "file"
        with os.fdopen(entry.open(), "rb") as file, path.open("wb") as copy:
            shutil.copyfileobj(file, copy)
        try:
            with path.open("rb") as file:
                if sniff(file.read(HEAD_BYTES)).mime not in HOLDING:
                    return None
            return Description.from_plain(jail.run("apps.media.metadata.embed.task:told", path, Path(out)))
        except (BadFile, jail.Rejected, jail.Crashed):
            return None
