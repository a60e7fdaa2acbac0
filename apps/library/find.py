"""The photos of a studio that a member sees and rules let by: pages at any depth, counts, facets."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Hashable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, partial
from typing import Any, Final, NamedTuple, cast
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import EmptyResultSet
from django.db.models import F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast, ExtractYear
from django.utils import timezone

from apps.accounts.access import Entered
from apps.accounts.tenancy import StudioQuerySet, across_studios, is_across, together_across
from apps.albums.models import Album, Placement, Section
from apps.albums.request_params import uuid_or_none
from apps.albums.scope import sizes
from apps.albums.tiles import TileRow
from apps.faces.models import Face
from apps.library import months, names, people_days, people_meant, value_counts, written
from apps.library.folding import words_of
from apps.library.keywords import meant as keywords
from apps.library.models import BESIDE, LibraryPhoto, PersonPhoto
from apps.library.questions.compile import condition, sentence
from apps.library.questions.kinds import (
    AllWords,
    Asker,
    ChoiceKind,
    Day,
    KeywordList,
    Number,
    PersonKind,
    PlaceKind,
)
from apps.library.questions.tree import EVERYTHING, Group, Node, Rule
from apps.web import keyset
from apps.web.compiled_queries import Asked, Compiled, as_sent, once, together
from apps.web.index_order import together_in_index_order

# A large screen shows some forty of medium size, and the next ones come before they are reached.
PAGE: Final = 60
# Counts are exact up to here; more than that says "20,000+".
EXACT: Final = 20_000
# Photos that are found first and sorted then; of more than these a page is met along the order.
FEW: Final = 5_000
# What the planner expects of reading a third of a million photos. Dearer than this no index leads to what was asked.
DEAR: Final = 40_000
# Below this all that was asked is read within two milliseconds, and is, whatever a page of it would cost.
QUICK: Final = 1_000
# Of the cost of all what a page may cost to be met instead: much less, as its number comes by a request of its own.
SOONER: Final = 0.7
MOST_FACETS: Final = 12
# Values that are kept as texts and are none.
_TYPED: Final[dict[str, Callable[[str], Any]]] = {"rating": int, "year": int}
FACETS: Final = ("camera", "lens", "photographer", "rating", "label", "flag", "year", "country", "city")
_NOBODY = UUID(int=0)
_PHOTO: Final = "albums_photo"


@dataclass(frozen=True, slots=True)
class TotalFound:
    """How many photos. is_exact: false if there are at least so many."""

    count: int
    is_exact: bool = True

    def __str__(self) -> str:
        return f"{self.count:,}" + ("" if self.is_exact else "+")


class LibraryTile(NamedTuple):
    """A photo of the page. album_id: a gallery of the member's, where it lies.  wall, is_dated: see `LibraryPhoto`."""

    row: TileRow
    album_id: UUID
    wall: datetime
    is_dated: bool


@dataclass(frozen=True, slots=True)
class LibraryStretch:
    """Which photos a page has, newest first, their moments (as `LibraryPhoto.wall`), and the cursors beside them."""

    photos: list[UUID]
    walls: list[datetime]
    next: str
    earlier: str


@dataclass(frozen=True, slots=True)
class LibraryPage:
    """A page of photos, newest first, and the cursors beside it ("" at an end)."""

    tiles: list[LibraryTile]
    next: str
    earlier: str


