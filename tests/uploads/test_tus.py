"""The tus protocol, sentence by sentence (tus.io/protocols/resumable-upload 1.0.0): each MUST that binds a server."""

from __future__ import annotations

import errno
import hashlib
import os
from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from django.utils.crypto import get_random_string

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album
from apps.media.storage import partial_directory, store
from apps.uploads import resumable
from apps.uploads.models import Upload
from tests.accounts.callers import session_of
from tests.actors import keep_to, signed_in
from tests.factories import AlbumFactory, SectionFactory, jpeg
from tests.uploads.test_ingest import temp_files
from tests.uploads.tus_client import PART, Answer, metadata, speak

pytestmark = pytest.mark.django_db(transaction=True)
UPLOADS = "/api/uploads/tus/"


@pytest.fixture(autouse=True)
def no_old_files() -> None:
    for path in partial_directory().iterdir():
        path.unlink()


@pytest.fixture
def album(north: Studio) -> Album:
    return AlbumFactory.create(studio=north)


@pytest.fixture
def key(north: Studio, erin_user: User) -> dict[str, str]:
    return bearer(erin_user)


@pytest.fixture
def photo() -> bytes:
    return jpeg()


def bearer(user: User, studio: str = "north") -> dict[str, str]:
    return {"authorization": f"Bearer {session_of(user, studio).access}"}


def ask(method: str, path: str, body: bytes = b"", /, **more: Any) -> Answer:
    answer = speak(method, path, body, **more)
    assert answer is not None
    return answer


def begin(key: dict[str, str], length: int, /, **told: object) -> str:
    answer = ask("POST", UPLOADS, upload_length=str(length), upload_metadata=metadata(**told), **key)
    assert answer.status == 201, answer
    return answer.headers["location"]


def patch(key: dict[str, str], place: str, body: bytes, offset: int = 0, /, **more: Any) -> Answer:
    return ask("PATCH", place, body, **{"upload_offset": str(offset), **PART, **key, **more})


def files() -> list[str]:
    return [path.name for path in partial_directory().iterdir()]


def originals(album: Album) -> list[bytes]:
    """The bytes of the album's photos as the store has them."""
    with acting_in(album.studio):
        keys = [
            placement.photo.original.storage_key for placement in album.placements.select_related("photo__original")
        ]
    found = []
    for one in keys:
        with store().open(one) as file:
            found.append(file.read())
    return found


# -- core ----------------------------------------------------------------------------------------------------------


def test_a_photo_comes_in_two_parts(key: dict[str, str], album: Album, photo: bytes) -> None:
    place = begin(key, len(photo), filename="Küsse.jpg", album=album.pk, section="Ceremony")
    first = patch(key, place, photo[:100])
    assert (first.status, first.offset, first.body) == (204, 100, b"")
    asked = ask("HEAD", place, **key)
    assert (asked.offset, asked.headers["upload-length"]) == (100, str(len(photo)))
    last = patch(key, place, photo[100:], 100)
    assert (last.status, last.offset, last.headers["upload-result"]) == (204, len(photo), "stored")
    assert originals(album) == [photo]
    with acting_in(album.studio):
        placement = album.placements.select_related("section", "photo").get()
        assert (placement.photo.camera_name, placement.section.title) == ("Küsse.jpg", "Ceremony")
        assert last.headers["upload-photo"] == str(placement.photo_id)
    assert (files(), temp_files()) == ([], [])
    assert ask("HEAD", place, **key).headers["upload-result"] == "stored"


def test_head_tells_offset_length_and_metadata_and_is_never_cached(key: dict[str, str], album: Album) -> None:
    told = metadata(filename="a.jpg", album=album.pk)
    place = ask("POST", UPLOADS, upload_length="10", upload_metadata=told, **key).headers["location"]
    answer = ask("HEAD", place, **key)
    assert (answer.status, answer.offset, answer.headers["upload-length"]) == (200, 0, "10")
    assert (answer.headers["upload-metadata"], answer.headers["cache-control"]) == (told, "no-store")


def test_an_unknown_upload_has_no_offset(key: dict[str, str]) -> None:
    answer = ask("HEAD", f"{UPLOADS}{uuid4()}", **key)
    assert (answer.status, answer.body, "upload-offset" in answer.headers) == (404, b"", False)


