"""Uploads over the API: every file has an answer of its own, and none is lost on the way."""

from __future__ import annotations

import errno
import hashlib
import json
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums import placements
from apps.albums.models import Album, Photo, Placement
from apps.jobs.models import Job
from apps.media.models import Blob
from apps.media.storage import store
from tests.actors import keep_to
from tests.albums.people import Caller, order_of
from tests.factories import AlbumFactory, jpeg

NAMES = Path(__file__).resolve().parents[1] / "albums" / "names"


@pytest.fixture(autouse=True)
def no_old_counts() -> None:
    cache.clear()


@pytest.fixture
def album(north: Studio) -> Album:
    return AlbumFactory.create(studio=north)


@pytest.fixture
def api(north: Studio, erin_user: User) -> Caller:
    return Caller(north, erin_user, "read", "upload")


def file(name: str = "DSC_1.JPG", data: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, jpeg() if data is None else data, "image/jpeg")


def photos_url(album: Album) -> str:
    return f"/api/albums/{album.pk}/photos"


@pytest.mark.parametrize("who", ["dora_user", "erin_user"])
def test_a_restricted_member_sends_to_their_galleries_only(
    who: str, north: Studio, album: Album, request: pytest.FixtureRequest
) -> None:
    user, other = request.getfixturevalue(who), AlbumFactory.create(studio=north)
    keep_to(north, user, album)
    api = Caller(north, user, "read", "upload")
    assert api.client.post(photos_url(album), {"files": file()}).status_code == 201
    assert api.client.post("/api/upload", {"file": file(), "album": str(album.pk)}).status_code == 201
    assert api.client.post(photos_url(other), {"files": file()}).status_code == 404
    assert api.client.post("/api/upload", {"file": file(), "album": str(other.pk)}).status_code == 404
    # Without a gallery nobody but the owner would ever see it again.
    nowhere = api.client.post("/api/upload/multiple", {"files": file()})
    assert (nowhere.status_code, list(nowhere.json()["error"]["fields"])) == (400, ["album"])
    with acting_in(north):
        assert (album.placements.count(), north.photos.count()) == (2, 2)


def left_over() -> list[str]:
    """Files that a request left in the directory for temporary ones."""
    return [path.name for path in Path(settings.STORAGE_TEMP).iterdir()] + [
        path.name for path in (Path(str(settings.STORAGE[1])) / ".tmp").iterdir()
    ]


def photo_count(studio: Studio) -> int:
    with acting_in(studio):
        return Photo.objects.for_studio(studio).count()


# -- strangers ---------------------------------------------------------------------------------------


def test_a_stranger_puts_nothing_into_an_album(album: Album, south: Studio, charlie_user: User) -> None:
    stranger = Caller(south, charlie_user)
    assert stranger.send(photos_url(album), files=file()).status_code == 404
    for path, name in (("/api/upload", "file"), ("/api/upload/multiple", "files")):
        assert stranger.send(path, **{name: file(), "album": str(album.pk)}).status_code == 404
    assert (photo_count(album.studio), photo_count(south)) == (0, 0)


def test_a_viewer_and_a_key_without_the_scope_upload_nothing(album: Album, bob_user: User, erin_user: User) -> None:
    for caller in (Caller(album.studio, bob_user), Caller(album.studio, erin_user, "read", "albums")):
        assert caller.send(photos_url(album), files=file()).status_code == 403
        assert caller.send("/api/upload", file=file()).status_code == 403
    assert photo_count(album.studio) == 0


def test_the_same_bytes_in_two_studios_are_two_photos(
    album: Album, api: Caller, south: Studio, charlie_user: User
) -> None:
    data = jpeg()
    first = api.send(photos_url(album), files=file(data=data)).json()["results"][0]
    theirs = AlbumFactory.create(studio=south)
    second = Caller(south, charlie_user).send(photos_url(theirs), files=file(data=data)).json()["results"][0]
    assert (first["status"], second["status"]) == ("stored", "stored")
    assert first["photo"]["id"] != second["photo"]["id"]


