"""Claiming and doing jobs: each by one worker, fairly, counted before the work. G42, G47, G49."""

from __future__ import annotations

import errno
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection, connections
from django.db.models.functions import Now

from apps.accounts.models import Studio
from apps.accounts.tenancy import across_studios, acting_in
from apps.jobs import queue
from apps.jobs.models import Job, Lane, Queue, State
from apps.web.failures import DatabaseAway, StorageFull
from apps.web.ids import uuid7
from tests.factories import StudioFactory
from tests.jobs.conftest import jobs_of, put, the_job
from tests.parallel import together

pytestmark = pytest.mark.django_db(transaction=True)

IMAGES = Queue.IMAGES


@pytest.fixture(autouse=True)
def silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """No bells: workers are called by hand here."""
    monkeypatch.setattr(queue, "ring", lambda name: None)
    monkeypatch.setattr(queue, "_bells", lambda name: queue.MOST_BELLS)


def let_leases_end() -> None:
    """As if the workers of all running jobs had been killed half a minute ago."""
    with across_studios():
        Job.objects.filter(state=State.RUNNING).update(lease_until=Now() - timedelta(seconds=1))


def make_due() -> None:
    """As if the pauses before the next attempts were over. What is due already keeps its turn."""
    with across_studios():
        Job.objects.filter(state=State.PENDING, not_before__gt=Now()).update(not_before=Now())


def drain(workers: int, claim: Callable[[], queue.Claimed | None]) -> list[UUID]:
    """What so many workers claim together until nothing is left."""

    def work(_: int) -> list[UUID]:
        taken = []
        while job := claim():
            taken.append(job.id)
        return taken

    lists = together(workers, work)
    assert all(isinstance(taken, list) for taken in lists), lists
    return [pk for taken in lists if isinstance(taken, list) for pk in taken]


# -- by one worker -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_eight_workers_claim_each_job_once_and_leave_none(north: Studio, south: Studio) -> None:
    put(north, 150)
    put(south, 50)
    taken = drain(8, lambda: queue.claim(IMAGES))
    assert len(taken) == len(set(taken)) == 200


@pytest.mark.slow
def test_claiming_without_locks_would_give_a_job_to_two_workers(north: Studio) -> None:
    """The broken variant: look, then write, as two statements."""
    put(north, 100)

    def look_then_write() -> queue.Claimed | None:
        with across_studios():
            job = Job.objects.filter(state=State.PENDING).order_by("not_before").first()
            if job is None:
                return None
            time.sleep(0.001)
            Job.objects.filter(pk=job.pk).update(state=State.RUNNING, lease_until=Now())
        return queue.Claimed(job.pk, job.studio_id, job.kind, job.subject_id, 1)

    taken = drain(8, look_then_write)
    assert len(taken) > len(set(taken))


def test_an_empty_queue_gives_nothing(north: Studio) -> None:
    put(north, name=Queue.FACES)
    assert queue.claim(IMAGES) is None


def test_jobs_of_one_studio_come_in_the_order_they_were_put(north: Studio) -> None:
    subjects = put(north, 5)
    claimed = [queue.claim(IMAGES) for _ in subjects]
    assert [job and job.subject_id for job in claimed] == subjects


# -- fairly ------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_one_job_of_a_small_studio_is_next_although_another_has_a_thousand(north: Studio, south: Studio) -> None:
    put(north, 1000)
    for _ in range(3):
        queue.claim(IMAGES)
    put(south)
    claimed = [queue.claim(IMAGES) for _ in range(2)]
    assert south.pk in [job and job.studio_id for job in claimed]


def test_a_lane_that_another_worker_is_taking_from_holds_up_nobody(north: Studio, south: Studio) -> None:
    put(north, 10)
    put(south)

    def claim(_: int) -> queue.Claimed | None:
        with connection.cursor() as cursor:
            cursor.execute("set lock_timeout = '3s'")
        return queue.claim(IMAGES)

    with across_studios():
        assert Lane.objects.select_for_update().get(studio=north)
        (claimed,) = together(1, claim)
    assert isinstance(claimed, queue.Claimed), claimed
    assert claimed.studio_id == south.pk


def test_studios_take_turns(north: Studio, south: Studio) -> None:
    put(north, 6)
    put(south, 6)
    studios = [job.studio_id for _ in range(6) if (job := queue.claim(IMAGES))]
    assert all(first != second for first, second in zip(studios, studios[1:], strict=False))


def test_first_come_first_served_would_starve_the_small_studio(north: Studio, south: Studio) -> None:
    """The broken variant: one line for all studios."""
    put(north, 20)
    put(south)
    with across_studios():
        line = list(Job.objects.order_by("not_before").values_list("studio_id", flat=True))
    assert south.pk not in line[:20]