class Library:
    """What a member sees of the studio's photos, of these the ones that the rules let by."""

    # Of photos that are found and sorted, once they were.
    _few_total: int | None = None

    def __init__(self, entered: Entered, tree: Group = EVERYTHING, *, today: date | None = None) -> None:
        self.entered, self.tree = entered, tree
        self.today = today or timezone.now().astimezone(entered.studio.zone).date()

    @cached_property
    def asker(self) -> Asker:
        """The rules' words and names, looked up. No query for rules without words, galleries, people and keywords."""
        asked = names.asking(self.tree, self.entered), people_meant.asking(self.tree, self.entered)
        answers = iter(together(*(one for one in asked if one)) if any(asked) else [])
        rows, named = (next(answers) if one else [] for one in asked)
        words, called = names.read(self.tree, rows)
        if self.entered.is_restricted:
            called = people_meant.called(names.texts_of(self.tree), self.entered)
        people = people_meant.meant(self.tree, self.entered, named)
        synonyms = keywords.meant(self.tree, self.entered)
        texts = written.of_columns(self.tree, self.entered)
        found = Asker(self.entered, self.today, words, self._titles(), people, called, synonyms, texts, self._lying())
        return replace(found, between=self._between(found)) if people or called else found

    def _between(self, asker: Asker) -> tuple[datetime, datetime] | None:
        """When all photos were taken that the rules let by, as far as one of them alone says so."""
        if self.tree.match != "all":
            return None
        for one in self.tree.rules:
            if isinstance(one, Rule) and type(one.field.kind) is Day and not one.operator.positive:
                between = one.field.kind.between(one.operator.name, one.value, asker)
                if between is not None:
                    return between
        return None

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

    def _lying(self) -> dict[tuple[str, str], list[str]]:
        asked = {
            (rule.field.kind, one)
            for rule in self.tree.each()
            if isinstance(rule.field.kind, PlaceKind)
            for one in (rule.value if isinstance(rule.value, list) else [rule.value])
        }
        return {(kind.path, one): kind.marks(one, self.entered) for kind, one in asked}

    @property
    def sentence(self) -> str:
        """The rules as a person says them; "" for all photos."""
        return sentence(self.tree, self.asker)

    def say(self, node: Node) -> str:
        """A part of the rules."""
        return sentence(node, self.asker)

    @property
    def _seen(self) -> StudioQuerySet[LibraryPhoto]:
        return LibraryPhoto.objects.visible_to(self.entered)

    @cached_property
    def rows(self) -> StudioQuerySet[LibraryPhoto]:
        """In no order."""
        seen = self._seen
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
        found = LibraryPhoto.objects.for_studio(self.entered.studio).filter(words__matches=whole)
        [ids] = together_across(once(found.order_by().values_list("pk", flat=True)[: EXACT + 1]))
        return ids

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
        found = self.stretch(cursor, month=month, size=size)
        return LibraryPage(self.tiles(found.photos), found.next, found.earlier)

    def stretch(self, cursor: str = "", *, month: date | None = None, size: int = PAGE) -> LibraryStretch:
        """Which photos `page` shows: `page_beside` makes their tiles."""
        scope = f"library {self.entered.studio.pk}"
        if not cursor and month is not None:
            following = (month.replace(day=1) + timedelta(days=31)).replace(day=1)
            start = datetime(following.year, following.month, 1, tzinfo=UTC).isoformat()
            cursor = keyset.after([start, str(_NOBODY)], LibraryPhoto.ORDER, scope=scope)
        if not self.tree.rules and not self.entered.is_restricted:
            return _stretch(
                keyset.page_of_or_first(
                    self._read_all, limit=size, cursor=cursor, scope=scope, ordering=LibraryPhoto.ORDER
                )
            )
        if self._are_few:
            page = keyset.page_of_or_first(
                self._read_few, limit=size, cursor=cursor, scope=scope, ordering=LibraryPhoto.ORDER
            )
        # Which may come out only while they are read.
        if not self._are_few:
            page = keyset.page_of_or_first(
                self._read_met, limit=size, cursor=cursor, scope=scope, ordering=LibraryPhoto.ORDER
            )
        return _stretch(page)

    def _read_met(self, position: list[Any] | None, backwards: bool, limit: int) -> list[tuple[list[Any], Any]]:
        """See `keyset.Reader`: many photos, which are met soon along the index of their order."""
        if self._of_persons is not None:
            met = _beyond(self._of_persons, _here(position), backwards, "photo_id").values_list("wall", "photo_id")
            return _placed(self._meet(met.distinct()[:limit]))
        rows = _beyond(self._narrow, _here(position), backwards).values_list("wall", "pk")[:limit]
        return _placed(self._meet(rows))

    def _meet(self, rows: QuerySet[Any, Any]) -> list[Any]:
        """These rows, along that index, unless their ids are known."""
        ask = self._ask if self._is_named else partial(together_in_index_order, ask=self._ask)
        [found] = ask(once(rows))
        return found

    def _ask(self, *asked: Asked) -> list[list[Any]]:
        """As `together`, in the role of `_asking`."""
        return together_across(*asked) if self.tree.rules else together(*asked)

    def page_beside(self, found: LibraryStretch, *beside: Asked) -> tuple[LibraryPage, list[list[Any]]]:
        """The page of these photos, and the answers to other questions, by one exchange; with it come the months."""
        asked = [*beside, *([self._asking_tiles(found.photos)] if found.photos else [])]
        if "months" not in self.__dict__:
            *answers, counted = together(*asked, months.asking(self.entered))
            self.months = months.read(counted)
        else:
            answers = together(*asked)
        tiles = _in_order(found.photos, answers.pop()) if found.photos else []
        return LibraryPage(tiles, found.next, found.earlier), answers

    def _read_all(self, position: list[Any] | None, backwards: bool, limit: int) -> list[tuple[list[Any], Any]]:
        """See `keyset.Reader`: photos of the whole studio. With them come the months, of which each such page tells."""
        rows = _MET.asked(_Along(self.entered.studio.pk, _here(position)), backwards, limit)
        asked = [rows] if "months" in self.__dict__ else [rows, months.asking(self.entered)]
        found, *counted = together_in_index_order(*asked)
        if counted:
            self.months = months.read(counted[0])
        return _placed(found)

    @cached_property
    def _are_few(self) -> bool:
        """True if all that the rules let by is found and sorted; false if that is much, or no index leads to it.

        What few photos are is found by the indexes of what was asked, laid over each other, and sorted; met along the
        order they would cost as much as all photos. Which of both is right only the planner knows.
        """
        if not self.tree.rules:
            return False
        if self._of_people_days is not None:
            return True
        if self._of_persons is not None:
            return not self._is_met_sooner("-wall", "-photo_id")
        if self._is_named or (self._parts is not None and self._gathered is self._parts[1]):
            return True
        return not self._is_met_sooner(*LibraryPhoto.ORDER)

    @cached_property
    def _first_few(self) -> list[tuple[datetime, UUID]]:
        """The first page of them."""
        return self._find_few(None, False, PAGE + 1) if self._of_people_days is None else self._of_people_days

    @cached_property
    def _of_people_days(self) -> list[tuple[datetime, UUID]] | None:
        """The same, if they are photos of people on some days with words and are few."""
        return self._find_people_days(None, False, PAGE + 1)

    def _find_people_days(
        self, position: list[Any] | None, backwards: bool, limit: int
    ) -> list[tuple[datetime, UUID]] | None:
        """As `_find_few` for rules that `people_days` reads; None for others, and if those people are often shown."""
        if (asked := people_days.read(self.tree, self.asker)) is None:
            return None
        here = (datetime.fromisoformat(position[0]), UUID(position[1])) if position else None
        question = people_days.asking(asked, here, backwards=backwards, limit=limit, most=FEW)
        [[*rows, (_, _, self._few_total)]] = self._ask(question)
        return None if self._few_total is None else [(wall, pk) for wall, pk, _ in rows]

    def _find_few(self, position: list[Any] | None, backwards: bool, limit: int) -> list[tuple[datetime, UUID]]:
        """Photos on one side of a position. How many there are on both is known by it, and may be too many.

        The database sorts and counts them: reading all of their rows would take longer than finding them.
        """
        if (
            self._of_people_days is not None
            and (known := self._find_people_days(position, backwards, limit)) is not None
        ):
            return known
        try:
            found, params = self._places[: FEW + 1].query.sql_with_params()
        except EmptyResultSet:
            self._few_total = 0
            return []
        side, way = (">", "asc") if backwards else ("<", "desc")
        beyond = f"where (wall, id) {side} (%s, %s)" if position else ""
        here = [datetime.fromisoformat(position[0]), UUID(position[1])] if position else []
        asked = as_sent(_FEW.format(found=found, beyond=beyond, way=way), [*params, *here, limit])
        [[*rows, (_, _, total)]] = self._ask(asked)
        self._few_total, self._are_few = total, total <= FEW
        return [(wall, pk) for wall, pk, _ in rows]

    @cached_property
    def _places(self) -> QuerySet[Any, tuple[datetime, UUID]]:
        """Moment and id of all that the rules let by, in no order, for reading all of them."""
        if self._of_persons is not None:
            return self._of_persons.order_by().values_list("wall", "photo_id").distinct()
        return self._gathered.order_by().values_list("wall", "pk")

    @property
    def _number_of_few(self) -> int | None:
        """How many photos the rules let by, if they are few."""
        if self._are_few and self._few_total is None:
            _ = self._first_few
        return self._few_total if self._are_few else None

    @property
    def _is_named(self) -> bool:
        """True if the words are names of people and have been answered: those photos are not many."""
        return bool(self.asker.called) and self._found_by_words[1] is not None

    @cached_property
    def _narrow(self) -> StudioQuerySet[LibraryPhoto]:
        """`rows`, for the role that sees all studios: words that are nobody's name are left to the planner.

        What is joined names the studio too, as indexes begin with it.
        """
        rows = self.rows if self.asker.called else self._seen.filter(condition(self.tree, self.asker))
        return rows.filter(photo__studio_id=self.entered.studio.pk) if rows.query.alias_refcount.get(_PHOTO) else rows

    def _is_met_sooner(self, *order: str) -> bool:
        """True if the planner expects that reading all of `_places` takes longer than meeting a page of them."""
        (count, whole), (_, page) = self._expected(
            "all", lambda: (self._places, self._places.order_by(*order)[: PAGE + 1])
        )
        if count > FEW or whole > DEAR:
            return True
        return whole > QUICK and page < SOONER * whole

    def _expected(self, what: str, rows: Callable[[], tuple[QuerySet[Any, Any], ...]]) -> list[tuple[float, float]]:
        """How many of these rows the planner expects, and what reading them costs; as it told some minutes ago.

        what: which rows of this question they are. Whoever asks it turns to its next page, its number and its facets.
        """
        asked = json.dumps(self.tree.as_plain(), sort_keys=True)
        key = self.entered.studio.pk, self.entered.album_ids, asked, what
        return _EXPECTED.get(key, lambda: _expected(rows(), self._ask))

    @cached_property
    def _gathered(self) -> StudioQuerySet[LibraryPhoto]:
        """`_narrow`, for reading all of them: in two parts, if the planner does not expect very many in the first."""
        parts = self._parts
        if parts is None:
            return self._narrow
        [(count, cost)] = self._expected("people", lambda: (parts[0],))
        return self._narrow if count > EXACT or cost > DEAR else parts[1]

    @property
    def _is_told_by_an_index(self) -> bool:
        """True if one index has all that is asked of photos."""
        paths = [one.field.kind.path if isinstance(one, Rule) else "" for one in self.tree.rules]
        own = _INDEXED.intersection(paths)
        return (
            self.tree.match == "all"
            and (len(own) <= 1 or own == _PAIR)
            and own.union(BESIDE, ("wall",)).issuperset(paths)
        )

    @cached_property
    def _of_persons(self) -> StudioQuerySet[PersonPhoto] | None:
        """The faces that show who is asked for, if it is kept beside them what else the rules ask; else None.

        A photo may have several. What is kept of them is called as in the photo's row.
        """
        if self.tree.match != "all" or self.entered.is_restricted:
            return None
        asked = [one for one in self.tree.rules if isinstance(one, Rule) and isinstance(one.field.kind, PersonKind)]
        others = [one for one in self.tree.rules if one not in asked]
        if len(asked) != 1 or not all(_is_beside(one) for one in others):
            return None
        [person] = asked
        people = PersonKind.people(person.operator.name, person.value, self.asker)
        if people is None:
            return None
        shown = PersonPhoto.objects.for_studio(self.entered.studio).filter(person_id__in=people)
        return shown.filter(condition(Group("all", tuple(others)), self.asker))

    @cached_property
    def _parts(self) -> tuple[QuerySet[LibraryPhoto, Any], StudioQuerySet[LibraryPhoto]] | None:
        """Of people and words who is shown, as ids, and of these the photos for which the words hold; else None.

        Who is shown, and when, is in indexes; for words each photo's row is read, so they are asked of what is left. So
        is all else of the photos of some galleries: left to itself the planner lays all picks of a studio beside them.
        """
        if self.tree.match != "all" or self.asker.called:
            return None
        in_words = [one for one in self.tree.rules if isinstance(one, Rule) and isinstance(one.field.kind, _WRITTEN)]
        others: list[Node] = [one for one in self.tree.rules if one not in in_words]
        if not any(isinstance(one, Rule) and _is_person(one) for one in others):
            others = [one for one in in_words if isinstance(one.field.kind, PlaceKind) and not one.operator.positive]
        written = [one for one in self.tree.rules if one not in others]
        if not written or not others:
            return None
        shown = self._seen.filter(condition(Group("all", tuple(others)), self.asker)).order_by().values("pk")
        holding = condition(Group("all", tuple(written)), self.asker)
        return shown, self._seen.filter(holding, pk__any=ArraySubquery(shown))

    def _read_few(self, position: list[Any] | None, backwards: bool, limit: int) -> list[tuple[list[Any], Any]]:
        """See `keyset.Reader`."""
        is_first = position is None and not backwards and limit == PAGE + 1
        rows = self._first_few if is_first else self._find_few(position, backwards, limit)
        return _placed(rows)

    def _asking(self) -> AbstractContextManager[None]:
        """The role in which photos are found: where rules narrow them, the one whose conditions indexes answer.

        What the rules mean is looked up before, in the studio's role. The rows name their studio themselves, and what
        comes out are ids, which `tiles` reads in the studio's role again.
        """
        return across_studios() if self.tree.rules and not is_across() else nullcontext()

    def tiles(self, photos: list[UUID]) -> list[LibraryTile]:
        """These photos as tiles show them, in this order; what the member does not see is left out."""
        if not photos:
            return []
        [rows] = together(self._asking_tiles(photos))
        return _in_order(photos, rows)

    def _asking_tiles(self, photos: list[UUID]) -> Asked:
        if self.entered.is_restricted:
            return once(_tile_rows(photos, self.entered))
        return _TILES.asked(_Tiles(self.entered.studio.pk, photos))

    # -- counts --------------------------------------------------------------------------------------

    @cached_property
    def total(self) -> TotalFound:
        """Exact to 20,000; of the whole library exact at any size, from the counters."""
        if not self.tree.rules and not self.entered.is_restricted:
            return TotalFound(sum(one.photos for one in self.months))
        if (number := self._number_of_few) is not None:
            return TotalFound(number)
        rows = self._places
        with self._asking():
            counted = rows[: EXACT + 1].count()
        return TotalFound(min(counted, EXACT), counted <= EXACT)

    @property
    def known_total(self) -> TotalFound | None:
        """`total` where it is known by now or kept; None where photos would have to be counted for it."""
        is_narrow = self.tree.rules or self.entered.is_restricted
        if "total" not in self.__dict__ and is_narrow and self._number_of_few is None:
            return None
        return self.total

    @cached_property
    def is_empty(self) -> bool:
        """True if the rules let nothing by."""
        if not self.tree.rules and not self.entered.is_restricted:
            return not self.total.count
        if (number := self._number_of_few) is not None:
            return not number
        rows = self._narrow.order_by(*LibraryPhoto.ORDER).values_list("pk")
        return not self._meet(rows[:1])

    @cached_property
    def months(self) -> list[months.Month]:
        """The months of all photos that the member sees, whatever the rules."""
        return months.of_member(self.entered)

    def facets(self, wanted: tuple[str, ...] = FACETS) -> dict[str, list[tuple[Any, int]]]:
        """Of each facet the commonest values and their counts, among up to 20,000 photos. One query.

        Of the whole library they are kept, and of all its photos.  wanted: names of `FACETS`.
        """
        if not wanted:
            return {}
        if not self.tree.rules and not self.entered.is_restricted:
            kept = value_counts.of_studio(self.entered.studio, wanted)
            return {name: _first((_TYPED.get(name, str)(value), n) for value, n in kept[name]) for name in wanted}
        # PostgreSQL tells a year as a number of any size, which takes longer to compare.
        year = Cast(ExtractYear("wall", tzinfo=UTC), IntegerField())
        columns = {f"facet_{name}": year if name == "year" else F(name) for name in wanted}
        rows = self._gathered.order_by()
        if self._is_told_by_an_index:
            # Of what is found there the rows are read, and of nothing else.
            rows = self._seen.order_by().filter(pk__any=ArraySubquery(rows.values("pk")[:EXACT]))
        try:
            found = rows.values(**columns)[:EXACT].query.sql_with_params()
        except EmptyResultSet:
            return {name: [] for name in wanted}
        names, sets = ", ".join(columns), _sets((column,) for column in columns)
        first = _sets([f"facet_{name}" for name in some if name in wanted] for some in _COUNTED_FIRST)
        asked = _FACETS.format(found=found[0], names=names, first=first, sets=sets)
        _, told = self._ask(_ROOM, as_sent(asked, found[1]))
        return {name: _commonest(told, place, len(wanted)) for place, name in enumerate(wanted)}


