"""The photos of an album in reading order, page by page.

A page is found by key, not by offset: one scan of `albums_placement_order` from where the last page ended, so
page 200 of 10,000 photos costs what page 2 costs (see `cursors`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import cached_property
from typing import Any, Final, TypeAlias, cast
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Func, IntegerField, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.tuple_lookups import (
    Tuple,
    TupleGreaterThan,
    TupleGreaterThanOrEqual,
    TupleLessThan,
)

from apps.albums import counts, cursors
from apps.albums.cursors import BadCursor
from apps.albums.models import Album, Audience, Placement, PlacementQuerySet, Section, hidden_from
from apps.albums.tiles import FIELDS, TileRow
from apps.media.models import Rendition
from apps.web.compiled_queries import Compiled, Given
from apps.web.index_order import in_index_order

GUEST_PAGE = 40
STUDIO_PAGE = 60

Key: TypeAlias = tuple[int, str, UUID]
_Row: TypeAlias = tuple[Any, ...]
_WHERE = Tuple(F("section_rank"), F("sort_key"), F("id"))


class Reach(Enum):
    """Which part of an album: all of it, what comes after, from or before a photo, or chosen photos."""

    ALL = auto()
    AFTER = auto()
    FROM = auto()
    BEFORE = auto()
    CHOSEN = auto()


_BEYOND: Final = {Reach.AFTER: TupleGreaterThan, Reach.FROM: TupleGreaterThanOrEqual, Reach.BEFORE: TupleLessThan}


@dataclass(frozen=True, slots=True)
class Page:
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
    only: a query of photo ids; only these photos.
    sections: all sections of the album, if they are at hand; else the hidden ones are asked for.
    """

    album: Album
    size: int = GUEST_PAGE
    only_shown: bool = True
    within: Section | None = None
    audience: Audience | None = None
    sections: Sequence[Section] | None = None
    only: QuerySet[Any] | None = None

    @cached_property
    def counts(self) -> counts.Counts:
        if self.only is not None:
            return counts.exactly(self.visible())
        if self.audience is not None:
            return counts.shown_to(self.album, self.audience, self.hidden_sections)
        return counts.shown(self.album) if self.only_shown else counts.live(self.album)

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

    def open(self, cursor: str = "", *, section: Section | None = None, photo: UUID | None = None) -> Page:
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

    def at(self, cursor: str) -> Page:
        """The page of a cursor. Raises BadCursor."""
        placement_id, number, direction = cursors.read(self.album.pk, cursor)
        anchor = self._all().filter(pk=placement_id).values_list("section_rank", "sort_key", "id", "section_id").first()
        if anchor is None:
            raise BadCursor(cursor)
        if direction == cursors.BACK:
            return self._backward(anchor[:3], number)
        return self._forward(anchor[:3], first=number, after=anchor[3])

    def of(self, photo_ids: Collection[UUID]) -> list[TileRow]:
        """The rows of these photos, in reading order; what is not in the album is left out."""
        return self._rows(Reach.CHOSEN, len(photo_ids), photos=photo_ids)

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

    def _forward(self, key: Key | None, *, inclusive: bool = False, first: int = 0, after: UUID | None = None) -> Page:
        reach = Reach.ALL if key is None else Reach.FROM if inclusive else Reach.AFTER
        rows = self._rows(reach, self.size + 1, key)
        more = len(rows) > self.size
        rows = rows[: self.size]
        return Page(
            rows,
            first,
            after,
            next=cursors.write(self.album.pk, rows[-1].placement_id, first + len(rows), cursors.FORWARD)
            if more
            else "",
            earlier=cursors.write(self.album.pk, rows[0].placement_id, first, cursors.BACK) if first and rows else "",
        )

    def _backward(self, key: Key, number: int) -> Page:
        rows = self._rows(Reach.BEFORE, self.size + 1, key)
        rows.reverse()
        if not rows:
            return self._forward(None)
        after = rows[0].section_id if len(rows) > self.size else None
        more = len(rows) > self.size
        rows = rows[-self.size :]
        first = max(1, number - len(rows)) if more else 0
        return Page(
            rows,
            first,
            after,
            next=self._cursor(rows[-1], first + len(rows), cursors.FORWARD),
            earlier=self._cursor(rows[0], first, cursors.BACK) if more else "",
        )

    def _around(self, photo_id: UUID) -> Page:
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

    def _all(self) -> PlacementQuerySet:
        album = self.album
        return cast(PlacementQuerySet, Placement.objects.for_studio(album.studio_id).filter(album_id=album.pk))

    def visible(self) -> PlacementQuerySet:
        """All photos in it, in no order."""
        if self.audience is not None:
            visible = self._all().shown_to(self.audience, self.hidden_sections)
        else:
            visible = self._all().shown() if self.only_shown else self._all().live()
        if self.only is not None:
            visible = visible.filter(photo_id__in=self.only)
        return visible if self.within is None else visible.filter(section_rank=self.within.rank)

    def _rows(self, reach: Reach, most: int, key: Key | None = None, photos: Collection[UUID] = ()) -> list[TileRow]:
        """The first rows of a part of the album; before a key, those next to it in the order that leads there."""
        if self.only is not None:
            with in_index_order():
                return _tiles(self._query(reach, most, key, photos))
        given: dict[str, Given] = {"album": self.album.pk, "studio": self.album.studio_id}
        if reach == Reach.CHOSEN:
            given["photos"] = list(photos)
        if self.within is not None:
            given["within"] = self.within.rank
        if self.audience is not None:
            given |= {"link": self.audience.link_id, "hidden": self.hidden_sections}
        if key is not None:
            given |= zip(("rank", "sort_key", "placement"), key, strict=True)
        is_main = self.audience.is_main if self.audience is not None else None
        if reach == Reach.CHOSEN:
            return _tiles(_ROWS(reach, most, self.only_shown, is_main, **given))
        with in_index_order():
            return _tiles(_ROWS(reach, most, self.only_shown, is_main, **given))

    def _query(self, reach: Reach, most: int, key: Key | None, photos: Collection[UUID]) -> QuerySet[Any, _Row]:
        query = self.visible()
        if key is not None:
            query = query.filter(_BEYOND[reach](_WHERE, key))
        if reach == Reach.CHOSEN:
            query = query.filter(photo_id__any=photos)
        ordered = query.in_order().reverse() if reach == Reach.BEFORE else query.in_order()
        return ordered.annotate(sizes=_sizes()).values_list(*FIELDS)[:most]

    def _key_of(self, photo_id: UUID) -> Key | None:
        return self.visible().filter(photo_id=photo_id).values_list("section_rank", "sort_key", "id").first()


