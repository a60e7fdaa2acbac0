"""The table of work as a queue: put, claim, finish, sweep.

A job is inserted in the transaction of the change it serves. After the commit Celery's doorbell is rung;
the message holds the name of a queue and nothing else, so the broker may be wiped at any time. Whoever
answers claims the job whose studio has waited longest (see `claim`).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeAlias
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Count, F
from django.db.models.functions import Now

from apps.accounts.models import Studio
from apps.accounts.tenancy import StudioQuerySet, across_studios, acting_in
from apps.jobs.models import Job, Queue, State
from apps.web import doorbell, failures
from apps.web.compiled_queries import Asked, as_sent, together
from apps.web.ids import uuid7
from apps.web.refusal import Refusal

log = logging.getLogger(__name__)

# A living worker renews its lease, so a slow step keeps it, and work of a killed worker is taken up again
# within 30 s + one sweep of 10 s. A step that hangs longer than STEP_LIMIT counts as killed.
# Tests that kill workers make it shorter.
LEASE: timedelta = getattr(settings, "JOB_LEASE", timedelta(seconds=30))
RENEW_SECONDS = LEASE.total_seconds() / 3
STEP_LIMIT = timedelta(minutes=10)
# A video is encoded about as fast as it plays.
STEP_LIMITS = {Queue.VIDEO: timedelta(hours=3)}
RETRY_AFTER = (timedelta(seconds=2), timedelta(seconds=10), timedelta(seconds=30))
# Statuses of refusals that tell of a neighbour: away, and full.
_AWAY = (503, 507)
# With so many bells waiting, workers are busy until the next sweep.
MOST_BELLS = 200


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job that this worker owns until its lease ends.

    claims: how often it was claimed so far, which tells this claim from all others.
    """

    id: UUID
    studio_id: UUID
    kind: str
    subject_id: UUID
    attempts: int
    claims: int = 0
    queue: str = Queue.DEFAULT


Step: TypeAlias = Callable[[Claimed], None]


class JobRefused(Exception):
    """The work can never be done, and the message says why to a photographer."""


# Moments are the database's everywhere, so that the clocks of many machines need not agree.
_PUT = """
    insert into jobs_job (id, studio_id, kind, queue, key, subject_id, state, attempts, not_before, error, created_at)
    values (%s, %s, %s, %s, %s, %s, 'pending', 0, clock_timestamp(), '', clock_timestamp())
    on conflict (studio_id, key) do {conflict} returning 1
"""
_START_AFRESH = """
    update set state = 'pending', queue = excluded.queue, attempts = 0, error = '', not_before = excluded.not_before,
        lease_until = null, finished_at = null
    where jobs_job.state in ('done', 'rejected', 'quarantined')
"""
_PUT_LANE = """
    insert into jobs_lane (id, studio_id, queue, served_at) values (%s, %s, %s, clock_timestamp())
    on conflict (studio_id, queue) do nothing returning 1
"""


def put(studio: Studio | UUID, kind: str, subject_id: UUID, *, queue: Queue, again: bool = False) -> None:
    """Add one job for this step of this subject, and ring after the commit. Adding it twice is adding it once.

    again: start a finished or given-up job afresh (a person pressed *Try again*).
    """
    together(*putting(studio, kind, subject_id, queue=queue, again=again))


def putting(
    studio: Studio | UUID, kind: str, subject_id: UUID, *, queue: Queue, again: bool = False
) -> tuple[Asked, Asked]:
    """The statements of `put`, for `together`. The bell rings after the commit of the transaction of now."""
    studio_id = studio if isinstance(studio, UUID) else studio.pk
    job = [uuid7(), studio_id, kind, str(queue), f"{kind}:{subject_id}", subject_id]
    transaction.on_commit(lambda: ring(queue), robust=True)
    return (
        as_sent(_PUT.format(conflict=_START_AFRESH if again else "nothing"), job),
        as_sent(_PUT_LANE, [uuid7(), studio_id, str(queue)]),
    )


def ring(queue: Queue | str) -> None:
    """Tell the workers that there is work. A broker that is away is no loss: the sweeper rings again."""
    doorbell.ring("jobs.answer", str(queue), queue=str(queue))


_late: dict[str, threading.Timer] = {}
_late_lock = threading.Lock()


def ring_later(queue: Queue | str, pause: timedelta) -> None:
    """Ring once after a pause, however often this is called meanwhile: for bells that came when nobody was free."""
    with _late_lock:
        if str(queue) in _late:
            return
        bell = threading.Timer(pause.total_seconds(), ring_now, [str(queue)])
        bell.daemon = True
        _late[str(queue)] = bell
        bell.start()


