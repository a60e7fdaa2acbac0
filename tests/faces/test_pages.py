"""The pages of people: what they show, and that every button does what it says."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album
from apps.faces import consent, joining, listing, people
from apps.faces.models import Face, NeverTwo, NotThem, Person
from tests.faces.makers import new_face, person_of, switched_on
from tests.factories import AlbumFactory


@pytest.fixture
def album(north: Studio, alice_user: User) -> Album:
    switched_on(north, alice_user)
    return AlbumFactory.create(studio=north)


def url(name: str, album: Album, *ids: UUID) -> str:
    return reverse(f"faces:{name}", args=[album.studio.slug, *ids])


def post(client: Client, page: str, album: Album, /, *ids: UUID, **values: Any) -> str:
    """Press a button; what the page says after it."""
    answer = client.post(url(page, album, *ids), values, follow=True)
    assert answer.status_code == 200
    return str(answer.content.decode())


def somebody(face: Face) -> Person:
    person = person_of(face)
    assert person is not None
    return person


def test_an_owner_switches_faces_on_and_off(north: Studio, alice: Client) -> None:
    page = reverse("faces:wall", args=[north.slug])
    assert consent.TEXT[1] in alice.get(page).content.decode()
    switch = reverse("faces:switch", args=[north.slug])
    alice.post(switch, {"on": "1"})
    with acting_in(north):
        assert not consent.settings_of(north).is_on
    alice.post(switch, {"on": "1", "agreed": "1", "galleries": "chosen"})
    with acting_in(north):
        assert consent.settings_of(north).is_on
    assert "No people yet" in alice.get(page).content.decode()
    alice.post(switch, {})
    assert "is being deleted" in alice.get(page).content.decode()


def test_only_an_owner_switches(north: Studio, erin: Client, bob: Client) -> None:
    for client in (erin, bob):
        assert client.post(reverse("faces:switch", args=[north.slug]), {"on": "1", "agreed": "1"}).status_code in (
            403,
            404,
        )


def test_a_gallery_has_a_switch_of_its_own(album: Album, alice: Client) -> None:
    page = url("gallery", album, album.pk)
    assert "Switch off in this gallery" in alice.get(page).content.decode()
    alice.post(page)
    assert "Find people in this gallery" in alice.get(page).content.decode()


def test_the_wall_shows_names_first_then_the_largest_group(album: Album, alice_user: User) -> None:
    named, *_ = [new_face(album, 1), new_face(album, 2), new_face(album, 3), new_face(album, 3, 1)]
    trashed = new_face(album, 4)
    with acting_in(album.studio):
        people.change(somebody(named), by=alice_user, name="Zoe")
        type(trashed.photo).objects.for_studio(album.studio).filter(pk=trashed.photo_id).update(
            trashed_at=timezone.now()
        )
        shown = listing.wall(album.studio_id).people
    assert [(one.name, one.photos) for one in shown] == [("Zoe", 1), ("", 2), ("", 1)]


def test_the_wall_takes_few_queries_however_many_there_are(
    album: Album, alice: Client, django_assert_max_num_queries: Any
) -> None:
    for person in range(12):
        new_face(album, person)
    alice.get(url("wall", album))
    with django_assert_max_num_queries(10):
        assert alice.get(url("wall", album)).content.decode().count('class="person"') == 12


def test_a_name_that_is_taken_asks_before_it_merges(album: Album, alice: Client) -> None:
    one, other = new_face(album, 1), new_face(album, 2)
    post(alice, "rename", album, somebody(one).pk, name="Anna")
    said = post(alice, "rename", album, somebody(other).pk, name="anna")
    assert "There is already someone called Anna" in said
    assert 'name="same"' in said
    assert somebody(other) != somebody(one)
    post(alice, "rename", album, somebody(other).pk, name="anna", same="1")
    assert somebody(other) == somebody(one)
    assert somebody(one).name == "Anna"


def test_people_are_merged_hidden_and_ignored_in_bulk(album: Album, alice: Client) -> None:
    faces = [new_face(album, 1), new_face(album, 2), new_face(album, 3)]
    one, other, third = (somebody(face) for face in faces)
    post(alice, "many", album, do="merge", person=[one.pk, other.pk])
    assert somebody(faces[0]) == somebody(faces[1])
    post(alice, "many", album, do="ignore", person=[third.pk])
    assert somebody(faces[2]).is_ignored
    post(alice, "many", album, do="never", person=[somebody(faces[0]).pk, third.pk])
    with acting_in(album.studio):
        assert NeverTwo.objects.for_studio(album.studio).count() == 1
    said = post(alice, "many", album, do="merge", person=[somebody(faces[0]).pk, third.pk])
    assert "marked as different people" in said


@pytest.mark.parametrize(("deed", "field"), [("ignore", "is_ignored"), ("hide", "is_hidden")])
def test_one_undo_takes_a_bulk_act_back(album: Album, alice: Client, deed: str, field: str) -> None:
    faces = [new_face(album, number) for number in (1, 2, 3)]
    # One of them is so already, and stays so.
    post(alice, "many", album, do=deed, person=[somebody(faces[0]).pk])
    said = post(alice, "many", album, do=deed, person=[somebody(face).pk for face in faces])
    assert "2 people changed." in said
    assert all(getattr(somebody(face), field) for face in faces)
    alice.post(re.findall(r"/studio/north/journal/[0-9a-f-]+/undo/", said)[-1])
    assert [getattr(somebody(face), field) for face in faces] == [True, False, False]


def test_wrong_faces_are_taken_out_and_the_way_back_is_offered(album: Album, alice: Client) -> None:
    right, wrong = new_face(album, 1), new_face(album, 1, 1)
    who = somebody(right)
    said = post(alice, "split", album, who.pk, face=[wrong.pk], name="Ben")
    assert "/undo/" in said
    assert somebody(wrong).name == "Ben"
    assert somebody(right) == who


def test_a_person_page_tells_ages_by_date(album: Album, alice: Client, alice_user: User) -> None:
    face = new_face(album, 1)
    with acting_in(album.studio):
        type(face.photo).objects.for_studio(album.studio).filter(pk=face.photo_id).update(taken_at="2024-05-22T12:00Z")
    who = somebody(face)
    post(alice, "edit", album, who.pk, birthday="2017-05-23", passport="yes", note="asked", hidden="1")
    page = alice.get(url("person", album, who.pk)).content.decode()
    assert "6 years old" in page
    who = somebody(face)
    assert (who.passport, who.passport_note, who.is_hidden) == ("yes", "asked", True)


def test_a_doubt_is_shown_with_both_photos_and_answered(album: Album, alice: Client) -> None:
    sure, doubtful = new_face(album, 1), new_face(album, 1, 5, is_trusted=False)
    anna = somebody(sure)
    post(alice, "rename", album, anna.pk, name="Anna")
    page = alice.get(url("doubtful", album)).content.decode()
    assert "Is this Anna?" in page
    assert page.count('class="outlined"') == 2
    post(alice, "answer", album, face=doubtful.pk, person=anna.pk, says="yes")
    assert somebody(doubtful) == anna
    why = alice.get(url("why", album, doubtful.pk)).content.decode()
    assert "A member of the studio said so." in why
    assert "alike" in why


def test_the_photo_around_a_face_is_a_piece_with_its_outline(album: Album, alice: Client) -> None:
    piece = alice.get(url("context", album, new_face(album, 1).pk)).content.decode()
    assert piece.count("outlined__box") == 1
    assert "<html" not in piece


def test_a_no_leads_to_the_next_question(album: Album, alice: Client) -> None:
    sure, doubtful = new_face(album, 1), new_face(album, 1, 5, is_trusted=False)
    post(alice, "rename", album, somebody(sure).pk, name="Anna")
    said = post(alice, "answer", album, face=doubtful.pk, person=somebody(sure).pk, says="no")
    assert "No questions" in said
    with acting_in(album.studio):
        assert NotThem.objects.for_studio(album.studio).filter(face=doubtful).exists()
        assert somebody(sure).pk not in [near.person_id for near in joining.nearest(doubtful)]


def test_a_crop_is_private_and_only_for_members(album: Album, alice: Client, charlie: Client, nobody: Client) -> None:
    face = new_face(album, 1)
    answer = alice.get(url("crop", album, face.pk))
    assert answer.content == b"RIFFcrop"
    assert answer["Content-Type"] == "image/webp"
    assert answer["Cache-Control"].startswith("private")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert charlie.get(url("crop", album, face.pk)).status_code == 404
    assert nobody.get(url("crop", album, face.pk)).status_code == 302


def test_erasing_asks_for_the_name(album: Album, alice: Client) -> None:
    who = somebody(new_face(album, 1))
    assert "Type “erase”" in post(alice, "erase", album, who.pk, confirm="x")
    post(alice, "erase", album, who.pk, confirm="erase")
    with acting_in(album.studio):
        assert not Face.objects.for_studio(album.studio).exists()
