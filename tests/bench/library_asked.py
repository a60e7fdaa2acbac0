"""Questions to the libraries of `million`, in this process: what their statements cost, and that answers are right.

    python -m tests.bench.library_asked         with the installation's environment

Prints one line of JSON: by slug, milliseconds of the statements of each page, of months, facets and points of the map.
Raises AssertionError where a page is not what a plain query gives, or months are not what their photos are.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Final

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
django.setup()

from django.db import connection  # noqa: E402
from django.http import QueryDict  # noqa: E402
from django.utils import timezone  # noqa: E402

from apps.accounts.access import Entered  # noqa: E402
from apps.accounts.models import Membership, Role, Studio  # noqa: E402
from apps.accounts.tenancy import across_studios, acting_in  # noqa: E402
from apps.library import months, page_context, value_counts  # noqa: E402
from apps.library.find import PAGE, Library  # noqa: E402
from apps.library.keywords import listing  # noqa: E402
from apps.library.models import LibraryPhoto  # noqa: E402
from apps.library.places import squares  # noqa: E402
from apps.library.places.boxes import MapBox  # noqa: E402
from apps.library.places.clusters import clusters  # noqa: E402
from apps.library.questions import language  # noqa: E402
from apps.monitoring.numbers.figures import numbers_of  # noqa: E402
from tests.bench.pairs import PAIRS, SEARCHES, filled  # noqa: E402

SLUGS: Final = ("million-02", "million-01", "million-00")
TODAY: Final = date(2026, 1, 1)
CHANGES, AT_ONCE = 10_000, 500
#: Of the map: all of it, a continent, a country, a town.
VIEWS: Final = (
    (MapBox(-180, -85, 180, 85), 2), (MapBox(-10, 35, 30, 60), 4), (MapBox(9, 46, 17, 49), 7),
    (MapBox(16.2, 48.1, 16.6, 48.3), 11),
)  # fmt: skip
_MONTHS: Final = """
    select date_trunc('month', wall at time zone 'UTC')::date, count(*) from library_libraryphoto
    where studio_id = %s group by 1