# -- counted before the work -------------------------------------------------------------------------


def test_an_attempt_is_committed_before_the_work_begins(north: Studio) -> None:
    put(north)
    seen: list[int] = []

    def step(job: queue.Claimed) -> None:
        def look(_: int) -> int:
            return the_job(north).attempts

        seen.extend(count for count in together(1, look) if isinstance(count, int))

    queue.answer(IMAGES, {"render": [step]})
    assert seen == [1]


def test_a_finished_job_is_done(north: Studio) -> None:
    put(north)
    queue.answer(IMAGES, {"render": [lambda job: None]})
    job = the_job(north)
    assert (job.state, job.lease_until, bool(job.finished_at)) == (State.DONE, None, True)


def test_refused_work_is_not_tried_again_and_says_why(north: Studio) -> None:
    put(north)

    def refuse(job: queue.Claimed) -> None:
        raise queue.JobRefused("This file is damaged.")

    queue.answer(IMAGES, {"render": [refuse]})
    make_due()
    job = the_job(north)
    assert (job.state, job.error) == (State.REJECTED, "This file is damaged.")
    assert queue.claim(IMAGES) is None


def fail(job: queue.Claimed) -> None:
    raise RuntimeError("the disk is on fire")


def test_work_that_fails_is_tried_three_times_and_then_given_up(north: Studio) -> None:
    put(north)
    for _ in range(5):
        queue.answer(IMAGES, {"render": [fail]})
        make_due()
    job = the_job(north)
    assert (job.state, job.attempts, job.error) == (State.QUARANTINED, 3, "the disk is on fire")


@pytest.mark.parametrize("away", [StorageFull(), DatabaseAway(), OSError(errno.ENOSPC, "disk full")])
def test_a_neighbour_that_is_away_costs_no_attempt(away: Exception, north: Studio) -> None:
    put(north)
    finals = []

    def meets_it(job: queue.Claimed) -> None:
        finals.append(queue.is_last(job, away))
        raise away

    for _ in range(Job.MOST_ATTEMPTS + 2):
        make_due()
        queue.answer(IMAGES, {"render": [meets_it]})
    waiting = the_job(north)
    assert (waiting.state, waiting.attempts, finals) == (State.PENDING, 0, [False] * 5)
    assert "Nothing was lost" in waiting.error
    assert queue.claim(IMAGES) is None, "not before a pause"
    make_due()
    queue.answer(IMAGES, {"render": [lambda job: None]})
    assert the_job(north).state == State.DONE


def test_a_failed_attempt_waits_before_the_next(north: Studio) -> None:
    put(north)
    queue.answer(IMAGES, {"render": [fail]})
    assert (the_job(north).state, queue.claim(IMAGES)) == (State.PENDING, None)


def test_an_unknown_kind_of_work_is_a_failure_that_is_told(north: Studio) -> None:
    put(north, kind="unheard-of")
    queue.answer(IMAGES, {"render": [fail]})
    assert "unheard-of" in the_job(north).error


# -- killed workers ----------------------------------------------------------------------------------


def test_a_job_of_a_killed_worker_is_taken_back(north: Studio) -> None:
    put(north)
    queue.claim(IMAGES)
    let_leases_end()
    assert queue.sweep()["taken_back"] == 1
    again = queue.claim(IMAGES)
    assert again
    assert again.attempts == 2


def test_a_job_within_its_lease_is_left_to_its_worker(north: Studio) -> None:
    put(north)
    queue.claim(IMAGES)
    assert queue.sweep()["taken_back"] == 0
    assert the_job(north).state == State.RUNNING


def test_a_file_that_kills_its_worker_is_tried_three_times_and_shown(north: Studio) -> None:
    (subject,) = put(north)
    told: list[tuple[UUID, str, UUID]] = []
    attempts = 0
    for _ in range(6):
        attempts += queue.claim(IMAGES) is not None
        let_leases_end()
        queue.sweep(lambda *job: told.append(job))
    assert (attempts, told) == (3, [(north.pk, "render", subject)])
    assert (the_job(north).state, bool(the_job(north).error)) == (State.QUARANTINED, True)


def test_counting_after_the_work_would_try_a_killer_for_ever(north: Studio) -> None:
    """The broken variant: attempts raised when the work ends, so a killed worker never counts."""
    put(north)
    for _ in range(6):
        assert queue.claim(IMAGES) is not None
        with across_studios():
            Job.objects.filter(state=State.RUNNING).update(attempts=0)
        let_leases_end()
        queue.sweep()
    assert the_job(north).state == State.PENDING


