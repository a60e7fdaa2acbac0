"""Galleries of Immich servers and PicPeak archives: every file by its hash, repeatable, from named hosts only."""

from __future__ import annotations

import base64
import json
import zipfile
from collections.abc import Iterator
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, Photo
from apps.uploads.remote.source import DIFFERS
from tests.albums.people import names_of
from tests.factories import jpeg

pytestmark = pytest.mark.django_db(transaction=True)
KEY = "an immich key"


class ImmichServer:
    """Two albums of an Immich, as its API shows them. files: by the id of the asset."""

    def __init__(self) -> None:
        self.files = {f"asset-{number}": jpeg() for number in range(3)}
        self.details: dict[str, Any] = {
            name: {
                "id": name,
                "originalFileName": f"IMG_{name[-1]}.jpg",
                "checksum": base64.b64encode(sha1(data, usedforsecurity=False).digest()).decode(),
                "isFavorite": False,
                "isTrashed": False,
            }
            for name, data in self.files.items()
        }
        self.details["asset-0"] |= {
            "isFavorite": True,
            "exifInfo": {"description": "On the stairs", "rating": 4},
            "people": [{"name": "Anna"}, {"name": ""}, {"name": "Hidden", "isHidden": True}],
            "tags": [{"name": "church", "value": "Places/church"}],
        }
        self.albums = {"a": ("Anna & Ben", ["asset-1", "asset-0"]), "b": ("Clara", ["asset-2"])}
        self.moves_to = ""
        self.is_away = False

    def answer(self, path: str) -> Any:
        """JSON, bytes, or None for 404."""
        parts = path.removeprefix("/api/").split("/")
        if parts == ["albums"]:
            return [{"id": name, "albumName": title} for name, (title, _) in self.albums.items()]
        if parts[0] == "albums" and parts[1] in self.albums:
            title, names = self.albums[parts[1]]
            return {"id": parts[1], "albumName": title, "assets": [self.details[name] for name in names]}
        if parts[0] == "assets" and parts[1] in self.details:
            return self.files[parts[1]] if parts[2:] == ["original"] else self.details[parts[1]]
        return None


def handler_of(immich: ImmichServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.headers.get("x-api-key") != KEY:
                return self.send_error(401)
            if immich.is_away:
                return self.send_error(503)
            if immich.moves_to:
                self.send_response(302)
                self.send_header("Location", immich.moves_to)
                return self.end_headers()
            said = immich.answer(self.path)
            if said is None:
                return self.send_error(404)
            body = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            return None

        def log_message(self, *said: object) -> None:
            """Nothing; the log of the test is for the test."""

    return Handler


@pytest.fixture
def immich(settings: Any, monkeypatch: pytest.MonkeyPatch, alice_user: User) -> Iterator[tuple[ImmichServer, str]]:
    """A server and its address, which the operator named."""
    server = ImmichServer()
    listening = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(server))
    thread = Thread(target=listening.serve_forever)
    thread.start()
    settings.IMPORT_HOSTS = (f"127.0.0.1:{listening.server_port}",)
    monkeypatch.setenv("IMMICH_KEY", KEY)
    yield server, f"http://127.0.0.1:{listening.server_port}"
    listening.shutdown()
    listening.server_close()
    thread.join()


def take(url: str, folder: Path, *arguments: str) -> list[dict[str, Any]]:
    report = folder / "report.jsonl"
    call_command("import_immich", url, "--studio", "north", "--report", str(report), *arguments)
    return [json.loads(line) for line in report.read_text().splitlines()]


def outcomes(told: list[dict[str, Any]]) -> list[str]:
    return [one["outcome"] for one in told]


def photos(studio: Studio) -> int:
    with acting_in(studio):
        return Photo.objects.for_studio(studio).count()


def test_albums_become_galleries_and_a_second_import_imports_nothing(
    immich: tuple[ImmichServer, str], north: Studio, tmp_path: Path
) -> None:
    _, url = immich
    assert outcomes(take(url, tmp_path, "--dry-run")) == ["new"] * 3
    assert photos(north) == 0
    assert outcomes(take(url, tmp_path)) == ["stored"] * 3
    with acting_in(north):
        album = Album.objects.for_studio(north).select_related("studio").get(title="Anna & Ben")
        first = Photo.objects.for_studio(north).get(camera_name="IMG_0.jpg")
    assert names_of(album) == ["IMG_1.jpg", "IMG_0.jpg"]
    assert (first.caption, first.rating, first.flag) == ("On the stairs", 4, "pick")
    assert first.keywords == ["church", "Anna"]
    assert outcomes(take(url, tmp_path)) == ["duplicate"] * 3
    assert outcomes(take(url, tmp_path, "--dry-run")) == ["known"] * 3
    assert photos(north) == 3


