"""Whatever door a file comes in by, a scanner looks at it before it is kept; without its answer nothing comes in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django.fixtures import Settings

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, AlbumState, Photo
from apps.media import antivirus
from apps.media.models import Blob
from apps.monitoring import checks, overview
from apps.monitoring.models import Condition
from apps.uploads.models import InboxState
from tests.actors import signed_in
from tests.albums.people import Caller
from tests.factories import AlbumFactory, jpeg
from tests.media.clamd_server import EICAR, ClamdServer, scanning
from tests.uploads import test_inbox, test_tus
from tests.uploads.conftest import put_as
from tests.uploads.guests import browser
from tests.uploads.test_inbox import box
from tests.uploads.test_ingest import temp_files

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["box"]


@pytest.fixture(autouse=True)
def no_old_counts() -> None:
    cache.clear()


@pytest.fixture
def socket_path(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Path:
    path = tmp_path_factory.mktemp("c") / "clamd.ctl"
    settings.CLAMD = str(path)
    return path


@pytest.fixture
def clamd(socket_path: Path) -> Iterator[ClamdServer]:
    with scanning(socket_path) as server:
        yield server


@pytest.fixture
def album(north: Studio) -> Album:
    return AlbumFactory.create(studio=north, state=AlbumState.LIVE)


@pytest.fixture
def api(north: Studio, erin_user: User) -> Caller:
    return Caller(north, erin_user, "read", "upload")


def carrier() -> bytes:
    """A picture that every decoder reads, with the test virus behind its end."""
    return jpeg() + EICAR


def kept(studio: Studio) -> tuple[int, int]:
    with acting_in(studio):
        return Photo.objects.for_studio(studio).count(), Blob.objects.for_studio(studio).count()


def send(api: Caller, album: Album, *files: bytes) -> Any:
    sent = [SimpleUploadedFile(f"{number}.jpg", data, "image/jpeg") for number, data in enumerate(files)]
    return api.client.post(f"/api/albums/{album.pk}/photos", {"files": sent})


def test_a_carrier_is_refused_and_the_file_beside_it_is_kept(clamd: ClamdServer, api: Caller, album: Album) -> None:
    good = jpeg()
    answer = send(api, album, carrier(), good)
    assert [row["status"] for row in answer.json()["results"]] == ["rejected", "stored"]
    assert (
        answer.json()["results"][0]["reason"]
        == "A virus was found in this file (Eicar-Test-Signature). It was not kept."
    )
    assert good in clamd.seen
    assert kept(album.studio) == (1, 1)
    assert temp_files() == []
    alone = send(api, album, carrier())
    assert (alone.status_code, kept(album.studio)) == (422, (1, 1))


def test_the_page_of_a_gallery_refuses_it(clamd: ClamdServer, north: Studio, erin_user: User, album: Album) -> None:
    path = f"/studio/north/albums/{album.pk}/upload"
    status, answer = put_as(signed_in(erin_user), path, carrier(), query={"name": "bad.jpg"})
    assert (status, answer["error"]["code"], kept(north)) == (422, "infected", (0, 0))


def test_an_upload_in_parts_is_refused_and_given_up(
    clamd: ClamdServer, north: Studio, erin_user: User, album: Album
) -> None:
    key, data = test_tus.bearer(erin_user), carrier()
    place = test_tus.begin(key, len(data), filename="bad.jpg", album=album.pk)
    assert test_tus.patch(key, place, data).status == 422
    assert (kept(north), temp_files()) == ((0, 0), [])
    assert test_tus.ask("HEAD", place, **key).status in (404, 410)


def test_an_upload_in_parts_ends_once_the_scanner_is_back(
    socket_path: Path, north: Studio, erin_user: User, album: Album
) -> None:
    key, data = test_tus.bearer(erin_user), jpeg()
    place = test_tus.begin(key, len(data), filename="good.jpg", album=album.pk)
    waiting = test_tus.patch(key, place, data)
    assert (waiting.status, waiting.headers["retry-after"], kept(north)) == (503, "30", (0, 0))
    with scanning(socket_path):
        offset = test_tus.ask("HEAD", place, **key).offset
        assert offset == len(data) - 1
        assert test_tus.patch(key, place, data[offset:], offset).headers["upload-result"] == "stored"
    assert kept(north) == (1, 1)


def test_a_guest_is_told_in_their_language(clamd: ClamdServer, album: Album, alice_user: User) -> None:
    lena = browser(album, alice_user).introduce()
    answer = lena.send(carrier(), "bad.jpg")
    assert answer.status == 422
    assert b"A virus was found in this file. It was not kept." in answer.body
    assert b"Eicar" not in answer.body


def test_a_watched_folder_sets_it_aside(clamd: ClamdServer, north: Studio, box: Path) -> None:
    test_inbox.put(box, "Anna/bad.jpg", carrier())
    test_inbox.put(box, "Anna/good.jpg")
    test_inbox.look()
    assert test_inbox.arrived(north) == [("Anna", "", "good.jpg")]
    [bad] = test_inbox.files(north)
    assert (bad.path, bad.state) == ("Anna/bad.jpg", InboxState.REJECTED)
    assert "Eicar" in bad.reason


@pytest.mark.parametrize("says", [None, b"stream: Can't allocate memory ERROR", b""])
def test_without_an_answer_nothing_comes_in(socket_path: Path, api: Caller, album: Album, says: bytes | None) -> None:
    if says is None:
        answer = send(api, album, jpeg())
    else:
        with scanning(socket_path) as server:
            server.says = says
            answer = send(api, album, jpeg())
    # No file is at fault: a client that knows nothing of our codes tries again, too.
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "scanner_away")
    assert answer.headers["Retry-After"] == "30"
    assert (kept(album.studio), temp_files()) == ((0, 0), [])


def test_what_is_larger_than_the_scanner_takes_is_let_by_and_logged(
    clamd: ClamdServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clamd.limit = 2 << 20
    large = tmp_path / "film.mp4"
    large.write_bytes(os.urandom(9 << 20))
    antivirus.look_at(large)
    assert "StreamMaxLength" in caplog.text
    assert clamd.seen == []


def test_without_a_scanner_files_come_in_as_before(api: Caller, album: Album, settings: Settings) -> None:
    assert settings.CLAMD is None
    assert send(api, album, carrier()).status_code == 201
    assert "antivirus" not in {one.service for one in overview.services()}


def test_the_status_page_knows_whether_it_answers(socket_path: Path) -> None:
    def finding() -> checks.PartFinding:
        return next(one for one in checks.every(is_starting=True) if one.service == "antivirus")

    assert "antivirus" in overview.names()
    assert (finding().condition, finding().sentence) == (Condition.FAULT, checks.TROUBLE["antivirus"][0])
    with scanning(socket_path):
        assert finding().condition == Condition.OK