def _tiles(rows: Iterable[_Row]) -> list[TileRow]:
    return [TileRow._make(row) for row in rows]


def _sizes() -> Subquery:
    """[tile width, thumb width, web width, web height] of a photo, each null if there is no such rendition.

    One look into the index of renditions per row, whatever the planner believes about the tables.
    """
    of_kind = {kind: Q(kind=kind) for kind in ("tile", "thumb", "web")}
    sizes = Func(
        *(Max("width", filter=of_kind[kind]) for kind in of_kind),
        Max("height", filter=of_kind["web"]),
        template="ARRAY[%(expressions)s]",
        output_field=ArrayField(IntegerField()),
    )
    made = Rendition.guarded.filter(source_id=OuterRef("photo__original_id"))
    return Subquery(made.order_by().values("source_id").annotate(sizes=sizes).values("sizes"))


def _after(key: Key) -> TupleGreaterThan:
    return TupleGreaterThan(_WHERE, key)


def _before(key: Key) -> TupleLessThan:
    return TupleLessThan(_WHERE, key)


def _page(
    reach: Reach,
    most: int,
    only_shown: bool,
    is_main: bool | None,
    *,
    album: UUID,
    studio: UUID,
    photos: Collection[UUID] = (),
    within: int | None = None,
    link: UUID | None = None,
    hidden: Sequence[UUID] = (),
    rank: int = 0,
    sort_key: str = "",
    placement: UUID | None = None,
) -> QuerySet[Any, _Row]:
    """The query of `Stream._rows` for a stream that has these values.

    is_main: whether the audience is the main client's link; None for no audience.
    """
    audience = None if is_main is None or link is None else Audience(link, is_main)
    stream = replace(
        unseen(studio, album, audience, hidden),
        only_shown=only_shown,
        within=None if within is None else Section(rank=within),
    )
    return stream._query(reach, most, None if placement is None else (rank, sort_key, placement), photos)


_ROWS: Final = Compiled(_page)


def unseen(studio: UUID, album: UUID, audience: Audience | None, hidden: Sequence[UUID]) -> Stream:
    """A stream by ids alone, to build queries with.  hidden: sections that the audience may not know of."""
    # Sections that no link may show are hidden from this one.
    sections = [Section(id=one, audience=[]) for one in hidden]
    return Stream(Album(id=album, studio_id=studio), audience=audience, sections=sections)


def sections_of(album: Album) -> list[Section]:
    """The album's sections in order. One query."""
    return _SECTIONS(studio=album.studio_id, album=album.pk)


_SECTIONS: Final = Compiled(
    lambda *, studio, album: Section.objects.for_studio(studio).filter(album_id=album).order_by("rank")
)
