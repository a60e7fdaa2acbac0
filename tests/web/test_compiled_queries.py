"""A query compiled once sends and gives what the query itself would have sent and given."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import Studio
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, Photo, Placement
from apps.web.compiled_queries import Compiled, Unfit
from tests.factories import AlbumFactory, PhotoFactory, PlacementFactory

pytestmark = pytest.mark.django_db


def titled(*, studio: Any, title: Any) -> QuerySet[Any]:
    return Album.objects.for_studio(studio).filter(title=title).order_by("pk")


def sent(rows: Callable[[], list[Any]]) -> tuple[list[Any], list[str]]:
    with CaptureQueriesContext(connection) as queries:
        found = rows()
    return found, [one["sql"] for one in queries.captured_queries]


def test_the_statement_and_the_rows_are_those_of_the_query_itself(north: Studio, south: Studio) -> None:
    albums = Compiled(titled)
    for studio in (north, south):
        AlbumFactory.create(studio=studio, title="One")
        AlbumFactory.create(studio=studio, title="Two")
    for studio, title in ((north, "One"), (south, "Two"), (north, "no' such")):
        with acting_in(studio):
            by_orm = sent(lambda s=studio, t=title: list(titled(studio=s.pk, title=t)))  # type: ignore[misc]
            assert sent(lambda s=studio, t=title: albums(studio=s.pk, title=t)) == by_orm  # type: ignore[misc]


def test_it_is_built_once_for_each_shape_and_number_of_values(north: Studio) -> None:
    built = []

    def build(newest_first: bool, *, studio: Any, ids: Any) -> QuerySet[Any]:
        built.append((newest_first, len(ids)))
        return Photo.objects.for_studio(studio).filter(pk__in=ids).order_by("-pk" if newest_first else "pk")

    photos = Compiled(build)
    made = sorted((PhotoFactory.create(studio=north) for _ in range(3)), key=lambda photo: photo.pk)
    first, second, third = (photo.pk for photo in made)
    with acting_in(north):
        assert photos(False, studio=north.pk, ids=(first, second)) == [made[0], made[1]]
        assert photos(False, studio=north.pk, ids=(third, second)) == [made[1], made[2]]
        assert photos(True, studio=north.pk, ids=(first, third)) == [made[2], made[0]]
        assert photos(True, studio=north.pk, ids=()) == []
        assert photos(True, studio=north.pk, ids=()) == []
    assert built == [(False, 2), (True, 2), (True, 0)]


def test_values_of_every_kind_reach_their_places_in_lists_too(north: Studio) -> None:
    now = timezone.now()
    placement = PlacementFactory.create(album=AlbumFactory.create(studio=north), section_rank=3, sort_key="k")
    with acting_in(north):
        Placement.objects.for_studio(north).filter(pk=placement.pk).update(audience=[placement.pk], created_at=now)

    def build(*, studio: Any, link: Any, rank: Any, key: Any, since: Any) -> QuerySet[Any]:
        rows = Placement.objects.for_studio(studio).filter(audience__contains=[link], section_rank=rank, sort_key=key)
        return rows.filter(created_at__gte=since)

    found = Compiled(build)
    known = {"studio": north.pk, "link": placement.pk, "rank": 3, "key": "k", "since": now}
    others = {"studio": placement.pk, "link": north.pk, "rank": 4, "key": "l", "since": now + timedelta(seconds=1)}
    with acting_in(north):
        assert found(**known) == [placement]
        for name, value in others.items():
            assert found(**known | {name: value}) == [], name


def test_instances_come_with_what_was_selected_beside_them(north: Studio) -> None:
    placed = PlacementFactory.create(album=AlbumFactory.create(studio=north))

    def build(*, studio: Any, album: Any) -> QuerySet[Any]:
        return Placement.objects.for_studio(studio).filter(album_id=album).select_related("photo__original")

    with acting_in(north):
        for _ in range(2):
            (found,) = Compiled(build)(studio=north.pk, album=placed.album_id)
            assert sent(lambda row=found: [row.photo.original.size]) == ([placed.photo.original.size], [])  # type: ignore[misc]


@pytest.mark.django_db(transaction=True)
def test_each_thread_asks_by_its_own_connection(north: Studio) -> None:
    album = AlbumFactory.create(studio=north, title="One")
    albums = Compiled(titled)

    def read(_: int) -> list[Any]:
        try:
            with acting_in(north):
                return albums(studio=north.pk, title="One")
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(read, range(20))) == [[album]] * 20


def test_what_decides_about_the_statement_is_refused_as_a_value(north: Studio) -> None:
    albums = Compiled(titled)
    with acting_in(north):
        for value in (None, True):
            with pytest.raises(Unfit, match="belongs to the shape"):
                albums(studio=north.pk, title=value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("build", "why"),
    [
        (lambda *, studio, title: Album.guarded.filter(studio_id=studio, title=title), "begin at its studio"),
        (lambda *, studio, title: titled(studio=studio, title=f"{title}!"), "not every value"),
        (lambda *, studio, title: titled(studio=studio, title="One"), "not every value"),
        (lambda *, studio, title: titled(studio=studio, title=title).prefetch_related("sections"), "prefetched"),
        (lambda *, studio, title: Studio(id=studio).albums.filter(title=title), "at hand"),
    ],
)
def test_a_query_that_cannot_be_told_apart_from_its_values_is_refused(
    build: Callable[..., QuerySet[Any]], why: str, north: Studio
) -> None:
    with acting_in(north), pytest.raises(Unfit, match=why):
        Compiled(build)(studio=north.pk, title="One")


def test_shapes_do_not_pile_up(north: Studio) -> None:
    def build(number: int, *, studio: Any) -> QuerySet[Any]:
        return Album.objects.for_studio(studio)[:number]

    albums = Compiled(build)
    with acting_in(north):
        for number in range(1, 450):
            albums(number, studio=north.pk)
    assert len(albums._statements) <= 200