def ring_now(queue: Queue | str) -> None:
    """Ring, and no more later: somebody got free."""
    with _late_lock:
        bell = _late.pop(str(queue), None)
    if bell is not None:
        bell.cancel()
    ring(queue)


# The inner query per lane ends in `limit`, which PostgreSQL cannot turn into a join over all pending jobs: it
# looks at the first entry of the lane's index, also before statistics exist.
_CLAIM = """
    with lane as (
        select l.id, l.studio_id from jobs_lane l
        where l.queue = %(queue)s and (
            select j.id from jobs_job j
            where j.studio_id = l.studio_id and j.queue = l.queue and j.state = 'pending'
                and j.not_before <= statement_timestamp()
            order by j.not_before limit 1) is not null
        order by l.served_at limit 1 for no key update {waiting}
    ), served as (
        update jobs_lane l set served_at = clock_timestamp() from lane where l.id = lane.id
    ), job as (
        select j.id from lane cross join lateral (
            select k.id from jobs_job k
            where k.studio_id = lane.studio_id and k.queue = %(queue)s and k.state = 'pending'
                and k.not_before <= statement_timestamp()
            order by k.not_before limit 1 for update skip locked) j
    )
    update jobs_job j set state = 'running', attempts = j.attempts + 1, claims = j.claims + 1,
        lease_until = clock_timestamp() + %(lease)s * interval '1 second'
    where j.id = (select job.id from job)
    returning j.id, j.studio_id, j.kind, j.subject_id, j.attempts, j.claims, j.queue
"""


def claim(queue: Queue | str) -> Claimed | None:
    """Take the next job of a queue, or None if there is none.

    The lane (studio) that was served longest ago and has work goes first, so one studio's 10,000 photos
    do not delay another's first. `attempts` and the lease are committed before any work.
    """
    with across_studios(), connection.cursor() as cursor:
        # A lane that another worker is just taking from is passed over, for the next one is due. Only when no
        # other has work do we wait for it; the last try sees what changed while we waited.
        for waiting in ("skip locked", "", ""):
            cursor.execute(_CLAIM.format(waiting=waiting), {"queue": str(queue), "lease": LEASE.total_seconds()})
            row = cursor.fetchone()
            if row:
                return Claimed(*row)
    return None


def answer(queue: Queue | str, steps: Mapping[str, Sequence[Step]]) -> Claimed | None:
    """Claim one job and do the steps of its kind, in their order. Returns the job, or None if there was nothing to do.

    A step runs in its own studio but outside of any transaction; it opens the ones it needs. When one fails, those
    after it are not done, and the next attempt begins with the first.
    """
    job = claim(queue)
    if job is None:
        return None
    try:
        with _renewed(job):
            for step in _steps(steps, job.kind):
                step(job)
    except JobRefused as refusal:
        close(job, State.REJECTED, str(refusal))
    except Exception as error:
        away = _away(error)
        if away is not None:
            log.warning("job %s (%s) waits: %s", job.id, job.kind, away.code)
            _wait(job, away)
        else:
            log.exception("job %s (%s) failed, attempt %s", job.id, job.kind, job.attempts)
            _fail(job, str(error) or type(error).__name__)
    else:
        close(job, State.DONE, "")
    return job


def _steps(steps: Mapping[str, Sequence[Step]], kind: str) -> Sequence[Step]:
    """The steps of a kind. "derive.fit.2048" is of the kind "derive", told by the rest what to make."""
    return steps.get(kind) or steps[kind.partition(".")[0]]