_COLUMNS = (
    "photo__camera_name", "photo__caption", "photo__state", "photo__problem", "photo__width", "photo__height",
    "photo__color", "photo__original__size", "sizes", "rating", "label", "flag", "photo__kind", "photo__duration_ms",
)  # fmt: skip


class _Expectations:
    """What the planner told of questions, kept for some minutes: how many photos there are changes slowly.

    What is out of date costs time and is never wrong: too many that were taken for few are met after all.
    """

    SECONDS: Final = 300.0
    MOST: Final = 500

    def __init__(self) -> None:
        self._told: dict[Hashable, tuple[float, list[tuple[float, float]]]] = {}

    def get(self, key: Hashable, ask: Callable[[], list[tuple[float, float]]]) -> list[tuple[float, float]]:
        now = time.monotonic()
        at, told = self._told.get(key, (-math.inf, []))
        if now - at > self.SECONDS:
            if len(self._told) >= self.MOST:
                self._told.clear()
            told = ask()
            self._told[key] = (now, told)
        return told


_EXPECTED: Final = _Expectations()


def _expected(rows: Iterable[QuerySet[Any, Any]], ask: Callable[..., list[list[Any]]]) -> list[tuple[float, float]]:
    """Of each of these how many rows the planner expects, and what reading them costs. One exchange."""
    try:
        asked = [one.query.sql_with_params() for one in rows]
    except EmptyResultSet:
        # Nothing is to be read of what nothing can be.
        return [(0, 0) for _ in rows]
    told = ask(*(as_sent(f"explain (format json) {sql}", params) for sql, params in asked))
    plans = [one["Plan"] for [[[one]]] in told]
    return [(plan["Plan Rows"], plan["Total Cost"]) for plan in plans]


