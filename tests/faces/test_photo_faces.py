"""Outlines and names of a photo's faces in the studio's lightbox."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.accounts.models import Studio, User
from apps.albums.models import Album
from apps.faces.models import Face
from tests.faces.makers import new_face, person_of, switched_on
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
    assert alice.get(path(album, face)).json() == {"faces": [], "names": []}
