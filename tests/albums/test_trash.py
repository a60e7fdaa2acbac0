"""The trash: out and back, for 30 days; then gone, with every byte of room given back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from apps.accounts import journal
from apps.accounts.access import member_of
from apps.accounts.models import JournalEntry, Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums import placements as albums_placements
from apps.albums import trash
from apps.albums.models import TRASH_KEPT, Album, Photo, Placement, Version
from apps.jobs.models import Job
from apps.media.models import Blob
from apps.uploads.ingest import ingest_file
from tests.albums.people import order_of
from tests.factories import AlbumFactory, PlacementFactory, SectionFactory, jpeg


@pytest.fixture
def album(north: Studio) -> Album:
    return AlbumFactory.create(studio=north)


def upload(album: Album, by: User, data: bytes | None = None, **options: Any) -> Photo:
    """A photo that came in as photos do, so that it took room."""
    photo = ingest_file(album.studio, album, BytesIO(data or jpeg()), name="x.jpg", by=by, **options).photo
    photo.studio = album.studio
    return photo


def room(studio: Studio) -> tuple[int, int]:
    """(bytes, files) that the studio's row counts."""
    with acting_in(studio):
        return Studio.objects.values_list("bytes_used", "files_used").get(pk=studio.pk)


def true_room(studio: Studio) -> tuple[int, int]:
    """(bytes, files) that its photos' files have."""
    with acting_in(studio):
        sizes = list(Version.objects.for_studio(studio).values_list("blob__size", flat=True))
    return sum(sizes), len(sizes)


def exists(photo: Photo) -> bool:
    with acting_in(photo.studio):
        return Photo.objects.for_studio(photo.studio).filter(pk=photo.pk).exists()


def state(photo: Photo) -> tuple[bool, bool]:
    """(the photo is in the trash, a placement of it is live)"""
    with acting_in(photo.studio):
        row = Photo.objects.for_studio(photo.studio).get(pk=photo.pk)
        live = Placement.objects.for_studio(photo.studio).filter(photo=photo, trashed_at__isnull=True)
        return row.trashed_at is not None, live.exists()


def test_a_photo_goes_to_the_trash_and_comes_back_where_it_lay(album: Album, alice_user: User) -> None:
    section = SectionFactory.create(album=album, rank=1)
    photos = [upload(album, alice_user, section=section) for _ in range(3)]
    before = order_of(album)
    with acting_in(album.studio):
        out = albums_placements.take_out(album, [photos[1].pk], by=alice_user)
    assert out is not None
    assert out.count == 1
    assert state(photos[1]) == (True, False)
    with acting_in(album.studio):
        journal.undo(out, by=alice_user)
    assert state(photos[1]) == (False, True)
    assert order_of(album) == before


def test_a_photo_of_two_albums_leaves_only_the_one(album: Album, alice_user: User) -> None:
    other = AlbumFactory.create(studio=album.studio)
    data = jpeg()
    photo = upload(album, alice_user, data)
    assert upload(other, alice_user, data).pk == photo.pk
    with acting_in(album.studio):
        albums_placements.take_out(album, [photo.pk])
    assert state(photo) == (False, True)
    assert order_of(album) == []
    assert order_of(other) == [photo.pk]
    with acting_in(album.studio):
        albums_placements.take_out(other, [photo.pk])
    assert state(photo) == (True, False)


def test_a_cover_in_the_trash_is_no_cover(album: Album, alice_user: User) -> None:
    photo = upload(album, alice_user)
    with acting_in(album.studio):
        Album.objects.for_studio(album.studio).filter(pk=album.pk).update(cover=photo.pk)
        albums_placements.take_out(Album.objects.for_studio(album.studio).get(pk=album.pk), [photo.pk])
        assert Album.objects.for_studio(album.studio).get(pk=album.pk).cover_id is None


def test_the_same_file_again_brings_a_photo_back_from_the_trash(album: Album, alice_user: User) -> None:
    data = jpeg()
    photo = upload(album, alice_user, data)
    with acting_in(album.studio):
        albums_placements.take_out(album, [photo.pk])
    again = ingest_file(album.studio, album, BytesIO(data), name="again.jpg", by=alice_user)
    assert (again.photo.pk, again.status) == (photo.pk, "stored")
    assert state(photo) == (False, True)


