"""Events over the API: named, changed and forgotten with undo; shoots found as a task; what a year had."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.faces.models import Person
from apps.jobs import queue
from apps.library.models import Event
from config.tasks import STEPS
from tests.accounts.callers import bearer
from tests.actors import keep_to
from tests.albums.conftest import may_analyze  # noqa: F401  (a fixture)
from tests.factories import AlbumFactory
from tests.library.conftest import Shoot

pytestmark = pytest.mark.django_db


def send(caller: Any, method: str, path: str, body: Any = None) -> Any:
    return getattr(caller, method)(path, body or {}, content_type="application/json")


def test_an_event_is_named_read_changed_and_forgotten(
    alice_user: User, shoot: Shoot, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    api = bearer(alice_user, "north")
    photos = [shoot(f"2024-06-{day}T10:00:00") for day in (13, 14, 15)]
    shoot("2023-06-14T12:00:00")
    made = send(api, "post", "/api/events", {"title": " The  wedding ", "starts_on": "2024-06-14"})
    assert made.status_code == 201
    event = made.json()
    assert (event["title"], event["starts_on"]) == ("The wedding", "2024-06-14T00:00:00")
    assert (event["ends_on"], event["photo_count"], event["kind"]) == ("2024-06-14T23:59:59", 1, "custom")
    here = f"/api/events/{event['id']}"
    listed = api.get(f"{here}/photos").json()["results"]
    assert [one["id"] for one in listed] == [str(photos[1].pk)]
    changed = send(api, "patch", here, {"ends_on": "2024-06-15", "repeats": True}).json()
    assert (changed["photo_count"], changed["repeats"]) == (3, True)
    assert api.post(f"/api/journal/{changed['undo']}/undo").status_code == 200
    assert api.get(here).json()["photo_count"] == 1
    for number in range(4):
        send(api, "post", "/api/events", {"title": f"{number}", "starts_on": "2023-06-14", "repeats": True})
    with django_assert_max_num_queries(18):
        page = api.get("/api/events?limit=4").json()
    assert [one["photo_count"] for one in page["results"]] == [1, 2, 2, 2]
    assert len(api.get(page["next"]).json()["results"]) == 1
    assert send(api, "patch", here, {"ends_on": "2020-01-01"}).status_code == 422
    gone = api.delete(here).json()
    assert api.get(here).status_code == 404
    assert api.post(f"/api/journal/{gone['undo']}/undo").status_code == 200
    assert api.get(here).status_code == 200


@pytest.mark.parametrize("body", [{"title": "x"}, {"starts_on": "soon"}, {"title": "x", "starts_on": "2024-06-14T"}])
def test_what_is_no_event_is_refused(alice_user: User, body: Any) -> None:
    assert send(bearer(alice_user, "north"), "post", "/api/events", body).status_code == 400


def test_shoots_that_nobody_named_become_events_with_one_undo(
    alice_user: User,
    north: Studio,
    shoot: Shoot,
    may_analyze: None,  # noqa: F811
) -> None:
    api = bearer(alice_user, "north")
    for day in (14, 20, 25):
        for minute in range(4):
            shoot(f"2024-06-{day}T10:0{minute}:00")
    send(api, "post", "/api/events", {"title": "Known", "starts_on": "2024-06-20"})
    task = api.post("/api/events/detect")
    assert task.status_code == 202
    while queue.answer("default", STEPS):
        pass
    done = api.get(f"/api/tasks/{task.json()['task']['id']}").json()
    done = done.get("task", done)
    assert (done["state"], done["total"]) == ("done", 2)
    titles = [one["title"] for one in api.get("/api/events").json()["results"]]
    assert titles == ["Shoot on 25 June 2024", "Known", "Shoot on 14 June 2024"]
    assert api.post(f"/api/journal/{done['undo']}/undo").status_code == 200
    with acting_in(north):
        assert [one.title for one in Event.objects.for_studio(north)] == ["Known"]


def test_a_year_has_events_holidays_and_birthdays(alice_user: User, north: Studio, shoot: Shoot) -> None:
    api = bearer(alice_user, "north")
    assert send(api, "put", "/api/events/holiday-sets", {"sets": [{"country": "xx"}]}).status_code == 422
    followed = send(api, "put", "/api/events/holiday-sets", {"sets": [{"country": "at"}]}).json()
    assert followed["sets"] == [{"country": "AT", "region": ""}]
    assert "BY" in followed["known"]["DE"]
    with acting_in(north):
        anna = Person(studio=north, name="Anna", birthday=date(2018, 12, 26))
        anna.save(force_insert=True)
    shoot("2024-12-26T10:00:00")
    send(api, "post", "/api/events", {"title": "Party", "starts_on": "2024-12-26T20:00"})
    found = {one["title"]: one for one in api.get("/api/events/timeline?year=2024").json()["results"]}
    assert (found["Anna"]["person"], found["Anna"]["age"], found["Anna"]["photo_count"]) == (str(anna.pk), 6, 1)
    assert (found["Party"]["kind"], found["Party"]["photo_count"]) == ("custom", 0)
    assert found["Christmas Day"]["starts_on"] == "2024-12-25T00:00:00"
    assert api.get("/api/events/timeline?year=x").status_code == 400


def test_a_restricted_member_reads_events_of_the_own_galleries(
    alice_user: User, erin_user: User, north: Studio, album: Any, shoot: Shoot
) -> None:
    other = AlbumFactory.create(studio=north, title="Other")
    shoot("2024-06-14T10:00:00")
    shoot("2024-07-14T10:00:00", into=other)
    api = bearer(alice_user, "north")
    theirs = [
        send(api, "post", "/api/events", {"title": day, "starts_on": day}).json()["id"]
        for day in ("2024-06-14", "2024-07-14")
    ]
    keep_to(north, erin_user, album)
    erin = bearer(erin_user, "north")
    assert [one["id"] for one in erin.get("/api/events").json()["results"]] == theirs[:1]
    assert erin.get(f"/api/events/{theirs[1]}").status_code == 404
    assert erin.get(f"/api/events/{theirs[1]}/photos").status_code == 404
    titles = [one["title"] for one in erin.get("/api/events/timeline?year=2024").json()["results"]]
    assert titles == ["2024-06-14"]
    assert send(erin, "post", "/api/events", {"title": "x", "starts_on": "2024-06-14"}).status_code in (403, 404)
