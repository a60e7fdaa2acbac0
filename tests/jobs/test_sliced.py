"""Tasks in slices: exact whoever dies, stopped between slices, tried again only for the rest, fair. G42, G46, G49."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any
from uuid import UUID

import pytest
from django.db.models.functions import Now

from apps.accounts.journal import note
from apps.accounts.journal.sentences import photos_word
from apps.accounts.long_tasks import NothingLeft, Task, TaskSlice, TaskState, TooManyForTask
from apps.accounts.models import JournalEntry, Studio, User
from apps.accounts.tenancy import across_studios, acting_in
from apps.jobs import queue, sliced
from apps.jobs.models import Job, Queue, State
from apps.jobs.sliced import Followed, Sliced
from apps.web.ids import uuid7
from tests.jobs.conftest import jobs_of, put, the_job
from tests.jobs.test_claim import let_leases_end, make_due, silent  # noqa: F401  (a fixture)
from tests.parallel import together

pytestmark = pytest.mark.django_db(transaction=True)

DEFAULT = Queue.DEFAULT


def write_down(task: Task, some: TaskSlice) -> int:
    """The deed of these tests: its effect is a row of the journal, which can neither be changed nor taken back."""
    note(task.studio, task.who, "test.counted", photos=[str(pk) for pk in some.ids])
    if task.params.get("fails") == some.number:
        raise RuntimeError("the disk is on fire")
    if task.params.get("refuses") == some.number:
        raise queue.JobRefused("The section was deleted.")
    if task.params.get("stops") == some.number:
        raise sliced.Stop("The link is turned off.")
    return len(some.ids) - 1


COUNT = Sliced("test.count", lambda task: f"{photos_word(task.done)} counted.", write_down)
STEPS = {COUNT.kind: [COUNT]}


def begin(studio: Studio, count: int, *, by: User | None = None, **params: Any) -> Task:
    with acting_in(studio):
        return COUNT.begin(studio, (uuid7() for _ in range(count)), by=by, title="Count photos", **params)


def work(turns: int = 1) -> int:
    """Let a worker take so many turns. Returns how many found something to do."""
    found = 0
    for _ in range(turns):
        found += queue.answer(DEFAULT, STEPS) is not None
        make_due()
    return found


def afresh(task: Task) -> Task:
    with acting_in(task.studio_id):
        task.refresh_from_db()
    return task


def written(studio: UUID) -> Counter[str]:
    """How often each photo was written down."""
    with acting_in(studio):
        entries = JournalEntry.objects.for_studio(studio).filter(verb="test.counted")
        return Counter(photo for detail in entries.values_list("detail", flat=True) for photo in detail["photos"])


def is_exact(task: Task, count: int) -> bool:
    """True if so many photos were dealt with, each of them once."""
    found = written(task.studio_id)
    return len(found) == count and set(found.values()) <= {1}


# -- slice by slice ----------------------------------------------------------------------------------


def test_each_claim_deals_with_one_slice(north: Studio) -> None:
    task = begin(north, 250)
    seen = []
    while work():
        seen.append((afresh(task).state, task.done))
    assert seen == [("running", 100), ("running", 200), ("done", 250)]
    assert (task.changed, task.message, task.left) == (247, "250 photos counted.", 0)
    assert is_exact(task, 250)
    assert the_job(north).state == State.DONE


def test_a_finished_task_keeps_none_of_the_ids(north: Studio) -> None:
    begin(north, 250)
    work(3)
    with acting_in(north):
        assert not TaskSlice.objects.for_studio(north).exists()


def test_effect_and_progress_commit_together(north: Studio) -> None:
    task = begin(north, 250, fails=2)
    work(2)
    assert (afresh(task).state, task.done, task.changed) == (TaskState.RUNNING, 100, 99)
    assert is_exact(task, 100)


def test_progress_apart_from_the_effect_would_do_a_slice_twice(north: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken variant: the effect is committed before the progress, and the worker dies in between."""

    def first_the_effect(task: Task, some: TaskSlice) -> int:
        def commit(_: int) -> int:
            with acting_in(task.studio_id):
                return write_down(task, some)

        together(1, commit)
        raise RuntimeError("killed")

    broken = Sliced(COUNT.kind, COUNT.told, first_the_effect)
    task = begin(north, 100)
    queue.answer(DEFAULT, {COUNT.kind: [broken]})
    make_due()
    work()
    assert afresh(task).state == TaskState.DONE
    assert not is_exact(task, 100)