def test_the_same_file_for_another_album_or_none_leaves_the_trash_too(album: Album, alice_user: User) -> None:
    other = AlbumFactory.create(studio=album.studio)
    for target in (other, None):
        data = jpeg()
        photo = upload(album, alice_user, data)
        with acting_in(album.studio):
            albums_placements.take_out(album, [photo.pk])
        ingest_file(album.studio, target, BytesIO(data), name="x.jpg", by=alice_user)
        assert state(photo)[0] is False


def test_a_restored_photo_returns_to_the_albums_it_left_last(album: Album, alice_user: User) -> None:
    other = AlbumFactory.create(studio=album.studio)
    data = jpeg()
    photo = upload(album, alice_user, data)
    upload(other, alice_user, data)
    with acting_in(album.studio):
        albums_placements.take_out(album, [photo.pk])
        albums_placements.take_out(other, [photo.pk])
        trash.restore_photo(Photo.objects.for_studio(album.studio).get(pk=photo.pk), by=alice_user)
    assert (order_of(album), order_of(other)) == ([], [photo.pk])


def test_a_photo_cannot_return_into_an_album_in_the_trash(album: Album, alice_user: User) -> None:
    photo = upload(album, alice_user)
    with acting_in(album.studio):
        albums_placements.take_out(album, [photo.pk])
        trash.trash_album(album, by=alice_user)
        row = Photo.objects.for_studio(album.studio).get(pk=photo.pk)
        with pytest.raises(trash.AlbumInTrash):
            trash.restore_photo(row, by=alice_user)
    assert state(photo) == (True, False)


# -- for good ----------------------------------------------------------------------------------------


def test_a_purge_gives_back_exactly_the_room_that_was_taken(album: Album, alice_user: User) -> None:
    empty = room(album.studio)
    kept = upload(album, alice_user)
    gone = [upload(album, alice_user, jpeg(64 + 8 * number)) for number in range(4)]
    with acting_in(album.studio):
        albums_placements.take_out(album, [photo.pk for photo in gone])
        assert trash.purge_photos(album.studio, [photo.pk for photo in gone], by=alice_user) == 4
    assert room(album.studio) == true_room(album.studio)
    assert room(album.studio)[1] == 1
    with acting_in(album.studio):
        trash.trash_album(album, by=alice_user)
        trash.purge_album(album, by=alice_user)
    assert not exists(kept)
    assert room(album.studio) == empty == (0, 0)


def test_a_purge_leaves_the_bytes_to_the_sweep(album: Album, alice_user: User) -> None:
    photo = upload(album, alice_user)
    with acting_in(album.studio):
        albums_placements.take_out(album, [photo.pk])
        trash.purge_photo(photo, by=alice_user)
        assert Blob.objects.for_studio(album.studio).filter(pk=photo.original_id).exists()
        assert not Job.objects.for_studio(album.studio).filter(subject_id=photo.pk).exists()


def test_a_purge_spares_what_left_the_trash(album: Album, alice_user: User) -> None:
    photo, other = upload(album, alice_user), upload(album, alice_user)
    with acting_in(album.studio):
        albums_placements.take_out(album, [photo.pk])
        trash.restore_photo(Photo.objects.for_studio(album.studio).get(pk=photo.pk), by=alice_user)
        assert trash.purge_photos(album.studio, [photo.pk, other.pk], by=alice_user) == 0
    assert exists(photo)
    assert exists(other)


def test_purging_an_album_keeps_photos_that_lie_in_another(album: Album, alice_user: User) -> None:
    other = AlbumFactory.create(studio=album.studio)
    data = jpeg()
    shared, alone = upload(album, alice_user, data), upload(album, alice_user)
    upload(other, alice_user, data)
    with acting_in(album.studio):
        trash.trash_album(album, by=alice_user)
        assert trash.purge_album(album, by=alice_user) == 1
    assert exists(shared)
    assert not exists(alone)
    assert order_of(other) == [shared.pk]
    assert room(album.studio) == true_room(album.studio)


def test_an_album_that_was_restored_meanwhile_is_not_purged(album: Album, alice_user: User) -> None:
    """G39: the clock and a person meet; what the person took back stays."""
    photo = upload(album, alice_user)
    with acting_in(album.studio):
        trash.trash_album(album, by=alice_user)
        listed = Album.objects.for_studio(album.studio).get(pk=album.pk)
        trash.restore_album(album, by=alice_user)
        assert trash.purge_album(listed, by=None) is None
    assert exists(photo)
    assert order_of(album) == [photo.pk]


