"""A Lychee that lies on the disk becomes galleries, whatever its age; nothing outside of its folder is read."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, Photo
from apps.jobs import queue
from apps.jobs.models import Job, Queue, State
from apps.uploads.importing import runs
from tests.accounts.callers import bearer
from tests.albums.people import names_of
from tests.factories import jpeg

# Each import opens transactions of its own.
pytestmark = pytest.mark.django_db(transaction=True)

# What the migrations of Lychee make, as far as it is read: before photos lay in several albums, and after.
OLD = """
    create table base_albums (id char(24) primary key, title varchar(100), sorting_col varchar(30),
        sorting_order varchar(10));
    create table albums (id char(24) primary key, parent_id char(24), _lft integer, _rgt integer);
    create table photos (id char(24) primary key, album_id char(24), title varchar(100), description text,
        tags text default '', is_starred boolean default 0, taken_at datetime, created_at datetime,
        checksum varchar(40));
    create table size_variants (id integer primary key, photo_id char(24), type integer, short_path varchar(255));
"""
NEW = """
    create table base_albums (id char(24) primary key, title varchar(100), sorting_col varchar(30),
        sorting_order varchar(10));
    create table albums (id char(24) primary key, parent_id char(24), _lft integer, _rgt integer);
    create table photos (id char(24) primary key, title varchar(100), description text,
        is_highlighted boolean default 0, taken_at datetime, created_at datetime, checksum varchar(64));
    create table photo_album (album_id char(24), photo_id char(24));
    create table tags (id integer primary key, name varchar(255));
    create table photos_tags (photo_id char(24), tag_id integer);
    create table persons (id char(24) primary key, name varchar(255));
    create table faces (id char(24) primary key, photo_id char(24), person_id char(24), x float, is_dismissed boolean);
    create table photo_ratings (photo_id char(24), user_id integer, rating integer);
    create table size_variants (id integer primary key, photo_id char(24), type integer, short_path varchar(255),
        storage_disk varchar(255));
"""
ALBUMS = """
    insert into base_albums values ('A', 'Wedding', 'title', 'DESC'), ('B', 'Party', null, null);
    insert into albums values ('A', null, 1, 4), ('B', 'A', 2, 3);
