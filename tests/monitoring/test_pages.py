"""Who sees the status pages, and what they tell."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.backups.models import BackupCopy
from apps.monitoring import checks, hearts, judge, metrics, overview
from apps.monitoring.checks import NAMES, PartFinding
from apps.monitoring.models import Condition
from apps.web.ids import uuid7
from tests.accounts.callers import bearer
from tests.factories import AlbumFactory, PlacementFactory

pytestmark = pytest.mark.django_db

STATUS, OWN = "/status/", "/studio/north/status/"


@pytest.fixture
def looked() -> None:
    """All parts are well, but for Redis."""
    judge.note(PartFinding(name, facts={"free_bytes": 7, "samples": [["2026-11-01", 7]]}) for name in NAMES)
    judge.note([PartFinding("redis", Condition.FAULT, "Redis does not answer.", "Start it again.")])


def test_the_installation_is_shown_to_operators_alone(
    looked: None, alice: Client, bob: Client, charlie: Client, settings: Settings
) -> None:
    settings.OPERATORS = ("charlie@example.com",)
    assert Client().get(STATUS).headers["location"] == "/login/?next=/status/"
    assert [client.get(STATUS).status_code for client in (alice, bob, charlie)] == [404, 404, 200]


def test_the_page_tells_the_sentence_and_what_mends_it(looked: None, alice: Client, settings: Settings) -> None:
    settings.OPERATORS = ("alice@example.com",)
    page = alice.get(STATUS).content.decode()
    for text in (
        "Something needs you.",
        "Redis does not answer.",
        "Start it again.",
        "every 15s",
        *overview.names().values(),
    ):
        assert text in page
    part = alice.get(f"{STATUS}?every=60&service=redis", headers={"HX-Request": "true", "HX-Target": "status"})
    text = part.content.decode()
    assert text.lstrip().startswith("<div")
    assert "every 60s" in text
    assert "service=redis&amp;every=60" in text or "every=60&amp;service=redis" in text
    assert "The last 60 days of Photo storage" not in text
    assert "hx-trigger" not in alice.get(f"{STATUS}?every=0").content.decode()


def test_an_owner_sees_the_own_work_and_no_ones_else(
    looked: None, alice: Client, bob: Client, north: Studio, south: Studio
) -> None:
    mine, theirs = AlbumFactory.create(studio=north), AlbumFactory.create(studio=south)
    placement = PlacementFactory.create(album=mine, photo__camera_name="MINE.JPG")
    PlacementFactory.create(album=theirs, photo__camera_name="THEIRS.JPG")
    with acting_in(north):
        blob = placement.photo.original
        BackupCopy(studio=north, destination=uuid7(), sha256=blob.sha256, size=1).save(force_insert=True)
    page = alice.get(OWN).content.decode()
    assert "MINE.JPG" in page
    assert "THEIRS.JPG" not in page
    assert "Part of Glassine has a problem" in page
    assert "Start it again." not in page
    assert bob.get(OWN).status_code == 403


def test_the_pages_ask_few_questions(
    looked: None, alice: Client, settings: Settings, django_assert_max_num_queries: object
) -> None:
    settings.OPERATORS = ("alice@example.com",)
    for address, most in ((STATUS, 42), (OWN, 40)):
        with django_assert_max_num_queries(most):  # type: ignore[operator]
            assert alice.get(address).status_code == 200


def test_the_api_tells_owners_the_same(looked: None, alice_user: User, bob_user: User, north: Studio) -> None:
    owner, viewer = bearer(alice_user, "north"), bearer(bob_user, "north")
    told = owner.get("/api/system/status").json()
    assert {one["service"]: one["condition"] for one in told["services"]}["redis"] == "fault"
    assert told["backup"] == {"last_at": None, "files": 0, "backed_up": 0}
    periods = owner.get("/api/system/status/history?service=redis").json()["results"]
    assert [one["condition"] for one in periods] == ["fault", "ok"]
    assert owner.get("/api/system/status/history?service=nothing").status_code == 400
    assert viewer.get("/api/system/status/history").status_code == 403


# -- Prometheus ----------------------------------------------------------------------------------------------------


def test_metrics_are_for_this_machine_or_the_token(looked: None, settings: Settings) -> None:
    assert Client().get("/metrics").status_code == 200
    assert Client(REMOTE_ADDR="10.0.0.7").get("/metrics").status_code == 404
    assert Client().get("/metrics", headers={"X-Forwarded-For": "10.0.0.7"}).status_code == 404
    settings.METRICS_TOKEN = "a token of more than twenty"
    assert Client().get("/metrics").status_code == 404
    shown = {"Authorization": "Bearer a token of more than twenty"}
    assert Client(REMOTE_ADDR="10.0.0.7").get("/metrics", headers=shown).status_code == 200


def test_metrics_are_lines_that_prometheus_reads(looked: None) -> None:
    text = metrics.text()
    assert 'glassine_condition{service="redis"} 2' in text
    assert 'glassine_condition{service="web"} 0' in text
    assert 'glassine_fact{service="disk",name="free_bytes"} 7' in text
    assert "samples" not in text
    assert text.endswith("\n")


def test_all_checks_run_on_a_real_installation() -> None:
    hearts.beat(checks.HEARTS)
    assert {one.service for one in checks.every() if one.condition == Condition.FAULT} == set()
