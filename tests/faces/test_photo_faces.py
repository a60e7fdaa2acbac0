"""Outlines and names of a photo's faces in the studio's lightbox."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album
from apps.faces import scanning
from apps.faces.findings import FaceBox, Found
from apps.faces.models import SCAN, Face, Person, hold
from apps.jobs.models import Job
from tests.faces.makers import embedding, new_face, person_of, switched_on
from tests.factories import AlbumFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def album(north: Studio, alice_user: User) -> Album:
    switched_on(north, alice_user)
    album: Album = AlbumFactory.create(studio=north)
    return album


def path(album: Album, face: Face, name: bool = False) -> str:
    return f"/studio/north/albums/{album.pk}/photos/{face.photo_id}/faces/{f'{face.pk}/' if name else ''}"


def called(face: Face) -> str:
    person = person_of(face)
    assert person is not None
    return person.name


def test_faces_are_told_from_left_to_right_with_their_names(album: Album, alice: Client, bob: Client) -> None:
    right = new_face(album, 1, x=0.7)
    left = new_face(album, 2, photo=right.photo, x=0.1)
    told = alice.get(path(album, right)).json()["faces"]
    assert [face["id"] for face in told] == [str(left.pk), str(right.pk)]
    assert told[0]["box"] == {"x": 0.1, "y": 0.4, "width": 0.1, "height": 0.1}
    assert all(face["name_url"] for face in told)
    assert [face["name_url"] for face in bob.get(path(album, right)).json()["faces"]] == ["", ""]
    elsewhere = AlbumFactory.create(studio=album.studio)
    assert alice.get(path(elsewhere, right)).status_code == 404


def test_a_click_names_the_whole_group_and_the_same_name_merges(album: Album, alice: Client) -> None:
    first, second, other = new_face(album, 1), new_face(album, 1, 1), new_face(album, 2)
    answer = alice.post(path(album, first, name=True), {"name": "  Rosa "})
    assert answer.json()["face"]["name"] == "Rosa"
    assert answer.json()["undo"]
    assert (called(first), called(second), called(other)) == ("Rosa", "Rosa", "")
    alice.post(path(album, other, name=True), {"name": "rosa"})
    assert person_of(other) == person_of(first)
    # Who has a name already is corrected alone.
    alice.post(path(album, second, name=True), {"name": "Lea"})
    assert (called(first), called(second)) == ("Rosa", "Lea")
    assert alice.post(path(album, first, name=True), {"name": " "}).status_code == 422


def test_nothing_is_told_while_faces_are_off(album: Album, alice: Client) -> None:
    face = new_face(album, 1)
    alice.post("/studio/north/people/switch/", {})
    assert alice.get(path(album, face)).json() == {"faces": [], "names": [], "draw_url": ""}


BOX = {"x": "0.1", "y": "0.2", "width": "0.1", "height": "0.15"}


def undo(told: dict[str, str], client: Client) -> None:
    assert client.post(told["undo"]).status_code == 303


def test_a_missed_face_is_outlined_and_named_and_one_undo_takes_both_back(album: Album, alice: Client) -> None:
    seen = new_face(album, 1)
    answer = alice.post(path(album, seen), BOX | {"name": "Rosa"})
    assert answer.status_code == 201
    told = answer.json()
    assert (told["face"]["name"], told["face"]["box"]["x"]) == ("Rosa", 0.1)
    assert len(alice.get(path(album, seen)).json()["faces"]) == 2
    with acting_in(album.studio):
        assert Job.objects.for_studio(album.studio).filter(kind=SCAN, subject_id=seen.photo_id).exists()
    undo(told, alice)
    assert [face["id"] for face in alice.get(path(album, seen)).json()["faces"]] == [str(seen.pk)]
    with acting_in(album.studio):
        assert not Person.objects.for_studio(album.studio).filter(name="Rosa").exists()
    # Outlined again it is the same face.
    again = alice.post(path(album, seen), BOX).json()["face"]
    assert (again["id"], again["name"]) == (told["face"]["id"], "")


def test_an_outline_lies_in_the_photo_and_where_there_is_none_yet(album: Album, alice: Client, bob: Client) -> None:
    seen = new_face(album, 1)
    there = {"x": "0.4", "y": "0.4", "width": "0.1", "height": "0.11"}
    assert alice.post(path(album, seen), there).json()["code"] == "face_there"
    for bad in ({"x": "1.5"}, {"width": "0"}, {"height": "nan"}, {"y": ""}):
        answer = alice.post(path(album, seen), BOX | bad)
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_box")
    assert bob.post(path(album, seen), BOX).status_code == 403
    elsewhere = AlbumFactory.create(studio=album.studio)
    assert alice.post(path(elsewhere, seen), BOX).status_code == 404
    assert bob.get(path(album, seen)).json()["draw_url"] == ""


def test_a_wrong_outline_is_removed_and_stays_away(album: Album, alice: Client, bob: Client) -> None:
    wrong = new_face(album, 1)
    url = f"{path(album, wrong, name=True)}remove/"
    assert bob.post(url).status_code == 403
    told = alice.post(url).json()
    assert alice.get(path(album, wrong)).json()["faces"] == []
    with acting_in(album.studio):
        hold(album.studio)
        place = FaceBox(wrong.x, wrong.y, wrong.width, wrong.height)
        found = Found(place, 0.9, 120.0, 4.0, None, tuple(embedding(1)))
        wrong.photo.studio = album.studio
        scanning.keep(wrong.photo, [found])
    assert alice.get(path(album, wrong)).json()["faces"] == []
    undo(told, alice)
    assert len(alice.get(path(album, wrong)).json()["faces"]) == 1


def test_an_outline_without_a_name_finds_its_person_when_it_is_measured(album: Album, alice: Client) -> None:
    anna, other = new_face(album, 1), new_face(album, 2)
    drawn_id = alice.post(path(album, other), BOX).json()["face"]["id"]
    with acting_in(album.studio):
        hold(album.studio)
        face = Face.objects.for_studio(album.studio).select_related("photo").get(pk=drawn_id)
        face.studio = face.photo.studio = album.studio
        measured = Found(face.box, 1.0, 120.0, 4.0, None, tuple(embedding(1, 1)))
        scanning.keep(face.photo, [], by_hand=[(face, measured)])
    assert person_of(face) == person_of(anna)
