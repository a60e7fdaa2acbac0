"""Tasks over the API: the shape of API.md, who may do what, and what everybody is told of a task that is not theirs."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from apps.accounts.long_tasks import Task
from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from tests.accounts.callers import Caller, bearer
from tests.factories import ApiKeyFactory
from tests.jobs.test_claim import silent  # noqa: F401  (a fixture)
from tests.jobs.test_sliced import afresh, begin, mend, work

pytestmark = pytest.mark.django_db(transaction=True)
SHAPE = {"id", "kind", "title", "state", "done", "total", "result", "undo", "created_at", "ended_at"}


@pytest.fixture
def api(erin_user: User) -> Caller:
    """Erin is an editor of north."""
    return bearer(erin_user, "north")


def get(api: Caller, task: Task) -> dict[str, Any]:
    answer = api.get(f"/api/tasks/{task.pk}")
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


def test_a_task_is_followed(api: Caller, north: Studio, erin_user: User) -> None:
    task = begin(north, 250, by=erin_user)
    body = get(api, task)
    assert set(body) == SHAPE
    assert (body["kind"], body["title"], body["state"], body["done"], body["total"], body["result"], body["undo"]) == (
        "test.count", "Count photos", "waiting", 0, 250, None, None,
    )  # fmt: skip
    work()
    assert [get(api, task)[name] for name in ("state", "done", "result")] == ["running", 100, None]
    work(2)
    body = get(api, task)
    assert (body["state"], body["done"], bool(body["ended_at"])) == ("done", 250, True)
    assert body["result"] == {"message": "250 photos counted.", "changed": 247, "failed": 0, "left": 0}


def test_an_unchanged_task_is_not_sent_again(api: Caller, north: Studio) -> None:
    task = begin(north, 250)
    tag = api.get(f"/api/tasks/{task.pk}")["ETag"]
    assert api.get(f"/api/tasks/{task.pk}", headers={"if-none-match": tag}).status_code == 304
    work()
    assert api.get(f"/api/tasks/{task.pk}", headers={"if-none-match": tag}).status_code == 200


def test_the_list_is_the_newest_first_in_pages(api: Caller, north: Studio, south: Studio) -> None:
    tasks = [begin(north, 1) for _ in range(3)]
    begin(south, 1)
    first = api.get("/api/tasks?limit=2").json()
    second = api.get(first["next"]).json()
    ids = [one["id"] for page in (first, second) for one in page["results"]]
    assert ids == [str(task.pk) for task in reversed(tasks)]
    assert second["next"] is None


def test_a_task_is_cancelled_and_says_how_many_were_done(api: Caller, north: Studio) -> None:
    task = begin(north, 250)
    work()
    answer = api.delete(f"/api/tasks/{task.pk}")
    assert answer.status_code == 200
    assert [answer.json()[name] for name in ("state", "done")] == ["cancelled", 100]
    assert answer.json()["result"]["left"] == 150
    assert api.delete(f"/api/tasks/{task.pk}").json() == answer.json()


def test_a_failed_task_is_tried_again(api: Caller, north: Studio) -> None:
    task = begin(north, 250, refuses=2)
    work(2)
    mend(task)
    answer = api.send(f"/api/tasks/{task.pk}/retry")
    assert (answer.status_code, answer.json()["task"]["state"], answer.json()["task"]["done"]) == (202, "waiting", 100)
    work(2)
    assert get(api, task)["state"] == "done"


def test_what_did_not_fail_is_not_tried_again(api: Caller, north: Studio) -> None:
    answer = api.send(f"/api/tasks/{begin(north, 1).pk}/retry")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "nothing_to_retry")


@pytest.mark.parametrize("kind", ["theirs", "nobody's"])
@pytest.mark.parametrize("method", ["get", "delete", "retry"])
def test_a_task_of_another_studio_is_as_unknown_as_any(
    kind: str, method: str, api: Caller, north: Studio, south: Studio
) -> None:
    task = begin(south, 250, refuses=1)
    work()
    task_id = task.pk if kind == "theirs" else uuid4()
    calls = {
        "get": lambda: api.get(f"/api/tasks/{task_id}"),
        "delete": lambda: api.delete(f"/api/tasks/{task_id}"),
        "retry": lambda: api.send(f"/api/tasks/{task_id}/retry"),
    }
    answer = calls[method]()
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    assert afresh(task).state == "failed"


def test_a_viewer_follows_but_does_not_stop(bob_user: User, north: Studio) -> None:
    task, viewer = begin(north, 250), bearer(bob_user, "north")
    assert get(viewer, task)["state"] == "waiting"
    assert viewer.delete(f"/api/tasks/{task.pk}").status_code == 403
    assert viewer.send(f"/api/tasks/{task.pk}/retry").status_code == 403


def test_a_key_that_only_reads_does_not_stop(north: Studio, erin_user: User) -> None:
    task = begin(north, 250)
    ApiKeyFactory.create(studio=north, made_by=erin_user, secret="gk_reader", scopes=["read"])
    reader = Caller("Api-Key gk_reader")
    assert get(reader, task)["state"] == "waiting"
    assert reader.delete(f"/api/tasks/{task.pk}").status_code == 403
    with acting_in(north):
        assert Task.objects.for_studio(north).get().state == "waiting"
