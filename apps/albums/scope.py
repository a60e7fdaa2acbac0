"""Which photos of an album somebody reads, and the statement that reads a part of them.

A scope holds ids and no rows: a query that is built of it, and of nothing else, is compiled once and filled with the
ids of each reader (docs/decisions/0015).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final, TypeAlias, cast
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    Func,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.fields.tuple_lookups import (
    Tuple,
    TupleGreaterThan,
    TupleGreaterThanOrEqual,
    TupleLessThan,
)

from apps.accounts.tenancy import Unseen
from apps.albums.models import Audience, CollectedPhoto, Placement, PlacementQuerySet
from apps.albums.tiles import FIELDS, TileRow
from apps.media.models import Rendition
from apps.web.compiled_queries import Compiled
from apps.web.index_order import in_index_order

# Where a photo stands in the reading order: rank of its section, sort key, id of the placement.
Key: TypeAlias = tuple[int, str, UUID]
WHERE: Final = Tuple(F("section_rank"), F("sort_key"), F("id"))


class Reach(Enum):
    """Which part of a scope: all of it, what comes after, from or before a photo, or chosen photos."""

    ALL = auto()
    AFTER = auto()
    FROM = auto()
    BEFORE = auto()
    CHOSEN = auto()


_BEYOND: Final = {Reach.AFTER: TupleGreaterThan, Reach.FROM: TupleGreaterThanOrEqual, Reach.BEFORE: TupleLessThan}


@dataclass(frozen=True, slots=True)
class Scope:
    """An album as somebody reads it.

    audience: the share link by which a client looks.  hidden_sections: those of which it may not know.
    only_shown: as a client sees it (ready, not hidden); else all but the trash.
    section_rank: only the photos of this section.
    folds: a stack is one row, that of its top; where the reader does not see the top under the same heading, its frames
    stand by themselves, so that nothing is lost.
    is_collected: the photos of a collection instead.  question: of these the ones in this query of ids.
    """

    studio_id: UUID
    album_id: UUID
    audience: Audience | None = None
    hidden_sections: tuple[UUID, ...] = ()
    only_shown: bool = True
    section_rank: int | None = None
    folds: bool = False
    is_collected: bool = False
    question: QuerySet[Any] | None = None

    def all(self, *, by_key: bool = False) -> PlacementQuerySet:
        """Every photo of the album, in the trash or not, whoever reads it. by_key: as in `placements`."""
        model = CollectedPhoto if self.is_collected else Placement
        of_studio = model.objects.for_studio(self.studio_id, by_key=by_key)
        rows = cast(PlacementQuerySet, of_studio.filter(album_id=Unseen(self.album_id) if by_key else self.album_id))
        return rows if self.question is None else rows.filter(photo_id__in=self.question)

    def placements(self, *, by_key: bool = False) -> PlacementQuerySet:
        """The rows that the reader sees, in no order. by_key: some of them, each named by its photo."""
        seen = self.unfolded(by_key=by_key)
        if not self.folds:
            return seen
        top = seen.filter(photo_id=OuterRef("photo__stack__top_id"), section_rank=OuterRef("section_rank"))
        stands = Q(photo__stack__isnull=True) | Q(photo__stack__top_id=F("photo_id")) | ~Exists(top)
        return seen.filter(stands)

    def unfolded(self, *, by_key: bool = False) -> PlacementQuerySet:
        """The photos that the reader sees, in no order. by_key: as in `placements`."""
        every = self.all(by_key=by_key)
        if self.audience is not None:
            seen = every.shown_to(self.audience, self.hidden_sections)
        else:
            seen = every.shown() if self.only_shown else every.live()
        return seen if self.section_rank is None else seen.filter(section_rank=self.section_rank)

    def frames(self) -> Case | Value:
        """Of a row that stands for its stack, how many photos that is; 0 for all others."""
        if not self.folds:
            return Value(0)
        inside = self.unfolded().filter(
            photo__stack_id=OuterRef("photo__stack_id"), section_rank=OuterRef("section_rank")
        )
        number = inside.order_by().values("photo__stack_id").annotate(number=Count("pk")).values("number")
        is_top = When(photo__stack__top_id=F("photo_id"), then=Subquery(number))
        return Case(is_top, default=Value(0), output_field=IntegerField())


@dataclass(frozen=True, slots=True)
class ScopePart:
    """Some photos of a scope. key: after, from or before which.  photos: the chosen ones, in one array."""

    scope: Scope
    reach: Reach = Reach.ALL
    key: Key | None = None
    photos: list[UUID] | None = None

    def query(self, most: int, only: QuerySet[Any] | None = None) -> QuerySet[Any, tuple[Any, ...]]:
        """The columns of `TileRow`. Before a key come those next to it, in the order that leads there.

        only: a query of photo ids; only these photos.
        """
        # Who names a frame gets it, folded or not.
        seen = self.scope.unfolded(by_key=True) if self.reach == Reach.CHOSEN else self.scope.placements()
        if only is not None:
            seen = seen.filter(photo_id__in=only)
        if self.key is not None:
            seen = seen.filter(_BEYOND[self.reach](WHERE, self.key))
        if self.photos is not None:
            seen = seen.filter(photo_id__any=self.photos)
        ordered = seen.in_order().reverse() if self.reach == Reach.BEFORE else seen.in_order()
        return ordered.annotate(sizes=sizes(), frames=self.scope.frames()).values_list(*FIELDS)[:most]


_ROWS: Final = Compiled(ScopePart.query)


def rows(part: ScopePart, most: int, only: QuerySet[Any] | None = None) -> list[TileRow]:
    """The first photos of a part, as tiles show them; `only` as in `ScopePart.query`."""
    if part.scope.is_collected:
        # The order of a collection is no index's.
        return [TileRow._make(row) for row in part.query(most, only)]
    if part.reach == Reach.CHOSEN and only is None:
        return [TileRow._make(row) for row in _ROWS(part, most)]
    with in_index_order(bitmaps=only is not None):
        return [TileRow._make(row) for row in (_ROWS(part, most) if only is None else part.query(most, only))]


def sizes() -> Subquery:
    """[tile width, thumb width, web width, web height] of a row's `photo`, each null if there is no such rendition.

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