def test_a_part_elsewhere_is_a_conflict_and_moves_nothing(key: dict[str, str], album: Album, photo: bytes) -> None:
    place = begin(key, len(photo), album=album.pk)
    for offset in (1, len(photo)):
        refused = patch(key, place, photo[:10], offset)
        assert (refused.status, refused.code) == (409, "offset_conflict")
    assert ask("HEAD", place, **key).offset == 0
    # A second browser that missed the end: nothing is written, nothing is doubled.
    assert patch(key, place, photo).status == 204
    assert patch(key, place, photo).status == 409
    assert originals(album) == [photo]


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"content-type": "image/jpeg"}, 415),
        ({"upload_offset": "-1"}, 400),
        ({"upload_offset": "ten"}, 400),
        ({"upload_offset": "9" * 30}, 400),
        ({"upload_checksum": "crc32 AAAA"}, 400),
        ({"upload_checksum": "sha1 AAAA"}, 400),
        ({"upload_checksum": "sha1 %%%%"}, 400),
    ],
)
def test_a_part_must_be_announced_as_one(
    changed: dict[str, str], status: int, key: dict[str, str], album: Album, photo: bytes
) -> None:
    place = begin(key, len(photo), album=album.pk)
    assert patch(key, place, photo, **changed).status == status
    assert ask("HEAD", place, **key).offset == 0


def test_every_answer_names_the_version_and_others_are_refused(key: dict[str, str], album: Album) -> None:
    place = begin(key, 10, album=album.pk)
    for version in (None, "0.2.2", "2.0.0"):
        for method, path in (("POST", UPLOADS), ("HEAD", place), ("PATCH", place), ("DELETE", place)):
            answer = ask(method, path, tus=version, upload_length="5", upload_offset="0", **key, **PART)
            assert (answer.status, answer.headers["tus-version"]) == (412, "1.0.0")
            assert answer.headers["tus-resumable"] == "1.0.0"
    assert ask("HEAD", place, **key).offset == 0
    with acting_in(album.studio):
        assert album.studio.uploads.count() == 1


def test_options_tell_what_is_spoken_here() -> None:
    answer = ask("OPTIONS", UPLOADS, tus=None)
    assert answer.status == 204
    assert answer.headers["tus-version"] == "1.0.0"
    assert answer.headers["tus-max-size"] == str(settings.MAX_VIDEO_BYTES)
    assert "sha1" in answer.headers["tus-checksum-algorithm"].split(",")
    assert {"creation", "creation-with-upload", "checksum", "termination", "expiration"} <= set(
        answer.headers["tus-extension"].split(",")
    )


def test_a_method_may_be_overridden(key: dict[str, str], album: Album, photo: bytes) -> None:
    place = begin(key, len(photo), album=album.pk)
    answer = ask("POST", place, photo, upload_offset="0", x_http_method_override="PATCH", **key, **PART)
    assert (answer.status, answer.offset) == (204, len(photo))
    assert ask("PUT", place, **key).status == 405


def test_what_came_before_a_cut_is_kept(key: dict[str, str], album: Album, photo: bytes) -> None:
    place = begin(key, len(photo), album=album.pk)
    assert speak("PATCH", place, photo[:500], cut=True, upload_offset="0", **PART, **key) is None
    assert ask("HEAD", place, **key).offset == 500
    # All bytes came, but not the end of the request: the last one is asked for again, then it is a photo.
    assert speak("PATCH", place, photo[500:], cut=True, upload_offset="500", **PART, **key) is None
    assert ask("HEAD", place, **key).offset == len(photo) - 1
    assert patch(key, place, photo[-1:], len(photo) - 1).headers["upload-result"] == "stored"
    assert originals(album) == [photo]


def test_bytes_behind_the_row_are_written_again(key: dict[str, str], album: Album, photo: bytes) -> None:
    """The process died after writing and before the row: the row is right, whatever the file holds."""
    place = begin(key, len(photo), album=album.pk)
    patch(key, place, photo[:100])
    with (partial_directory() / place.rsplit("/", 1)[1]).open("ab") as file:
        file.write(b"half of a part that nobody acknowledged" * 100)
    assert patch(key, place, photo[100:], 100).status == 204
    assert originals(album) == [photo]


def test_more_bytes_than_announced_are_refused(key: dict[str, str], album: Album, photo: bytes) -> None:
    place = begin(key, 100, album=album.pk)
    assert patch(key, place, photo).status == 413
    assert ask("HEAD", place, **key).offset == 0
    assert originals(album) == []


