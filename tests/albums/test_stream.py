"""Pages of an album: complete, in order, at one price whatever the album holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import Studio
from apps.accounts.tenancy import acting_in
from apps.albums import counts, placements, scope
from apps.albums.models import Album, Audience, PhotoState, Placement
from apps.albums.scope import Reach, ScopePart
from apps.albums.stream import Stream, StreamPage
from apps.web.index_order import in_index_order
from apps.web.keyset import BadCursor
from tests.albums import bulk
from tests.albums.bulk import fill
from tests.albums.people import order_of
from tests.amounts import amount
from tests.factories import AlbumFactory, PhotoFactory, PlacementFactory, SectionFactory, StudioFactory
from tests.reading import reading


@pytest.fixture(autouse=True)
def no_old_counts() -> None:
    cache.clear()


@pytest.fixture
def album(north: Studio, may_analyze: None) -> Album:
    """25 photos: without a section, then in sections 1 and 2."""
    album = AlbumFactory.create(studio=north)
    for rank in (1, 2):
        SectionFactory.create(album=album, rank=rank)
    fill(album, 25, sections=(2, 0, 1))
    return album


@pytest.fixture
def inside(album: Album) -> Iterator[Stream]:
    with acting_in(album.studio):
        yield Stream(album, size=7)


def ids(page: StreamPage) -> list[UUID]:
    return [row.photo_id for row in page.rows]


def test_all_pages_together_are_the_album_in_order(album: Album, inside: Stream) -> None:
    page = inside.open()
    seen, firsts = ids(page), [page.first]
    while page.next:
        page = inside.at(page.next)
        seen += ids(page)
        firsts.append(page.first)
    assert seen == order_of(album)
    assert firsts == [0, 7, 14, 21]


def test_the_way_back_shows_the_same_pages(album: Album, inside: Stream) -> None:
    forward = [inside.open()]
    while forward[-1].next:
        forward.append(inside.at(forward[-1].next))
    page = forward[-1]
    for earlier in reversed(forward[:-1]):
        page = inside.at(page.earlier)
        assert ids(page) == ids(earlier)
        assert (page.first, page.after, bool(page.earlier)) == (earlier.first, earlier.after, earlier.first > 0)
        assert ids(inside.at(page.next)) == ids(inside.at(earlier.next))


def test_a_section_opens_at_its_first_photo(album: Album, inside: Stream) -> None:
    section = album.sections.get(rank=2)
    page = inside.open(section=section)
    assert page.first == 16
    assert ids(page) == order_of(album)[16:23]
    assert ids(inside.at(page.earlier)) == order_of(album)[9:16]


def test_only_a_section_is_shown_when_asked(album: Album, inside: Stream) -> None:
    only = replace(inside, within=album.sections.get(rank=1))
    page = only.open()
    rest = only.at(page.next)
    assert ids(page) + ids(rest) == order_of(album)[8:16]
    assert not rest.next


@pytest.mark.slow
@pytest.mark.parametrize("place", [0, 6, 7, 8, 13, 20, 24])
def test_a_photo_opens_the_page_on_which_a_reader_would_meet_it(album: Album, inside: Stream, place: int) -> None:
    everything = order_of(album)
    page = inside.open(photo=everything[place])
    start = place // 7 * 7
    assert page.first == start
    assert ids(page) == everything[start : start + 7]


def test_a_page_knows_the_section_before_it(album: Album, inside: Stream) -> None:
    """So that a heading is printed where a section begins, and only there."""
    page = inside.at(inside.open().next)
    assert page.after is None
    following = inside.at(page.next)
    assert following.after == album.sections.get(rank=1).pk
    assert inside.open(photo=ids(following)[0]).after == following.after


def test_neighbours_stand_beside_a_photo(album: Album, inside: Stream) -> None:
    everything = order_of(album)
    middle = inside.neighbours(everything[9])
    assert middle is not None
    assert (middle.position, middle.total) == (10, 25)
    assert (middle.previous, middle.next) == (everything[8], everything[10])
    first, last = inside.neighbours(everything[0]), inside.neighbours(everything[-1])
    assert first is not None
    assert first.previous is None
    assert last is not None
    assert last.next is None


def test_clients_see_neither_hidden_nor_unready_nor_trashed(album: Album, inside: Stream) -> None:
    hidden = PlacementFactory.create(album=album, is_hidden=True).photo
    waiting = PlacementFactory.create(
        album=album, photo=PhotoFactory.create(studio=album.studio, state=PhotoState.PROCESSING)
    ).photo
    trashed = PlacementFactory.create(album=album).photo
    placements.take_out(album, [trashed.pk])
    absent = {hidden.pk, waiting.pk, trashed.pk}
    wide = replace(inside, size=100)
    assert not absent & set(ids(wide.open()))
    assert wide.of(list(absent)) == []
    assert wide.neighbours(hidden.pk) is None
    assert wide.open(photo=hidden.pk).first == 0
    assert wide.counts.total == 25
    studio = replace(wide, only_shown=False)
    assert absent & set(ids(studio.open())) == {hidden.pk, waiting.pk}


# -- cursors -----------------------------------------------------------------------------------------


def test_a_cursor_of_another_album_is_refused(album: Album, inside: Stream, south: Studio) -> None:
    other = AlbumFactory.create(studio=album.studio)
    fill(other, 10)
    foreign = AlbumFactory.create(studio=south)
    fill(foreign, 10)
    cursors = [Stream(other, size=3).open().next]
    with acting_in(south):
        cursors.append(Stream(foreign, size=3).open().next)
    for cursor in cursors:
        assert cursor
        with pytest.raises(BadCursor):
            inside.at(cursor)
        assert ids(inside.open(cursor)) == order_of(album)[:7]


def test_a_bent_cursor_is_refused(inside: Stream) -> None:
    cursor = inside.open().next
    for place in range(len(cursor)):
        bent = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
        with pytest.raises(BadCursor):
            inside.at(bent)


@pytest.mark.parametrize("junk", ["", "x", "é", "\x00", "A" * 39, "=" * 40, "9" * 5000])
def test_junk_is_no_cursor(inside: Stream, junk: str) -> None:
    with pytest.raises(BadCursor):
        inside.at(junk)


def test_a_cursor_says_nothing_of_the_photo(album: Album, inside: Stream) -> None:
    """It may stand in a guest's address bar: no capture time, no file name."""
    Placement.objects.for_studio(album.studio).update(sort_key="20260530120000 secret.jpg")
    assert len(inside.open().next) <= 40


