"""People and faces over the API."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album
from apps.faces.models import Face, Person
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
    assert api("post", f"photos/{face.photo_id}/detect-faces", 202) == {"photos": 1}
    assert api("post", f"albums/{album.pk}/detect-faces", 202) == {"photos": 1}
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
    assert api("post", "faces", 422, photo=str(known.photo_id), box={**box, "x": 2})["error"]["code"] == "bad_box"


def test_who_is_missing_is_told(album: Album, api: Caller) -> None:
    api("patch", f"people/{pk(new_face(album, 1))}", name="Rosa")
    told = api("post", f"albums/{album.pk}/guest-list", names=["Grandma Rosa, table 1", "Karl, table 1"])
    assert [(seat["name"], seat["photos"]) for seat in told["results"]] == [("Grandma Rosa", 1), ("Karl", 0)]
    assert told["groups"] == [{"name": "table 1", "seen": 1, "guests": 2}]
