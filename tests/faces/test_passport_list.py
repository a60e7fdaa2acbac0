"""The list to print of who may be shown: everybody with a name or an answer once, under what they answered."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album
from apps.faces import passport_list, people
from apps.faces.models import Face, Person
from tests.faces.makers import new_face, person_of, switched_on
from tests.factories import AlbumFactory


@pytest.fixture
def album(north: Studio, alice_user: User) -> Album:
    switched_on(north, alice_user)
    return AlbumFactory.create(studio=north)


def somebody(face: Face, by: User, **values: Any) -> Person:
    person = person_of(face)
    assert person is not None
    with acting_in(face.studio):
        people.change(person, by=by, **values)
    return person


@pytest.fixture
def party(album: Album, alice_user: User) -> Album:
    somebody(new_face(album, 1), alice_user, name="Ben", passport="yes")
    somebody(new_face(album, 2), alice_user, name="anna", passport="no", passport_note="Said so <by phone>")
    somebody(new_face(album, 3), alice_user, name="Clara")
    somebody(new_face(album, 4), alice_user, passport="ask")
    somebody(new_face(album, 5), alice_user, name="A statue", is_ignored=True)
    new_face(album, 6)
    return album


def test_everybody_stands_once_under_their_answer_the_strictest_first(party: Album) -> None:
    with acting_in(party.studio):
        found = passport_list.groups(party.studio)
    assert [(title, [one.name for one in who]) for title, who in found] == [
        ("Not to be shown", ["anna"]),
        ("To be asked each time", [""]),
        ("Not asked yet", ["Clara"]),
        ("May be shown", ["Ben"]),
    ]
    assert all(one.face for _, who in found for one in who)


def test_the_page_says_it_in_few_queries_and_escapes_notes(
    party: Album, alice: Client, django_assert_max_num_queries: Any
) -> None:
    page = reverse("faces:passports", args=[party.studio.slug])
    assert page in alice.get(reverse("faces:wall", args=[party.studio.slug])).content.decode()
    alice.get(page)
    with django_assert_max_num_queries(8):
        shown = alice.get(page).content.decode()
    assert "Said so &lt;by phone&gt;" in shown
    assert len(re.findall("passports__face", shown)) == 4
    assert "A statue" not in shown


def test_whose_photos_are_gone_stands_there_without_a_picture(party: Album, alice: Client) -> None:
    with acting_in(party.studio):
        Face.objects.for_studio(party.studio).filter(person__name="Ben").delete()
        by_title = dict(passport_list.groups(party.studio))
    assert [one.face for one in by_title["May be shown"]] == [None]
    assert alice.get(reverse("faces:passports", args=[party.studio.slug])).status_code == 200


def test_another_studio_sees_none_of_it(party: Album, charlie: Client) -> None:
    assert charlie.get(reverse("faces:passports", args=[party.studio.slug])).status_code == 404