def test_a_cursor_outlives_a_new_order(album: Album, inside: Stream) -> None:
    page = inside.open()
    Placement.objects.for_studio(album.studio).filter(album=album).update(sort_key="z")
    assert inside.at(page.next).rows


# -- counts ------------------------------------------------------------------------------------------


def test_counts_are_kept_until_the_album_changes(
    album: Album, django_assert_num_queries: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with acting_in(album.studio):
        assert counts.shown(album).by_rank == {0: 8, 1: 8, 2: 9}
        with django_assert_num_queries(0):
            assert counts.shown(album).total == 25
    with django_capture_on_commit_callbacks(execute=True), acting_in(album.studio):
        placements.take_out(album, order_of(album)[:3])
    with acting_in(album.studio):
        assert counts.shown(album).by_rank == {0: 5, 1: 8, 2: 9}
        assert counts.totals(album.studio_id, [album.pk])[album.pk] == counts.Total(22, 22_000)


def test_who_counted_before_a_change_does_not_write_over_it(
    album: Album, monkeypatch: Any, django_capture_on_commit_callbacks: Any
) -> None:
    """A slow reader begins, an upload commits, the slow reader writes down what it saw."""
    with acting_in(album.studio):
        keep = counts._keep
        held: list[dict[str, object]] = []
        monkeypatch.setattr(counts, "_keep", held.append)
        counts.live(album)
        monkeypatch.setattr(counts, "_keep", keep)
    with django_capture_on_commit_callbacks(execute=True), acting_in(album.studio):
        placements.take_out(album, order_of(album)[:3])
    keep(held[0])
    with acting_in(album.studio):
        assert counts.live(album).total == 22


def test_without_redis_photos_are_counted(album: Album, settings: Any, django_capture_on_commit_callbacks: Any) -> None:
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    }
    with django_capture_on_commit_callbacks(execute=True), acting_in(album.studio):
        assert counts.shown(album).total == 25
        assert counts.totals(album.studio_id, [album.pk])[album.pk].photos == 25
        counts.forget(album.pk)