@dataclass(frozen=True)
class _Tiles:
    """Photos as a member of all galleries sees them."""

    studio: UUID
    photos: list[UUID]
    album_ids = None


def _tile_rows(photos: list[UUID], member: Entered | _Tiles) -> QuerySet[Any, tuple[Any, ...]]:
    lying = Placement.objects.visible_to(cast("Entered", member)).filter(
        photo_id=OuterRef("photo_id"), trashed_at__isnull=True, album__trashed_at__isnull=True
    )
    return (
        LibraryPhoto.objects.for_studio(member.studio)
        .filter(pk__any=photos)
        .annotate(sizes=sizes(), lies=Subquery(lying.order_by("pk").values("album_id")[:1]))
        .values_list("pk", "lies", "wall", "is_dated", *_COLUMNS)
    )


def _in_order(photos: list[UUID], rows: list[tuple[Any, ...]]) -> list[LibraryTile]:
    """The tiles of these photos in their order. rows: what `_tile_rows` gives."""
    found = {row[0]: _tile(row) for row in rows if row[1] is not None}
    return [found[pk] for pk in photos if pk in found]


def _stretch(page: keyset.KeysetPage) -> LibraryStretch:
    """Of a page whose rows are (wall, id)."""
    walls, photos = [wall for wall, _ in page.rows], [pk for _, pk in page.rows]
    return LibraryStretch(photos, walls, page.next or "", page.previous or "")


