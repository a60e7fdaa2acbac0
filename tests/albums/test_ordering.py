"""The reading order: by name, by time, by hand, and while others change it."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from importlib import import_module
from typing import Any

import pytest
from django.db import connection, connections

from apps.accounts import journal
from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums import ordering, placements, sections
from apps.albums.models import Album, Ordering, Photo, Section
from tests.albums.people import names_of, order_of
from tests.factories import AlbumFactory, PhotoFactory, PlacementFactory, SectionFactory


@pytest.fixture
def album(north: Studio) -> Album:
    return AlbumFactory.create(studio=north, ordering=Ordering.NAME)


def put(album: Album, *names: str, **fields: Any) -> list[Photo]:
    """Photos with these names, placed as an upload does it."""
    photos = [PhotoFactory.create(studio=album.studio, camera_name=name, **fields) for name in names]
    for photo in photos:
        with acting_in(album.studio):
            placements.place(album, photo)
    return photos


def test_names_are_ordered_as_people_count(album: Album) -> None:
    put(album, "IMG_10.jpg", "IMG_9.jpg", "img_1.jpg", "Ébène 2.jpg", "ebene 10.jpg", "IMG_100.jpg")
    assert names_of(album) == [
        "Ébène 2.jpg", "ebene 10.jpg", "img_1.jpg", "IMG_9.jpg", "IMG_10.jpg", "IMG_100.jpg",
    ]  # fmt: skip


def test_times_are_compared_by_the_clock_of_the_place(album: Album) -> None:
    tokyo = timezone(timedelta(hours=9))
    shot = [
        ("second.jpg", datetime(2026, 5, 30, 6, 0, tzinfo=UTC), None),
        ("third.jpg", datetime(2026, 5, 30, 14, 0, tzinfo=tokyo), 540),
        ("first.jpg", datetime(2026, 5, 30, 5, 59, 59, 1, tzinfo=UTC), None),
    ]
    for name, at, offset in shot:
        put(album, name, taken_at=at, taken_offset=offset)
    put(album, "unknown.jpg")
    with acting_in(album.studio):
        ordering.reorder(album, Ordering.TIME)
    assert names_of(album) == ["first.jpg", "second.jpg", "third.jpg", "unknown.jpg"]


def test_photos_of_one_moment_are_ordered_by_name(album: Album) -> None:
    put(album, "b10.jpg", "b9.jpg", "a1.jpg", taken_at=datetime(2026, 5, 30, tzinfo=UTC))
    with acting_in(album.studio):
        ordering.reorder(album, Ordering.TIME)
    assert names_of(album) == ["a1.jpg", "b9.jpg", "b10.jpg"]


def test_a_move_puts_photos_before_another_in_the_order_given(album: Album) -> None:
    a, b, c, d, e = put(album, "a", "b", "c", "d", "e")
    with acting_in(album.studio):
        ordering.move(album, [e.pk, a.pk], before=c.pk, section_id=None)
    assert order_of(album) == [b.pk, e.pk, a.pk, c.pk, d.pk]


def test_a_move_without_a_target_goes_to_the_end_of_the_section(album: Album) -> None:
    a, b, c = put(album, "a", "b", "c")
    section = SectionFactory.create(album=album, rank=1)
    with acting_in(album.studio):
        ordering.move(album, [b.pk], before=None, section_id=section.pk)
        ordering.move(album, [a.pk], before=None, section_id=section.pk)
    assert order_of(album) == [c.pk, b.pk, a.pk]


def test_after_a_move_the_album_is_ordered_by_hand(album: Album) -> None:
    a, b = put(album, "a", "b")
    with acting_in(album.studio):
        ordering.move(album, [b.pk], before=a.pk, section_id=None)
        album.refresh_from_db(fields=["ordering"])
    assert album.ordering == Ordering.MANUAL
    put(album, "aa arrives later")
    assert names_of(album) == ["b", "a", "aa arrives later"]


def test_eighty_moves_into_one_gap_stay_in_order(album: Album) -> None:
    """The room between two keys ends after about thirty halvings; then the album is numbered afresh."""
    photos = put(album, *[f"{number:03}" for number in range(8)])
    expected = [photo.pk for photo in photos]
    dice = random.Random(7)
    with acting_in(album.studio):
        for _ in range(80):
            moving, before = dice.sample(expected[:4], 2)
            ordering.move(album, [moving], before=before, section_id=None)
            expected.remove(moving)
            expected.insert(expected.index(before), moving)
            assert order_of(album) == expected


def test_photos_with_the_same_key_can_be_told_apart_by_a_move(album: Album) -> None:
    with acting_in(album.studio):
        ordering.reorder(album, Ordering.MANUAL)
    rows = [PlacementFactory.create(album=album, sort_key=f"{5:020}", manual_key=f"{5:020}") for _ in range(4)]
    first, second, third, fourth = order_of(album)
    assert {row.photo_id for row in rows} == {first, second, third, fourth}
    with acting_in(album.studio):
        ordering.move(album, [fourth], before=second, section_id=None)
    assert order_of(album) == [first, fourth, second, third]


def test_a_move_writes_only_what_moved(album: Album, django_assert_max_num_queries: Any) -> None:
    photos = put(album, *[f"{number:03}" for number in range(40)])
    with acting_in(album.studio):
        ordering.reorder(album, Ordering.MANUAL)
        before = dict(album.placements.values_list("photo_id", "sort_key"))
        with django_assert_max_num_queries(12):
            ordering.move(album, [photos[30].pk], before=photos[3].pk, section_id=None)
        after = dict(album.placements.values_list("photo_id", "sort_key"))
    assert {pk for pk in before if before[pk] != after[pk]} == {photos[30].pk}


def test_a_move_passes_over_what_is_not_in_the_album(album: Album, south: Studio) -> None:
    a, b = put(album, "a", "b")
    stranger = PlacementFactory.create(album=AlbumFactory.create(studio=south)).photo
    with acting_in(album.studio):
        assert ordering.move(album, [stranger.pk, b.pk], before=a.pk, section_id=None) == [b.pk]
        assert ordering.move(album, [stranger.pk], before=a.pk, section_id=None) == []
    assert order_of(album) == [b.pk, a.pk]


def test_a_move_into_a_section_of_another_album_is_refused(album: Album) -> None:
    (a,) = put(album, "a")
    other = SectionFactory.create(album=AlbumFactory.create(studio=album.studio))
    with acting_in(album.studio), pytest.raises(Section.DoesNotExist):
        ordering.move(album, [a.pk], before=None, section_id=other.pk)


def test_arranging_orders_all_and_keeps_the_rest_behind(album: Album) -> None:
    a, b, c, d = put(album, "a", "b", "c", "d")
    with acting_in(album.studio):
        ordering.arrange(album, [d.pk, b.pk, d.pk])
    assert order_of(album) == [d.pk, b.pk, a.pk, c.pk]


def test_the_trash_keeps_its_place_in_the_order(album: Album, alice_user: User) -> None:
    a, b, c = put(album, "a", "b", "c")
    with acting_in(album.studio):
        out = placements.take_out(album, [b.pk], by=alice_user)
        assert out is not None
        ordering.move(album, [c.pk], before=a.pk, section_id=None)
        journal.undo(out, by=alice_user)
    assert order_of(album) == [c.pk, a.pk, b.pk]


def test_a_new_capture_time_moves_the_photo(album: Album) -> None:
    early, late = put(album, "late.jpg", "early.jpg", taken_at=datetime(2026, 1, 1, tzinfo=UTC))
    with acting_in(album.studio):
        ordering.reorder(album, Ordering.TIME)
        late.taken_at = datetime(2025, 1, 1, tzinfo=UTC)
        late.save(update_fields=["taken_at"])
        ordering.refresh_keys(late)
    assert order_of(album) == [late.pk, early.pk]


# -- at the same moment ------------------------------------------------------------------------------


def together(*deeds: Callable[[], object]) -> list[object]:
    """Run deeds on threads with connections of their own. Returns results; raises the first error."""

    def run(deed: Callable[[], object]) -> object:
        try:
            return deed()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return [future.result(timeout=30) for future in [pool.submit(run, deed) for deed in deeds]]


@pytest.mark.django_db(transaction=True)
def test_uploads_during_a_change_of_order_get_the_right_keys(north: Studio) -> None:
    album = AlbumFactory.create(studio=north, ordering=Ordering.NAME)
    photos = [PhotoFactory.create(studio=north, camera_name=f"{number:03}.jpg") for number in range(24)]

    def upload(photo: Photo) -> None:
        with acting_in(north):
            # The album as read before the upload began.
            placements.place(Album(pk=album.pk, studio=north, ordering=Ordering.NAME), photo)

    def sort(how: Ordering) -> None:
        with acting_in(north):
            ordering.reorder(Album.objects.for_studio(north).get(pk=album.pk), how)

    sorts = [lambda: sort(Ordering.MANUAL), lambda: sort(Ordering.TIME), lambda: sort(Ordering.NAME)]
    uploads = [lambda photo=photo: upload(photo) for photo in photos]
    together(*uploads[:8], sorts[0], *uploads[8:16], sorts[1], *uploads[16:])
    with acting_in(north):
        album.refresh_from_db(fields=["ordering"])
        rows = list(album.placements.select_related("photo"))
        expected = {row.pk: ordering.sort_key(album.ordering, row.photo, row.manual_key, UTC) for row in rows}
    assert len(rows) == 24
    assert {row.pk: row.sort_key for row in rows} == expected


@pytest.mark.django_db(transaction=True)
def test_a_photo_that_is_finished_during_a_change_of_order_takes_the_new_key(north: Studio) -> None:
    album = AlbumFactory.create(studio=north, ordering=Ordering.NAME)
    photo = PhotoFactory.create(studio=north, camera_name="x.jpg", taken_at=datetime(2026, 1, 1, tzinfo=UTC))
    with acting_in(north):
        placements.place(album, photo)
        Photo.objects.for_studio(north).filter(pk=photo.pk).update(taken_at=datetime(2026, 2, 2, tzinfo=UTC))
    photo.taken_at = datetime(2026, 2, 2, tzinfo=UTC)

    def finish() -> None:
        try:
            with acting_in(north):
                ordering.refresh_keys(photo)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with acting_in(north):
            ordering.reorder(album, Ordering.TIME)
            album.placements.update(sort_key="not yet")
            finishing = pool.submit(finish)
            time.sleep(0.5)
        finishing.result(timeout=30)
    with acting_in(north):
        row = album.placements.select_related("photo").get()
    assert row.sort_key == ordering.sort_key(Ordering.TIME, row.photo, row.manual_key, UTC)


@pytest.mark.django_db(transaction=True)
def test_moves_at_the_same_moment_lose_no_photo(north: Studio) -> None:
    album = AlbumFactory.create(studio=north, ordering=Ordering.NAME)
    photos = put(album, *[f"{number:02}" for number in range(12)])

    def move(number: int) -> None:
        with acting_in(north):
            mine = Album.objects.for_studio(north).get(pk=album.pk)
            ordering.move(mine, [photos[number].pk], before=photos[0].pk, section_id=None)

    together(*[lambda number=number: move(number) for number in range(1, 9)])
    result = order_of(album)
    assert sorted(result) == sorted(photo.pk for photo in photos)
    assert result[8:] == [photos[0].pk, photos[9].pk, photos[10].pk, photos[11].pk]


@pytest.mark.django_db(transaction=True)
def test_two_folders_of_one_name_make_one_section(north: Studio) -> None:
    album = AlbumFactory.create(studio=north)

    def drop() -> object:
        with acting_in(north):
            return sections.named(Album.objects.for_studio(north).get(pk=album.pk), "Ceremony", by=None).pk

    assert len(set(together(*[drop] * 6))) == 1


# -- what was stored before --------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_albums_of_before_get_keys_by_the_clock_of_the_place_and_no_policy_is_left(album: Album, north: Studio) -> None:
    """As `albums.0002` finds them: keys of the instant in UTC."""
    migration = import_module("apps.albums.migrations.0002_order_by_wall_time")
    at = datetime(2026, 5, 30, 12, tzinfo=UTC)
    put(album, "2 phone.jpg", taken_at=at - timedelta(hours=1, minutes=50), taken_offset=120)
    put(album, "1 camera.jpg", taken_at=at)
    put(album, "3 unknown.jpg")
    with acting_in(north):
        ordering.reorder(album, Ordering.TIME)
        right = dict(album.placements.values_list("pk", "sort_key"))
        for row in album.placements.filter(photo__taken_at__isnull=False).select_related("photo"):
            row.sort_key = ordering.time_key(row.photo.taken_at.replace(tzinfo=None), row.photo.camera_name)
            row.save(update_fields=["sort_key"])
    assert names_of(album) == ["2 phone.jpg", "1 camera.jpg", "3 unknown.jpg"]
    with connections["owner"].schema_editor(atomic=False) as editor:
        migration.rekey(None, editor)
    with acting_in(north):
        assert dict(album.placements.values_list("pk", "sort_key")) == right
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_policies where policyname = 'migrating'")
        assert cursor.fetchone() == (0,)
