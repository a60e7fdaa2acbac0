"""Smart collections over the API."""

from __future__ import annotations

from typing import Any

import pytest

from apps.accounts.models import Studio, User
from apps.smart_collections import models
from tests.accounts.callers import Caller, bearer
from tests.library.conftest import album, shoot  # noqa: F401

pytestmark = pytest.mark.django_db
HERE = "/api/smart-collections"
BEST = {"match": "all", "rules": [{"field": "rating", "op": "gte", "value": 4}]}


@pytest.fixture
def api(erin_user: User, shoot: Any) -> Caller:  # noqa: F811
    shoot("2024-05-01T10:00:00", rating=5, camera_name="five.jpg")
    shoot("2024-05-02T10:00:00", rating=2, camera_name="two.jpg")
    return bearer(erin_user, "north")


def names(photos: list[dict[str, Any]]) -> list[str]:
    return [photo["camera_name"] for photo in photos]


def test_a_question_is_kept_asked_changed_and_forgotten(api: Caller) -> None:
    made = api.send(HERE, {"title": "Best", "rules": BEST})
    assert made.status_code == 201
    there = f"{HERE}/{made.json()['id']}"
    assert names(api.get(f"{there}/photos").json()["results"]) == ["five.jpg"]
    rules = {"match": "none", "rules": BEST["rules"]}
    changed = api.patch(there, {"rules": rules}, content_type="application/json").json()
    assert changed["rules"] == rules
    assert names(api.get(f"{there}/photos").json()["results"]) == ["two.jpg"]
    assert api.post(f"/api/journal/{changed['undo']}/undo").status_code == 200
    assert api.get(there).json()["rules"] == BEST
    undo = api.delete(there).json()["undo"]
    assert (api.get(there).status_code, api.get(HERE).json()["results"]) == (404, [])
    assert api.post(f"/api/journal/{undo}/undo").status_code == 200
    assert api.get(there).json()["title"] == "Best"


def test_a_preview_keeps_nothing(api: Caller, bob_user: User) -> None:
    answer = bearer(bob_user, "north").send(f"{HERE}/preview", {"rules": BEST}).json()
    assert (answer["count"], names(answer["photos"])) == (1, ["five.jpg"])
    assert api.get(HERE).json()["results"] == []


def test_bad_rules_are_refused_with_their_path(api: Caller) -> None:
    rules = {"match": "all", "rules": [{"field": "iso", "op": "is", "value": "x"}]}
    for answer in (api.send(HERE, {"title": "x", "rules": rules}), api.send(f"{HERE}/preview", {"rules": rules})):
        assert answer.status_code == 422
        assert list(answer.json()["error"]["fields"]) == ["rules[0].value"]


def test_a_studio_keeps_so_many_and_no_more(api: Caller, north: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "MOST", 1)
    assert api.send(HERE, {"title": "One", "rules": BEST}).status_code == 201
    assert api.send(HERE, {"title": "Two", "rules": BEST}).status_code == 409
