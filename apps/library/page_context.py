"""What the library's page shows. Run in the studio's transaction; the number of queries never grows."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import groupby
from typing import Any, Final, cast
from urllib.parse import quote_plus, urlencode
from uuid import UUID

from django.db.models import QuerySet
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from apps.accounts.access import Entered
from apps.accounts.models import Role
from apps.albums.models import Album
from apps.library import spelling
from apps.library.events import occasions
from apps.library.events.occasions import Occasion
from apps.library.find import Library, LibraryPage, TotalFound
from apps.library.months import Month
from apps.library.questions import days, language
from apps.library.questions.fields import FIELDS, Field
from apps.library.questions.kinds import ChoiceKind, Guests, Kind
from apps.library.tiles import library_tiles, month_name, month_of
from apps.web.compiled_queries import Compiled
from apps.web.select_options import options

MOST_GALLERIES = 500
SIZES = {"s": "Small", "m": "Medium", "l": "Large"}


@dataclass(frozen=True, slots=True)
class Chip:
    """A term of the search as a person reads it. without: the address of the page without it."""

    words: str
    without: str


@dataclass(frozen=True, slots=True)
class LibraryQuery:
    """What the address asks for. month: where to begin.  size: of the tiles.  with_facets: counts beside them.

    with_total: how many there are, even if they have to be counted.  with_galleries: those to put photos into.
    with_filters: each as a form.
    """

    search: language.Search
    text: str = ""
    month: date | None = None
    after: str = ""
    size: str = "m"
    with_facets: bool = False
    with_total: bool = False
    with_galleries: bool = False
    with_filters: bool = False

    def url(self, path: str, **changed: str) -> str:
        """The address with another cursor, month, size or text; what is empty or usual does not stand in it."""
        parts = {"q": self.text, "size": self.size if self.size != "m" else ""} | changed
        query = urlencode({name: value for name, value in parts.items() if value})
        return f"{path}?{query}" if query else path


def read(values: Any, *, today: date, with_guests: bool) -> LibraryQuery:
    """What an address asks for; what makes no sense is as if it were not there. values: as of `QueryDict`."""
    text = values.get("q", "").replace("\x00", "").strip()
    # A form that adds a filter sends its name and value; they become a term of the text.
    if added := _added(values):
        text = f"{text} {added}".strip()
    month = days.of_numbers(values.get("month", "")) if len(values.get("month", "")) == 7 else None
    size = values.get("size", "")
    search = language.read(text, today=today, with_guests=with_guests)
    return LibraryQuery(
        search,
        text,
        month.first if month else None,
        values.get("after", ""),
        size if size in SIZES else "m",
        bool(values.get("facets")),
        bool(values.get("total")),
        bool(values.get("galleries")),
        bool(values.get("filters")),
    )


def _added(values: Any) -> str:
    name, value = values.get("add", ""), values.get("value", "").replace('"', " ").strip()
    if name not in FIELDS or not value:
        return ""
    sign = {"gte": ">=", "lte": "<="}.get(values.get("how", ""), "")
    return f'{name}:"{value}"' if " " in value and not sign else f"{name}:{sign}{value}"


def library(entered: Entered, asked: LibraryQuery, today: date) -> tuple[Library, LibraryQuery]:
    """The photos that the address asks for, and what it asks for: mended, if as it stands it finds nothing."""
    found = Library(entered, asked.search.tree, today=today)
    if not asked.search.words or not found.is_empty:
        return found, asked
    again = spelling.read_again(asked.search, entered, today=today)
    mended = Library(entered, again.search.tree, today=today) if again else found
    if again is None or mended.is_empty:
        return found, asked
    search = replace(again.search, misread=(*asked.search.misread, *again.sentences))
    return mended, replace(asked, search=search, text=search.text)


def whole(shown: Library, asked: LibraryQuery, path: str) -> dict[str, Any]:
    """Context of library/library.html."""
    return _results(shown, asked, path) | {
        "months": _years(tuple(shown.months), month_of(asked.month) if asked.month else ""),
        "sizes": [(key, name, asked.url(path, size=key if key != "m" else "")) for key, name in SIZES.items()],
        "size": asked.size,
        "kept_fields": _kept_fields(asked),
        "filters_url": asked.url(path, filters="1"),
        **(filters(shown.entered, asked, path) if asked.with_filters else {}),
        "galleries_url": "" if asked.with_galleries else asked.url(path, galleries="1"),
        **(galleries(shown.entered) if asked.with_galleries else {}),
    }


def filters(entered: Entered, asked: LibraryQuery, path: str) -> dict[str, Any]:
    """Context of library/_filters.html. No query."""
    fields = _fields(with_guests=not entered.is_contributor)
    return {"fields": fields, "kept_fields": _kept_fields(asked), "here": path}


def galleries(entered: Entered) -> dict[str, Any]:
    """Context of library/_galleries.html. One query."""
    return {"galleries": options(_galleries(entered))}


def _results(shown: Library, asked: LibraryQuery, path: str) -> dict[str, Any]:
    page, there = _page(shown, asked)
    return _tiles(shown, asked, path, page, there) | {
        "q": asked.text,
        "chips": [
            Chip(shown.say(term.rule), asked.url(path, q=asked.search.without(number)))
            for number, term in enumerate(asked.search.terms)
        ],
        "sentence": shown.sentence,
        "misread": asked.search.misread,
        **_total(shown, asked, path, page),
        "earlier_url": asked.url(path, after=page.earlier) if page.earlier else "",
        "here": path,
        "facets_url": asked.url(path, facets="1") if page.tiles or page.earlier else "",
        "facets": facets(shown, asked, path) if asked.with_facets else [],
        "may_edit": may_edit(shown.entered),
    }


def _page(shown: Library, asked: LibraryQuery) -> tuple[LibraryPage, list[Occasion]]:
    """The page, and what there was when its photos were taken. Two exchanges without filters."""
    found = shown.stretch(asked.after, month=asked.month)
    days = {wall.date() for wall in found.walls}
    years = {day.year for day in days}
    page, answers = shown.page_beside(found, *occasions.asking(shown.entered, years, on=days))
    return page, occasions.read(answers, years, on={tile.wall.date() for tile in page.tiles if tile.is_dated})


def _total(shown: Library, asked: LibraryQuery, path: str, page: LibraryPage) -> dict[str, Any]:
    """How many photos there are: at once where that is known, else by another request, so that the page need not wait.

    at_least: what is seen of them.
    """
    known = shown.known_total
    if known is None and asked.with_total:
        known = shown.total
    if known is None and not (page.next or page.earlier or asked.month):
        known = TotalFound(len(page.tiles))
    if known is None:
        return {"total_url": asked.url(path, total="1"), "at_least": len(page.tiles)}
    return {"total": known}


def total(shown: Library) -> dict[str, Any]:
    """Context of library/_total.html."""
    return {"total": shown.total}


def may_edit(entered: Entered) -> bool:
    """True if the member may change photos of the library."""
    return entered.role.reaches(Role.EDITOR) and not entered.is_contributor


def _galleries(entered: Entered) -> list[tuple[str, str]]:
    """The newest galleries of the member, to put photos into."""
    if not may_edit(entered):
        return []
    rows = _newest(entered) if entered.is_restricted else _NEWEST(_Whole(entered.studio.pk))
    return [(str(pk), title) for pk, title in rows]


@dataclass(frozen=True)
class _Whole:
    """A member of all galleries of a studio."""

    studio: UUID
    album_ids = None


def _newest(member: Entered | _Whole) -> QuerySet[Any, tuple[UUID, str]]:
    rows = Album.objects.visible_to(cast("Entered", member)).filter(trashed_at__isnull=True)
    return rows.order_by("-created_at", "id").values_list("pk", "title")[:MOST_GALLERIES]


_NEWEST: Final = Compiled(_newest)


@dataclass(frozen=True, slots=True)
class FacetLink:
    """A value that photos have, how many have it, and the address of these."""

    words: str
    count: int
    url: str


def facets(shown: Library, asked: LibraryQuery, path: str) -> list[tuple[str, list[FacetLink]]]:
    """Of each facet the commonest values of what was found, each as a link that asks for it too. A query for each."""
    found = []
    for name, values in shown.facets().items():
        field = FIELDS["taken_at" if name == "year" else name]
        links = [
            FacetLink(field.words_for(value), count, asked.url(path, q=f"{asked.text} {_term(field, value)}".strip()))
            for value, count in values
        ]
        if len(links) > 1:
            found.append(("Year" if name == "year" else field.title, links))
    return found


def _term(field: Field, value: Any) -> str:
    text = str(value).replace('"', " ")
    return f'{field.name}:"{text}"' if " " in text else f"{field.name}:{text}"


def tiles(shown: Library, asked: LibraryQuery, path: str, before: str) -> dict[str, Any]:
    """Context of library/_tiles.html: the page after the one that ends in the month `before`."""
    page, there = _page(shown, replace(asked, month=None))
    return _tiles(shown, asked, path, page, there, before)


def _tiles(
    shown: Library, asked: LibraryQuery, path: str, page: LibraryPage, there: list[Occasion], before: str = ""
) -> dict[str, Any]:
    counts = {} if asked.search.terms else {one.key: one.photos for one in shown.months}
    html = library_tiles(
        page.tiles,
        shown.entered,
        counts=counts,
        before=before,
        first_page=not before,
        may_edit=may_edit(shown.entered),
        chips=_chips(there, page, asked, path),
    )
    last = month_of(page.tiles[-1].wall) if page.tiles else ""
    return {"tiles": html, "next_url": asked.url(path, after=page.next, before=last) if page.next else ""}


def _chips(
    there: list[Occasion], page: LibraryPage, asked: LibraryQuery, path: str
) -> dict[str, list[tuple[str, str]]]:
    """Of each month what photos of the page were taken at, with the address of all that were."""
    upwards = sorted(tile.wall for tile in page.tiles if tile.is_dated)
    hits = sorted(
        (-at, number)
        for number, one in enumerate(there)
        for at in range(bisect_left(upwards, one.first), bisect_left(upwards, one.after))
    )
    found: dict[str, dict[str, str]] = {}
    # What an address has behind its text.
    rest = asked.url("", q="").replace("?", "&")
    for at, number in hits:
        one, month = there[number], month_of(upwards[-at])
        if one.words not in found.setdefault(month, {}):
            term = quote_plus('event:"{}"'.format(one.names[0].replace('"', " ")))
            found[month][one.words] = f"{path}?q={term}{rest}"
    return {month: list(chips.items()) for month, chips in found.items()}


def _kept_fields(asked: LibraryQuery) -> SafeString:
    """What a form sends along of how the page is now."""
    values = {"q": asked.text, "size": asked.size if asked.size != "m" else ""}
    return mark_safe(
        "".join(
            f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in values.items() if value
        )
    )


@lru_cache(maxsize=64)
def _years(months: tuple[Month, ...], chosen: str) -> SafeString:
    """The months to jump to, as options below their years."""
    return mark_safe(
        "".join(
            f'<optgroup label="{year}">'
            + options(((one.key, f"{month_name(one.key)} ({one.photos})") for one in some), chosen)
            + "</optgroup>"
            for year, some in groupby(months, lambda one: one.first.year)
        )
    )


@dataclass(frozen=True, slots=True)
class FilterOffer:
    """A filter of the form that adds one. choices: its values as options, where there is a list of them."""

    name: str
    title: str
    choices: SafeString


@lru_cache(maxsize=2)
def _fields(*, with_guests: bool) -> tuple[FilterOffer, ...]:
    seen = [field for field in FIELDS.values() if with_guests or not field.of_guests]
    named = [field for field in seen if field.kind.control not in ("place",) and field.name != "text"]
    return tuple(FilterOffer(field.name, field.title, options(_choices(field.kind))) for field in named)


def _choices(kind: Kind) -> tuple[tuple[str, str], ...]:
    kind = kind.inner if isinstance(kind, Guests) else kind
    if isinstance(kind, ChoiceKind):
        return tuple(kind.choices.items())
    return (("true", "Yes"), ("false", "No")) if kind.control == "yes" else ()
