"""Photos of a proofing page: the picture and what was said of it. Run in the studio's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from apps.albums.models import Album
from apps.albums.stream import Stream
from apps.albums.tiles import TileRow, colour_class
from apps.media.serving import picture_url
from apps.sharing.models import Pick, Selection, Work
from apps.sharing.review import answers
from apps.sharing.review.answers import Said


@dataclass(frozen=True, slots=True)
class Proof:
    """One photo. src: its tile, "" while there is none.  work, round: of the list that is looked at."""

    id: UUID
    name: str
    src: str
    width: int
    height: int
    colour: str
    sayings: Sequence[Said] = ()
    work: str = ""
    round: int = 0

    @property
    def work_label(self) -> str:
        return Work(self.work).label if self.work else ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A page of photos. total: of all pages.  next: cursor of the next page, or ""."""

    proofs: list[Proof]
    total: int
    next: str


def grid(album: Album, ids: QuerySet[Any] | None, cursor: str, *, selection: Selection | None = None) -> Grid:
    """A page of these photos with what everybody says of them; with a list, only what its visitor says."""
    stream: Stream = answers.stream_of(album, ids)
    page = stream.open(cursor)
    return Grid(_proofs(album, page.rows, selection), stream.counts.total, page.next)


def of(album: Album, photos: Sequence[UUID]) -> list[Proof]:
    """These photos, in the album's order."""
    return _proofs(album, answers.stream_of(album, None).of(photos), None)


def _proofs(album: Album, rows: Sequence[TileRow], selection: Selection | None) -> list[Proof]:
    photos = [row.photo_id for row in rows]
    sayings = answers.said_of(album, photos)
    states: dict[UUID, tuple[str, int]] = {}
    if selection is not None:
        picks = Pick.objects.for_studio(album.studio_id).filter(selection=selection, photo_id__in=photos)
        states = {photo: (work, number) for photo, work, number in picks.values_list("photo_id", "work", "round")}
    proofs = []
    for row in rows:
        photo_id = row.photo_id
        said = sayings.get(photo_id, [])
        if selection is not None:
            said = [one for one in said if one.visitor_id == selection.visitor_id]
        proofs.append(
            Proof(
                id=photo_id,
                name=row.name,
                src=picture_url(album.studio_id, album.pk, photo_id, "tile") if row.is_ready else "",
                width=row.width or 3,
                height=row.height or 2,
                colour=colour_class(row.color),
                sayings=said,
                work=states.get(photo_id, ("", 0))[0],
                round=states.get(photo_id, ("", 0))[1],
            )
        )
    return proofs