# -- one and many ------------------------------------------------------------------------------------


def test_many_files_are_stored_and_answered_in_their_order(album: Album, api: Caller) -> None:
    data = [jpeg() for _ in range(5)]
    answer = api.send(photos_url(album), files=[file(f"DSC_{n}.JPG", one) for n, one in enumerate(data)])
    assert answer.status_code == 201
    results = answer.json()["results"]
    assert [(one["name"], one["status"], one["reason"]) for one in results] == [
        (f"DSC_{n}.JPG", "stored", None) for n in range(5)
    ]
    assert [one["photo"]["sha256"] for one in results] == [hashlib.sha256(one).hexdigest() for one in data]
    assert order_of(album) == [photo.pk for photo in _photos(album)]
    assert left_over() == []
    with acting_in(album.studio):
        for blob in Blob.objects.for_studio(album.studio):
            with store().open(blob.storage_key) as kept:
                assert hashlib.sha256(kept.read()).hexdigest() == blob.sha256
        assert Job.objects.for_studio(album.studio).filter(kind="render", state="pending").count() == 5


def _photos(album: Album) -> list[Photo]:
    with acting_in(album.studio):
        return list(Photo.objects.for_studio(album.studio).order_by("camera_name"))


def test_the_same_bytes_twice_are_one_photo(album: Album, api: Caller) -> None:
    data = jpeg()
    results = api.send(photos_url(album), files=[file("a.jpg", data), file("b.jpg", data)]).json()["results"]
    assert [one["status"] for one in results] == ["stored", "duplicate"]
    assert results[0]["photo"] == results[1]["photo"]
    assert results[0]["photo"]["camera_name"] == "a.jpg"
    again = api.send(photos_url(album), files=file("c.jpg", data))
    assert (again.status_code, again.json()["results"][0]["status"]) == (201, "duplicate")
    with acting_in(album.studio):
        studio = Studio.objects.get(pk=album.studio_id)
    assert (photo_count(album.studio), studio.files_used, studio.bytes_used) == (1, 1, len(data))


def test_one_photo_may_lie_in_two_albums_without_a_copy(album: Album, api: Caller) -> None:
    other = AlbumFactory.create(studio=album.studio)
    data = jpeg()
    for target in (album, other):
        assert (
            api.send("/api/upload", file=file(data=data), album=str(target.pk)).json()["results"][0]["status"]
            == "stored"
        )
    assert order_of(album) == order_of(other)
    assert photo_count(album.studio) == 1


def test_a_photo_may_be_uploaded_for_no_album(album: Album, api: Caller) -> None:
    for path, name in (("/api/upload", "file"), ("/api/upload/multiple", "files")):
        result = api.send(path, **{name: file()}).json()["results"][0]
        assert result["status"] == "stored"
        assert result["photo"]["urls"]["original"] is None
    assert order_of(album) == []


