"""A folder on the server becomes galleries: photos, and what editors wrote beside them into XMP sidecars.

The first folder names the gallery, folders in it become sections; with `title` all of it is one gallery. Where days
are folders ("2026/2026-05-30"), each day is a gallery. Where files are called by their hash
("originals/ab/cd/<sha256>.jpg"), only the originals are taken, and none of which the bytes are others. What records say
(see `import_records`) goes before what folders and sidecars say. The same file again is the same photo, so an import
that broke off is begun again and goes on. Nothing in the folder is changed.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Collection, Container, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from apps.accounts.models import Studio, User
from apps.media import cas
from apps.media.formats import EXTENSIONS
from apps.uploads import inbox_files, limits, sidecars
from apps.uploads.import_records import SHA256, Record, Records
from apps.uploads.inbox_files import Entry
from apps.uploads.intake import ImportedFile, Intake, told_dry
from apps.web.refusal import Refusal

LOOSE = "Imported"
_DAY = re.compile(r"(\d{4})/\1-\d\d-\d\d")
# What is made from originals, beside them in a tree of hashes.
_MADE = frozenset(("thumbnails", "web"))
DIFFERS = "Its bytes are not those that it is called by: the file is damaged or was changed."
_TITLE, _SECTION = 120, 120


@dataclass(slots=True)
class FolderImport:
    """An import of a folder for a member. title: of the one gallery, or "" for one for each first folder."""

    studio: Studio
    by: User
    root: Path
    title: str = ""
    records: Records = field(default_factory=Records)
    _sidecars: dict[str, bytes] = field(default_factory=dict)

    def files(self) -> list[tuple[str, int]]:
        """Path and bytes of every file that would be taken, in the order of their paths."""
        return [(entry.path, entry.status.st_size) for entry in self._photos()]

    def look(self) -> Iterator[ImportedFile]:
        """What `run` would do, file after file; nothing is kept."""
        self._read_sidecars()
        for entry in self._photos():
            try:
                yield self._look(entry)
            except OSError as error:
                yield self._unread(entry, error)

    def run(self) -> Iterator[ImportedFile]:
        """Take every file, one after the other, then put galleries into the order of the records.

        What is refused is told, and does not stop the others.
        """
        self._read_sidecars()
        intake = self._intake()
        for entry in self._photos():
            try:
                yield self._take(entry, intake)
            except OSError as error:
                yield self._unread(entry, error)
        intake.arrange()

    def take(self, paths: Collection[str], intake: Intake | None) -> Iterator[ImportedFile]:
        """Take some of `files`, by their paths, in their order; those that went meanwhile are passed over.

        intake: None only looks at them.
        """
        self._read_sidecars({_without_ending(path) for path in paths} | {path.lower() for path in paths})
        for entry in self._photos():
            if entry.path in paths:
                try:
                    yield self._take(entry, intake) if intake else self._look(entry)
                except OSError as error:
                    yield self._unread(entry, error)

    def _photos(self) -> Iterator[Entry]:
        for entry in inbox_files.walk(self.root):
            if (
                not entry.fault
                and PurePosixPath(entry.path).suffix.lower().lstrip(".") in _TAKEN
                and _is_original(entry)
            ):
                yield entry

    def _look(self, entry: Entry) -> ImportedFile:
        found = self._found(entry, _hash_of(entry))
        return found if found.outcome else told_dry(self.studio, found)

    def _found(self, entry: Entry, sha256: str) -> ImportedFile:
        """A file with its place and marks; its outcome is open unless its bytes are wrong."""
        record = self.records.of(entry.path, sha256) or Record()
        gallery, section = self._place(entry, record)
        said = self._marks_of(entry) | record.marks
        if sha256 != (record.sha256 or _called(entry) or sha256):
            return ImportedFile(entry.path, gallery, section, "rejected", DIFFERS, sha256, said)
        name = record.name or self._name_of(entry)
        return ImportedFile(entry.path, gallery, section, "", "", sha256, said, name, record.position)

    def _intake(self) -> Intake:
        """What keeps the files."""
        return Intake(self.studio, self.by)

    def _name_of(self, entry: Entry) -> str:
        """The name that the photo is to have."""
        return PurePosixPath(entry.path).name

    def _place(self, entry: Entry, record: Record) -> tuple[str, str]:
        folders = list(entry.folders)
        if _called(entry):
            folders = []
        elif _DAY.match("/".join(folders)):
            folders = folders[1:]
        if self.title:
            return self.title, (record.section or " / ".join(folders))[:_SECTION]
        if record.gallery:
            return record.gallery, record.section[:_SECTION]
        gallery, section = (folders[0] if folders else LOOSE), " / ".join(folders[1:])
        return gallery[:_TITLE], (record.section or section)[:_SECTION]

    def _unread(self, entry: Entry, error: OSError) -> ImportedFile:
        gallery, section = self._place(entry, Record())
        return ImportedFile(entry.path, gallery, section, "rejected", f"It cannot be read: {error.strerror}.")

    def _take(self, entry: Entry, intake: Intake) -> ImportedFile:
        try:
            with os.fdopen(entry.open(), "rb") as file:
                stored = cas.receive(file, limit=limits.most_bytes(entry.path))
        except Refusal as refusal:
            gallery, section = self._place(entry, Record())
            return ImportedFile(entry.path, gallery, section, "rejected", str(refusal))
        found = self._found(entry, stored.sha256)
        try:
            return found if found.outcome else intake.keep(found, stored)
        finally:
            stored.discard()

    # -- sidecars ------------------------------------------------------------------------------------

    def _read_sidecars(self, only: Container[str] | None = None) -> None:
        """Both names are in use: IMG_1.xmp (Lightroom) and IMG_1.CR3.xmp (darktable).

        only: paths in lower case, without ".xmp", or None for all.
        """
        for entry in inbox_files.walk(self.root):
            path = entry.path.lower()
            if (
                path.endswith(sidecars.ENDING)
                and (only is None or path.removesuffix(sidecars.ENDING) in only)
                and not entry.fault
                and entry.status.st_size <= limits.MOST_SIDECAR
            ):
                with os.fdopen(entry.open(), "rb") as file:
                    self._sidecars[path.removesuffix(sidecars.ENDING)] = file.read(limits.MOST_SIDECAR)

    def _marks_of(self, entry: Entry) -> dict[str, Any]:
        packet = self._sidecar_of(entry)
        return sidecars.marks_of(packet.decode("utf-8", "replace")) if packet else {}

    def _sidecar_of(self, entry: Entry) -> bytes:
        """The sidecar that lies beside a file, b"" if there is none."""
        path = entry.path.lower()
        return self._sidecars.get(path) or self._sidecars.get(_without_ending(path), b"")


_TAKEN = frozenset(extension.lstrip(".").lower() for extension in EXTENSIONS)


def _without_ending(path: str) -> str:
    return str(PurePosixPath(path.lower()).with_suffix(""))


def _called(entry: Entry) -> str:
    """The hash by which a file is called, in folders of its first digits; "" if it is called otherwise."""
    stem = PurePosixPath(entry.path).stem.lower()
    return stem if SHA256.fullmatch(stem) and entry.folders[-2:] == (stem[:2], stem[2:4]) else ""


def _is_original(entry: Entry) -> bool:
    return not (_called(entry) and _MADE.intersection(entry.folders))


def _hash_of(entry: Entry) -> str:
    with os.fdopen(entry.open(), "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