def test_what_was_purged_meanwhile_cannot_come_back_and_says_so(album: Album, alice_user: User) -> None:
    photo = upload(album, alice_user)
    with acting_in(album.studio):
        albums_placements.take_out(album, [photo.pk])
        mine = Photo.objects.for_studio(album.studio).get(pk=photo.pk)
        trash.purge_photos(album.studio, [photo.pk], by=None)
        with pytest.raises(trash.GoneForEver):
            trash.restore_photo(mine, by=alice_user)
        trash.trash_album(album, by=alice_user)
        trash.purge_album(album, by=None)
        with pytest.raises(trash.GoneForEver):
            trash.restore_album(album, by=alice_user)


def test_the_clock_purges_after_thirty_days_in_every_studio(
    album: Album, south: Studio, alice_user: User, charlie_user: User
) -> None:
    theirs = AlbumFactory.create(studio=south)
    old, fresh, foreign = upload(album, alice_user), upload(album, alice_user), upload(theirs, charlie_user)
    for place, photo in ((album, old), (album, fresh), (theirs, foreign)):
        with acting_in(place.studio):
            albums_placements.take_out(place, [photo.pk])
    long_ago = timezone.now() - TRASH_KEPT
    for photo in (old, foreign):
        with acting_in(photo.studio):
            Photo.objects.for_studio(photo.studio).filter(pk=photo.pk).update(trashed_at=long_ago)
    assert trash.purge_trash() == 2
    assert (exists(old), exists(fresh), exists(foreign)) == (False, True, False)
    assert trash.purge_trash(timezone.now() + TRASH_KEPT - timedelta(minutes=1)) == 0
    assert trash.purge_trash(timezone.now() + TRASH_KEPT + timedelta(minutes=1)) == 1


def test_the_clock_forgets_an_old_place_but_not_the_photo(album: Album, alice_user: User) -> None:
    other = AlbumFactory.create(studio=album.studio)
    data = jpeg()
    photo = upload(album, alice_user, data)
    upload(other, alice_user, data)
    with acting_in(album.studio):
        albums_placements.take_out(album, [photo.pk])
    trash.purge_trash(timezone.now() + TRASH_KEPT + timedelta(minutes=1))
    with acting_in(album.studio):
        assert list(photo.placements.values_list("album_id", flat=True)) == [other.pk]


def test_the_journal_tells_of_purges(album: Album, alice_user: User) -> None:
    photo = upload(album, alice_user)
    with acting_in(album.studio):
        trash.trash_album(album, by=alice_user)
        trash.purge_album(album, by=alice_user)
        entries = JournalEntry.objects.for_studio(album.studio).order_by("at", "id")
        told = [(entry.verb, entry.actor_id) for entry in entries if entry.verb.split(".")[0] in ("album", "photos")]
        purged = entries.get(verb="photos.purged")
    assert told == [(verb, alice_user.pk) for verb in ("album.deleted", "album.purged", "photos.purged")]
    assert purged.detail["photos"] == [str(photo.pk)]


# -- the list ----------------------------------------------------------------------------------------


def test_the_trash_is_listed_newest_first_page_by_page(album: Album, alice_user: User, monkeypatch: Any) -> None:
    monkeypatch.setattr(trash, "PAGE", 3)
    placements = [PlacementFactory.create(album=album) for _ in range(7)]
    with acting_in(album.studio):
        for placement in placements:
            albums_placements.take_out(album, [placement.photo_id])
        trash.trash_album(AlbumFactory.create(studio=album.studio, title="Whole"), by=alice_user)
        titles, after = [], ""
        while True:
            page, after = trash.items(member_of(alice_user, "north"), after)
            titles += [item.title for item in page]
            if not after:
                break
    assert titles == ["Whole", *[placement.photo.camera_name for placement in reversed(placements)]]


def test_an_item_says_how_many_days_it_has_left(album: Album, alice_user: User) -> None:
    with acting_in(album.studio):
        trash.trash_album(album, by=alice_user)
        assert trash.items(member_of(alice_user, "north"))[0][0].days_left == 30
        for age, left in ((timedelta(days=1, minutes=1), 29), (timedelta(days=29, hours=23), 1), (TRASH_KEPT * 2, 0)):
            Album.objects.for_studio(album.studio).filter(pk=album.pk).update(trashed_at=timezone.now() - age)
            assert trash.items(member_of(alice_user, "north"))[0][0].days_left == left


