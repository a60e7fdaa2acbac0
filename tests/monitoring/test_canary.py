"""N15: in the running installation one studio tries every address of another, and the status page says how it ended."""

from __future__ import annotations

from datetime import timedelta

import pytest
from celery.worker import state
from django.utils import timezone
from pytest_django.fixtures import Settings

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import across_studios
from apps.monitoring import checks, tasks
from apps.monitoring.canary import rounds
from apps.monitoring.canary.addresses import Address
from apps.monitoring.models import Condition, ServiceState
from tests.monitoring import open_doors

pytestmark = pytest.mark.django_db


@pytest.mark.slow
def test_every_address_is_tried_and_refuses(caplog: pytest.LogCaptureFixture) -> None:
    done = rounds.keep_watch()
    assert done.uncovered == []
    assert done.leaks == []
    assert done.probes > 800
    assert not caplog.records
    with across_studios():
        row = ServiceState.objects.get(service="isolation")
    assert (row.condition, row.facts["probes"], row.facts["leaks"]) == (Condition.OK, done.probes, 0)
    assert not Studio.objects.filter(slug__startswith="canary").exists()
    assert not User.objects.filter(email__endswith="canary.invalid").exists()


@pytest.mark.parametrize("door", open_doors.DOORS)
def test_a_door_that_is_open_breaks_or_tells_is_found(door: str, settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.monitoring.open_doors"
    pattern = open_doors.PATTERN.format(door)
    done = rounds.go_round([Address(pattern, ("slug", "album_id"))])
    assert done.probes == len(done.leaks) == 4
    finding = checks.isolation(done.facts())
    assert finding.condition == Condition.FAULT
    assert pattern in finding.sentence


def test_a_worker_that_is_to_end_does_not_wait_for_the_rest_of_a_round(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "should_stop", 0)
    tasks.canary()
    with across_studios():
        assert not ServiceState.objects.filter(service="isolation").exists()


def test_an_address_that_names_something_new_is_told() -> None:
    done = rounds.go_round([Address("studio/<slug:slug>/cats/<uuid:cat_id>/", ("slug", "cat_id"))])
    assert (done.probes, done.uncovered) == (0, ["studio/<slug:slug>/cats/<uuid:cat_id>/"])
    assert checks.isolation(done.facts()).condition == Condition.WARNING


def test_a_round_that_is_long_ago_is_told() -> None:
    facts = rounds.Round(probes=1).facts()
    assert checks.isolation(facts).condition == Condition.OK
    facts["ran_at"] = (timezone.now() - checks.ROUND_AGE - timedelta(minutes=1)).isoformat()
    assert checks.isolation(facts).condition == Condition.WARNING
