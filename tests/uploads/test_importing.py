"""Imports that owners begin over the API: only from what the operator offers, as a task with a report of each file."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import timedelta
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.long_tasks import Task
from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, Photo
from apps.jobs import queue
from apps.jobs.models import Queue
from apps.uploads.importing import runs
from apps.uploads.models import ImportRun
from tests.accounts.callers import Caller, bearer
from tests.albums.people import names_of
from tests.factories import jpeg
from tests.uploads.test_remote import KEY, ImmichServer, handler_of

# The tasks of the others are worked off in transactions of their own.
pytestmark = pytest.mark.django_db(transaction=True)
refused = pytest.mark.django_db


@pytest.fixture
def offers(north: Studio, south: Studio, tmp_path: Path, settings: Any) -> Path:
    """The folder of north below that of the operator; south has one, too."""
    settings.IMPORT_FOLDER = str(tmp_path)
    for studio in (north, south):
        (tmp_path / studio.slug).mkdir()
    return tmp_path / north.slug


def put(folder: Path, path: str, data: bytes | None = None) -> Path:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(jpeg() if data is None else data)
    return file


def turn() -> bool:
    """One claim of a worker."""
    return queue.answer(Queue.DEFAULT, {runs.KIND: [runs.IMPORT]}) is not None


def begin(api: Caller, **asked: Any) -> str:
    answer = api.send("/api/import", asked)
    assert answer.status_code == 202, answer.content
    return str(answer.json()["task"]["id"])


def report(api: Caller, task: str, query: str = "") -> dict[str, Any]:
    answer = api.get(f"/api/import/{task}{query}")
    assert answer.status_code == 200
    return dict(answer.json())


def run(api: Caller, **asked: Any) -> dict[str, Any]:
    task = begin(api, **asked)
    while turn():
        pass
    return report(api, task)


def photos(studio: Studio) -> int:
    with acting_in(studio):
        return Photo.objects.for_studio(studio).count()


def test_a_folder_with_records_is_imported_as_a_task_and_a_second_time_nothing_is(
    offers: Path, north: Studio, alice_user: User
) -> None:
    for name in ("b", "a"):
        put(offers, f"Old/Anna & Ben/{name}.jpg")
    put(offers, "Old/Anna & Ben/broken.jpg", b"no photo")
    put(offers, "old.csv", b"path,album,position,rating\nAnna & Ben/b.jpg,Wedding,1,4\nAnna & Ben/a.jpg,Wedding,2,\n")
    api = bearer(alice_user, "north")
    assert api.get("/api/import").json()["sources"] == [
        {"name": "Old", "can_be": ["folder"]}, {"name": "old.csv", "can_be": []},
    ]  # fmt: skip
    asked = {"from": "folder", "source": "Old", "records": "old.csv"}
    dry = run(api, **asked, dry_run=True)
    assert (dry["outcomes"], photos(north)) == ({"new": 3}, 0)
    told = run(api, **asked)
    assert told["outcomes"] == {"rejected": 1, "stored": 2}
    assert (told["task"]["state"], told["task"]["done"], told["task"]["total"]) == ("failed", 2, 3)
    assert told["task"]["result"]["message"] == "3 files: 1 rejected, 2 stored."
    [bad] = report(api, told["task"]["id"], "?outcome=rejected")["files"]
    assert (bad["path"], bad["photo"]) == ("Anna & Ben/broken.jpg", None)
    assert bad["reason"]
    with acting_in(north):
        album = Album.objects.for_studio(north).select_related("studio").get(title="Wedding")
        assert Photo.objects.for_studio(north).get(camera_name="b.jpg").rating == 4
    assert names_of(album) == ["b.jpg", "a.jpg"]
    assert run(api, **asked)["outcomes"] == {"duplicate": 2, "rejected": 1}
    assert photos(north) == 2


def test_what_was_rejected_is_tried_again_alone(offers: Path, north: Studio, alice_user: User) -> None:
    put(offers, "Old/a.jpg")
    bad = put(offers, "Old/b.jpg", b"no photo")
    api = bearer(alice_user, "north")
    told = run(api, **{"from": "folder", "source": "Old", "album": "All of it"})
    bad.write_bytes(jpeg())
    assert api.send(f"/api/tasks/{told['task']['id']}/retry").status_code == 202
    while turn():
        pass
    again = report(api, told["task"]["id"])
    assert (again["outcomes"], again["task"]["state"]) == ({"stored": 2}, "done")
    assert [one["gallery"] for one in again["files"]] == ["All of it", "All of it"]


def test_a_task_goes_on_where_a_claim_ended_and_stops_when_it_is_told(
    offers: Path, north: Studio, alice_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abc":
        put(offers, f"Old/{name}.jpg")
    monkeypatch.setattr(runs, "SECONDS", -1.0)
    api = bearer(alice_user, "north")
    task = begin(api, **{"from": "folder", "source": "Old"})
    turn()
    assert photos(north) == 0, "the first claim writes down what there is"
    turn()
    assert (photos(north), api.get(f"/api/tasks/{task}").json()["done"]) == (1, 1)
    assert api.send("/api/import", {"from": "folder", "source": "Old"}).json()["error"]["code"] == "import_running"
    assert api.delete(f"/api/tasks/{task}").status_code == 200
    while turn():
        pass
    assert photos(north) == 1
    assert [one["outcome"] for one in report(api, task)["files"]] == ["stored", None, None]


@refused
@pytest.mark.parametrize(
    "asked",
    [
        {"source": "../south/Theirs"},
        {"source": "Theirs"},
        {"source": "/etc"},
        {"source": ".."},
        {"source": ".hidden"},
        {"source": "linked"},
        {"source": "Old", "records": "../secret.csv"},
        {"source": "Old", "records": "linked.csv"},
        {"from": "picpeak", "source": "Old"},
        {"from": "immich", "source": "Old"},
        {"url": "https://photos.example.com", "key": "k"},
        {"from": "immich", "url": "https://elsewhere.example.com", "key": "k"},
        {"from": "immich", "url": "https://photos.example.com/other", "key": "k"},
        {"from": "immich", "url": "https://photos.example.com?a=b", "key": "k"},
        {"from": "immich", "url": "https://me:pw@photos.example.com", "key": "k"},
    ],
)
def test_no_path_and_no_host_comes_from_an_owner(
    asked: dict[str, str], offers: Path, alice_user: User, settings: Any
) -> None:
    settings.IMPORT_HOSTS = ("photos.example.com",)
    put(offers, "Old/a.jpg")
    put(offers.parent, "south/Theirs/a.jpg")
    put(offers.parent, "secret.csv", b"path\n")
    put(offers, ".hidden/a.jpg")
    (offers / "linked").symlink_to(offers.parent / "south" / "Theirs")
    (offers / "linked.csv").symlink_to(offers.parent / "secret.csv")
    answer = bearer(alice_user, "north").send("/api/import", {"from": "folder", **asked})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "unknown_source")


def test_links_inside_a_folder_are_not_followed(offers: Path, north: Studio, alice_user: User) -> None:
    put(offers, "Old/a.jpg")
    put(offers.parent, "south/Theirs/b.jpg")
    (offers / "Old" / "b.jpg").symlink_to(offers.parent / "south" / "Theirs" / "b.jpg")
    (offers / "Old" / "all").symlink_to(offers.parent / "south" / "Theirs")
    assert run(bearer(alice_user, "north"), **{"from": "folder", "source": "Old"})["outcomes"] == {"stored": 1}


@refused
def test_owners_alone_import_and_read_reports(
    offers: Path, alice_user: User, erin_user: User, charlie_user: User
) -> None:
    put(offers, "Old/a.jpg")
    task = begin(bearer(alice_user, "north"), **{"from": "folder", "source": "Old"})
    erin, charlie = bearer(erin_user, "north"), bearer(charlie_user, "south")
    assert erin.send("/api/import", {"from": "folder", "source": "Old"}).status_code == 403
    assert (erin.get("/api/import").status_code, erin.get(f"/api/import/{task}").status_code) == (403, 403)
    assert charlie.get("/api/import").json()["sources"] == []
    assert charlie.get(f"/api/import/{task}").status_code == 404
    assert bearer(alice_user, "north").send("/api/import", {"from": "folder"}).status_code == 400


def test_an_archive_of_picpeak_is_imported(offers: Path, north: Studio, alice_user: User) -> None:
    with zipfile.ZipFile(offers / "wedding.zip", "w") as writer:
        writer.writestr("individual/a.jpg", jpeg())
    told = run(bearer(alice_user, "north"), **{"from": "picpeak", "source": "wedding.zip"})
    [file] = told["files"]
    assert (file["gallery"], file["section"], file["outcome"]) == ("wedding", "individual", "stored")


@pytest.fixture
def immich(settings: Any, alice_user: User) -> Iterator[tuple[ImmichServer, str]]:
    server = ImmichServer()
    listening = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(server))
    thread = Thread(target=listening.serve_forever)
    thread.start()
    settings.IMPORT_HOSTS = (f"127.0.0.1:{listening.server_port}",)
    yield server, f"http://127.0.0.1:{listening.server_port}"
    listening.shutdown()
    listening.server_close()
    thread.join()


def test_immich_is_imported_with_a_key_that_is_sealed_and_forgotten(
    immich: tuple[ImmichServer, str], north: Studio, alice_user: User
) -> None:
    api = bearer(alice_user, "north")
    told = run(api, **{"from": "immich", "url": immich[1], "key": KEY})
    assert told["outcomes"] == {"stored": 3}
    with acting_in(north):
        album = Album.objects.for_studio(north).select_related("studio").get(title="Anna & Ben")
        kept = ImportRun.objects.for_studio(north).get()
        assert Photo.objects.for_studio(north).get(camera_name="IMG_0.jpg").keywords == ["church", "Anna"]
    assert names_of(album) == ["IMG_1.jpg", "IMG_0.jpg"]
    assert kept.key_sealed
    assert KEY not in kept.key_sealed
    with acting_in(north):
        Task.objects.for_studio(north).update(ended_at=timezone.now() - runs.KEY_KEPT - timedelta(minutes=1))
    runs.forget()
    with acting_in(north):
        assert ImportRun.objects.for_studio(north).get().key_sealed == ""
        ImportRun.objects.for_studio(north).update(created_at=timezone.now() - timedelta(days=31))
    assert runs.forget()
    assert api.get(f"/api/import/{told['task']['id']}").status_code == 404


def test_a_server_that_goes_away_leaves_the_rest_for_later(
    immich: tuple[ImmichServer, str], north: Studio, alice_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, url = immich
    api = bearer(alice_user, "north")
    task = begin(api, **{"from": "immich", "url": url, "key": KEY})
    turn()
    server.is_away = True
    turn()
    told = report(api, task)
    assert (told["task"]["state"], told["outcomes"]) == ("failed", {})
    assert told["task"]["result"]["message"].endswith("Try again when it is back.")
    server.is_away = False
    api.send(f"/api/tasks/{task}/retry")
    while turn():
        pass
    assert report(api, task)["outcomes"] == {"stored": 3}