@pytest.mark.parametrize("junk", ["x", "9.9", "f" * 14 + "." + "0" * 32, "é", "1." + "g" * 32])
def test_a_junk_cursor_is_the_first_page(album: Album, alice_user: User, junk: str) -> None:
    with acting_in(album.studio):
        trash.trash_album(album, by=alice_user)
        assert len(trash.items(member_of(alice_user, "north"), junk)[0]) == 1


# -- at the same moment ------------------------------------------------------------------------------


def together(*deeds: Callable[[], object]) -> list[object]:
    def run(deed: Callable[[], object]) -> object:
        try:
            return deed()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return [future.result(timeout=30) for future in [pool.submit(run, deed) for deed in deeds]]


@pytest.mark.django_db(transaction=True)
def test_leaving_two_albums_at_one_moment_ends_in_the_trash(north: Studio, alice_user: User) -> None:
    for _ in range(8):
        one, two = AlbumFactory.create(studio=north), AlbumFactory.create(studio=north)
        data = jpeg()
        photo = upload(one, alice_user, data)
        upload(two, alice_user, data)

        def leave(album: Album, photo: Photo = photo) -> None:
            with acting_in(north):
                albums_placements.take_out(album, [photo.pk])

        together(partial(leave, one), partial(leave, two))
        assert state(photo) == (True, False)


@pytest.mark.django_db(transaction=True)
def test_a_folder_sent_again_comes_back_from_the_trash_in_parallel(north: Studio, alice_user: User) -> None:
    album = AlbumFactory.create(studio=north)
    data = [jpeg() for _ in range(8)]
    photos = [upload(album, alice_user, one).pk for one in data]
    with acting_in(north):
        albums_placements.take_out(album, photos)

    def again(one: bytes) -> object:
        mine = Album(pk=album.pk, studio=north, ordering=album.ordering)
        return ingest_file(north, mine, BytesIO(one), name="x.jpg", by=alice_user).status

    assert together(*[partial(again, one) for one in data]) == ["stored"] * 8
    assert sorted(order_of(album)) == sorted(photos)


@pytest.mark.django_db(transaction=True)
def test_an_upload_that_was_acknowledged_survives_a_purge_of_the_same_photo(north: Studio, alice_user: User) -> None:
    """Either the upload saves the photo, or it fails or makes it anew; never is it told "stored" and gone."""
    for _ in range(10):
        album, other = AlbumFactory.create(studio=north), AlbumFactory.create(studio=north)
        data = jpeg()
        photo = upload(album, alice_user, data)
        with acting_in(north):
            albums_placements.take_out(album, [photo.pk])

        def purge(photo: Photo = photo) -> None:
            with acting_in(north):
                trash.purge_photos(north, [photo.pk], by=None)

        def again(other: Album = other, data: bytes = data) -> object:
            return ingest_file(north, other, BytesIO(data), name="x.jpg", by=alice_user).photo.pk

        _, told = together(purge, again)
        if not isinstance(told, Exception):
            assert order_of(other) == [told]
    assert room(north) == true_room(north)


@pytest.mark.django_db(transaction=True)
def test_a_gallery_goes_to_the_trash_while_a_photo_of_it_is_just_finished(north: Studio, alice_user: User) -> None:
    """Both take the photo's row of the library and the gallery's own: in one order, so none waits for ever."""
    album = AlbumFactory.create(studio=north)
    photo = PlacementFactory.create(album=album).photo
    is_held, goes_on = threading.Event(), threading.Event()

    def finish() -> None:
        with acting_in(north):
            Photo.objects.for_studio(north).filter(pk=photo.pk).update(taken_at=timezone.now())
            is_held.set()
            goes_on.wait(10)
            Album.objects.for_studio(north).get(pk=album.pk).hold()
        connection.close()

    def bin_it() -> None:
        is_held.wait(10)
        with acting_in(north):
            trash.trash_album(Album.objects.for_studio(north).select_related("studio").get(pk=album.pk), by=alice_user)
        connection.close()

    with ThreadPoolExecutor(2) as pool:
        deeds = [pool.submit(finish), pool.submit(bin_it)]
        is_held.wait(10)
        _eventually_waits()
        goes_on.set()
        for deed in deeds:
            deed.result(timeout=20)
    with acting_in(north):
        assert Album.every.for_studio(north).get(pk=album.pk).trashed_at is not None


def _eventually_waits() -> None:
    """Until one session of this database waits for another's lock."""
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute(
                "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    raise AssertionError("nobody waits")