def test_more_than_twenty_thousand_are_refused_as_a_whole(north: Studio) -> None:
    with pytest.raises(TooManyForTask, match="20,000"):
        begin(north, 20_001)
    with acting_in(north):
        assert not Task.objects.for_studio(north).exists()
    assert jobs_of(north) == []


@pytest.mark.slow
def test_twenty_thousand_are_taken_on(north: Studio) -> None:
    task = begin(north, 20_000)
    with acting_in(north):
        assert (task.total, task.slices.count()) == (20_000, 200)


def test_a_studio_cannot_begin_tasks_without_end(
    north: Studio, alice_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sliced, "MOST_ACTIVE", 2)
    for _ in range(2):
        begin(north, 1, by=alice_user)
    with pytest.raises(sliced.TooManyTasks):
        begin(north, 1, by=alice_user)
    work()
    begin(north, 1, by=alice_user)


# -- whoever dies ------------------------------------------------------------------------------------


def test_a_task_of_a_killed_worker_is_resumed_where_it_was(north: Studio) -> None:
    task = begin(north, 250)
    work()
    assert queue.claim(DEFAULT)
    let_leases_end()
    queue.sweep()
    work(2)
    assert afresh(task).state == TaskState.DONE
    assert is_exact(task, 250)


def test_a_worker_that_comes_back_from_the_dead_does_nothing_twice(north: Studio) -> None:
    task = begin(north, 250)
    dead = queue.claim(DEFAULT)
    assert dead
    let_leases_end()
    queue.sweep()
    work()
    COUNT(dead)
    assert afresh(task).done == 200
    assert the_job(north).state == State.PENDING
    work()
    assert afresh(task).state == TaskState.DONE
    assert is_exact(task, 250)


def test_a_worker_that_comes_back_does_not_end_the_next_turn(north: Studio) -> None:
    """Attempts begin anew with each turn, so they do not tell one claim from another."""
    begin(north, 250)
    dead = queue.claim(DEFAULT)
    assert dead
    COUNT(dead)
    living = queue.claim(DEFAULT)
    assert living
    assert living.attempts == dead.attempts
    queue.close(dead, State.DONE, "")
    assert the_job(north).state == State.RUNNING


@pytest.mark.slow
def test_eight_workers_at_one_task_are_exact(north: Studio) -> None:
    task = begin(north, 2_000)

    def drain(_: int) -> None:
        while afresh(Task(pk=task.pk, studio_id=north.pk)).is_active:
            queue.answer(DEFAULT, STEPS)

    assert together(8, drain) == [None] * 8
    assert afresh(task).state == TaskState.DONE
    assert is_exact(task, 2_000)


def test_dying_now_and_then_is_not_failing(north: Studio) -> None:
    """Three deaths over one slice end a task; one death in each of many slices does not."""
    task = begin(north, 500)
    for _ in range(4):
        assert queue.claim(DEFAULT)
        let_leases_end()
        queue.sweep(lambda studio_id, kind, subject_id: sliced.given_up(studio_id, subject_id))
        work()
    work()
    assert afresh(task).state == TaskState.DONE


def test_a_slice_that_kills_its_worker_three_times_is_told(north: Studio) -> None:
    task = begin(north, 250)
    work()
    for _ in range(3):
        queue.claim(DEFAULT)
        let_leases_end()
        queue.sweep(lambda studio_id, kind, subject_id: sliced.given_up(studio_id, subject_id))
    assert (afresh(task).state, task.message, task.left) == (TaskState.FAILED, sliced.BROKE, 150)


# -- failing, and trying again -----------------------------------------------------------------------


