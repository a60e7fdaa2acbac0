"""The library over the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import Studio, User
from apps.albums.models import Album
from apps.library.questions.fields import IN_RULES
from tests.accounts.callers import bearer
from tests.actors import keep_to
from tests.library.conftest import Shoot

pytestmark = pytest.mark.django_db


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [photo["camera_name"] for photo in answer.json()["results"]]


@pytest.fixture
def photos(shoot: Shoot) -> None:
    shoot("2024-05-01T10:00:00", camera_name="may.jpg", rating=5)
    shoot("2024-06-01T10:00:00", camera_name="june.jpg", facts={"make": "SONY", "model": "ILCE-7M4"})
    shoot("2023-01-01T10:00:00", camera_name="old.jpg", rating=3)


def test_the_library_is_read_in_pages_in_either_order(photos: None, alice_user: User) -> None:
    api = bearer(alice_user, "north")
    assert names(api.get("/api/photos")) == ["june.jpg", "may.jpg", "old.jpg"]
    first = api.get("/api/photos?order=taken_at&limit=2")
    assert names(first) == ["old.jpg", "may.jpg"]
    assert names(api.get(first.json()["next"].replace("http://testserver", ""))) == ["june.jpg"]


def test_a_search_tells_total_facets_and_what_it_did_not_understand(photos: None, alice_user: User) -> None:
    answer = bearer(alice_user, "north").get("/api/photos/search?q=anna rating:>=3 colr:red&facets=camera,year")
    assert names(answer) == ["may.jpg", "old.jpg"]
    body = answer.json()
    assert body["total"] == 2
    assert body["facets"] == {
        "camera": [{"value": "Canon EOS R6", "label": "Canon EOS R6", "count": 2}],
        "year": [{"value": 2023, "label": "2023", "count": 1}, {"value": 2024, "label": "2024", "count": 1}],
    }
    assert "colr" in body["not_understood"][0]


def test_facets_have_words_for_people(shoot: Shoot, alice_user: User) -> None:
    shoot(label="red", flag="pick", rating=1)
    facets = bearer(alice_user, "north").get("/api/photos?facets=label,flag,rating").json()["facets"]
    assert {name: [one["label"] for one in values] for name, values in facets.items()} == {
        "label": ["Red label"], "flag": ["Picked"], "rating": ["1 star"],
    }  # fmt: skip


def test_rules_and_words_are_asked_together(photos: None, alice_user: User) -> None:
    rules = {"match": "any", "rules": [{"field": "camera", "op": "contains", "value": "sony"},
                                       {"field": "rating", "op": "is", "value": 5}]}  # fmt: skip
    api = bearer(alice_user, "north")
    assert names(api.send("/api/photos/search", {"rules": rules})) == ["june.jpg", "may.jpg"]
    assert names(api.send("/api/photos/search", {"rules": rules, "q": "-sony"})) == ["may.jpg"]


def test_rules_that_cannot_be_asked_are_refused_with_their_path(photos: None, alice_user: User) -> None:
    rules = {"match": "all", "rules": [{"field": "wings", "op": "is", "value": 1}]}
    answer = bearer(alice_user, "north").send("/api/photos/search", {"rules": rules})
    assert answer.status_code == 422
    assert answer.json()["error"]["fields"] == {"rules[0].field": ["There is no such field."]}
    assert bearer(alice_user, "north").get("/api/photos?facets=wings").status_code == 400


def test_a_viewer_searches_and_a_restricted_member_finds_the_own(
    photos: None, north: Studio, bob_user: User, erin_user: User, album: Album
) -> None:
    assert len(names(bearer(bob_user, "north").send("/api/photos/search", {"q": "anna"}))) == 3
    keep_to(north, erin_user)
    answer = bearer(erin_user, "north").get("/api/photos?q=anna&facets=camera")
    assert names(answer) == []
    assert answer.json()["facets"] == {"camera": []}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("rating=5", ["may.jpg"]),
        ("rating=>=3", ["may.jpg", "old.jpg"]),
        ("rating=3..5&taken_at=2024", ["may.jpg"]),
        ("taken_at=2023&taken_at=2024-06", ["june.jpg", "old.jpg"]),
        ("camera=sony&q=-may", ["june.jpg"]),
        ("rating=none&has_errors=false", ["june.jpg"]),
        ("camera_name=may", ["may.jpg"]),
        ("place=none&limit=1", ["june.jpg"]),
    ],
)
def test_every_field_of_rules_may_stand_in_the_address(
    photos: None, alice_user: User, query: str, found: list[str]
) -> None:
    api = bearer(alice_user, "north")
    for path in ("/api/photos", "/api/photos/search"):
        answer = api.get(f"{path}?{query}")
        assert names(answer) == found
    if "limit" in query:
        assert names(api.get(answer.json()["next"].replace("http://testserver", ""))) == ["may.jpg"]


@pytest.mark.parametrize(
    ("query", "name"),
    [("wings=1", "wings"), ("rating=many", "rating"), ("stage=printed", "stage")],
)
def test_a_field_that_cannot_be_asked_is_refused_by_its_name(
    photos: None, alice_user: User, query: str, name: str
) -> None:
    answer = bearer(alice_user, "north").get(f"/api/photos?{query}")
    assert answer.status_code == 422
    assert list(answer.json()["error"]["fields"]) == [name]


def test_all_fields_are_published(alice_user: User) -> None:
    deed = Client().get("/api/schema/?format=json").json()["paths"]["/api/photos/search"]["get"]
    assert {one["name"] for one in deed["parameters"]} >= set(IN_RULES)
