"""A worker's thread keeps its connection with PostgreSQL from task to task while jobs come and the server is there."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from celery.fixups.django import DjangoWorkerFixup  # type: ignore[attr-defined]
from django.db import connection

from apps.jobs import connections
from config.celery import app

pytestmark = pytest.mark.django_db(transaction=True)


def server() -> int:
    """The server process with which this thread talks."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        return int(cursor.fetchone()[0])


@pytest.fixture
def thread() -> Iterator[ThreadPoolExecutor]:
    """One thread of a worker."""
    with ThreadPoolExecutor(1) as one:
        yield one
        one.submit(lambda: connection.close()).result()


@pytest.fixture
def celerys(db: None) -> DjangoWorkerFixup:
    """What Celery does with connections before and after each task."""
    return DjangoWorkerFixup(app)


def task(celerys: DjangoWorkerFixup, *, is_job: bool) -> int:
    celerys.close_database()
    connections.begin_task()
    seen = server()
    if is_job:
        connections.job_done()
    celerys.close_database()
    return seen


@pytest.mark.parametrize("is_job", [True, False])
def test_tasks_of_a_thread_share_a_connection(
    thread: ThreadPoolExecutor, celerys: DjangoWorkerFixup, is_job: bool
) -> None:
    assert len({thread.submit(task, celerys, is_job=is_job).result() for _ in range(3)}) == 1


def test_what_a_job_left_is_given_back_when_no_other_came(
    thread: ThreadPoolExecutor, celerys: DjangoWorkerFixup, monkeypatch: pytest.MonkeyPatch
) -> None:
    worked = thread.submit(task, celerys, is_job=True).result()
    monkeypatch.setattr(connections, "IDLE_SECONDS", -1.0)
    after = [thread.submit(task, celerys, is_job=False).result() for _ in range(2)]
    assert worked != after[0] == after[1]


def test_a_server_that_went_is_left_before_the_next_task(
    thread: ThreadPoolExecutor, celerys: DjangoWorkerFixup
) -> None:
    first = thread.submit(task, celerys, is_job=True).result()
    with connection.cursor() as cursor:
        cursor.execute("select pg_terminate_backend(%s, 5000)", [first])
    assert thread.submit(task, celerys, is_job=True).result() != first
