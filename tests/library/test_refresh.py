"""What a change of some photos reads to keep the index: these photos, not the studio."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connection
from django.db.models import Case, DateTimeField, Value, When
from django.utils import timezone

from apps.accounts.tenancy import acting_in
from apps.albums.models import Placement
from apps.library.index import wrong
from apps.library.models import LibraryPhoto
from tests.albums import bulk
from tests.albums.bulk import fill
from tests.albums.conftest import may_analyze as may_analyze  # (a fixture)
from tests.factories import AlbumFactory, PhotoFactory, PlacementFactory, SectionFactory, StudioFactory

READ = """
    select sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint from pg_stat_xact_user_tables
    where relname in ('albums_photo', 'albums_placement', 'library_libraryphoto')
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_change_of_twenty_photos_reads_no_studio_that_the_planner_does_not_know(
    may_analyze: None,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Statistics are made by and by: a studio that came since is empty to the planner, which joins it whole."""
    monkeypatch.setattr(bulk, "SIZES", {})
    for _ in range(2):
        fill(AlbumFactory.create(studio=StudioFactory.create()), 1000)
    monkeypatch.setattr(bulk, "_analyze", lambda: None)
    large = AlbumFactory.create(studio=StudioFactory.create())
    section = SectionFactory.create(album=large, rank=1)
    fill(large, 4000)
    with acting_in(large.studio):
        places = Placement.objects.for_studio(large.studio)
        chosen = list(places.values_list("pk", flat=True)[:20])
    with acting_in(large.studio), connection.cursor() as cursor:
        cursor.execute(READ)
        (before,) = cursor.fetchone()
        places.filter(pk__in=chosen).update(section=section, section_rank=1)
        cursor.execute(READ)
        (after,) = cursor.fetchone()
    assert after - (before or 0) < 60_000


@pytest.mark.django_db
@pytest.mark.parametrize("function", ["library_refresh", "faces_agree"])
def test_what_each_photo_brings_up_to_date_is_planned_once_and_reads_no_table_from_end_to_end(function: str) -> None:
    """Whoever replaces such a function says so again: to plan it cost more than to run it."""
    with connection.cursor() as cursor:
        cursor.execute("select proconfig from pg_proc where proname = %s", [function])
        (settings,) = cursor.fetchone()
    assert settings == ["plan_cache_mode=force_generic_plan", "enable_seqscan=off"]


@pytest.mark.django_db(transaction=True)
def test_who_takes_in_a_photo_at_the_same_moment_leaves_one_row_that_is_right() -> None:
    """The second one waits, finds the row that it had not seen, and makes it what both did."""
    studio = StudioFactory.create()
    photo = PhotoFactory.create(studio=studio)
    albums = AlbumFactory.create_batch(2, studio=studio)
    is_in, errors = threading.Event(), list[BaseException]()

    def second() -> None:
        try:
            with acting_in(studio):
                is_in.wait(30)
                PlacementFactory.create(album=albums[1], photo=photo)
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    other = threading.Thread(target=second)
    with acting_in(studio):
        PlacementFactory.create(album=albums[0], photo=photo)
        other.start()
        is_in.set()
        _wait_for_one_that_waits()
    other.join(30)
    assert errors == []
    assert wrong(studio.pk) == []
    with acting_in(studio):
        [row] = LibraryPhoto.objects.for_studio(studio)
    assert all(f"'#a:{album.pk.hex}'" in row.words for album in albums)


def _wait_for_one_that_waits() -> None:
    deadline = time.monotonic() + 30
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute("select count(*) from pg_locks where not granted")
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    raise AssertionError("nobody waited")


@pytest.mark.django_db(transaction=True)
def test_a_photo_that_leaves_and_one_that_comes_in_one_statement_both_count() -> None:
    studio = StudioFactory.create()
    album = AlbumFactory.create(studio=studio)
    gone, stays = (PlacementFactory.create(album=album, photo=PhotoFactory.create(studio=studio)) for _ in range(2))
    with acting_in(studio):
        Placement.objects.for_studio(studio).filter(pk=gone.pk).update(trashed_at=timezone.now())
        assert {row.pk for row in LibraryPhoto.objects.for_studio(studio)} == {stays.photo_id}
        swapped = Case(When(pk=stays.pk, then=Value(timezone.now())), default=None, output_field=DateTimeField())
        Placement.objects.for_studio(studio).update(trashed_at=swapped)
        assert {row.pk for row in LibraryPhoto.objects.for_studio(studio)} == {gone.photo_id}
    assert wrong(studio.pk) == []
