"""The library over the API."""

from __future__ import annotations

from typing import Any

import pytest

from apps.accounts.models import Studio, User
from apps.albums.models import Album
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
        "camera": [{"value": "Canon EOS R6", "count": 2}],
        "year": [{"value": 2023, "count": 1}, {"value": 2024, "count": 1}],
    }
    assert "colr" in body["not_understood"][0]


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
