"""A folder on the server becomes galleries: photos, and what editors wrote beside them into XMP sidecars.

The first folder names the gallery, folders in it become sections; with `title` all of it is one gallery. The same file
again is the same photo, so an import that broke off is begun again and goes on. Nothing in the folder is changed.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums import editing, marks
from apps.albums.models import Album, Photo
from apps.media import cas, xmp
from apps.media.formats import EXTENSIONS
from apps.uploads import inbox_files
from apps.uploads.inbox_files import Entry
from apps.uploads.ingest import Ingested, ingest
from apps.web.refusal import Refusal

SIDECAR = ".xmp"
# A sidecar is some kilobytes of text; masks of an editor may make it megabytes.
MOST_SIDECAR = 8 << 20
LOOSE = "Imported"
_TITLE, _SECTION, _CAPTION, _KEYWORDS, _KEYWORD = 120, 120, 500, 100, 80


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """What became of one file.

    outcome: stored, duplicate, rejected, or in a dry run new or known.  marks: what its sidecar said.
    """

    path: str
    gallery: str
    section: str
    outcome: str
    reason: str = ""
    sha256: str = ""
    marks: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class FolderImport:
    """An import of a folder for a member. title: of the one gallery, or "" for one for each first folder."""

    studio: Studio
    by: User
    root: Path
    title: str = ""
    _albums: dict[str, Album] = field(default_factory=dict)
    _sidecars: dict[str, bytes] = field(default_factory=dict)

    def files(self) -> list[tuple[str, int]]:
        """Path and bytes of every file that would be taken, in the order of their paths."""
        return [(entry.path, entry.status.st_size) for entry in self._photos()]

    def look(self) -> Iterator[ImportedFile]:
        """What `run` would do, file after file; nothing is kept."""
        self._read_sidecars()
        for entry in self._photos():
            gallery, section = self._place(entry)
            try:
                sha256 = _hash_of(entry)
            except OSError as error:
                yield ImportedFile(entry.path, gallery, section, "rejected", f"It cannot be read: {error.strerror}.")
                continue
            with acting_in(self.studio):
                known = Photo.objects.for_studio(self.studio).filter(original__sha256=sha256).exists()
            outcome = "known" if known else "new"
            yield ImportedFile(entry.path, gallery, section, outcome, sha256=sha256, marks=self._marks_of(entry))

    def run(self) -> Iterator[ImportedFile]:
        """Take every file, one after the other. What is refused is told, and does not stop the others."""
        self._read_sidecars()
        for entry in self._photos():
            gallery, section = self._place(entry)
            try:
                yield self._take(entry, gallery, section)
            except Refusal as refusal:
                yield ImportedFile(entry.path, gallery, section, "rejected", str(refusal))
            except OSError as error:
                yield ImportedFile(entry.path, gallery, section, "rejected", f"It cannot be read: {error.strerror}.")

    def _photos(self) -> Iterator[Entry]:
        for entry in inbox_files.walk(self.root):
            if not entry.fault and PurePosixPath(entry.path).suffix.lower().lstrip(".") in _TAKEN:
                yield entry

    def _place(self, entry: Entry) -> tuple[str, str]:
        folders = list(entry.folders)
        if self.title:
            return self.title, " / ".join(folders)[:_SECTION]
        return (folders[0] if folders else LOOSE)[:_TITLE], " / ".join(folders[1:])[:_SECTION]

    def _take(self, entry: Entry, gallery: str, section: str) -> ImportedFile:
        with os.fdopen(entry.open(), "rb") as file:
            stored = cas.receive(file, limit=settings.MAX_PHOTO_BYTES)
        said = self._marks_of(entry)
        try:
            with acting_in(self.studio):
                album = self._album(gallery)
            kept = ingest(self.studio, album, stored, name=self._name_of(entry), by=self.by, section=section or None)
            with acting_in(self.studio):
                self._mark(kept, album, said)
        finally:
            stored.discard()
        return ImportedFile(entry.path, gallery, section, kept.status, sha256=stored.sha256, marks=said)

    def _name_of(self, entry: Entry) -> str:
        """The name that the photo is to have."""
        return PurePosixPath(entry.path).name

    def _album(self, title: str) -> Album:
        """The gallery with this title, made as a draft if there is none."""
        if title not in self._albums:
            live = Album.objects.for_studio(self.studio).filter(title=title, trashed_at__isnull=True)
            found = live.order_by("created_at").first()
            self._albums[title] = found or editing.create(self.studio, by=self.by, title=title)
        album = self._albums[title]
        album.studio = self.studio
        return album

    def _mark(self, kept: Ingested, album: Album, said: dict[str, Any]) -> None:
        """Give a photo what its sidecar says, where nobody has said anything yet."""
        photo = Photo.objects.for_studio(self.studio).get(pk=kept.photo.pk)
        photo.studio = self.studio
        missing = {name: value for name, value in said.items() if not getattr(photo, name)}
        if missing:
            marks.mark(photo, by=self.by, album=album, **missing)

    # -- sidecars ------------------------------------------------------------------------------------

    def _read_sidecars(self) -> None:
        """Both names are in use: IMG_1.xmp (Lightroom) and IMG_1.CR3.xmp (darktable)."""
        for entry in inbox_files.walk(self.root):
            if entry.path.lower().endswith(SIDECAR) and not entry.fault and entry.status.st_size <= MOST_SIDECAR:
                with os.fdopen(entry.open(), "rb") as file:
                    self._sidecars[entry.path[: -len(SIDECAR)].lower()] = file.read(MOST_SIDECAR)

    def _marks_of(self, entry: Entry) -> dict[str, Any]:
        packet = self._sidecar_of(entry)
        return marks_of(packet.decode("utf-8", "replace")) if packet else {}

    def _sidecar_of(self, entry: Entry) -> bytes:
        """The sidecar that lies beside a file, b"" if there is none."""
        path = entry.path.lower()
        return self._sidecars.get(path) or self._sidecars.get(str(PurePosixPath(path).with_suffix("")), b"")


_TAKEN = frozenset(extension.lstrip(".").lower() for extension in EXTENSIONS)


def marks_of(packet: str) -> dict[str, Any]:
    """What an editor wrote into a sidecar, in our words: rating, label, caption, keywords. Empty if nothing."""
    stars = xmp.first(packet, "xmp:Rating", "xap:Rating")
    label = xmp.first(packet, "xmp:Label", "xap:Label").strip().lower()
    found = {
        # -1 is a rejected photo in Bridge and Lightroom.
        "rating": int(stars) if stars.isascii() and stars.isdigit() and int(stars) <= marks.MOST_STARS else 0,
        "label": label if label in marks.LABELS else "",
        "caption": xmp.first(packet, "dc:description").strip()[:_CAPTION],
        "keywords": [word[:_KEYWORD] for word in dict.fromkeys(xmp.items(packet, "dc:subject"))][:_KEYWORDS],
    }
    return {name: value for name, value in found.items() if value}


def _hash_of(entry: Entry) -> str:
    with os.fdopen(entry.open(), "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