# -- the price ---------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.long
def test_a_page_costs_the_same_in_a_small_and_in_a_large_gallery(north: Studio, may_analyze: None) -> None:
    prices = []
    # The large one first: in tables of 200 rows a planner rightly does without any index.
    for count in (amount(suite=2_000, long=10_000), 200):
        album = AlbumFactory.create(studio=north)
        for rank in (1, 2, 3):
            SectionFactory.create(album=album, rank=rank)
        fill(album, count, sections=(1, 2, 3))
        with acting_in(north):
            stream = Stream(album)
            deep = order_of(album)[count * 3 // 4]
            cursor = stream.open(photo=deep).next
            counts.shown(album)
            with CaptureQueriesContext(connection) as queries:
                stream.open()
                stream.at(cursor)
            said = [query["sql"] for query in queries if "albums_placement" in query["sql"]]
            with in_index_order():
                prices.append([_buffers(sql) for sql in said])
                plans = [_plan(sql) for sql in said]
        assert all("Sort" not in plan for plan in plans), plans
        assert all("albums_placement_order" in plan for plan in (plans[0], plans[-1])), plans
    many, few = prices
    assert len(few) == len(many) == 3
    # An index over so many more rows is a level deeper, no more.
    assert sum(many) <= 1.5 * sum(few), prices


def _plan(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"explain {sql}")
        return "\n".join(row[0] for row in cursor.fetchall())


def _buffers(sql: str) -> int:
    """Pages of memory that a statement looks at."""
    with connection.cursor() as cursor:
        cursor.execute(f"explain (analyze, buffers, format json) {sql}")
        plan = cursor.fetchone()[0][0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


@pytest.mark.parametrize("hidden", [0, 1, 2])
@pytest.mark.parametrize("is_main", [None, False, True])
def test_the_statement_of_a_page_is_what_the_query_says(album: Album, is_main: bool | None, hidden: int) -> None:
    """The statement is kept and filled with each reader's values: none may be another reader's."""
    other = AlbumFactory.create(studio=album.studio)
    fill(other, 3)
    with acting_in(album.studio):
        sections = list(album.sections.order_by("rank"))
    for section in sections[:hidden]:
        section.audience = [UUID(int=5)]
    readers = [
        Stream(one, size=3, within=within, only_shown=only_shown, sections=sections, audience=audience)
        for one in (album, other)
        for link in (UUID(int=1), UUID(int=2))
        for audience in [None if is_main is None else Audience(link, is_main)]
        for within in (None, sections[1])
        for only_shown in (True, False)
    ]
    with acting_in(album.studio):
        keys = list(album.placements.in_order().values_list("section_rank", "sort_key", "id")[1:2])
        ids = tuple(album.placements.in_order().values_list("photo_id", flat=True)[:2])
        for reader in readers:
            parts = [ScopePart(reader.scope), ScopePart(reader.scope, Reach.CHOSEN, photos=list(ids))]
            parts += [
                ScopePart(reader.scope, reach, key) for reach in (Reach.AFTER, Reach.FROM, Reach.BEFORE) for key in keys
            ]
            for part in parts:
                with CaptureQueriesContext(connection) as kept:
                    found = scope.rows(part, 3)
                with CaptureQueriesContext(connection) as said:
                    assert found == list(part.query(3))
                (sent,) = [one["sql"] for one in kept.captured_queries if "albums_placement" in one["sql"]]
                # The driver names the type of a list that it writes itself, beside the statement's own word for it.
                assert sent == said.captured_queries[0]["sql"].replace("::uuid[]::uuid[]", "::uuid[]")


@pytest.fixture
def without_autovacuum(may_analyze: None, django_db_blocker: Any) -> Iterator[None]:
    """The planner knows what a test says. What comes to the tables while they are filled sees pages without rows."""
    tables = ("albums_placement", "albums_photo", "media_blob", "media_rendition")
    with django_db_blocker.unblock(), connections["owner"].cursor() as cursor:
        for table in tables:
            cursor.execute(f"alter table {table} set (autovacuum_enabled = off)")
        yield
        for table in tables:
            cursor.execute(f"alter table {table} reset (autovacuum_enabled)")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
@pytest.mark.parametrize(
    ("known", "is_new"),
    [
        ("", True),
        ("albums_photo", False),
        ("albums_photo", True),
        ("albums_placement, albums_photo, media_blob", False),
        ("albums_placement, albums_photo, media_blob", True),
    ],
)
def test_a_page_stops_at_its_limit_beside_other_studios(
    without_autovacuum: None, known: str, is_new: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planner, left to itself, reads and sorts the whole album: it expects one row where thousands are.

    known: the tables of which it knows what is in them; after many uploads that may be one alone for some seconds.
    is_new: it saw the tables with another studio alone, and takes for one row what this one has.
    """
    monkeypatch.setattr(bulk, "SIZES", {})
    monkeypatch.setattr(bulk, "_analyze", lambda: None)
    if is_new:
        fill(AlbumFactory.create(studio=StudioFactory.create()), 3)
        with connection.cursor() as cursor:
            cursor.execute("analyze albums_placement, albums_photo, media_blob")
    for _ in range(10):
        fill(AlbumFactory.create(studio=StudioFactory.create()), 400)
    large = AlbumFactory.create(studio=StudioFactory.create())
    fill(large, 3000)
    if known:
        with connection.cursor() as cursor:
            cursor.execute(f"analyze {known}")
    with acting_in(large.studio):
        stream = Stream(large, audience=Audience(UUID(int=1), is_main=False))
        with reading() as pages:
            page = stream.open()
            stream.at(page.next)
            stream.open(photo=page.rows[20].photo_id)
    rows = [one for one in pages if one > 20]
    assert len(rows) >= 2
    # Of the thousands of the album, forty: the least to be read for all of them is 1,000 pages.
    assert max(rows) < 600, pages