"""


@dataclass
class Asked:
    """Milliseconds: of the statements of pages without filters and of each pair, of months, facets and the map.

    changed, moved: of months and the map after `CHANGES`.  told: of the map with a photo of each point.
    numbers, keywords: of the studio's numbers and the list of its keywords.  whole: of facets of the whole library.
    searches: of the statements of searches for a word, a person and a date.
    """

    count: int = 0
    plain: list[float] = field(default_factory=list)
    pairs: dict[str, list[float]] = field(default_factory=dict)
    months: list[float] = field(default_factory=list)
    changed: list[float] = field(default_factory=list)
    facets: list[float] = field(default_factory=list)
    points: list[float] = field(default_factory=list)
    moved: list[float] = field(default_factory=list)
    told: list[float] = field(default_factory=list)
    numbers: list[float] = field(default_factory=list)
    keywords: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    searches: list[float] = field(default_factory=list)


def main() -> None:
    """Ask the studios in turn, so that all meet the same machine."""
    members = {slug: _member(slug) for slug in SLUGS}
    asked = {slug: Asked() for slug in SLUGS}
    for turn in range(4):
        for slug, entered in members.items():
            _ask(entered, asked[slug], counts=turn > 0)
    _check(members["million-02"], PAIRS)
    _check(members["million-00"], PAIRS[:8])
    _change(members["million-00"].studio)
    for _ in range(20):
        asked["million-00"].changed.append(
            _time(lambda: months.of_member(members["million-00"]), members["million-00"])
        )
    _right_months(members["million-00"])
    for box, zoom in VIEWS * 5:
        asked["million-00"].moved.append(
            _time(lambda box=box, zoom=zoom: clusters(members["million-00"], box, zoom), members["million-00"])  # type: ignore[misc]
        )
    if wrong := next(squares.check_studio(members["million-00"].studio.pk), None):
        raise AssertionError(f"the map does not have the photos that there are: {wrong}")
    if wrong := next(value_counts.check_studio(members["million-00"].studio.pk), None):
        raise AssertionError(f"values do not have the photos that there are: {wrong}")
    print(json.dumps({slug: asdict(one) for slug, one in asked.items()}))


def _member(slug: str) -> Entered:
    with across_studios():
        row = Membership.objects.select_related("studio", "user").get(studio__slug=slug)
    return Entered(row.studio, row.user, Role(row.role))


@contextmanager
def _statements() -> Iterator[list[float]]:
    spent: list[float] = []

    def watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            spent.append(1000 * (time.perf_counter() - began))

    with connection.execute_wrapper(watch):
        yield spent


def _page(entered: Entered, **query: str) -> float:
    values = QueryDict(mutable=True)
    values.update(query)
    with acting_in(entered.studio), _statements() as spent:
        asked = page_context.read(values, today=TODAY, with_guests=True)
        shown, asked = page_context.library(entered, asked, TODAY)
        page_context.whole(shown, asked, "/")
    return sum(spent)


def _time(call: Callable[[], object], entered: Entered) -> float:
    with acting_in(entered.studio):
        began = time.perf_counter()
        call()
        return 1000 * (time.perf_counter() - began)


def _ask(entered: Entered, asked: Asked, *, counts: bool) -> None:
    """counts: false for a turn that reads into memory."""
    kept = asked if counts else Asked()
    with acting_in(entered.studio):
        all_months = months.of_member(entered)
    asked.count = sum(one.photos for one in all_months)
    for one in all_months[:: max(1, len(all_months) // 12)]:
        kept.plain.append(_page(entered, month=one.key))
    for pair, text in zip(PAIRS, filled(entered.studio), strict=True):
        kept.pairs.setdefault(pair, []).append(_page(entered, q=text))
    for text in filled(entered.studio, SEARCHES):
        kept.searches.append(_page(entered, q=text))
    kept.months += [_time(lambda: months.of_member(entered), entered) for _ in range(10)]
    for text in filled(entered.studio)[:8]:
        library = Library(entered, language.read(text, today=TODAY).tree, today=TODAY)
        kept.facets.append(_time(library.facets, entered))
    for box, zoom in VIEWS:
        kept.points.append(_time(lambda box=box, zoom=zoom: clusters(entered, box, zoom), entered))  # type: ignore[misc]
        kept.told.append(
            _time(lambda box=box, zoom=zoom: clusters(entered, box, zoom, with_photos=True), entered)  # type: ignore[misc]
        )
    kept.whole.append(_time(Library(entered, today=TODAY).facets, entered))
    if counts:
        kept.numbers.append(_time(lambda: numbers_of(entered, now=timezone.now()), entered))
        kept.keywords.append(_time(lambda: listing.page(entered.studio), entered))


def _check(entered: Entered, pairs: tuple[str, ...]) -> None:
    """Pages are those of a plain query, which asks no index for anything."""
    for text in filled(entered.studio)[: len(pairs)]:
        library = Library(entered, language.read(text, today=TODAY).tree, today=TODAY)
        with acting_in(entered.studio):
            plain = library.rows.order_by(*LibraryPhoto.ORDER).values_list("pk", flat=True)
            wanted = list(plain[:PAGE])
            if [tile.row.photo_id for tile in library.page().tiles] != wanted:
                raise AssertionError(f"{text}: not the photos that a plain query finds")


def _change(studio: Studio) -> None:
    """Photos at random get another time and another place, as a person corrects them; the triggers count."""
    chance = random.Random(8)
    with acting_in(studio), connection.cursor() as cursor:
        cursor.execute("select id from albums_photo where studio_id = %s and trashed_at is null", [studio.pk])
        ids = [pk for (pk,) in cursor.fetchall()]
    for start in range(0, CHANGES, AT_ONCE):
        some = chance.sample(ids, AT_ONCE)
        with acting_in(studio), connection.cursor() as cursor:
            cursor.execute(
                """update albums_photo set taken_at = coalesce(taken_at, created_at) + %s * interval '1 day'
                   where studio_id = %s and id = any(%s::uuid[])""",
                [chance.randint(-700, 700), studio.pk, some],
            )
            cursor.execute(
                """update library_photoplace set latitude = 45 + random() * 5, longitude = 8 + random() * 9
                   where studio_id = %s and photo_id = any(%s::uuid[]) and latitude is not null""",
                [studio.pk, chance.sample(ids, AT_ONCE)],
            )
        # What is left of the changes is read beside what is kept.
        if start % 2_500 == 0:
            months.fold()
            squares.fold()
            value_counts.fold()


def _right_months(entered: Entered) -> None:
    with acting_in(entered.studio), connection.cursor() as cursor:
        kept = {one.first: one.photos for one in months.of_member(entered)}
        cursor.execute(_MONTHS, [entered.studio.pk])
        if kept != dict(cursor.fetchall()):
            raise AssertionError("the counts of months are not those of their photos")


if __name__ == "__main__":
    main()
