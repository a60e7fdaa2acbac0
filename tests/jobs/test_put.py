"""Putting jobs on the list, and ringing for them. G43, G45."""

from __future__ import annotations

import time

import pytest
from django.db import transaction

from apps.accounts.models import Studio
from apps.accounts.tenancy import acting_in
from apps.jobs import queue
from apps.jobs.models import Job, Queue, State
from apps.web.ids import uuid7
from tests.jobs.conftest import Broker, jobs_of, put, the_job
from tests.parallel import together

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_same_work_put_twice_is_one_job(broker: Broker, north: Studio) -> None:
    (subject,) = put(north)
    with acting_in(north):
        queue.put(north, "render", subject, queue=Queue.IMAGES)
    assert the_job(north).attempts == 0


def test_the_same_work_put_by_eight_threads_at_once_is_one_job(broker: Broker, north: Studio) -> None:
    subject = uuid7()

    def put_it(_: int) -> None:
        with acting_in(north):
            queue.put(north, "render", subject, queue=Queue.IMAGES)

    assert together(8, put_it) == [None] * 8
    assert the_job(north).state == State.PENDING


def test_the_same_subject_in_two_studios_is_two_jobs(broker: Broker, north: Studio, south: Studio) -> None:
    subject = uuid7()
    for studio in (north, south):
        with acting_in(studio):
            queue.put(studio, "render", subject, queue=Queue.IMAGES)
    assert (len(jobs_of(north)), len(jobs_of(south))) == (1, 1)


def test_putting_again_wakes_a_job_that_was_given_up(broker: Broker, north: Studio) -> None:
    (subject,) = put(north)
    with acting_in(north):
        Job.objects.for_studio(north).update(state=State.QUARANTINED, attempts=3, error="no")
        queue.put(north, "render", subject, queue=Queue.IMAGES, again=True)
    job = the_job(north)
    assert (job.state, job.attempts, job.error) == (State.PENDING, 0, "")


def test_putting_again_leaves_a_running_job_alone(broker: Broker, north: Studio) -> None:
    (subject,) = put(north)
    claimed = queue.claim(Queue.IMAGES)
    with acting_in(north):
        queue.put(north, "render", subject, queue=Queue.IMAGES, again=True)
    assert claimed
    assert (the_job(north).state, the_job(north).attempts) == (State.RUNNING, 1)


def test_a_rolled_back_change_leaves_neither_job_nor_bell(broker: Broker, north: Studio) -> None:
    def change_and_fail() -> None:
        with acting_in(north):
            queue.put(north, "render", uuid7(), queue=Queue.IMAGES)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_and_fail()
    assert (jobs_of(north), broker.bells("images")) == ([], 0)


def test_the_bell_rings_only_after_the_commit(broker: Broker, north: Studio) -> None:
    with transaction.atomic():
        put(north)
        inside = broker.bells("images")
    assert (inside, broker.bells("images")) == (0, 1)


def test_the_message_says_the_name_of_the_queue_and_nothing_else(broker: Broker, north: Studio) -> None:
    (subject,) = put(north)
    (message,) = broker.client.lrange("images", 0, -1)
    assert str(subject).encode() not in message
    assert str(north.pk).encode() not in message


def test_a_job_is_put_although_redis_is_gone(broker: Broker, north: Studio) -> None:
    broker.kill()
    put(north)
    assert the_job(north).state == State.PENDING


def test_an_absent_redis_costs_a_hundred_uploads_less_than_a_second(broker: Broker, north: Studio) -> None:
    broker.kill()
    started = time.monotonic()
    for _ in range(100):
        queue.ring(Queue.IMAGES)
    assert time.monotonic() - started < 1


# -- the sweeper rings again -------------------------------------------------------------------------


def test_a_bell_lost_between_commit_and_message_is_rung_by_the_sweeper(
    broker: Broker, north: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as crash:
        crash.setattr(queue, "ring", lambda name: None)
        put(north)
    assert broker.bells("images") == 0
    assert queue.sweep()["rung"] == 1
    assert broker.bells("images") == 1


def test_bells_wiped_with_redis_are_rung_by_the_sweeper(broker: Broker, north: Studio) -> None:
    put(north, 5)
    broker.client.flushall()
    queue.sweep()
    assert broker.bells("images") == 5


def test_the_sweeper_does_not_heap_bells_on_a_queue_that_has_enough(broker: Broker, north: Studio) -> None:
    put(north, 5)
    for _ in range(10):
        queue.sweep()
    assert broker.bells("images") == 5


def test_the_sweeper_rings_at_most_so_many_bells_for_a_long_list(
    broker: Broker, north: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as crash:
        crash.setattr(queue, "ring", lambda name: None)
        put(north, queue.MOST_BELLS + 50)
    for _ in range(3):
        queue.sweep()
    assert broker.bells("images") == queue.MOST_BELLS


def test_the_sweeper_works_on_while_redis_is_away(broker: Broker, north: Studio) -> None:
    put(north)
    broker.kill()
    assert queue.sweep() == {"taken_back": 0, "given_up": 0, "rung": 0}


def test_without_the_sweeper_a_lost_bell_would_stay_lost(
    broker: Broker, north: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broken variant: a sweeper that only takes back lost jobs leaves the queue silent."""
    monkeypatch.setattr(queue, "_ring_for_waiting", lambda: 0)
    put(north)
    broker.client.flushall()
    queue.sweep()
    assert broker.bells("images") == 0
