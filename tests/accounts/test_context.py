"""G3: the studio of a transaction never outlives it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from asgiref.sync import sync_to_async
from django.db import DatabaseError, connection, transaction

from apps.accounts.models import Studio
from apps.accounts.tenancy import across_studios, acting_in, is_across
from apps.albums.models import Album
from tests.factories import AlbumFactory
from tests.furnished import every_row

pytestmark = pytest.mark.django_db(transaction=True)


def seen() -> set[str]:
    """Slugs of the studios whose albums the database shows now."""
    return set(every_row(Album).values_list("slug", flat=True))


def named() -> tuple[str, str]:
    """What the connection itself says: studio and role."""
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(current_setting('app.studio', true), ''), current_user")
        studio, role = cursor.fetchone()
    return str(studio), str(role)


@pytest.fixture(autouse=True)
def albums(north: Studio, south: Studio) -> None:
    for studio in (north, south):
        AlbumFactory.create(studio=studio, slug=studio.slug)


def nothing_is_left() -> bool:
    return named() == ("", "glassine_app") and seen() == set() and not is_across()


def test_it_ends_with_the_block(north: Studio) -> None:
    with acting_in(north):
        assert seen() == {"north"}
    assert nothing_is_left()


def test_it_ends_with_an_exception(north: Studio) -> None:
    with pytest.raises(ZeroDivisionError), acting_in(north):
        _ = 1 / 0
    assert nothing_is_left()


def test_it_ends_with_an_error_of_the_database(north: Studio) -> None:
    with pytest.raises(DatabaseError), acting_in(north), connection.cursor() as cursor:
        cursor.execute("select 1/0")
    assert nothing_is_left()


def test_it_ends_with_a_rollback_on_purpose(north: Studio) -> None:
    with acting_in(north):
        transaction.set_rollback(True)
    assert nothing_is_left()


def test_a_rollback_on_purpose_inside_gives_way_to_the_outer_studio(north: Studio, south: Studio) -> None:
    with acting_in(north):
        with acting_in(south):
            transaction.set_rollback(True)
        assert seen() == {"north"}


def test_the_way_to_all_studios_ends_with_an_exception() -> None:
    with pytest.raises(ZeroDivisionError), across_studios():
        _ = 1 / 0
    assert nothing_is_left()


def test_the_inner_studio_gives_way_to_the_outer(north: Studio, south: Studio) -> None:
    with acting_in(north):
        with acting_in(south):
            assert seen() == {"south"}
        assert seen() == {"north"}
    assert nothing_is_left()


def test_the_inner_studio_gives_way_after_an_exception_too(north: Studio, south: Studio) -> None:
    with acting_in(north):
        with pytest.raises(DatabaseError), acting_in(south), connection.cursor() as cursor:
            cursor.execute("select 1/0")
        assert seen() == {"north"}


def test_inside_all_studios_one_studio_is_one_studio(north: Studio) -> None:
    with across_studios():
        with acting_in(north):
            assert seen() == {"north"}
            assert named() == (str(north.pk), "glassine_app")
        assert seen() == {"north", "south"}
    assert nothing_is_left()


def test_inside_a_studio_all_studios_end_with_their_block(north: Studio) -> None:
    with acting_in(north):
        with across_studios():
            assert seen() == {"north", "south"}
        assert seen() == {"north"}
        assert not is_across()


def test_inside_a_studio_all_studios_end_with_an_exception(north: Studio) -> None:
    with acting_in(north):
        with pytest.raises(ZeroDivisionError), across_studios():
            _ = 1 / 0
        assert seen() == {"north"}
        assert not is_across()


def test_a_connection_that_is_used_again_carries_nothing_over(north: Studio, south: Studio) -> None:
    def visit(studio: Studio) -> set[str]:
        with acting_in(studio):
            return seen()

    with ThreadPoolExecutor(1) as one_thread:
        assert one_thread.submit(visit, north).result() == {"north"}
        assert one_thread.submit(seen).result() == set()
        assert one_thread.submit(visit, south).result() == {"south"}
        assert one_thread.submit(nothing_is_left).result()
        one_thread.submit(lambda: connection.close()).result()


def test_another_thread_does_not_inherit_it(north: Studio) -> None:
    def other() -> bool:
        try:
            return nothing_is_left()
        finally:
            connection.close()

    with acting_in(north), ThreadPoolExecutor(1) as pool:
        assert pool.submit(other).result()


def test_many_threads_see_each_their_own(north: Studio, south: Studio) -> None:
    def visits(studio: Studio) -> bool:
        try:
            for _ in range(40):
                with acting_in(studio):
                    if seen() != {studio.slug}:
                        return False
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(visits, [north, south] * 4))


def test_a_streaming_body_runs_outside(north: Studio) -> None:
    def body() -> Iterator[set[str]]:
        yield seen()

    with acting_in(north):
        stream = body()
        rows = north.albums.iterator()
    assert list(stream) == [set()]
    assert list(rows) == []


def test_a_hook_after_the_commit_runs_outside(north: Studio) -> None:
    told: list[bool] = []
    with acting_in(north):
        transaction.on_commit(lambda: told.append(nothing_is_left()))
    assert told == [True]


def test_a_coroutine_on_a_shared_thread_leaves_nothing(north: Studio, south: Studio) -> None:
    def visit(studio: Studio) -> set[str]:
        with acting_in(studio):
            return seen()

    async def both() -> list[set[str]]:
        return list(await asyncio.gather(*(sync_to_async(visit)(studio) for studio in (north, south))))

    assert asyncio.run(both()) == [{"north"}, {"south"}]
    assert nothing_is_left()


def test_it_ends_with_the_transaction_even_if_the_block_goes_on(north: Studio) -> None:
    with acting_in(north):
        connection.connection.commit()
        assert named() == ("", "glassine_app")
        assert seen() == set()


def test_a_setting_of_the_whole_session_would_be_seen(north: Studio) -> None:
    """The broken variant: without `local` the studio stays, and what these tests look at tells."""
    with connection.cursor() as cursor:
        cursor.execute("select set_config('app.studio', %s, false)", [str(north.pk)])
    try:
        assert not nothing_is_left()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("select set_config('app.studio', '', false)")
