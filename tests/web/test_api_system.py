"""Health, status, numbers, and the description of the API."""

from __future__ import annotations

import shutil
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
import redis
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.utils import timezone
from openapi_schema_validator import OAS31Validator

from apps.accounts import outbox
from apps.accounts.models import Email, Studio, User
from apps.accounts.tenancy import acting_in
from apps.jobs import tasks
from apps.jobs.models import Job, Queue, State
from apps.monitoring import probes
from apps.web.ids import uuid7
from config.openapi_view import SchemaView
from tests.accounts.callers import Caller, bearer
from tests.factories import AlbumFactory, PlacementFactory, ShareLinkFactory

pytestmark = pytest.mark.django_db

HEALTH = "/api/system/health"


@pytest.fixture
def heartbeat(monkeypatch: pytest.MonkeyPatch) -> str:
    """A key of this test's own for the sign of life, so that a worker beside does not matter."""
    key = f"test:{uuid7()}"
    for module in (tasks, probes):
        monkeypatch.setattr(module, "HEARTBEAT_KEY", key)
    return key


def test_all_is_well_after_a_sign_of_life(heartbeat: str) -> None:
    tasks.heartbeat()
    answer = Client().get(HEALTH)
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "checks": {"database": "ok", "redis": "ok", "storage": "ok", "worker": "ok", "emails": "ok", "originals": "ok"},
    }
    assert answer["Cache-Control"] == "no-store"


def test_a_silent_worker_is_down(heartbeat: str) -> None:
    answer = Client().get(HEALTH)
    assert (answer.status_code, answer.json()["status"]) == (503, "down")
    assert answer.json()["checks"] == {
        "database": "ok",
        "redis": "ok",
        "storage": "ok",
        "worker": "down",
        "emails": "ok",
        "originals": "ok",
    }


def test_the_sign_of_life_fades(heartbeat: str) -> None:
    tasks.heartbeat()
    with redis.Redis.from_url(django_settings.REDIS_URL) as client:
        assert 0 < int(client.ttl(heartbeat)) <= 60