def test_a_worker_that_comes_back_from_the_dead_changes_nothing(north: Studio) -> None:
    put(north)
    first = queue.claim(IMAGES)
    let_leases_end()
    queue.sweep()
    second = queue.claim(IMAGES)
    assert first
    assert second
    queue.close(first, State.REJECTED, "too late")
    assert (the_job(north).state, the_job(north).attempts) == (State.RUNNING, 2)


@contextmanager
def short_leases(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(queue, "LEASE", timedelta(seconds=0.6))
    monkeypatch.setattr(queue, "RENEW_SECONDS", 0.2)
    yield


@pytest.mark.slow
def test_a_slow_step_keeps_its_job_while_its_worker_lives(north: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    put(north)
    taken_back = []

    def slow(job: queue.Claimed) -> None:
        for _ in range(8):
            time.sleep(0.25)
            taken_back.append(queue.sweep()["taken_back"])

    with short_leases(monkeypatch):
        queue.answer(IMAGES, {"render": [slow]})
    assert (sum(taken_back), the_job(north).state) == (0, State.DONE)


@pytest.mark.slow
def test_without_renewal_a_slow_step_would_be_done_twice(north: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken variant: the lease is what it was at the claim."""
    put(north)
    taken_back = []

    def slow(job: queue.Claimed) -> None:
        time.sleep(0.9)
        taken_back.append(queue.sweep()["taken_back"])

    with short_leases(monkeypatch):
        monkeypatch.setattr(queue, "RENEW_SECONDS", 60.0)
        queue.answer(IMAGES, {"render": [slow]})
    assert taken_back == [1]


@pytest.mark.slow
def test_a_step_that_hangs_loses_its_job_in_the_end(north: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    put(north)
    hangs = threading.Event()

    with short_leases(monkeypatch):
        monkeypatch.setattr(queue, "STEP_LIMIT", timedelta(seconds=0.6))
        worker = threading.Thread(target=together, args=(1, _answer_with(hangs)))
        worker.start()
        time.sleep(2.2)
        back = queue.sweep()["taken_back"]
        hangs.set()
        worker.join()
    assert back == 1


def _answer_with(event: threading.Event) -> Callable[[int], object]:
    def wait(job: queue.Claimed) -> None:
        event.wait(20)

    return lambda _: queue.answer(IMAGES, {"render": [wait]})


# -- speed -------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
@pytest.mark.parametrize("with_statistics", [False, True], ids=["before statistics exist", "with statistics"])
def test_a_claim_among_fifty_thousand_waiting_jobs_reads_few_pages(north: Studio, with_statistics: bool) -> None:
    # What earlier tests deleted stays in pages and indexes until a vacuum: 118 pages were seen then, and more.
    with connections["owner"].cursor() as cursor:
        cursor.execute("truncate jobs_job, jobs_lane")
    studios = [north, *(StudioFactory.create() for _ in range(20))]
    for studio in studios:
        fill(studio, 40_000 if studio is north else 500)
    if with_statistics:
        with connections["owner"].cursor() as cursor:
            cursor.execute("analyze jobs_job, jobs_lane")
    # Measured: 36 pages and 1.5 ms.
    assert pages_of_a_claim() < 200


def pages_of_a_claim() -> int:
    """Pages of 8 kB that PostgreSQL touches for one claim."""
    with across_studios(), connection.cursor() as cursor:
        query = "explain (analyze, buffers, format json) " + queue._CLAIM.format(waiting="")
        cursor.execute(query, {"queue": "images", "lease": 30})
        plan = cursor.fetchone()[0][0]["Plan"]
        return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


def fill(studio: Studio, count: int) -> None:
    """Many waiting jobs, by one statement."""
    with acting_in(studio), connection.cursor() as cursor:
        cursor.execute(
            """insert into jobs_job (id, studio_id, kind, queue, key, subject_id, state, attempts, not_before, error,
                   created_at)
               select gen_random_uuid(), %s, 'render', 'images', 'render:' || n, gen_random_uuid(), 'pending', 0,
                   now() - interval '1 hour' + n * interval '1 ms', '', now()
               from generate_series(1, %s) n""",
            [studio.pk, count],
        )
        cursor.execute(
            "insert into jobs_lane (id, studio_id, queue, served_at) values (%s, %s, 'images', now())",
            [uuid7(), studio.pk],
        )


def test_the_jobs_of_a_studio_are_seen_by_nobody_else(north: Studio, south: Studio) -> None:
    put(north, 3)
    assert jobs_of(south) == []
