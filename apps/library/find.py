"""The photos of a studio that a member sees and rules let by: pages at any depth, counts, facets."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from apps.accounts.access import Entered
from apps.accounts.tenancy import StudioQuerySet, across_studios
from apps.albums.models import Album, Placement, Section
from apps.albums.request_params import uuid_or_none
from apps.albums.scope import sizes
from apps.albums.tiles import TileRow
from apps.faces.models import Face
from apps.library import months, names, people_meant
from apps.library.folding import words_of
from apps.library.keywords import meant as keywords
from apps.library.models import LibraryPhoto
from apps.library.questions.compile import condition, sentence
from apps.library.questions.kinds import AllWords, Asker, PlaceKind
from apps.library.questions.tree import EVERYTHING, Group, Node, Rule
from apps.web import keyset
from apps.web.index_order import in_index_order

PAGE: Final = 100
# Counts are exact up to here; more than that says "20,000+".
EXACT: Final = 20_000
MOST_FACETS: Final = 12
FACETS: Final = ("camera", "lens", "photographer", "rating", "label", "flag", "year", "country", "city")
_NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class TotalFound:
    """How many photos. is_exact: false if there are at least so many."""

    count: int
    is_exact: bool = True

    def __str__(self) -> str:
        return f"{self.count:,}" + ("" if self.is_exact else "+")


@dataclass(frozen=True, slots=True)
class LibraryTile:
    """A photo of the page. album_id: a gallery of the member's, where it lies.  wall, is_dated: see `LibraryPhoto`."""

    row: TileRow
    album_id: UUID
    wall: datetime
    is_dated: bool


@dataclass(frozen=True, slots=True)
class LibraryPage:
    """A page of photos, newest first, and the cursors beside it ("" at an end)."""

    tiles: list[LibraryTile]
    next: str
    earlier: str


