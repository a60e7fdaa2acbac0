"""Keeping a file: the same bytes are one photo, parallel uploads lose nothing, refusals keep nothing."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import DataError, connection
from PIL import Image

from apps.accounts.models import QuotaExceeded, Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, Photo, PhotoState
from apps.jobs import queue
from apps.jobs.models import State
from apps.media import cas
from apps.media.formats import NotAnImage
from apps.media.models import Rendition
from apps.media.storage import store
from apps.uploads import pipeline
from apps.uploads.ingest import Ingested, ingest, ingest_file
from config.tasks import STEPS
from tests.factories import AlbumFactory, jpeg


@pytest.fixture
def album(north: Studio) -> Album:
    return AlbumFactory.create(studio=north)


def keep(album: Album, user: User, data: bytes, name: str = "IMG_1.JPG") -> Ingested:
    return ingest_file(album.studio, album, io.BytesIO(data), name=name, by=user)


def temp_files() -> list[Path]:
    return [path for path in (Path(str(settings.STORAGE[1])) / ".tmp").iterdir() if path.name.startswith("in.")]


def test_a_file_is_kept_byte_for_byte(album: Album, erin_user: User, real_photo: bytes) -> None:
    photo = keep(album, erin_user, real_photo, "DSC_0001.JPG").photo
    with store().open(photo.original.storage_key) as kept:
        assert kept.read() == real_photo
    assert photo.camera_name == "DSC_0001.JPG"


@pytest.mark.django_db(transaction=True)
def test_a_new_photo_takes_three_exchanges_within_its_transaction(album: Album, erin_user: User) -> None:
    """The bytes' row, the album's order, and all the rest; whether the studio has the bytes is asked before them."""
    sent: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        sent.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        assert keep(album, erin_user, jpeg()).status == "stored"
    assert len(sent) == 3, sent
    with acting_in(album.studio):
        [photo] = album.studio.photos.all()
        assert (photo.versions.count(), album.placements.count(), album.studio.jobs.count()) == (1, 1, 1)


def test_the_same_bytes_again_are_one_photo(album: Album, erin_user: User) -> None:
    data = jpeg()
    first, second = keep(album, erin_user, data), keep(album, erin_user, data, "other name.jpg")
    assert (first.status, second.status) == ("stored", "duplicate")
    assert first.photo == second.photo
    with acting_in(album.studio):
        album.studio.refresh_from_db()
        assert (album.studio.files_used, album.studio.bytes_used) == (1, len(data))


def test_one_photo_lies_in_two_albums_without_a_copy(album: Album, erin_user: User) -> None:
    data = jpeg()
    other = AlbumFactory.create(studio=album.studio)
    first, second = keep(album, erin_user, data), keep(other, erin_user, data)
    assert second.status == "stored"
    assert first.photo == second.photo
    with acting_in(album.studio):
        assert album.studio.blobs.count() == 1


def test_a_refused_file_leaves_nothing(album: Album, erin_user: User) -> None:
    with pytest.raises(NotAnImage):
        keep(album, erin_user, b"<svg xmlns='http://www.w3.org/2000/svg'/>", "evil.svg")
    with acting_in(album.studio):
        assert album.studio.blobs.count() == 0
    assert temp_files() == []


def test_a_file_beyond_the_quota_leaves_nothing(album: Album, erin_user: User) -> None:
    data = jpeg()
    with acting_in(album.studio):
        album.studio.quota_bytes = len(data) - 1
        album.studio.save(update_fields=["quota_bytes"])
    with pytest.raises(QuotaExceeded, match="left"):
        keep(album, erin_user, data)
    with acting_in(album.studio):
        assert album.placements.count() == 0
        assert album.studio.blobs.count() == 0
    assert temp_files() == []


def test_a_photo_from_the_trash_comes_back(album: Album, erin_user: User) -> None:
    from apps.albums import placements

    data = jpeg()
    photo = keep(album, erin_user, data).photo
    with acting_in(album.studio):
        placements.take_out(album, [photo.pk])
        assert album.placements.live().count() == 0
    again = keep(album, erin_user, data)
    assert (again.status, again.photo) == ("stored", photo)
    with acting_in(album.studio):
        photo.refresh_from_db()
        assert photo.trashed_at is None
        assert album.placements.live().count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_parallel_uploads_to_one_album_lose_nothing(album: Album, erin_user: User) -> None:
    """Eight senders, 200 different files and 40 that two senders send at once."""
    files = [jpeg(32, 24) for _ in range(200)]
    work = [*files, *files[:40]]
    lock, failures = threading.Lock(), []

    def send() -> None:
        try:
            while True:
                with lock:
                    if not work:
                        return
                    data = work.pop()
                keep(album, erin_user, data)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with acting_in(album.studio):
        assert album.placements.live().count() == 200
        album.studio.refresh_from_db()
        assert (album.studio.files_used, album.studio.bytes_used) == (200, sum(map(len, files)))
        assert {blob.sha256 for blob in album.studio.blobs.all()} == {cas_hash(data) for data in files}


def cas_hash(data: bytes) -> str:
    import hashlib

    return hashlib.sha256(data).hexdigest()


def test_a_photo_asks_little_of_the_database(album: Album, erin_user: User, django_assert_max_num_queries: Any) -> None:
    """Its three renditions were looked for and written one by one: a fifth of all that its job asks."""
    for name in ("first", "second"):
        keep(album, erin_user, jpeg(), f"{name}.jpg")
    queue.answer("images", STEPS)
    with django_assert_max_num_queries(95):
        assert queue.answer("images", STEPS) is not None
    with acting_in(album.studio):
        assert Rendition.objects.for_studio(album.studio).count() == 6


def test_the_pipeline_makes_a_photo_ready(album: Album, erin_user: User, real_photo: bytes) -> None:
    photo = keep(album, erin_user, real_photo).photo
    assert photo.state == PhotoState.PROCESSING
    assert queue.answer("images", STEPS) is not None
    with acting_in(album.studio):
        photo.refresh_from_db()
        assert photo.state == PhotoState.READY
        assert {r.kind for r in photo.original.renditions.all()} == {"tile", "thumb", "web"}
        placement = album.placements.get()
    assert photo.width
    assert photo.color.startswith("#")
    assert photo.taken_at is not None
    assert placement.sort_key.startswith(photo.taken_at.strftime("%Y%m%d%H%M%S"))


def test_a_damaged_photo_is_shown_with_a_reason(album: Album, erin_user: User, real_photo: bytes) -> None:
    photo = keep(album, erin_user, real_photo[: len(real_photo) // 2]).photo
    queue.answer("images", STEPS)
    with acting_in(album.studio):
        photo.refresh_from_db()
        assert (photo.state, photo.is_refused) == (PhotoState.FAILED, True)
        assert "damaged" in photo.problem
        assert album.studio.jobs.get().state == State.REJECTED


def test_a_photo_whose_facts_cannot_be_written_says_so_after_the_last_try(
    album: Album, erin_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """G47: not only the decoder may fail; a photo never stands as "processing" with nobody at work on it."""

    def broken(photo: Photo) -> None:
        raise DataError("unsupported Unicode escape sequence")

    monkeypatch.setattr(pipeline, "refresh_keys", broken)
    monkeypatch.setattr(queue, "RETRY_AFTER", (timedelta(0),) * 3)
    photo = keep(album, erin_user, jpeg()).photo
    for _ in range(3):
        assert queue.answer("images", STEPS) is not None
    with acting_in(album.studio):
        photo.refresh_from_db()
        assert (photo.state, photo.problem) == (PhotoState.FAILED, pipeline.GIVEN_UP)
        assert album.studio.jobs.get().state == State.QUARANTINED


def test_every_step_twice_ends_the_same(album: Album, erin_user: User, real_photo: bytes) -> None:
    """G46: a step that ran before a crash runs again and changes nothing."""
    photo = keep(album, erin_user, real_photo).photo
    queue.answer("images", STEPS)
    with acting_in(album.studio):
        before = sorted(album.studio.renditions.values_list("kind", "blob_id", "width", "height"))
        photo.refresh_from_db()
        photo.reprocess()
    queue.answer("images", STEPS)
    with acting_in(album.studio):
        assert sorted(album.studio.renditions.values_list("kind", "blob_id", "width", "height")) == before
        photo.refresh_from_db()
        assert photo.state == PhotoState.READY


def test_bytes_that_come_in_pieces_are_hashed_whole(album: Album, erin_user: User) -> None:
    data = jpeg(200, 200)
    with cas.receiving(limit=1 << 20, expected=len(data)) as receiver:
        for start in range(0, len(data), 777):
            receiver.feed(data[start : start + 777])
        stored = receiver.finish()
        kept = ingest(album.studio, album, stored, name="x.jpg", by=erin_user)
    assert kept.photo.original.sha256 == cas_hash(data)


def test_what_an_editor_wrote_becomes_the_studios_once(album: Album, erin_user: User) -> None:
    packet = b'<a xmp:Rating="4" dc:description="First dance"><dc:subject><rdf:li>wedding</rdf:li></dc:subject></a>'
    content = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(content, "JPEG", xmp=packet)
    photo = keep(album, erin_user, content.getvalue()).photo
    queue.answer("images", STEPS)
    with acting_in(album.studio):
        photo.refresh_from_db()
        assert (photo.rating, photo.caption, photo.keywords) == (4, "First dance", ["wedding"])
        photo.rating, photo.caption = 0, ""
        photo.save(update_fields=["rating", "caption"])
        photo.render_again()
    queue.answer("images", STEPS)
    with acting_in(album.studio):
        photo.refresh_from_db()
        assert (photo.rating, photo.caption) == (0, "")