def test_one_writer_at_a_time(key: dict[str, str], album: Album, photo: bytes) -> None:
    place, seen = begin(key, len(photo), album=album.pk), []

    def second_window() -> None:
        seen.append(patch(key, place, photo))

    assert patch(key, place, photo, meanwhile=second_window).status == 204
    assert (seen[0].status, seen[0].headers["retry-after"]) == (423, "1")
    assert originals(album) == [photo]


def test_a_long_part_is_made_durable_on_its_way(
    key: dict[str, str], album: Album, photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resumable, "CHECKPOINT", 100)
    monkeypatch.setattr("apps.uploads.receiver.BATCH", 1)
    place, seen = begin(key, len(photo), album=album.pk), []
    patch(key, place, photo, meanwhile=lambda: seen.append(ask("HEAD", place, **key).offset))
    assert seen == [len(photo) // 2]


# -- creation ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 400),
        ({"upload_length": "-5"}, 400),
        ({"upload_length": "1.5"}, 400),
        ({"upload_length": str(10**18)}, 413),
        ({"upload_length": "0"}, 415),
        ({"upload_length": "5", "upload_metadata": "filename !!!"}, 400),
        ({"upload_length": "5", "upload_metadata": "a YQ==,a YQ=="}, 400),
        ({"upload_length": "5", "upload_metadata": "a YQ==,,b YQ=="}, 400),
        ({"upload_length": "5", "upload_metadata": "a " + "YQ==" * 3000}, 400),
        ({"upload_length": "5", "content_type": "text/plain", "content_length": "3"}, 415),
    ],
)
def test_what_cannot_be_begun(headers: dict[str, str], status: int, north: Studio, key: dict[str, str]) -> None:
    assert ask("POST", UPLOADS, **headers, **key).status == status
    with acting_in(north):
        assert not north.uploads.exists()
    assert files() == []


def test_a_value_may_be_empty(key: dict[str, str]) -> None:
    assert ask("POST", UPLOADS, upload_length="5", upload_metadata="is_private,filename YQ==", **key).status == 201


def test_the_first_part_may_come_with_the_creation(key: dict[str, str], album: Album, photo: bytes) -> None:
    told = metadata(album=album.pk)
    half = ask("POST", UPLOADS, photo[:50], upload_length=str(len(photo)), upload_metadata=told, **key, **PART)
    assert (half.status, half.offset) == (201, 50)
    assert patch(key, half.headers["location"], photo[50:], 50).status == 204
    whole = ask("POST", UPLOADS, photo, upload_length=str(len(photo)), upload_metadata=told, **key, **PART)
    assert (whole.status, whole.offset, whole.headers["upload-result"]) == (201, len(photo), "duplicate")
    assert originals(album) == [photo]


# -- checksum ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["sha1", "sha256"])
def test_a_wrong_checksum_leaves_the_offset(name: str, key: dict[str, str], album: Album, photo: bytes) -> None:
    def summed(data: bytes) -> dict[str, str]:
        return {"upload_checksum": f"{name} {b64encode(hashlib.new(name, data).digest()).decode()}"}

    place = begin(key, len(photo), album=album.pk)
    assert patch(key, place, photo[:100], **summed(photo[:100])).offset == 100
    wrong = patch(key, place, photo[100:], 100, **summed(b"else"))
    assert (wrong.status, wrong.code) == (460, "checksum_mismatch")
    assert ask("HEAD", place, **key).offset == 100
    # Half of a part cannot be compared, so nothing of it counts.
    assert speak("PATCH", place, photo[100:200], cut=True, upload_offset="100", **PART, **key, **summed(photo)) is None
    assert ask("HEAD", place, **key).offset == 100
    assert patch(key, place, photo[100:], 100, **summed(photo[100:])).status == 204
    assert originals(album) == [photo]


def test_the_whole_file_is_compared_with_its_announced_hash(key: dict[str, str], album: Album, photo: bytes) -> None:
    place = begin(key, len(photo), album=album.pk, sha256=hashlib.sha256(b"else").hexdigest())
    assert patch(key, place, photo).status == 460
    assert ask("HEAD", place, **key).status == 404
    right = begin(key, len(photo), album=album.pk, sha256=hashlib.sha256(photo).hexdigest())
    assert patch(key, right, photo).status == 204
    assert (originals(album), files()) == ([photo], [])


