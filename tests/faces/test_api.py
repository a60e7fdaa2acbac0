"""People and faces over the API."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album
from apps.faces import scanning
from apps.faces.models import SCAN, Face, Person
from apps.jobs import queue
from apps.jobs.models import Job, Queue
from config.tasks import STEPS
from tests.faces.makers import new_face, person_of, switched_on
from tests.factories import AlbumFactory, ApiKeyFactory


class Caller:
    """An integration with a key."""

    def __init__(self, studio: Studio, user: User, scopes: list[str]) -> None:
        secret = f"gk_{'-'.join(scopes)}_{studio.slug}_secret_of_some_length"
        ApiKeyFactory.create(studio=studio, made_by=user, secret=secret, scopes=scopes)
        self.headers = {"authorization": f"Api-Key {secret}"}

    def __call__(self, method: str, path: str, status: int = 200, **body: Any) -> Any:
        data = {} if method == "get" else {"data": json.dumps(body), "content_type": "application/json"}
        answer = getattr(Client(), method)(f"/api/{path}", headers=self.headers, **data)
        assert answer.status_code == status, answer.content
        return answer.json() if answer.content and answer["Content-Type"] == "application/json" else answer


@pytest.fixture
def api(north: Studio, alice_user: User) -> Caller:
    return Caller(north, alice_user, ["read", "people"])


@pytest.fixture
def album(north: Studio, alice_user: User) -> Album:
    switched_on(north, alice_user)
    return AlbumFactory.create(studio=north)


def pk(face: Face) -> UUID:
    person = person_of(face)
    assert person is not None
    return person.pk


def test_everything_is_409_while_faces_are_off(north: Studio, api: Caller) -> None:
    for path in ("people", "faces", "faces/suggestions"):
        assert api("get", path, 409)["error"]["code"] == "faces_off"
    assert api("get", "people/settings")["enabled"] is False


def test_switching_on_needs_the_sentence(north: Studio, api: Caller) -> None:
    assert api("put", "people/settings", 422, enabled=True)["error"]["code"] == "not_agreed"
    told = api("put", "people/settings", enabled=True, i_may_process_faces=True)
    assert (told["enabled"], told["consent_by"]) == (True, "Alice")
    assert api("put", "people/settings", enabled=False)["erasing"] is True


def test_a_key_without_the_scope_reads_only(north: Studio, album: Album, alice_user: User) -> None:
    face, reader = new_face(album, 1), Caller(north, alice_user, ["read"])
    assert reader("get", f"people/{pk(face)}")["face_count"] == 1
    reader("patch", f"people/{pk(face)}", 403, name="Anna")
    reader("post", f"faces/{face.pk}/ignore", 403)


def test_people_are_named_listed_merged_and_the_merge_is_undone(album: Album, api: Caller) -> None:
    one, other = new_face(album, 1), new_face(album, 2)
    changed = api("patch", f"people/{pk(one)}", name="Anna", birthday="1984-05-23", is_hidden_from_clients=True)
    assert changed["undo"]
    assert [person["name"] for person in api("get", "people")["results"]] == ["Anna", ""]
    assert [person["name"] for person in api("get", "people?named=false")["results"]] == [""]
    assert api("get", "people?q=ann")["results"][0]["birthday"] == "1984-05-23"
    undo = api("post", f"people/{pk(one)}/merge", people=[str(pk(other))])["undo"]
    assert api("get", f"people/{pk(one)}")["face_count"] == 2
    assert len(api("get", f"people/{pk(one)}/photos")["results"]) == 2
    api("post", f"journal/{undo}/undo")
    assert pk(one) != pk(other)


def test_faces_are_assigned_split_ignored_and_explained(album: Album, api: Caller) -> None:
    one, other = new_face(album, 1), new_face(album, 1, 1)
    api("post", "faces/assign", faces=[str(one.pk)], name="Anna")
    api("post", f"people/{pk(one)}/split", 422, faces=[str(other.pk)])
    why = api("get", f"faces/{one.pk}/why")
    assert (why["person"], why["is_confirmed"]) == (str(pk(one)), True)
    api("post", f"faces/{other.pk}/ignore")
    assert [face["id"] for face in api("get", "faces?state=ignored")["results"]] == [str(other.pk)]
    api("post", f"faces/{other.pk}/unignore")
    [face] = api("get", f"faces?person={pk(one)}")["results"]
    assert face["box"] == {"x": 0.4, "y": 0.4, "width": 0.1, "height": 0.1}
    assert "embedding" not in face


def test_a_person_is_named_by_faces_and_the_same_name_is_the_same_person(album: Album, api: Caller) -> None:
    one, other = new_face(album, 1), new_face(album, 200)
    made = api("post", "people", 201, name=" Anna ", faces=[str(one.pk)])
    assert (made["name"], made["face_count"]) == ("Anna", 1)
    again = api("post", "people", 201, name="anna", faces=[str(other.pk)])
    assert (again["id"], again["face_count"]) == (made["id"], 2)
    api("post", f"journal/{again['undo']}/undo")
    assert api("get", f"people/{made['id']}")["face_count"] == 1
    api("post", "people", 400, name="Anna", faces=[])
    api("post", "people", 400, name="", faces=[str(one.pk)])


def test_a_suggestion_is_answered(album: Album, api: Caller) -> None:
    sure, doubtful = new_face(album, 1), new_face(album, 1, 5, is_trusted=False)
    api("patch", f"people/{pk(sure)}", name="Anna")
    [asked] = api("get", "faces/suggestions")["results"]
    assert asked["suggestion"]["person"] == str(pk(sure))
    api("post", "faces/suggestions", face=asked["id"], person=asked["suggestion"]["person"], answer="yes")
    assert pk(doubtful) == pk(sure)
    assert api("get", "faces/suggestions")["results"] == []


def test_pictures_are_private(album: Album, api: Caller) -> None:
    face = new_face(album, 1)
    for path in (f"faces/{face.pk}/crop", f"people/{pk(face)}/thumbnail"):
        answer = api("get", path)
        assert (answer.content, answer["Content-Type"]) == (b"RIFFcrop", "image/webp")
        assert answer["Cache-Control"].startswith("private")


def test_never_two_and_the_passport(album: Album, api: Caller) -> None:
    one, other = new_face(album, 1), new_face(album, 2)
    api("post", "people/never", people=[str(pk(one)), str(pk(other))])
    assert api("post", f"people/{pk(one)}/merge", 409, people=[str(pk(other))])["error"]["code"] == "never_one_person"
    api("put", f"people/{pk(one)}/consent", answer="no", note="by phone")
    assert api("get", f"people/{pk(one)}")["passport"] == "no"


def test_a_person_is_erased_and_photos_are_looked_at_again(album: Album, api: Caller) -> None:
    face = new_face(album, 1)
    assert api("post", f"photos/{face.photo_id}/detect-faces", 202)["task"]["total"] == 1
    api("delete", f"people/{pk(face)}", 204)
    with acting_in(album.studio):
        assert not Person.objects.for_studio(album.studio).exists()
        assert not Face.objects.for_studio(album.studio).exists()


def test_a_gallery_is_switched_by_itself(album: Album, api: Caller) -> None:
    assert api("get", f"albums/{album.pk}/faces") == {"enabled": True}
    assert api("put", f"albums/{album.pk}/faces", enabled=False) == {"enabled": False}
    assert api("get", f"albums/{album.pk}/faces") == {"enabled": False}


def test_a_face_that_was_missed_is_outlined(album: Album, api: Caller) -> None:
    known = new_face(album, 1)
    box = {"x": 0.7, "y": 0.1, "width": 0.1, "height": 0.2}
    drawn = api("post", "faces", 201, photo=str(known.photo_id), box=box, person=str(pk(known)))
    assert (drawn["box"], drawn["person"], drawn["state"]) == (pytest.approx(box), str(pk(known)), "assigned")
    api("post", f"journal/{drawn['undo']}/undo")
    assert api("get", f"faces?person={pk(known)}")["results"][0]["id"] == str(known.pk)
    assert api("post", "faces", 422, photo=str(known.photo_id), box={**box, "x": 2})["error"]["code"] == "bad_box"


def test_who_is_missing_is_told(album: Album, api: Caller) -> None:
    api("patch", f"people/{pk(new_face(album, 1))}", name="Rosa")
    told = api("post", f"albums/{album.pk}/guest-list", names=["Grandma Rosa, table 1", "Karl, table 1"])
    assert [(seat["name"], seat["photos"]) for seat in told["results"]] == [("Grandma Rosa", 1), ("Karl", 0)]
    assert told["groups"] == [{"name": "table 1", "seen": 1, "guests": 2}]


def test_people_and_their_photos_are_read_page_by_page(album: Album, api: Caller) -> None:
    for person in range(1, 5):
        new_face(album, person)
    for number in range(1, 4):
        new_face(album, 4, number)
    api("patch", f"people/{pk(new_face(album, 9))}", name="Zoe")
    whole = [person["id"] for person in api("get", "people")["results"]]
    assert _pages(api, "people?limit=2") == [whole[:2], whole[2:4], whole[4:]]
    last = api("get", _path(api("get", _path(api("get", "people?limit=2")["next"]))["next"]))
    assert [person["id"] for person in api("get", _path(last["previous"]))["results"]] == whole[2:4]
    photos = f"people/{whole[1]}/photos"
    all_of_them = [one["photo"] for one in api("get", photos)["results"]]
    assert len(all_of_them) == 4
    assert sum(_pages(api, f"{photos}?limit=3", key="photo"), []) == all_of_them
    assert len(_pages(api, "faces?limit=3")) == 3
    for path in ("people", photos):
        assert api("get", f"{path}?cursor=x", 400)["error"]["fields"]["cursor"]
        assert api("get", f"{path}?limit=501", 400)


def _path(url: str) -> str:
    return url.partition("/api/")[2]


def _pages(api: Caller, path: str, key: str = "id") -> list[list[str]]:
    found, following = [], path
    while following:
        page = api("get", following)
        found.append([row[key] for row in page["results"]])
        following = _path(page["next"] or "")
    return found


def test_a_gallery_is_switched_where_it_is_changed(album: Album, north: Studio, alice_user: User) -> None:
    both = Caller(north, alice_user, ["read", "albums", "people"])
    assert both("patch", f"albums/{album.pk}", faces="off")["title"] == album.title
    assert both("get", f"albums/{album.pk}/faces") == {"enabled": False}
    both("patch", f"albums/{album.pk}", 400, faces="maybe")
    albums_only = Caller(north, alice_user, ["read", "albums"])
    albums_only("patch", f"albums/{album.pk}", 403, faces="on")
    both("put", "people/settings", enabled=False)
    assert both("patch", f"albums/{album.pk}", 409, faces="on")["error"]["code"] == "faces_off"


def test_looking_again_is_a_task_with_its_progress(album: Album, api: Caller, monkeypatch: Any) -> None:
    new_face(album, 1)
    new_face(album, 2)
    monkeypatch.setattr(scanning, "scan", lambda job: None)
    task = api("post", f"albums/{album.pk}/detect-faces", 202)["task"]
    assert (task["kind"], task["total"], task["done"], task["result"]) == ("faces.look", 2, 0, None)
    for _ in range(3):
        queue.answer(Queue.DEFAULT, STEPS)
        while queue.answer(Queue.FACES, {**STEPS, SCAN: [scanning.scan]}):
            pass
        with acting_in(album.studio):
            Job.objects.for_studio(album.studio).update(not_before=timezone.now())
    told = api("get", f"tasks/{task['id']}")
    assert (told["state"], told["done"], told["result"]["message"]) == ("done", 2, "2 photos checked for faces.")
