"""A query compiled once sends and gives what the query itself would have sent and given."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
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
from apps.web.compiled_queries import Compiled, Later, Unfit, once, together, written
from tests.factories import AlbumFactory, PhotoFactory, PlacementFactory

pytestmark = pytest.mark.django_db


@dataclass(frozen=True, slots=True)
class Titled:
    studio: Any
    title: Any


def titled(scope: Titled) -> QuerySet[Any]:
    return Album.objects.for_studio(scope.studio).filter(title=scope.title).order_by("pk")


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
            scope = Titled(studio.pk, title)
            by_orm = sent(lambda scope=scope: list(titled(scope)))  # type: ignore[misc]
            assert sent(lambda scope=scope: albums(scope)) == by_orm  # type: ignore[misc]


def test_a_query_that_is_compiled_for_one_time_goes_with_others(north: Studio) -> None:
    for title in ("One", "Two", "Three"):
        AlbumFactory.create(studio=north, title=title)
    with acting_in(north):
        rows = Album.objects.for_studio(north).order_by("title")
        nothing = rows.filter(pk__in=[])
        asked = (
            once(rows[:2]),
            once(nothing),
            once(rows.values_list("title")),
            Compiled(titled).asked(Titled(north.pk, "Two")),
        )
        (first, none, titles, two), statements = sent(lambda: together(*asked))
    assert [[one.title for one in found] for found in (first, two)] == [["One", "Three"], ["Two"]]
    assert (none, titles, len(statements)) == ([], [("One",), ("Three",), ("Two",)], 1)


def test_ids_go_as_one_text_and_find_the_same(north: Studio) -> None:
    some = [AlbumFactory.create(studio=north, title=title).pk for title in ("One", "Two", "Three")][:2]
    with acting_in(north):
        rows = Album.objects.for_studio(north).order_by("title")
        asked = once(rows.filter(pk__any=some)), once(rows.filter(pk__any=[])), once(rows.filter(pk__in=some))
        (found, nothing, each), [statement] = sent(lambda: together(*asked))
    assert [one.title for one in found] == [one.title for one in each] == ["One", "Two"]
    assert nothing == []
    assert f"'{{{some[0].hex},{some[1].hex}}}'::uuid[]" in statement


def test_a_query_of_no_studio_is_not_compiled_either() -> None:
    with pytest.raises(Unfit, match="must begin at its studio"):
        once(Album.guarded.all())


def test_what_can_wait_goes_with_the_next_question_in_the_same_studio(north: Studio, south: Studio) -> None:
    albums = Compiled(titled)
    for studio in (north, south):
        AlbumFactory.create(studio=studio, title="One")
        AlbumFactory.create(studio=studio, title="Two")
    with acting_in(north):
        later = Later(albums.asked(Titled(north.pk, "One")), albums.asked(Titled(north.pk, "no such")))
        with acting_in(south):
            _, statements = sent(lambda: albums(Titled(south.pk, "Two")))
            assert str(north.pk) not in statements[0]
        two, statements = sent(lambda: albums(Titled(north.pk, "Two")))
        assert [one.title for one in two] == ["Two"]
        (one, nothing), none_more = sent(later.found)
        assert ([one.studio_id for one in one], nothing) == ([north.pk], [])
        assert (len(statements), none_more) == (1, [])
        # What follows is asked alone, and what nothing was asked beside is asked at last.
        _, statements = sent(lambda: albums(Titled(north.pk, "Two")))
        assert statements[0].count("SELECT") == 1
        (two,), statements = sent(Later(albums.asked(Titled(north.pk, "Two"))).found)
        assert ([one.title for one in two], len(statements)) == (["Two"], 1)


def test_it_is_built_once_for_each_shape_and_number_of_values(north: Studio) -> None:
    built = []

    @dataclass(frozen=True)
    class Chosen:
        studio: Any
        ids: tuple[Any, ...]
        newest_first: bool = False

    def build(scope: Chosen) -> QuerySet[Any]:
        built.append((scope.newest_first, len(scope.ids)))
        photos = Photo.objects.for_studio(scope.studio).filter(pk__in=scope.ids)
        return photos.order_by("-pk" if scope.newest_first else "pk")

    photos = Compiled(build)
    made = sorted((PhotoFactory.create(studio=north) for _ in range(3)), key=lambda photo: photo.pk)
    first, second, third = (photo.pk for photo in made)
    with acting_in(north):
        assert photos(Chosen(north.pk, (first, second))) == [made[0], made[1]]
        assert photos(Chosen(north.pk, (third, second))) == [made[1], made[2]]
        assert photos(Chosen(north.pk, (first, third), True)) == [made[2], made[0]]
        assert photos(Chosen(north.pk, (), True)) == []
        assert photos(Chosen(north.pk, (), True)) == []
    assert built == [(False, 2), (True, 2), (True, 0)]


def test_values_of_every_kind_reach_their_places_in_lists_too(north: Studio) -> None:
    now = timezone.now()
    placement = PlacementFactory.create(album=AlbumFactory.create(studio=north), section_rank=3, sort_key="k")
    with acting_in(north):
        Placement.objects.for_studio(north).filter(pk=placement.pk).update(audience=[placement.pk], created_at=now)

    @dataclass(frozen=True)
    class Place:
        rank: Any
        key: Any

    @dataclass(frozen=True)
    class Wanted:
        studio: Any
        link: Any
        place: Place
        since: Any
        photos: list[Any]

    def build(scope: Wanted) -> QuerySet[Any]:
        rows = Placement.objects.for_studio(scope.studio).filter(audience__contains=[scope.link])
        rows = rows.filter(section_rank=scope.place.rank, sort_key=scope.place.key, created_at__gte=scope.since)
        return rows.filter(photo_id__any=scope.photos)

    found = Compiled(build)
    known = Wanted(north.pk, placement.pk, Place(3, "k"), now, [placement.pk, placement.photo_id])
    others: dict[str, Any] = {
        "studio": placement.pk, "link": north.pk, "since": now + timedelta(seconds=1), "photos": [],
        "place": Place(4, "k"),
    }  # fmt: skip
    with acting_in(north):
        assert found(known) == [placement]
        assert found(replace(known, place=Place(3, "l"))) == []
        for name, value in others.items():
            assert found(replace(known, **{name: value})) == [], name
    assert len(found._statements) == 1


def test_instances_come_with_what_was_selected_beside_them(north: Studio) -> None:
    placed = PlacementFactory.create(album=AlbumFactory.create(studio=north))

    def build(scope: Titled) -> QuerySet[Any]:
        return Placement.objects.for_studio(scope.studio).filter(album_id=scope.title).select_related("photo__original")

    with acting_in(north):
        for _ in range(2):
            (found,) = Compiled(build)(Titled(north.pk, placed.album_id))
            assert sent(lambda row=found: [row.photo.original.size]) == ([placed.photo.original.size], [])  # type: ignore[misc]


@pytest.mark.django_db(transaction=True)
def test_each_thread_asks_by_its_own_connection(north: Studio) -> None:
    album = AlbumFactory.create(studio=north, title="One")
    albums = Compiled(titled)

    def read(_: int) -> list[Any]:
        try:
            with acting_in(north):
                return albums(Titled(north.pk, "One"))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(read, range(20))) == [[album]] * 20


def test_what_decides_about_the_statement_gives_another_one(north: Studio) -> None:
    albums = Compiled(lambda scope: Album.objects.for_studio(scope.studio).filter(cover__isnull=scope.title))
    album = AlbumFactory.create(studio=north)
    with acting_in(north):
        assert albums(Titled(north.pk, True)) == [album]
        assert albums(Titled(north.pk, False)) == []


def test_what_is_no_value_is_refused(north: Studio) -> None:
    with acting_in(north), pytest.raises(Unfit, match="is no value"):
        Compiled(titled)(Titled(north.pk, 0.5))


@pytest.mark.parametrize(
    ("build", "why"),
    [
        (lambda scope: Album.guarded.filter(studio_id=scope.studio, title=scope.title), "begin at its studio"),
        (lambda scope: titled(replace(scope, title=f"{scope.title}!")), "not every value"),
        (lambda scope: titled(replace(scope, title="One")), "not every value"),
        (lambda scope: titled(scope).prefetch_related("sections"), "prefetched"),
        (lambda scope: Studio(id=scope.studio).albums.filter(title=scope.title), "at hand"),
    ],
)
def test_a_query_that_cannot_be_told_apart_from_its_values_is_refused(
    build: Callable[..., QuerySet[Any]], why: str, north: Studio
) -> None:
    with acting_in(north), pytest.raises(Unfit, match=why):
        Compiled(build)(Titled(north.pk, "One"))


def test_shapes_do_not_pile_up(north: Studio) -> None:
    @dataclass(frozen=True)
    class Whole:
        studio: Any

    def build(scope: Whole, number: int) -> QuerySet[Any]:
        return Album.objects.for_studio(scope.studio)[:number]

    albums = Compiled(build)
    with acting_in(north):
        for number in range(1, 450):
            albums(Whole(north.pk), number)
    assert len(albums._statements) <= 200


def test_several_are_sent_in_one_exchange_and_each_gets_its_own_rows(north: Studio) -> None:
    albums = Compiled(titled)
    titles = Compiled(lambda scope: titled(scope).values_list("title", flat=True))
    none = Compiled(lambda scope: titled(scope).none())
    one, two = (AlbumFactory.create(studio=north, title=title) for title in ("One", "Two"))
    with acting_in(north):
        scopes = [Titled(north.pk, title) for title in ("One", "Two")]
        asked = [albums.asked(scopes[0]), none.asked(scopes[0]), titles.asked(scopes[1]), albums.asked(scopes[1])]
        found, statements = sent(lambda: together(*asked))
        assert found == [[one], [], ["Two"], [two]]
        assert len(statements) == 1
        assert together() == []
        assert together(none.asked(scopes[0])) == [[]]


def test_what_is_written_by_hand_goes_with_them(north: Studio) -> None:
    albums = Compiled(titled)
    one = AlbumFactory.create(studio=north, title="One %")
    by_hand = (
        "select id, %(word)s, title like %(like)s from albums_album where studio_id = %(studio)s and id = any(%(ids)s)"
    )
    values = {"word": "100 %", "like": "%\\%", "studio": north.pk, "ids": [one.pk], "unasked": 1}
    with acting_in(north):
        asked = albums.asked(Titled(north.pk, "One %")), written(by_hand, values), written("select 1", {})
        found, statements = sent(lambda: together(*asked))
    assert found == [[one], [(one.pk, "100 %", True)], [(1,)]]
    assert len(statements) == 1


def test_what_the_order_alone_needs_is_in_no_row(north: Studio) -> None:
    def build(scope: Titled) -> QuerySet[Any]:
        rows = Album.objects.for_studio(scope.studio).filter(title=scope.title)
        return rows.order_by("created_at").distinct().values_list("title")

    AlbumFactory.create(studio=north, title="One")
    with acting_in(north):
        assert Compiled(build)(Titled(north.pk, "One")) == list(build(Titled(north.pk, "One"))) == [("One",)]