def test_a_full_disk_is_told(heartbeat: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks.heartbeat()
    left = shutil.disk_usage("/")._replace(free=probes.FULL_BELOW - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: left)
    answer = Client().get(HEALTH)
    assert (answer.status_code, answer.json()["checks"]["storage"]) == (503, "down")


def test_a_bucket_that_hangs_holds_up_neither_this_answer_nor_the_next(
    heartbeat: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hangs = threading.Event()
    asked: list[str] = []

    class Slow:
        def size(self, key: str) -> None:
            asked.append(key)
            assert hangs.wait(60)

    tasks.heartbeat()
    monkeypatch.setattr(probes, "ANSWER_SECONDS", 0.05)
    monkeypatch.setattr(probes, "store", Slow)
    try:
        answers = [Client().get(HEALTH) for _ in range(3)]
    finally:
        hangs.set()
    assert [answer.json()["checks"]["storage"] for answer in answers] == ["down"] * 3
    assert len(asked) == 1


@pytest.mark.parametrize("part", ["database", "redis", "storage", "worker"])
def test_what_is_down_is_named_and_nothing_else_is_told(
    heartbeat: str, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise RuntimeError("password=hunter2 at 10.0.0.7")

    tasks.heartbeat()
    monkeypatch.setitem(probes.PROBES, part, broken)
    answer = Client().get(HEALTH)
    assert answer.status_code == 503
    assert answer.json()["checks"] == {name: "down" if name == part else "ok" for name in probes.PROBES}
    assert "hunter2" not in answer.content.decode()


def test_emails_that_wait_for_a_mail_server_are_told_and_take_no_web_server_away(heartbeat: str, north: Studio) -> None:
    tasks.heartbeat()
    with acting_in(north):
        late = timezone.now() - outbox.STUCK_AFTER - timedelta(minutes=1)
        Email(studio=north, key="hello", to="anna@example.com", due_at=late).save(force_insert=True)
    answer = Client().get(HEALTH)
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    assert answer.json()["checks"]["emails"] == "down"


def test_a_storage_that_cannot_be_written_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda *args: False)
    with pytest.raises(OSError, match="written"):
        probes.probe_storage()


def test_health_needs_no_credential_and_reads_none(heartbeat: str) -> None:
    tasks.heartbeat()
    assert Caller("Bearer junk").get(HEALTH).status_code == 200


def test_status_is_for_owners(alice_user: User, erin_user: User, bob_user: User, heartbeat: str) -> None:
    tasks.heartbeat()
    statuses = [bearer(who, "north").get("/api/system/status").status_code for who in (alice_user, erin_user, bob_user)]
    assert statuses == [200, 403, 403]
    assert Client().get("/api/system/status").status_code == 401


def test_status_counts_the_open_work_of_ones_own_studio(
    alice_user: User, north: Studio, south: Studio, heartbeat: str
) -> None:
    tasks.heartbeat()
    for studio, states in ((north, [State.PENDING] * 2 + [State.DONE]), (south, [State.PENDING] * 5)):
        for state in states:
            with acting_in(studio):
                Job(
                    studio=studio, kind="render", queue=Queue.IMAGES, key=str(uuid7()), subject_id=uuid7(), state=state
                ).save(force_insert=True)
    body = bearer(alice_user, "north").get("/api/system/status").json()
    assert body["queues"] == {"images": {"pending": 2}}
    assert 0 <= body["heartbeat"] <= 5
    assert body["versions"]["postgresql"].split(".")[0] == str(connection.pg_version // 10000)  # type: ignore[attr-defined]


def test_the_numbers_are_those_of_ones_own_studio(bob_user: User, north: Studio, south: Studio) -> None:
    for studio, number in ((north, 2), (south, 5)):
        album = AlbumFactory.create(studio=studio)
        PlacementFactory.create_batch(number, album=album)
        ShareLinkFactory.create(album=album, views=number)
    body = bearer(bob_user, "north").get("/api/stats").json()
    assert {name: body[name] for name in list(body)[:8]} == {
        "albums": 1,
        "photos": 2,
        "processing": 0,
        "failed": 0,
        "share_links": 1,
        "views": 2,
        "files": 0,
        "bytes": 0,
    }


# -- the description ---------------------------------------------------------------------------------------------


def test_the_schema_is_drawn_up_once_per_format(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SchemaView, "kept", {})
    made: list[str] = []
    make = SchemaView._get_schema_response

    def counted(view: SchemaView, request: Any) -> Any:
        made.append(request.accepted_renderer.media_type)
        return make(view, request)

    monkeypatch.setattr(SchemaView, "_get_schema_response", counted)
    first = [Client().get(f"/api/schema/?format={kind}") for kind in ("json", "yaml")]
    again = [Client().get(f"/api/schema/?format={kind}&lang=xx") for kind in ("json", "yaml")]
    assert len(made) == 2
    for one, other in zip(first, again, strict=True):
        assert (one.status_code, one.content) == (other.status_code, other.content)
        assert {name: one[name] for name in SchemaView.TOLD} == {name: other[name] for name in SchemaView.TOLD}
    assert first[0]["Content-Type"] != first[1]["Content-Type"]


def test_the_schema_is_openapi_31_without_a_warning(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SchemaView, "kept", {})
    schema = Client().get("/api/schema/?format=json").json()
    assert schema["openapi"].startswith("3.1")
    assert capsys.readouterr().err == ""
    for component in schema["components"]["schemas"].values():
        OAS31Validator.check_schema(component)


def test_every_operation_describes_its_errors() -> None:
    schema = Client().get("/api/schema/?format=json").json()
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            error = operation["responses"]["default"]["content"]["application/json"]["schema"]
            assert error == {"$ref": "#/components/schemas/Error"}, (method, path)


def test_the_docs_need_neither_another_site_nor_inline_code() -> None:
    answer = Client().get("/api/docs/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "https://" not in page
    assert "<style" not in page
    assert page.count("<script ") == page.count("<script src=") == page.count("<script")
    assert "unsafe" not in answer["Content-Security-Policy"]


def test_generating_the_schema_is_quick() -> None:
    begin = time.process_time()
    Client().get("/api/schema/?format=json")
    assert time.process_time() - begin < 2
