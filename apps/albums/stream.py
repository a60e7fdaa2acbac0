"""The photos of an album in reading order, page by page.

A page is found by key, not by offset: one scan of `albums_placement_order` from where the last page ended, so
page 200 of 10,000 photos costs what page 2 costs (see `cursors`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.fields.tuple_lookups import TupleGreaterThan, TupleLessThan

from apps.albums import counts, cursors
from apps.albums.counts import Counts
from apps.albums.models import Album, Audience, PlacementQuerySet, Section, hidden_from
from apps.albums.scope import WHERE, Key, Reach, Scope, ScopePart, rows
from apps.albums.tiles import TileRow
from apps.web.keyset import BadCursor

GUEST_PAGE = 40
STUDIO_PAGE = 60


@dataclass(frozen=True, slots=True)
class StreamPage:
    """Some rows in order.

    first: how many photos come before them.  after: the section of the photo just before (None: none).
    next, earlier: cursors of the pages around it, or "".
    """

    rows: list[TileRow]
    first: int = 0
    after: UUID | None = None
    next: str = ""
    earlier: str = ""

    @property
    def is_first(self) -> bool:
        return self.first == 0


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Where a photo stands. position counts from 1."""

    position: int
    total: int
    previous: UUID | None
    next: UUID | None


@dataclass(frozen=True)
class Stream:
    """An album as somebody reads it.

    size: photos on a page.  only_shown: as a client sees it (ready, not hidden); else all but the trash.
    within: only the photos of this section.  audience: the share link by which a client looks.
    only: a query of photo ids; only these photos.  question: of a smart collection the query of what it finds.
    folds: stacks are one row each (see `Scope.folds`); not with `only`, and not in a collection.
    version: of the album for guests (`versions.shown_version_sql`), read before; then its counts hold until the next.
    sections: all sections of the album, if they are at hand; else the hidden ones are asked for.
    """

    album: Album
    size: int = GUEST_PAGE
    only_shown: bool = True
    within: Section | None = None
    audience: Audience | None = None
    sections: Sequence[Section] | None = None
    only: QuerySet[Any] | None = None
    folds: bool = False
    question: QuerySet[Any] | None = None
    version: str | None = None

    @property
    def _is_folded(self) -> bool:
        return self.folds and self.only is None and self.album.is_gallery

    @cached_property
    def counts(self) -> Counts:
        """Its rows by section."""
        if self._is_folded:
            whole = replace(self, within=None)
            return counts.folded(
                self.album, self.audience, whole.visible(), only_shown=self.only_shown, version=self.version
            )
        return self.photo_counts

    @cached_property
    def photo_counts(self) -> Counts:
        """Its photos by section, those beneath others too."""
        # No version tells when a collection's photos changed, so nothing of it is remembered.
        if self.only is not None or not self.album.is_gallery:
            return counts.exactly(self.visible())
        if self.audience is not None:
            return counts.shown_to(self.album, self.audience, self.hidden_sections, version=self.version)
        return counts.shown(self.album) if self.only_shown else counts.live(self.album)

    @property
    def total(self) -> int:
        """How many rows it has, all pages together."""
        return self._within(self.counts)

    @property
    def photo_total(self) -> int:
        """How many photos it has, those beneath others too."""
        return self._within(self.photo_counts)

    def _within(self, counted: Counts) -> int:
        return counted.of(self.within) if self.within is not None and self.only is None else counted.total

    @cached_property
    def hidden_sections(self) -> tuple[UUID, ...]:
        """Sections that the audience may not know of."""
        if self.audience is None:
            return ()
        if self.sections is None:
            return hidden_from(self.audience, self.album)
        return tuple(section.pk for section in self.sections if not section.is_shown_to(self.audience))

    @property
    def photo_ids(self) -> QuerySet[Any]:
        """The ids of all photos in it, as a query."""
        return self.visible().order_by().values("photo_id")

    def open(self, cursor: str = "", *, section: Section | None = None, photo: UUID | None = None) -> StreamPage:
        """The page for an address: by cursor, from a section, or with a photo on it.

        What does not make sense leads to the first page, as a reader would expect of an old bookmark.
        """
        try:
            if cursor:
                return self.at(cursor)
        except BadCursor:
            return self._forward(None)
        if photo is not None:
            return self._around(photo)
        if section is not None:
            start = (section.rank, "", UUID(int=0))
            return self._forward(start, inclusive=True, first=self.counts.before(section))
        return self._forward(None)

    def at(self, cursor: str) -> StreamPage:
        """The page of a cursor. Raises BadCursor."""
        placement_id, number, direction = cursors.read(self.album.pk, cursor)
        row = self.scope.all().filter(pk=placement_id)
        anchor = row.values_list("section_rank", "sort_key", "id", "section_id").first()
        if anchor is None:
            raise BadCursor(cursor)
        if direction == cursors.BACK:
            return self._backward(anchor[:3], number)
        return self._forward(anchor[:3], first=number, after=anchor[3])

    def of(self, photo_ids: Collection[UUID]) -> list[TileRow]:
        """The rows of these photos, in reading order; what is not in the album is left out."""
        return rows(ScopePart(self.scope, Reach.CHOSEN, photos=list(photo_ids)), len(photo_ids), self.only)

    def neighbours(self, photo_id: UUID) -> Neighbours | None:
        """What lies around a photo, or None if it cannot be seen here."""
        key = self._key_of(photo_id)
        if key is None:
            return None
        before, after = self.visible().filter(_before(key)), self.visible().filter(_after(key))
        return Neighbours(
            position=before.count() + 1,
            total=self.counts.total,
            previous=before.in_order().reverse().values_list("photo_id", flat=True).first(),
            next=after.in_order().values_list("photo_id", flat=True).first(),
        )

    # -- pages ---------------------------------------------------------------------------------------

    def _forward(
        self, key: Key | None, *, inclusive: bool = False, first: int = 0, after: UUID | None = None
    ) -> StreamPage:
        reach = Reach.ALL if key is None else Reach.FROM if inclusive else Reach.AFTER
        found = self._rows(reach, self.size + 1, key)
        more = len(found) > self.size
        found = found[: self.size]
        return StreamPage(
            found,
            first,
            after,
            next=self._cursor(found[-1], first + len(found), cursors.FORWARD) if more else "",
            earlier=self._cursor(found[0], first, cursors.BACK) if first and found else "",
        )

    def _backward(self, key: Key, number: int) -> StreamPage:
        found = self._rows(Reach.BEFORE, self.size + 1, key)
        found.reverse()
        if not found:
            return self._forward(None)
        after = found[0].section_id if len(found) > self.size else None
        more = len(found) > self.size
        found = found[-self.size :]
        first = max(1, number - len(found)) if more else 0
        return StreamPage(
            found,
            first,
            after,
            next=self._cursor(found[-1], first + len(found), cursors.FORWARD),
            earlier=self._cursor(found[0], first, cursors.BACK) if more else "",
        )

    def _around(self, photo_id: UUID) -> StreamPage:
        """The page on which a reader who began at the start would find the photo."""
        key = self._key_of(photo_id)
        if key is None:
            return self._forward(None)
        earlier = self.visible().filter(_before(key))
        number = earlier.count()
        back = number % self.size
        if number < self.size:
            return self._forward(None)
        # The start of the page and the one before it, whose section decides about a heading.
        lines = earlier.in_order().reverse().values_list("section_rank", "sort_key", "id", "section_id")
        found = list(lines[max(back - 1, 0) : back + 1])
        start = found[0][:3] if back else key
        return self._forward(start, inclusive=True, first=number - back, after=found[-1][3])

    def _cursor(self, row: TileRow, number: int, direction: int) -> str:
        return cursors.write(self.album.pk, row.placement_id, number, direction)

    # -- queries -------------------------------------------------------------------------------------

    @cached_property
    def scope(self) -> Scope:
        """What of the album it reads, by ids."""
        return Scope(
            studio_id=self.album.studio_id,
            album_id=self.album.pk,
            audience=self.audience,
            hidden_sections=self.hidden_sections,
            only_shown=self.only_shown,
            section_rank=self.within.rank if self.within else None,
            folds=self._is_folded,
            is_collected=not self.album.is_gallery,
            question=self.question,
        )

    def visible(self, *, by_key: bool = False) -> PlacementQuerySet:
        """All photos in it, in no order. by_key: as in `Scope.placements`."""
        visible = self.scope.placements(by_key=by_key)
        return visible if self.only is None else visible.filter(photo_id__in=self.only)

    def _rows(self, reach: Reach, most: int, key: Key | None = None) -> list[TileRow]:
        return rows(ScopePart(self.scope, reach, key), most, self.only)

    def _key_of(self, photo_id: UUID) -> Key | None:
        named = self.visible(by_key=True).filter(photo_id=photo_id)
        # Not `first()`: it asks for the order of the ids, which leads through all photos there are to the one row.
        return next(iter(named.values_list("section_rank", "sort_key", "id")[:1]), None)


def _after(key: Key) -> TupleGreaterThan:
    return TupleGreaterThan(WHERE, key)


def _before(key: Key) -> TupleLessThan:
    return TupleLessThan(WHERE, key)


def sections_of(album: Album) -> list[Section]:
    """The album's sections in order. One query."""
    return list(Section.objects.for_studio(album.studio_id).filter(album_id=album.pk).order_by("rank"))