@dataclass(frozen=True)
class _Here:
    """Where a page begins, which this photo is not on; None: at the start."""

    wall: datetime | None
    photo: UUID | None


@dataclass(frozen=True)
class _Along:
    """All photos of a studio from a place on."""

    studio: UUID
    here: _Here


def _here(position: list[Any] | None) -> _Here:
    """position: as of `keyset.Reader`."""
    return _Here(*((datetime.fromisoformat(position[0]), UUID(position[1])) if position else (None, None)))


def _placed(rows: Iterable[tuple[datetime, UUID]]) -> list[tuple[list[Any], Any]]:
    """Each with its position, for `keyset.Reader`."""
    return [([wall.isoformat(), str(pk)], (wall, pk)) for wall, pk in rows]


def _along(asked: _Along, backwards: bool, limit: int) -> QuerySet[Any, tuple[Any, ...]]:
    rows = _beyond(LibraryPhoto.objects.for_studio(asked.studio), asked.here, backwards)
    return rows.values_list("wall", "pk")[:limit]


def _beyond(rows: QuerySet[Any, Any], here: _Here, backwards: bool, key: str = "pk") -> QuerySet[Any, Any]:
    """What of them lies on one side of a place, in order. key: the photo's id."""
    wall, photo, sign = here.wall, here.photo, "" if backwards else "-"
    if wall is not None:
        side = "gt" if backwards else "lt"
        beyond = Q(**{f"wall__{side}": wall}) | Q(wall=wall, **{f"{key}__{side}": photo})
        # Says nothing new, but lets the index start at the right place.
        rows = rows.filter(Q(**{f"wall__{side}e": wall}) & beyond)
    return rows.order_by(f"{sign}wall", f"{sign}{key}")