@contextmanager
def _renewed(job: Claimed) -> Iterator[None]:
    """Keep the lease of a job while the block runs."""
    over = threading.Event()
    keeper = threading.Thread(target=_renew, args=(job, over), name="lease", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()


def _renew(job: Claimed, over: threading.Event) -> None:
    left = STEP_LIMITS.get(Queue(job.queue), STEP_LIMIT).total_seconds()
    try:
        while not over.wait(RENEW_SECONDS) and left > 0:
            left -= RENEW_SECONDS
            try:
                with acting_in(job.studio_id):
                    _own(job).update(lease_until=Now() + LEASE)
            except DatabaseError:
                log.warning("the lease of job %s could not be renewed", job.id, exc_info=True)
                connection.close()
    finally:
        connection.close()


def _own(job: Claimed) -> StudioQuerySet[Job]:
    """The job's row, as long as nobody else has taken it over."""
    jobs: StudioQuerySet[Job] = Job.objects.for_studio(job.studio_id)
    return jobs.filter(pk=job.id, state=State.RUNNING, claims=job.claims)


def is_last(job: Claimed, error: Exception) -> bool:
    """True if this failure is final: there is no other attempt, and the fault is not a neighbour's."""
    return job.attempts >= Job.MOST_ATTEMPTS and _away(error) is None


def _away(error: Exception) -> Refusal | None:
    """What storage, disk or database refused because they are away or full: nothing that the work could help."""
    refusal = failures.refusal_of(error)
    return refusal if refusal is not None and refusal.status in _AWAY else None


def _wait(job: Claimed, away: Refusal) -> None:
    """Let a job be claimed again after a pause, as if it had not been tried."""
    with acting_in(job.studio_id):
        _own(job).update(
            state=State.PENDING,
            attempts=F("attempts") - 1,
            error=str(away),
            lease_until=None,
            not_before=Now() + (timedelta(seconds=away.wait) if away.wait else LEASE),
        )


def close(job: Claimed, state: State, error: str) -> None:
    """Write down how a job ended, if it is still ours. A step that writes its own end does both in one transaction."""
    with acting_in(job.studio_id):
        _own(job).update(state=state, error=error, lease_until=None, finished_at=Now())


def put_back(job: Claimed, *, after: timedelta = timedelta()) -> None:
    """Let a job that got on be claimed again, behind all that waits in its lane, and not before a pause.

    Call it in the transaction of what was done: who is killed before the commit has done nothing, who is killed after
    it has lost nothing. Attempts are counted afresh, because this one was good for something.
    """
    _own(job).update(state=State.PENDING, attempts=0, error="", lease_until=None, not_before=Now() + after)
    transaction.on_commit(lambda: _ring_after(job, after), robust=True)


def _ring_after(job: Claimed, pause: timedelta) -> None:
    """Ring now, or after a pause as long as this process lives; then the sweeper does."""
    if not pause:
        ring(job.queue)
        return
    bell = threading.Timer(pause.total_seconds(), ring, [job.queue])
    bell.daemon = True
    bell.start()


def _fail(job: Claimed, error: str) -> None:
    if job.attempts >= Job.MOST_ATTEMPTS:
        close(job, State.QUARANTINED, error)
        return
    with acting_in(job.studio_id):
        _own(job).update(
            state=State.PENDING,
            error=error,
            lease_until=None,
            not_before=Now() + RETRY_AFTER[job.attempts - 1],
        )


def sweep(given_up: Callable[[UUID, str, UUID], None] | None = None) -> dict[str, int]:
    """Take back what killed workers held, give up what failed three times, ring for what waits.

    given_up: told (studio id, kind, subject id) of each job given up here, in a transaction of that studio.
    Returns how many jobs were taken back, given up and rung for.
    """
    with across_studios():
        lost = Job.objects.filter(state=State.RUNNING, lease_until__lt=Now())
        dead = list(lost.filter(attempts__gte=Job.MOST_ATTEMPTS))
        back = lost.filter(attempts__lt=Job.MOST_ATTEMPTS).update(
            state=State.PENDING,
            lease_until=None,
            error="The worker stopped during this step.",
            not_before=Now(),
        )
    gone = sum(_give_up(job, given_up) for job in dead)
    return {"taken_back": back, "given_up": gone, "rung": _ring_for_waiting()}


def _give_up(job: Job, given_up: Callable[[UUID, str, UUID], None] | None) -> bool:
    with acting_in(job.studio_id):
        closed = (
            Job.objects.for_studio(job.studio_id)
            .filter(pk=job.pk, state=State.RUNNING, lease_until__lt=Now())
            .update(
                state=State.QUARANTINED,
                lease_until=None,
                finished_at=Now(),
                error="The worker stopped during this step, three times.",
            )
        )
        if closed and given_up:
            given_up(job.studio_id, job.kind, job.subject_id)
    return bool(closed)


def _ring_for_waiting() -> int:
    """Bring the bells of each queue up to the jobs that wait, at most `MOST_BELLS`; returns how many were rung.

    Closes the gap between commit and message, replaces what a wiped broker lost, and starts due retries.
    """
    with across_studios():
        due = Job.objects.filter(state=State.PENDING, not_before__lte=Now())
        waiting = list(due.order_by().values_list("queue").annotate(Count("id")))
    rung = 0
    for queue, count in waiting:
        for _ in range(min(count, MOST_BELLS) - _bells(queue)):
            ring(queue)
            rung += 1
    return rung


def _bells(queue: str) -> int:
    """Messages that wait in the broker. A broker that is away counts as full: ringing there is pointless."""
    try:
        with current_app.connection_for_write() as broker:
            channel: Any = broker.default_channel
            return int(channel.queue_declare(queue=queue, durable=True).message_count)
    except Exception as error:
        log.warning("the broker cannot be asked about queue %s (%s)", queue, error)
        return MOST_BELLS