# -- expiration and termination ------------------------------------------------------------------------------------


def test_an_upload_says_when_it_runs_out_and_does(
    key: dict[str, str], album: Album, photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = begin(key, len(photo), album=album.pk)
    other = begin(key, len(photo), album=album.pk)
    assert patch(key, place, photo[:10]).headers["upload-expires"].endswith("GMT")
    with acting_in(album.studio):
        old = Upload.objects.for_studio(album.studio).filter(pk=place.rsplit("/", 1)[1])
        old.update(touched_at=timezone.now() - timedelta(days=7, seconds=1))
    assert ask("HEAD", place, **key).status == patch(key, place, photo[10:], 10).status == 404
    assert resumable.sweep() == 0  # its file was written a moment ago
    monkeypatch.setattr(resumable, "ORPHAN_SECONDS", -10.0)
    assert resumable.sweep() == 1
    assert files() == [other.rsplit("/", 1)[1]]
    assert patch(key, other, photo).status == 204


def test_an_upload_can_be_given_up(key: dict[str, str], album: Album, photo: bytes) -> None:
    place = begin(key, len(photo), album=album.pk)
    patch(key, place, photo[:10])
    assert ask("DELETE", place, **key).status == 204
    assert ask("HEAD", place, **key).status == 404
    assert files() == []


def test_given_up_while_its_last_bytes_arrive_is_no_photo(key: dict[str, str], album: Album, photo: bytes) -> None:
    place = begin(key, len(photo), album=album.pk)
    assert patch(key, place, photo, meanwhile=lambda: ask("DELETE", place, **key)).status == 404
    assert (originals(album), files(), temp_files()) == ([], [], [])


# -- bad files, full disks, plans ----------------------------------------------------------------------------------


def test_what_is_no_photo_is_refused_with_the_reason_and_forgotten(key: dict[str, str], album: Album) -> None:
    place = begin(key, 12, album=album.pk)
    refused = patch(key, place, b"%PDF-1.7 ...")
    assert (refused.status, refused.code) == (415, "not_an_image")
    assert ask("HEAD", place, **key).status == 404
    assert files() == []


def test_the_plan_bounds_what_is_under_way(north: Studio, key: dict[str, str], album: Album) -> None:
    with acting_in(north):
        north.quota_bytes = 100
        north.save(update_fields=["quota_bytes"])
    begin(key, 60, album=album.pk)
    for length in (60, 101):
        refused = ask("POST", UPLOADS, upload_length=str(length), upload_metadata=metadata(album=album.pk), **key)
        assert (refused.status, refused.code) == (507, "quota")


def test_a_plan_that_fills_meanwhile_costs_one_byte(
    north: Studio, key: dict[str, str], album: Album, photo: bytes
) -> None:
    def resize(to: int) -> None:
        with acting_in(north):
            north.quota_bytes = to
            north.save(update_fields=["quota_bytes"])

    place = begin(key, len(photo), album=album.pk)
    resize(10)
    assert patch(key, place, photo).status == 507
    resize(10**9)
    assert ask("HEAD", place, **key).offset == len(photo) - 1
    assert patch(key, place, photo[-1:], len(photo) - 1).status == 204
    assert originals(album) == [photo]


def test_a_studio_has_a_limit_of_open_uploads(
    key: dict[str, str], album: Album, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resumable, "MOST_OPEN", 1)
    begin(key, 10, album=album.pk)
    refused = ask("POST", UPLOADS, upload_length="10", **key)
    assert (refused.status, refused.headers["retry-after"]) == (429, "60")


def test_a_full_disk_is_said_and_loses_nothing(
    key: dict[str, str], album: Album, photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = begin(key, len(photo), album=album.pk)
    patch(key, place, photo[:10])

    def full(*args: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as broken:
        broken.setattr("apps.uploads.resumable.os.pwrite", full)
        assert patch(key, place, photo[10:], 10).status == 507
    with monkeypatch.context() as broken:
        broken.setattr(resumable, "DISK_RESERVE", 1 << 60)
        assert ask("POST", UPLOADS, upload_length="10", **key).status == 507
    assert patch(key, place, photo[10:], 10).status == 204
    assert originals(album) == [photo]


def test_nothing_is_acknowledged_before_it_is_synced(
    key: dict[str, str], album: Album, photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """G29: bytes, then the row. The order of events is what a power cut would show."""
    place, events = begin(key, len(photo), album=album.pk), []
    sync, write = os.fsync, resumable._write

    def watched(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def recorded(*args: Any, **values: Any) -> Any:
            events.append(name)
            return call(*args, **values)

        return recorded

    monkeypatch.setattr("apps.uploads.resumable.os.fsync", watched("sync", sync))
    monkeypatch.setattr(resumable, "_write", watched("row", write))
    patch(key, place, photo[:10])
    assert events == ["sync", "row"]


def test_a_commit_that_fails_loses_nothing(
    key: dict[str, str], album: Album, photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = begin(key, len(photo), album=album.pk)

    def broken(*args: object, **values: object) -> None:
        raise RuntimeError("the database went away")

    with monkeypatch.context() as away:
        away.setattr(resumable, "_write", broken)
        assert patch(key, place, photo).status == 500
    assert (originals(album), temp_files(), len(files())) == ([], [], 1)
    assert patch(key, place, photo).status == 204
    assert originals(album) == [photo]


# -- strangers -----------------------------------------------------------------------------------------------------


def test_only_who_began_it_goes_on(
    north: Studio, key: dict[str, str], album: Album, photo: bytes, alice_user: User, charlie_user: User
) -> None:
    place = begin(key, len(photo), album=album.pk)
    for other in (bearer(alice_user), bearer(charlie_user, "south")):
        for answer in (ask("HEAD", place, **other), patch(other, place, photo), ask("DELETE", place, **other)):
            assert answer.status == 404
    assert ask("HEAD", place).status == ask("POST", UPLOADS, upload_length="5").status == 401
    assert originals(album) == []


def test_roles_are_those_of_every_upload(
    north: Studio, album: Album, photo: bytes, bob_user: User, dora_user: User, erin_user: User
) -> None:
    begun = {"upload_length": str(len(photo)), "upload_metadata": metadata(album=album.pk)}
    assert ask("POST", UPLOADS, **begun, **bearer(bob_user)).status == 403
    other = AlbumFactory.create(studio=north)
    for user in (dora_user, erin_user):
        keep_to(north, user, other)
        assert ask("POST", UPLOADS, **begun, **bearer(user)).status == 404
        assert ask("POST", UPLOADS, upload_length="5", **bearer(user)).status == 400
        keep_to(north, user, album)
        place = ask("POST", UPLOADS, **begun, **bearer(user)).headers["location"]
        keep_to(north, user, other)
        assert patch(bearer(user), place, photo).status == 404


def test_a_section_of_another_album_is_refused(key: dict[str, str], album: Album) -> None:
    foreign = SectionFactory.create(album=AlbumFactory.create(studio=album.studio))
    told = metadata(album=album.pk, section=foreign.pk)
    assert ask("POST", UPLOADS, upload_length="5", upload_metadata=told, **key).status == 400


def test_a_folder_becomes_a_section(key: dict[str, str], album: Album, photo: bytes) -> None:
    place = begin(key, len(photo), album=album.pk, relative_path="Wedding/The dance/a.jpg")
    patch(key, place, photo)
    with acting_in(album.studio):
        assert [section.title for section in album.sections.all()] == ["The dance"]


def test_the_page_speaks_it_by_session_and_token(
    erin: Client, bob_user: User, charlie: Client, album: Album, photo: bytes
) -> None:
    path = "/studio/north/uploads/tus/"

    def headers(client: Client) -> dict[str, str]:
        token = client.cookies[settings.CSRF_COOKIE_NAME] = get_random_string(32)
        cookies = "; ".join(f"{name}={getattr(one, 'value', one)}" for name, one in client.cookies.items())
        return {"cookie": cookies, "x_csrftoken": token}

    mine = headers(erin)
    begun = {"upload_length": str(len(photo)), "upload_metadata": metadata(album=album.pk)}
    assert ask("POST", path, **begun, cookie=mine["cookie"]).status == 403
    assert ask("POST", path, **begun, **headers(charlie)).status == 404
    assert ask("POST", path, **begun, **headers(signed_in(bob_user))).status == 403
    assert ask("POST", path, **begun).status == 403
    place = ask("POST", path, **begun, **mine).headers["location"]
    assert place.startswith(path)
    assert patch(mine, place, photo).status == 204
    assert originals(album) == [photo]