# Each page of the library without filters asks this.
_MET: Final = Compiled(_along, is_planned_once=True)


def _of_all(whole: _Tiles) -> QuerySet[Any, tuple[Any, ...]]:
    return _tile_rows(whole.photos, whole)


_TILES: Final = Compiled(_of_all, is_planned_once=True)


def _tile(values: tuple[Any, ...]) -> LibraryTile:
    photo_id, album_id, wall, is_dated, *columns = values
    name, caption, state, problem, width, height, color, size, made, rating, label, flag, kind, length = columns
    row = TileRow(
        photo_id, None, False, name, caption, state, problem, width, height, color, size, made, False, None, rating,
        label, flag, photo_id, kind=kind, duration_ms=length,
    )  # fmt: skip
    return LibraryTile(row, album_id, wall, is_dated)


# Columns of which an index carries all of `BESIDE`.
_INDEXED: Final = frozenset(("camera", "lens", "photographer"))
# Of these each one's index carries the other too.
_PAIR: Final = frozenset(("camera", "lens"))
# What is kept beside who is in a photo, and the kinds of rules that ask these columns alone.
_KEPT: Final = frozenset((*BESIDE, "wall"))
_KEPT_KINDS: Final = (Number, ChoiceKind, Day)
# Of which each photo's row is read.
_WRITTEN: Final = (AllWords, KeywordList, PlaceKind)


