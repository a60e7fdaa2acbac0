"""While the database is away operators are told without it, once, and afterwards the history knows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.utils import timezone
from pytest_django.fixtures import Settings

from apps.accounts.tenancy import across_studios
from apps.monitoring import judge, outage, overview, probes
from apps.monitoring.checks import PartFinding
from apps.monitoring.models import Condition, ServicePeriod, ServiceState
from tests.smtp_server import SmtpServer


@pytest.fixture(autouse=True)
def fresh(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.OPERATORS = ("ops@example.com",)
    monkeypatch.setattr(outage, "_known", outage._Known())
    yield
    with probes.impatient_redis() as client:
        client.delete(outage.TOLD_KEY)


def away_for(seconds: float) -> None:
    """Let the outage that this process knows of have lasted so long, and be noticed once more."""
    outage.noticed()
    outage._known.began_at = timezone.now() - timedelta(seconds=seconds)
    outage.noticed()


def test_one_process_tells_without_the_database(smtp_server: SmtpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """No mark for the database on this test: a query would fail it."""
    away_for(judge.TELL_AFTER.total_seconds() - 5)
    assert smtp_server.taken == []
    away_for(judge.TELL_AFTER.total_seconds())
    away_for(500)
    # Another process, which knows nothing of the first.
    monkeypatch.setattr(outage, "_known", outage._Known())
    away_for(500)
    assert smtp_server.taken == ["ops@example.com"]
    (_, email) = smtp_server.emails[0]
    assert email["Subject"] == "Glassine: Database needs you"
    assert "The database does not answer." in email.get_content()


def test_with_redis_away_too_somebody_is_told(smtp_server: SmtpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(django_settings, "REDIS_URL", "unix:///nonexistent/redis.sock")
        away_for(500)
    assert smtp_server.taken == ["ops@example.com"]


@pytest.mark.django_db
def test_afterwards_the_history_knows_of_it_once() -> None:
    judge.note([PartFinding("database")])
    with across_studios():
        ServicePeriod.objects.update(began_at=timezone.now() - timedelta(hours=1))
    for _ in range(3):
        # Three processes lived through it.
        away_for(600)
        assert outage.is_over()
        assert not outage.is_over()
    judge.note([PartFinding("database")])
    assert [one.condition for one in overview.history("database")] == ["ok", "fault", "ok"]
    fault = overview.history("database")[1]
    assert fault.seen_at - fault.began_at >= timedelta(minutes=10)
    with across_studios():
        state = ServiceState.objects.get(service="database")
    assert state.condition == Condition.OK
    assert state.since >= fault.seen_at