"""


def put(root: Path, path: str, data: bytes) -> bytes:
    file = root / "uploads" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return data


def database(root: Path, *scripts: str) -> sqlite3.Connection:
    (root / "database").mkdir(parents=True, exist_ok=True)
    lychee = sqlite3.connect(root / "database" / "database.sqlite")
    for script in scripts:
        lychee.executescript(script)
    return lychee


@pytest.fixture
def new(tmp_path: Path, alice_user: User) -> Path:
    """Two photos in an album, one of them also in an album below it, and one in no album."""
    root = tmp_path / "lychee"
    lychee = database(root, NEW, ALBUMS)
    for number, name in enumerate(("one", "two", "three")):
        data = put(root, f"original/ab/{name}.jpg", jpeg())
        put(root, f"thumb/ab/{name}.jpg", jpeg())
        lychee.execute(
            "insert into photos values (?, ?, ?, ?, ?, ?, ?)",
            [name, f"IMG {name}", "On the stairs" if name == "one" else None, name == "one", f"2026-05-3{number}",
             "2026-06-01", hashlib.sha256(data).hexdigest()],
        )  # fmt: skip
        for kind, folder in ((0, "original"), (6, "thumb")):
            lychee.execute(
                "insert into size_variants (photo_id, type, short_path, storage_disk) values (?, ?, ?, 'images')",
                [name, kind, f"{folder}/ab/{name}.jpg"],
            )
    lychee.executescript("""
        insert into photo_album values ('A', 'one'), ('A', 'two'), ('B', 'one');
        insert into tags values (1, 'church');
        insert into photos_tags values ('one', 1);
        insert into persons values ('P', 'Anna');
        insert into faces values ('F', 'one', 'P', 0.1, 0), ('G', 'two', 'P', 0.1, 1);
        insert into photo_ratings values ('one', 1, 5), ('one', 2, 3);
    """)
    lychee.commit()
    return root


def take(root: Path, folder: Path, *arguments: str) -> list[dict[str, Any]]:
    report = folder / "report.jsonl"
    call_command("import_lychee", str(root), "--studio", "north", "--report", str(report), *arguments)
    return [json.loads(line) for line in report.read_text().splitlines()]


def test_albums_become_galleries_and_sections_with_what_was_said_of_photos(
    new: Path, north: Studio, tmp_path: Path
) -> None:
    assert [one["outcome"] for one in take(new, tmp_path, "--dry-run")] == ["new"] * 4
    told = take(new, tmp_path)
    assert [(one["gallery"], one["section"], one["name"], one["outcome"]) for one in told] == [
        ("Wedding", "", "IMG two.jpg", "stored"), ("Wedding", "", "IMG one.jpg", "stored"),
        ("Wedding", "Party", "IMG one.jpg", "duplicate"), ("Unsorted", "", "IMG three.jpg", "stored"),
    ]  # fmt: skip
    with acting_in(north):
        album = Album.objects.for_studio(north).select_related("studio").get(title="Wedding")
        one = Photo.objects.for_studio(north).get(camera_name="IMG one.jpg")
        two = Photo.objects.for_studio(north).get(camera_name="IMG two.jpg")
    assert set(names_of(album)) == {"IMG one.jpg", "IMG two.jpg"}
    assert (one.caption, one.rating, one.flag, one.keywords) == ("On the stairs", 4, "pick", ["church", "Anna"])
    assert (two.flag, two.keywords) == ("", [])
    assert {one["outcome"] for one in take(new, tmp_path)} == {"duplicate"}


def test_an_older_one_is_read_too(north: Studio, alice_user: User, tmp_path: Path) -> None:
    root = tmp_path / "old"
    lychee = database(root, OLD, ALBUMS)
    data = put(root, "original/a.jpg", jpeg())
    checksum = hashlib.sha1(data, usedforsecurity=False).hexdigest()
    lychee.execute("insert into photos values ('x', 'B', 'a.jpg', '', 'sea, sun', 1, null, null, ?)", [checksum])
    lychee.execute("insert into size_variants values (1, 'x', 0, 'original/a.jpg')")
    lychee.commit()
    [told] = take(root, tmp_path)
    assert (told["gallery"], told["section"], told["name"], told["outcome"]) == ("Wedding", "Party", "a.jpg", "stored")
    assert told["marks"] == {"keywords": ["sea", "sun"], "flag": "pick"}


def test_altered_files_and_paths_that_lead_away_are_refused(new: Path, north: Studio, tmp_path: Path) -> None:
    (tmp_path / "secret.jpg").write_bytes(jpeg())
    (new / "uploads" / "original" / "ab" / "two.jpg").write_bytes(jpeg())
    (new / "uploads" / "linked.jpg").symlink_to(tmp_path / "secret.jpg")
    with database(new) as lychee:
        lychee.execute("update size_variants set short_path = '../../secret.jpg' where photo_id = 'one' and type = 0")
        lychee.execute("update size_variants set short_path = 'linked.jpg' where photo_id = 'three' and type = 0")
    with pytest.raises(CommandError, match="4 files could not be imported"):
        take(new, tmp_path)
    with acting_in(north):
        assert not Photo.objects.for_studio(north).exists()


def test_another_folder_is_no_lychee(north: Studio, alice_user: User, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    with pytest.raises(CommandError, match="holds no Lychee"):
        take(tmp_path / "photos", tmp_path)
    database(tmp_path / "photos", "create table photos (id integer)")
    (tmp_path / "photos" / "uploads").mkdir()
    with pytest.raises(CommandError, match="no database of Lychee"):
        take(tmp_path / "photos", tmp_path)


def test_owners_import_it_from_what_is_offered(new: Path, north: Studio, alice_user: User, settings: Any) -> None:
    offered = new.parent / "offered"
    settings.IMPORT_FOLDER = str(offered)
    (offered / "north").mkdir(parents=True)
    new.rename(offered / "north" / "My Lychee")
    api = bearer(alice_user, "north")
    assert api.get("/api/import").json()["sources"] == [{"name": "My Lychee", "can_be": ["lychee", "folder"]}]
    task = api.send("/api/import", {"from": "lychee", "source": "My Lychee"}).json()["task"]["id"]
    work()
    assert api.get(f"/api/import/{task}").json()["outcomes"] == {"duplicate": 1, "stored": 3}


def work() -> None:
    while queue.answer(Queue.DEFAULT, {runs.KIND: [runs.IMPORT]}) is not None:
        pass


# -- PicPeak's API -------------------------------------------------------------------------------------------------

TOKEN = "a picpeak token"


class FakePicpeak:
    """PicPeak's API v1: pages of events and of photos, and originals. files: by the photo's id."""

    def __init__(self) -> None:
        self.files = {number: jpeg() for number in (11, 12, 13)}
        self.events = [
            {"id": 1, "event_name": "Anna & Ben", "is_archived": False},
            {"id": 2, "event_name": "Old", "is_archived": True},
        ]
        self.photos = [
            {"id": 11, "filename": "17_ab.jpg", "original_filename": "IMG_1.jpg", "category": "Church", "rating": 4,
             "color_label": "green", "favorite_count": 2},
            {"id": 12, "filename": "18_ab.jpg", "original_filename": None, "category": None, "rating": None,
             "color_label": None, "favorite_count": 0},
        ]  # fmt: skip
        self.refused = 0

    def answer(self, path: str) -> Any:
        """JSON, bytes, or None for 404."""
        address, _, query = path.partition("?")
        is_first = "page=1&" in f"{query}&"
        if address == "/api/v1/events":
            return {"events": self.events if is_first else [], "pagination": {"total": 2}}
        if address == "/api/v1/events/1/photos":
            return {"photos": self.photos if is_first else [], "pagination": {"total": 2}}
        parts = address.split("/")
        return self.files.get(int(parts[6])) if parts[7:] == ["download"] else None


@pytest.fixture
def picpeak(settings: Any, alice_user: User) -> Iterator[tuple[FakePicpeak, str]]:
    server = FakePicpeak()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                return self.send_error(401)
            if server.refused:
                server.refused -= 1
                self.send_response(429)
                self.send_header("Retry-After", "7")
                return self.end_headers()
            said = server.answer(self.path)
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

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=listening.serve_forever)
    thread.start()
    settings.IMPORT_HOSTS = (f"127.0.0.1:{listening.server_port}",)
    yield server, f"http://127.0.0.1:{listening.server_port}"
    listening.shutdown()
    listening.server_close()
    thread.join()


def test_events_of_a_picpeak_server_become_galleries(
    picpeak: tuple[FakePicpeak, str], north: Studio, alice_user: User
) -> None:
    api = bearer(alice_user, "north")
    task = api.send("/api/import", {"from": "picpeak", "url": picpeak[1], "key": TOKEN}).json()["task"]["id"]
    work()
    told = api.get(f"/api/import/{task}").json()
    assert [(one["gallery"], one["section"], one["outcome"]) for one in told["files"]] == [
        ("Anna & Ben", "Church", "stored"), ("Anna & Ben", "", "stored"),
    ]  # fmt: skip
    with acting_in(north):
        one = Photo.objects.for_studio(north).get(camera_name="IMG_1.jpg")
        assert Photo.objects.for_studio(north).filter(camera_name="18_ab.jpg").exists()
    assert (one.rating, one.label, one.flag) == (4, "green", "pick")


def test_a_server_that_allows_no_more_requests_is_waited_for(
    picpeak: tuple[FakePicpeak, str], north: Studio, alice_user: User
) -> None:
    server, url = picpeak
    api = bearer(alice_user, "north")
    task = api.send("/api/import", {"from": "picpeak", "url": url, "key": TOKEN}).json()["task"]["id"]
    server.refused = 1
    work()
    assert api.get(f"/api/tasks/{task}").json()["state"] == "waiting"
    with acting_in(north):
        job = Job.objects.for_studio(north).get(subject_id=task)
        assert (job.state, job.attempts) == (State.PENDING, 0)
        Job.objects.for_studio(north).update(not_before=job.created_at)
    work()
    assert api.get(f"/api/import/{task}").json()["outcomes"] == {"stored": 2}
