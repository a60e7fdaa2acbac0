"""Files from elsewhere become photos of galleries that are found by their titles, with what was said of them there.

The same file again is the same photo, in the gallery in which it lies already; what people said here meanwhile stays.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums import editing, marks
from apps.albums.models import Album, Ordering, Photo
from apps.media import cas
from apps.uploads.ingest import Ingested, ingest
from apps.web.refusal import Refusal


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """What became of one file.

    outcome: stored, duplicate, rejected, or in a dry run new or known.  marks: what its sidecar and its record said.
    name: what the photo is called, if it was read.  position: in its gallery, if a record knows.  photo: its id, "" if
    nothing was kept.
    """

    path: str
    gallery: str
    section: str
    outcome: str
    reason: str = ""
    sha256: str = ""
    marks: dict[str, Any] = field(default_factory=dict)
    name: str = ""
    position: float | None = None
    photo: str = ""


def told_dry(studio: Studio, found: ImportedFile) -> ImportedFile:
    """What would become of a file: it is new, or the studio has it."""
    with acting_in(studio):
        known = Photo.objects.for_studio(studio, by_key=True).filter(original__sha256=found.sha256).exists()
    return replace(found, outcome="known" if known else "new")


@dataclass(slots=True)
class Intake:
    """What one import keeps, in the name of a member."""

    studio: Studio
    by: User
    _albums: dict[str, Album] = field(default_factory=dict)
    _positions: dict[str, dict[UUID, float]] = field(default_factory=dict)

    def keep(self, found: ImportedFile, stored: cas.Stored) -> ImportedFile:
        """Make received bytes the photo that was found; what is refused is told as "rejected"."""
        try:
            with acting_in(self.studio):
                album = self._album(found.gallery)
            kept = ingest(self.studio, album, stored, name=found.name, by=self.by, section=found.section or None)
        except Refusal as refusal:
            return replace(found, outcome="rejected", reason=str(refusal))
        with acting_in(self.studio):
            self._mark(kept, album, found.marks)
        if found.position is not None:
            self.place(found.gallery, kept.photo.pk, found.position)
        return replace(found, outcome=kept.status, photo=str(kept.photo.pk))

    def place(self, gallery: str, photo: UUID, position: float) -> None:
        """Remember where a photo stands there; `arrange` puts it so."""
        self._positions.setdefault(gallery, {})[photo] = position

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
        """Give a photo what sidecar and record say, where nobody has said anything yet."""
        photo = Photo.objects.for_studio(self.studio).get(pk=kept.photo.pk)
        photo.studio = self.studio
        missing = {name: value for name, value in said.items() if not getattr(photo, name)}
        flag = missing.pop("flag", "")
        if missing:
            marks.mark(photo, by=self.by, album=album, **missing)
        if flag:
            marks.set_own(album, [photo.pk], by=self.by, flag=flag)

    def arrange(self) -> None:
        """Galleries whose records know an order get it, once: a second import finds it, or what people made of it."""
        for title, positions in self._positions.items():
            with acting_in(self.studio):
                album = self._album(title)
                album.refresh_from_db(fields=["ordering"], from_queryset=Album.objects.for_studio(self.studio))
                if album.ordering != Ordering.MANUAL:
                    editing.arrange(album, sorted(positions, key=lambda photo: positions[photo]), by=self.by)