def test_an_upload_that_is_repeated_with_its_key_is_done_once(album: Album, api: Caller) -> None:
    data = jpeg()
    answers = [
        api.client.post(photos_url(album), {"files": file(data=data)}, headers={"Idempotency-Key": "once"})
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert [answer.json()["results"][0]["status"] for answer in answers] == ["stored", "stored"]
    assert photo_count(album.studio) == 1


# -- bad ones ----------------------------------------------------------------------------------------


def test_a_bad_file_does_not_hinder_the_others(album: Album, api: Caller) -> None:
    files = [
        file("ok.jpg"),
        file("empty.jpg", b""),
        file("page.jpg", b"<html><script>alert(1)</script>"),
        file("too.jpg"),
    ]
    answer = api.send(photos_url(album), files=files)
    assert answer.status_code == 201
    results = answer.json()["results"]
    assert [one["status"] for one in results] == ["stored", "rejected", "rejected", "stored"]
    assert all(one["reason"] and one["photo"] is None for one in results[1:3])
    assert photo_count(album.studio) == 2
    assert left_over() == []


def test_only_bad_files_are_422_with_a_reason_for_each(album: Album, api: Caller) -> None:
    answer = api.send(photos_url(album), files=[file("a.jpg", b""), file("b.svg", b"<svg onload='alert(1)'/>")])
    assert answer.status_code == 422
    body = answer.json()
    assert set(body) == {"error", "results"}
    assert [one["status"] for one in body["results"]] == ["rejected", "rejected"]
    assert body["error"]["code"] == "rejected"
    assert photo_count(album.studio) == 0
    assert left_over() == []


def test_no_file_at_all_is_a_malformed_request(album: Album, api: Caller) -> None:
    for answer in (
        api.send(photos_url(album)),
        api.send(photos_url(album), file=file()),
        api.post(photos_url(album), {"files": ["x"]}),
        api.send("/api/upload", files=file()),
    ):
        assert answer.status_code == 400
        assert answer.json()["error"]["fields"]


@pytest.mark.parametrize("album_id", ["x", str(UUID(int=7))])
def test_an_album_that_is_not_there_takes_nothing(album_id: str, album: Album, api: Caller) -> None:
    answer = api.send("/api/upload", file=file(), album=album_id)
    assert answer.status_code == (404 if len(album_id) == 36 else 400)
    assert photo_count(album.studio) == 0


def test_an_album_in_the_trash_takes_nothing(album: Album, api: Caller, erin_user: User) -> None:
    Caller(album.studio, erin_user, "read", "albums").delete(f"/api/albums/{album.pk}")
    assert api.send(photos_url(album), files=file()).status_code == 404


def test_a_full_plan_is_507_and_keeps_what_fitted(album: Album, api: Caller) -> None:
    with acting_in(album.studio):
        Studio.objects.filter(pk=album.studio_id).update(quota_files=1)
    answer = api.send(photos_url(album), files=[file("a.jpg"), file("b.jpg")])
    assert answer.status_code == 201
    assert [one["status"] for one in answer.json()["results"]] == ["stored", "rejected"]
    full = api.send(photos_url(album), files=[file("c.jpg"), file("d.jpg")])
    assert full.status_code == 507
    assert "plan" in full.json()["error"]["message"]
    assert photo_count(album.studio) == 1
    assert left_over() == []


def test_a_file_that_is_too_large_is_refused(album: Album, api: Caller, settings: Any) -> None:
    settings.MAX_PHOTO_BYTES = 100
    answer = api.send(photos_url(album), files=file())
    assert answer.status_code == 422
    assert "larger" in answer.json()["error"]["message"]


def test_a_full_disk_is_507_and_leaves_nothing(album: Album, api: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("apps.media.cas.os.fsync", full)
    answer = api.send(photos_url(album), files=file())
    assert answer.status_code == 507
    monkeypatch.undo()
    assert photo_count(album.studio) == 0
    assert left_over() == []


def test_a_fault_of_ours_keeps_nothing(album: Album, api: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error in the second file must not leave a first one that nobody was told of."""
    calls = []
    placement_for = placements.placement_for

    def broken(*args: Any, **kwargs: Any) -> Placement:
        calls.append(args)
        if len(calls) == 2:
            raise RuntimeError("boom")
        return placement_for(*args, **kwargs)

    monkeypatch.setattr(placements, "placement_for", broken)
    api.client.raise_request_exception = False
    assert api.send(photos_url(album), files=[file("a.jpg"), file("b.jpg")]).status_code == 500
    assert photo_count(album.studio) == 0
    assert left_over() == []


def test_hostile_names_are_kept_harmless(album: Album, api: Caller) -> None:
    names = [entry["name"] for entry in json.loads((NAMES / "naughty_filenames.json").read_text())]
    for name in names[::4]:
        sent = BytesIO(jpeg())
        sent.name = name
        answer = api.send(photos_url(album), files=sent)
        assert answer.status_code in (201, 400), name
    for photo in _photos(album):
        assert photo.camera_name
        assert len(photo.camera_name) <= 255
        assert not set(photo.camera_name) & set("/\\\x00\r\n")