class Library:
    """What a member sees of the studio's photos, of these the ones that the rules let by."""

    def __init__(self, entered: Entered, tree: Group = EVERYTHING, *, today: date | None = None) -> None:
        self.entered, self.tree = entered, tree
        self.today = today or timezone.now().astimezone(entered.studio.zone).date()

    @cached_property
    def asker(self) -> Asker:
        """The rules' words and names, looked up. No query for rules without words, galleries, people and keywords."""
        words = names.questions_of(self.tree, self.entered)
        people = people_meant.meant(self.tree, self.entered)
        called = people_meant.called(names.texts_of(self.tree), self.entered)
        synonyms = keywords.meant(self.tree, self.entered)
        return Asker(self.entered, self.today, words, self._titles(), people, called, synonyms)

    def _titles(self) -> dict[str, str]:
        rules = [rule for rule in self.tree.each() if isinstance(rule.field.kind, PlaceKind)]
        values = [one for rule in rules for one in (rule.value if isinstance(rule.value, list) else [rule.value])]
        ids = {known for one in values if (known := uuid_or_none(one))}
        if not ids:
            return {}
        albums = Album.objects.visible_to(self.entered).filter(pk__any=ids, trashed_at__isnull=True)
        sections = Section.objects.visible_to(self.entered).filter(pk__any=ids)
        found = [*albums.values_list("pk", "title"), *sections.values_list("pk", "title")]
        return {str(pk): title for pk, title in found}

    @property
    def sentence(self) -> str:
        """The rules as a person says them; "" for all photos."""
        return sentence(self.tree, self.asker)

    def say(self, node: Node) -> str:
        """A part of the rules."""
        return sentence(node, self.asker)

    @cached_property
    def rows(self) -> StudioQuerySet[LibraryPhoto]:
        """In no order."""
        seen = LibraryPhoto.objects.visible_to(self.entered)
        tree, ids = self._found_by_words
        if ids is not None:
            seen = seen.filter(pk__any=ids)
        return seen.filter(condition(tree, self.asker))

    @cached_property
    def _found_by_words(self) -> tuple[Group, list[UUID] | None]:
        """The rules without the words that the index of words has answered, and its answer; None if it has not.

        Row-level security lets no condition go before its own unless it cannot leak, and PostgreSQL does not hold
        that of text search: asked in the studio's role, it would read every row. So the index is asked by the other
        role, for ids of this studio alone, which the studio's own query then reads (docs/decisions/0023). Words that
        very many photos have are left to that query: read in order, it soon has a page of them.
        """
        if self.tree.match != "all":
            return self.tree, None
        asked = [one for one in self.tree.rules if _is_words(one)]
        if not asked:
            return self.tree, None
        questions, people = self._asked_of_the_index(one for one in asked if isinstance(one, Rule))
        found = [self._by_index(questions)] if questions else []
        found += [self._by_name(word, some) for word, some in people.items()]
        if any(len(ids) > EXACT for ids in found):
            return self.tree, None
        ids = sorted(set(found[0]).intersection(*found[1:]))
        return Group("all", tuple(one for one in self.tree.rules if one not in asked)), ids

    def _asked_of_the_index(self, rules: Iterable[Rule]) -> tuple[list[str], dict[str, list[UUID]]]:
        """The questions that photos have to hold, and the words that may be people's names, with these."""
        questions: list[str] = []
        people: dict[str, list[UUID]] = {}
        for rule in rules:
            words = words_of(rule.value) if rule.operator.name == "contains" else []
            called = {word: some for word in words if (some := self.asker.called.get(word))}
            people |= called
            if called:
                rest = [word for word in words if word not in called]
                questions += [self.asker.words[word] for word in rest if word in self.asker.words]
            else:
                questions.append(self.asker.words[AllWords.key(rule.operator.name, rule.value)])
        return questions, people

    def _by_index(self, questions: list[str]) -> list[UUID]:
        """Photos of the studio for which all the questions hold, at most one more than are counted exactly."""
        whole = " & ".join(f"( {one} )" for one in questions)
        with across_studios():
            found = LibraryPhoto.objects.for_studio(self.entered.studio).filter(words__matches=whole)
            return list(found.order_by().values_list("pk", flat=True)[: EXACT + 1])

    def _by_name(self, word: str, people: list[UUID]) -> list[UUID]:
        """Photos with this word, and those in which these people are; many of either are as many as of both."""
        faces = Face.objects.for_studio(self.entered.studio).filter(is_ignored=False, person_id__in=people)
        shown = list(faces.order_by().values_list("photo_id", flat=True).distinct()[: EXACT + 1])
        if len(shown) > EXACT:
            return shown
        written = self._by_index([self.asker.words[word]])
        return written if len(written) > EXACT else list({*shown, *written})

    # -- pages ---------------------------------------------------------------------------------------

    def page(self, cursor: str = "", *, month: date | None = None, size: int = PAGE) -> LibraryPage:
        """A page, newest first. month: without a cursor, begin with the last photo of this month."""
        scope = f"library {self.entered.studio.pk}"
        if not cursor and month is not None:
            following = (month.replace(day=1) + timedelta(days=31)).replace(day=1)
            start = datetime(following.year, following.month, 1, tzinfo=UTC).isoformat()
            cursor = keyset.after([start, str(_NOBODY)], LibraryPhoto.ORDER, scope=scope)
        # Few photos that the index of words has named are sorted; all others are met along the index of the order.
        with in_index_order() if self._found_by_words[1] is None else nullcontext():
            page = keyset.page_or_first(
                self.rows.only("pk", "wall"), LibraryPhoto.ORDER, limit=size, cursor=cursor, scope=scope
            )
        return LibraryPage(self.tiles([row.pk for row in page.rows]), page.next or "", page.previous or "")

    def tiles(self, photos: list[UUID]) -> list[LibraryTile]:
        """These photos as tiles show them, in this order; what the member does not see is left out."""
        if not photos:
            return []
        lying = Placement.objects.visible_to(self.entered).filter(
            photo_id=OuterRef("photo_id"), trashed_at__isnull=True, album__trashed_at__isnull=True
        )
        rows = (
            LibraryPhoto.objects.for_studio(self.entered.studio)
            .filter(pk__any=photos)
            .annotate(sizes=sizes(), lies=Subquery(lying.order_by("pk").values("album_id")[:1]))
            .values_list("pk", "lies", "wall", "is_dated", *_COLUMNS)
        )
        found = {row[0]: _tile(row) for row in rows if row[1] is not None}
        return [found[pk] for pk in photos if pk in found]

    # -- counts --------------------------------------------------------------------------------------

    @cached_property
    def total(self) -> TotalFound:
        """Exact to 20,000; of the whole library exact at any size, from the counters."""
        if not self.tree.rules and not self.entered.is_restricted:
            return TotalFound(sum(one.photos for one in self.months))
        counted = self.rows.order_by()[: EXACT + 1].count()
        return TotalFound(min(counted, EXACT), counted <= EXACT)

    @cached_property
    def months(self) -> list[months.Month]:
        """The months of all photos that the member sees, whatever the rules."""
        return months.of_member(self.entered)

    def facets(self, wanted: tuple[str, ...] = FACETS) -> dict[str, list[tuple[Any, int]]]:
        """Of each facet the commonest values and their counts, among up to 20,000 photos. A query for each.

        wanted: names of `FACETS`.
        """
        ids = list(self.rows.order_by().values_list("pk", flat=True)[:EXACT])
        rows = LibraryPhoto.objects.for_studio(self.entered.studio).filter(pk__any=ids).order_by()
        return {name: _facet(rows, name) for name in wanted}


_COLUMNS = (
    "photo__camera_name", "photo__caption", "photo__state", "photo__problem", "photo__width", "photo__height",
    "photo__color", "photo__original__size", "sizes", "rating", "label", "flag", "photo__kind", "photo__duration_ms",
)  # fmt: skip


def _tile(values: tuple[Any, ...]) -> LibraryTile:
    photo_id, album_id, wall, is_dated, *columns = values
    name, caption, state, problem, width, height, color, size, made, rating, label, flag, kind, length = columns
    row = TileRow(
        photo_id, None, False, name, caption, state, problem, width, height, color, size, made, False, None, rating,
        label, flag, photo_id, kind=kind, duration_ms=length,
    )  # fmt: skip
    return LibraryTile(row, album_id, wall, is_dated)


def _is_words(node: Node) -> bool:
    return isinstance(node, Rule) and isinstance(node.field.kind, AllWords) and not node.operator.positive


def _facet(rows: QuerySet[LibraryPhoto], name: str) -> list[tuple[Any, int]]:
    column = "wall__year" if name == "year" else name
    known = Q() if name in ("rating", "year") else ~Q((column, ""))
    if name == "rating":
        known = Q(rating__gt=0)
    counted = rows.filter(known).values_list(column).annotate(n=Count("pk")).order_by("-n", column)
    return list(counted[:MOST_FACETS])
