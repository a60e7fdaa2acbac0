"""Each part in turn is killed for ten minutes, whenever it comes back: the status is true within 90 s, operators get
one email, the history keeps it, and afterwards all is well by itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from config.launcher.paths import SUPERUSER, Paths
from tests.amounts import LONG
from tests.installation import Installation
from tests.smtp_server import SmtpServer, open_server

pytestmark = [
    pytest.mark.slow,
    pytest.mark.long,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(not LONG, reason="ten minutes for each part: make long"),
]

AWAY, TRUE_WITHIN = 600.0, 90.0
WORKERS = ("worker:images", "worker:faces", "worker:default", "beat")
# What is killed, which part is shown as away, and the subject of the email.
PARTS = [
    ("web", ("web",), "Web server needs you"),
    ("worker", WORKERS, "Scheduler and 3 other parts need you"),
    ("video", ("worker:video",), "Worker for videos needs you"),
    ("faces", ("selfies",), "Selfie search needs you"),
    ("redis", ("redis",), "Redis needs you"),
    ("postgres", ("database",), "Database needs you"),
]


@pytest.mark.parametrize(("part", "shown", "subject"), PARTS, ids=[part for part, _, _ in PARTS])
def test_a_part_that_is_away_is_told_once_and_kept(
    part: str, shown: tuple[str, ...], subject: str, tmp_path: Path
) -> None:
    with open_server() as emails, _living(tmp_path, emails) as glassine:
        _until(lambda: _faults(glassine) == set(), 120)
        with _killed(glassine, part):
            began = time.monotonic()
            away = _database_is_away if part == "postgres" else _shows(set(shown))
            _until(lambda: away(glassine), TRUE_WITHIN)
            print(f"{part}: told after {time.monotonic() - began:.0f} s")
            time.sleep(AWAY - (time.monotonic() - began))
            assert [str(email["Subject"]) for _, email in emails.emails] == [f"Glassine: {subject}"]
        glassine.wait_well()
        _until(lambda: not _faults(glassine) and all(_times(glassine, service) for service in shown), TRUE_WITHIN + 60)
        assert len(emails.emails) == 1
        for service in shown:
            # A look may meet the part in the moment between its start and its end.
            faults = _times(glassine, service)
            lasted = faults[-1][1] - faults[0][0]
            assert timedelta(seconds=AWAY - TRUE_WITHIN) < lasted < timedelta(seconds=AWAY + TRUE_WITHIN)


@contextmanager
def _living(tmp_path: Path, emails: SmtpServer) -> Iterator[Installation]:
    relay = {"SMTP_URL": f"smtp://127.0.0.1:{emails.port}", "GLASSINE_OPERATORS": "ops@example.com"}
    with Installation(tmp_path / "data", **relay).move_in() as glassine:
        yield glassine


@contextmanager
def _killed(glassine: Installation, part: str) -> Iterator[None]:
    """kill -9 of the part whenever it is there, while the block runs."""
    is_over = threading.Event()

    def kill() -> None:
        while not is_over.wait(0.1):
            glassine.kill(part)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def _shows(services: set[str]) -> Callable[[Installation], bool]:
    return lambda glassine: _faults(glassine) >= services


def _faults(glassine: Installation) -> set[str]:
    """The parts that the status shows as not well."""
    rows = _rows(glassine, "select service from monitoring_servicestate where condition = 'fault'")
    return {str(service) for (service,) in rows}


def _database_is_away(glassine: Installation) -> bool:
    answer = httpx.get(f"{glassine.url}/api/system/health", timeout=30)
    return answer.status_code == 503 and answer.json()["checks"]["database"] == "down"


def _times(glassine: Installation, service: str) -> list[tuple[datetime, datetime]]:
    """From when to when each fault of the part was seen, the first one first."""
    return _rows(
        glassine,
        "select began_at, seen_at from monitoring_serviceperiod where condition = 'fault' and service = %s order by 1",
        service,
    )


def _rows(glassine: Installation, query: str, *values: str) -> list[tuple[Any, ...]]:
    url = Paths(glassine.data).database_url(SUPERUSER)
    with psycopg.connect(url, connect_timeout=5) as connection:
        return connection.execute(query, values).fetchall()


def _until(is_done: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not is_done():
        assert time.monotonic() < end, f"not so after {seconds} s"
        time.sleep(1)