def _is_person(rule: Rule) -> bool:
    return isinstance(rule.field.kind, PersonKind) and not rule.operator.positive and rule.operator.name != "is_empty"


def _is_beside(node: Node) -> bool:
    """True for what is asked of columns that are kept beside who is in a photo."""
    return isinstance(node, Rule) and isinstance(node.field.kind, _KEPT_KINDS) and node.field.kind.path in _KEPT


def _is_words(node: Node) -> bool:
    return isinstance(node, Rule) and isinstance(node.field.kind, AllWords) and not node.operator.positive


# Photos on one side of a place, in order, and then how many there are.
_FEW: Final = """with found (wall, id) as materialized ({found})
    (select wall, id, null::bigint from found {beyond} order by wall {way}, id {way} limit %s)
    union all select null, null, count(*) from found
"""
# A bitmap of hundreds of thousands of photos has room, or each photo of a page would be looked at for one. The end of
# the transaction forgets it.
_ROOM: Final = as_sent("select set_config('work_mem', '32MB', true)", [])
# Of few values each, so that they are counted by combinations, and these by values: a third of the work.
_COUNTED_FIRST: Final = (("camera", "lens"), ("rating", "label", "flag"), ("photographer", "year", "country", "city"))
# Each photo is read once, whatever is counted of it. `grouping` has a bit for each column, 0 for the one that counts.
_FACETS: Final = """
    with found as materialized (
        select {names}, count(*) as n from ({found}) each group by grouping sets ({first})
    )
    select {names}, grouping({names}), sum(n) from found group by grouping sets ({sets})
"""


def _sets(some: Iterable[Iterable[str]]) -> str:
    """What `grouping sets` takes; what is empty is none."""
    return ", ".join(f"({', '.join(one)})" for one in some if one)


def _commonest(rows: Iterable[tuple[Any, ...]], place: int, width: int) -> list[tuple[Any, int]]:
    """Of the column at a place; what is not known is no value."""
    mine = (1 << width) - 1 - (1 << (width - 1 - place))
    return _first((row[place], int(row[-1])) for row in rows if row[-2] == mine and row[place])


def _first(counted: Iterable[tuple[Any, int]]) -> list[tuple[Any, int]]:
    return sorted(counted, key=lambda one: (-one[1], one[0]))[:MOST_FACETS]