def mend(task: Task) -> None:
    """What made it fail is over."""
    with acting_in(task.studio_id):
        Task.objects.for_studio(task.studio_id).filter(pk=task.pk).update(params={})


def test_a_failing_slice_is_tried_three_times_and_told_and_trying_again_does_only_the_rest(north: Studio) -> None:
    task = begin(north, 450, fails=3)
    work(8)
    assert (afresh(task).state, task.done, task.left) == (TaskState.FAILED, 200, 250)
    assert task.result == {"message": sliced.BROKE, "changed": 198, "failed": 0, "left": 250}
    assert the_job(north).state == State.QUARANTINED
    mend(task)
    with acting_in(north):
        again = sliced.retry(north, task.pk)
    assert again
    assert (again.state, again.message, again.ended_at) == (TaskState.WAITING, "", None)
    work(3)
    assert afresh(task).state == TaskState.DONE
    assert is_exact(task, 450)


def test_what_never_can_be_done_ends_at_once_with_the_reason(north: Studio) -> None:
    task = begin(north, 250, refuses=2)
    assert work(5) == 2
    assert (afresh(task).state, task.message, task.done) == (TaskState.FAILED, "The section was deleted.", 100)


def test_what_nobody_wants_any_more_stops(north: Studio) -> None:
    task = begin(north, 250, stops=2)
    assert work(5) == 2
    assert (afresh(task).state, task.message, task.done) == (TaskState.CANCELLED, "The link is turned off.", 100)
    with acting_in(north):
        assert not task.slices.exists()


@pytest.mark.parametrize("turns", [0, 1, 3])
def test_only_what_failed_can_be_tried_again(turns: int, north: Studio) -> None:
    task = begin(north, 250)
    work(turns)
    with acting_in(north), pytest.raises(NothingLeft):
        sliced.retry(north, task.pk)


# -- stopping ----------------------------------------------------------------------------------------


def test_a_cancelled_task_stops_before_its_next_slice_and_says_how_many(north: Studio) -> None:
    task = begin(north, 450)
    work(2)
    with acting_in(north):
        sliced.cancel(north, task.pk)
    work(3)
    assert afresh(task).state == TaskState.CANCELLED
    assert task.message == "Stopped after 200 of 450 photos. What was done stays."
    assert is_exact(task, 200)
    assert the_job(north).state == State.DONE


def test_a_task_that_is_over_cannot_be_cancelled(north: Studio) -> None:
    task = begin(north, 50)
    work()
    with acting_in(north):
        sliced.cancel(north, task.pk)
    assert afresh(task).state == TaskState.DONE


# -- fairly ------------------------------------------------------------------------------------------


def test_another_studios_task_has_every_second_turn(north: Studio, south: Studio) -> None:
    for _ in range(3):
        begin(north, 2_000)
    work(4)
    small = begin(south, 300)
    turns = 0
    while afresh(small).is_active:
        work()
        turns += 1
    assert turns <= 6


def test_within_a_studio_other_work_does_not_wait_for_the_whole_task(north: Studio) -> None:
    task = begin(north, 2_000)
    put(north, kind="email", name=DEFAULT)
    queue.answer(DEFAULT, STEPS)
    job = queue.claim(DEFAULT)
    assert job
    assert (job.kind, afresh(task).done) == ("email", 100)


