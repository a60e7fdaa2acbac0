"""What the tests of jobs share: a Redis of their own, and short ways to put and read jobs."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from kombu import pools
from redis import Redis
from redis.exceptions import RedisError

from apps.accounts.models import Studio
from apps.accounts.tenancy import StudioQuerySet, acting_in
from apps.jobs import queue
from apps.jobs.models import Job, Queue
from apps.web import doorbell
from apps.web.ids import uuid7
from config.celery import app
from config.launcher.redis import program


class Broker:
    """A real Redis that a test may wipe or kill."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "broker.sock"
        self.process = subprocess.Popen(
            [str(program()), "--port", "0", "--unixsocket", str(self.socket), "--save", "", "--dir", str(folder)],
            stdout=subprocess.DEVNULL,
        )
        self.client = Redis(unix_socket_path=str(self.socket))

    def bells(self, name: str) -> int:
        """Messages that wait in a queue."""
        return int(self.client.llen(name))

    def wait(self) -> None:
        for _ in range(500):
            try:
                self.client.ping()
                return
            except RedisError:
                time.sleep(0.02)
        raise AssertionError("Redis did not start")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def _ring_at(address: str) -> None:
    """Let this process' doorbells go to another broker; Celery keeps its connections in pools."""
    celery: Any = app
    celery.conf.broker_url = address
    pools.reset()
    celery._pool = celery.amqp._producer_pool = None
    doorbell.broker.away_until = 0.0


@pytest.fixture
def broker() -> Iterator[Broker]:
    """The doorbells of this test go to a Redis of its own."""
    with tempfile.TemporaryDirectory(prefix="gl-") as folder:
        broker = Broker(Path(folder))
        try:
            broker.wait()
            _ring_at(f"redis+socket://{broker.socket}")
            yield broker
        finally:
            broker.kill()
            _ring_at(settings.CELERY_BROKER_URL)


def put(studio: Studio, count: int = 1, *, kind: str = "render", name: Queue = Queue.IMAGES) -> list[UUID]:
    """Jobs on new subjects; their subjects' ids."""
    subjects = [uuid7() for _ in range(count)]
    with acting_in(studio):
        for subject in subjects:
            queue.put(studio, kind, subject, queue=name)
    return subjects


def jobs_of(studio: Studio) -> list[Job]:
    """The studio's jobs, oldest first."""
    with acting_in(studio):
        jobs: StudioQuerySet[Job] = Job.objects.for_studio(studio)
        return list(jobs.order_by("not_before", "id"))


def the_job(studio: Studio) -> Job:
    """The studio's only job."""
    (job,) = jobs_of(studio)
    return job