def test_bytes_with_another_hash_are_not_kept(immich: tuple[ImmichServer, str], north: Studio, tmp_path: Path) -> None:
    server, url = immich
    server.files["asset-2"] = jpeg()
    with pytest.raises(CommandError, match="1 files could not be imported"):
        take(url, tmp_path)
    told = [json.loads(line) for line in (tmp_path / "report.jsonl").read_text().splitlines()]
    assert [one["reason"] for one in told if one["outcome"] == "rejected"] == [DIFFERS]
    assert photos(north) == 2


def test_only_hosts_that_the_operator_named_are_asked(
    immich: tuple[ImmichServer, str], north: Studio, tmp_path: Path, settings: Any
) -> None:
    server, url = immich
    settings.IMPORT_HOSTS = ("photos.example.com",)
    with pytest.raises(CommandError, match="GLASSINE_IMPORT_HOSTS"):
        take(url, tmp_path)
    with pytest.raises(CommandError, match="is no address"):
        take("file:///etc/passwd", tmp_path)
    # A named host does not lead to another one.
    settings.IMPORT_HOSTS = (url.removeprefix("http://"),)
    server.moves_to = "http://127.0.0.1:1/api/albums"
    with pytest.raises(CommandError, match="refused with 302"):
        take(url, tmp_path)


def test_a_wrong_key_and_another_server_are_told(
    immich: tuple[ImmichServer, str], north: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, url = immich
    del server.details["asset-1"]["originalFileName"]
    with pytest.raises(CommandError, match="originalFileName"):
        take(url, tmp_path)
    monkeypatch.setenv("IMMICH_KEY", "wrong")
    with pytest.raises(CommandError, match="refused with 401"):
        take(url, tmp_path)


@pytest.fixture
def archive(tmp_path: Path, alice_user: User) -> Path:
    """An event as PicPeak archives it."""
    file = tmp_path / "wedding-anna-ben.zip"
    rows = [("a.jpg", "rating", 5), ("a.jpg", "rating", 2), ("a.jpg", "favorite", None), ("b.jpg", "like", None)]
    said = [{"filename": name, "feedback_type": kind, "rating": rating} for name, kind, rating in rows]
    with zipfile.ZipFile(file, "w") as writer:
        writer.writestr("individual/a.jpg", jpeg())
        writer.writestr("individual/b.jpg", jpeg())
        writer.writestr("collages/../../c.jpg", jpeg())
        writer.writestr("feedback_data.json", json.dumps(said))
        writer.writestr("feedback_data.csv", "filename")
    return file


def take_archive(file: Path, *arguments: str) -> list[dict[str, Any]]:
    report = file.parent / "report.jsonl"
    call_command("import_picpeak", str(file), "--studio", "north", "--report", str(report), *arguments)
    return [json.loads(line) for line in report.read_text().splitlines()]


def test_an_archive_becomes_a_gallery_with_what_guests_marked(archive: Path, north: Studio) -> None:
    assert outcomes(take_archive(archive, "--dry-run")) == ["new"] * 3
    assert photos(north) == 0
    assert outcomes(take_archive(archive, "--album", "Anna & Ben")) == ["stored"] * 3
    with acting_in(north):
        first = Photo.objects.for_studio(north).get(camera_name="a.jpg")
        placed = first.placements.select_related("album", "section").get()
    assert placed.section is not None
    assert (placed.album.title, placed.section.title) == ("Anna & Ben", "individual")
    # The mean of 5 and 2 is 3.5, which Python rounds to the even number.
    assert (first.rating, first.flag) == (4, "pick")
    assert outcomes(take_archive(archive, "--album", "Anna & Ben")) == ["duplicate"] * 3


def test_a_damaged_archive_is_told(archive: Path, north: Studio) -> None:
    data = bytearray(archive.read_bytes())
    # In the middle of the first file's bytes.
    data[len(data) // 6] ^= 0xFF
    archive.write_bytes(data)
    with pytest.raises(CommandError, match="1 files could not be imported"):
        take_archive(archive)
    assert photos(north) == 2
    archive.write_bytes(b"no archive")
    with pytest.raises(CommandError, match="is no archive"):
        take_archive(archive)