def test_without_going_to_the_end_of_the_lane_an_email_would_wait_for_the_whole_task(
    north: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broken variant: the job keeps its place in the lane."""
    begin(north, 2_000)
    put(north, kind="email", name=DEFAULT)

    def keep_place(job: queue.Claimed) -> None:
        queue._own(job).update(state=State.PENDING, attempts=0, lease_until=None)

    monkeypatch.setattr(queue, "put_back", keep_place)
    queue.answer(DEFAULT, STEPS)
    job = queue.claim(DEFAULT)
    assert job
    assert job.kind == COUNT.kind


# -- tasks that follow jobs of their photos ----------------------------------------------------------


def put_each(task: Task, some: TaskSlice) -> Collection[UUID]:
    for pk in some.ids:
        queue.put(task.studio_id, "render", pk, queue=Queue.IMAGES, again=True)
    return some.ids


RENDER = Followed(
    "test.render", lambda task: f"{task.done:,} well, {task.failed:,} not.", put_each, lambda task, some: ["render"]
)
FOLLOWED = {RENDER.kind: [RENDER]}


def begin_render(studio: Studio, count: int) -> Task:
    with acting_in(studio):
        return RENDER.begin(studio, (uuid7() for _ in range(count)), by=None, title="Process photos")


def look() -> None:
    """A turn of the task."""
    queue.answer(DEFAULT, FOLLOWED)
    make_due()


def end_jobs(studio: Studio, count: int, state: State = State.DONE) -> None:
    """As if workers had ended so many of the photos' jobs."""
    with acting_in(studio):
        waiting = Job.objects.for_studio(studio).filter(kind="render", state=State.PENDING)
        ids = list(waiting.order_by("not_before", "id").values_list("pk", flat=True)[:count])
        Job.objects.for_studio(studio).filter(pk__in=ids).update(state=state, finished_at=Now())


def waiting_jobs(studio: Studio) -> int:
    return sum(job.kind == "render" and job.state == State.PENDING for job in jobs_of(studio))


def test_jobs_are_put_a_few_hundred_at_a_time_and_followed(north: Studio) -> None:
    task = begin_render(north, 850)
    assert waiting_jobs(north) == 300
    end_jobs(north, 40)
    look()
    assert (afresh(task).done, waiting_jobs(north)) == (40, 360)
    for _ in range(9):
        end_jobs(north, 100)
        look()
    assert (afresh(task).state, task.done, task.message) == (TaskState.DONE, 850, "850 well, 0 not.")


def test_a_photo_that_fails_is_told_and_only_it_is_tried_again(north: Studio) -> None:
    task = begin_render(north, 150)
    end_jobs(north, 3, State.QUARANTINED)
    end_jobs(north, 147)
    look()
    assert (afresh(task).state, task.done, task.failed) == (TaskState.FAILED, 147, 3)
    assert task.message == "147 well, 3 not."
    with acting_in(north):
        sliced.retry(north, task.pk)
    look()
    assert waiting_jobs(north) == 3
    end_jobs(north, 3)
    look()
    assert (afresh(task).state, task.done, task.failed) == (TaskState.DONE, 150, 0)


def test_a_cancelled_task_puts_no_more_jobs(north: Studio) -> None:
    task = begin_render(north, 850)
    end_jobs(north, 120)
    look()
    with acting_in(north):
        sliced.cancel(north, task.pk)
    before = waiting_jobs(north)
    look()
    assert (afresh(task).state, waiting_jobs(north)) == (TaskState.CANCELLED, before)


def test_what_has_no_job_any_more_is_no_reason_to_wait(north: Studio) -> None:
    """A photo that was purged took its jobs with it."""
    task = begin_render(north, 10)
    with acting_in(north):
        Job.objects.for_studio(north).filter(kind="render").delete()
    look()
    assert afresh(task).state == TaskState.DONE


def test_two_turns_at_once_count_each_photo_once(north: Studio) -> None:
    task = begin_render(north, 300)
    end_jobs(north, 200)
    job = queue.claim(DEFAULT)
    assert job
    together(4, lambda _: RENDER(job))
    assert afresh(task).done == 200


# -- forgotten ---------------------------------------------------------------------------------------


def test_an_old_task_is_forgotten_with_its_slices_and_one_at_work_is_not(north: Studio) -> None:
    from apps.accounts import expiry

    old, failed, active = begin(north, 1), begin(north, 150, fails=2), begin(north, 150)
    work(12)
    with across_studios():
        Task.objects.filter(pk__in=[old.pk, failed.pk]).update(ended_at=Now() - Task.KEPT)
        Task.objects.filter(pk=active.pk).update(created_at=Now() - 2 * Task.KEPT, state="running", ended_at=None)
    expiry.forget()
    with acting_in(north):
        assert list(Task.objects.for_studio(north).values_list("pk", flat=True)) == [active.pk]
        assert not TaskSlice.objects.for_studio(north).exists()
