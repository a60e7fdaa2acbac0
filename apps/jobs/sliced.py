"""Tasks, worked off in slices: one claim of a job deals with one slice and goes to the end of its lane.

The effect of a slice, the progress and the job's next turn commit together. So a worker that is killed has done a slice
or has not; nothing is done twice, whoever takes the job over; and a cancelled task stops before its next slice. Between
two slices the lanes of other studios have their turn.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Final
from uuid import UUID

from django.utils import timezone

from apps.accounts.journal import ActUndone
from apps.accounts.long_tasks import ACTIVE, Task, TaskSlice, TaskState
from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.jobs import queue
from apps.jobs.models import Job, Queue, State
from apps.web import live
from apps.web.refusal import Refusal

BROKE: Final = "Something went wrong on our side. Changes made so far are kept. Try again to finish."
# More than so many tasks of members at once would only wait.
MOST_ACTIVE: Final = 50
# A task that has its photos worked on by jobs of their own keeps so many of them going, and looks so often.
GOING: Final = 300
LOOKS_EVERY: Final = timedelta(seconds=2)


class TooManyTasks(Refusal):
    """The studio has begun so much that more would only wait."""

    status = 429
    code = "too_many_tasks"
    sentence = f"{MOST_ACTIVE} tasks are already running. Wait until some of them finish."
    wait = 60


class Stop(Exception):
    """Nobody wants it done any more. The message says why, to a photographer."""


# -- what people do to a task ------------------------------------------------------------------------


def cancel(studio: Studio, task_id: UUID) -> Task | None:
    """Stop a task before its next slice; one that is over stays as it is. None if there is no such task.

    Raises MustGoOn.
    """
    task = Task.held(studio.pk, task_id)
    if task is not None and task.cancel():
        announce(task)
    return task


def retry(studio: Studio, task_id: UUID) -> Task | None:
    """Work off what a failed task has left. None if there is no such task.  Raises NothingLeft."""
    task = Task.held(studio.pk, task_id)
    if task is not None:
        task.retry()
        _put(task)
        announce(task)
    return task


def mark_seen(studio: Studio, task_id: UUID) -> Task | None:
    """Whoever began a task was told how it ended. None if there is no such task."""
    task = Task.held(studio.pk, task_id)
    if task is not None:
        task.mark_seen()
    return task


def _put(task: Task) -> None:
    queue.put(task.studio_id, task.kind, task.pk, queue=Queue.DEFAULT, again=True)


def group_of(studio_id: UUID, user_id: UUID) -> str:
    """The channel group of a member's pages of the studio."""
    return f"tasks.{studio_id}.{user_id}"


def announce(task: Task) -> None:
    """After the commit, tell the pages of whoever began a task that it changed."""
    if task.who_id is not None:
        live.tell([group_of(task.studio_id, task.who_id)], "tasks.changed", [task.pk])


# -- kinds of tasks ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Kind(ABC):
    """A kind of task, and the step of its job.

    told: how a task went that was worked off, a sentence.
    """

    kind: str
    told: Callable[[Task], str]

    # What is counted, how much of it at most, and whether members may stop it.
    noun: ClassVar[str] = "photo"
    most: ClassVar[int] = Task.MOST
    may_stop: ClassVar[bool] = True

    def begin(
        self,
        studio: Studio,
        ids: Iterable[UUID],
        *,
        by: User | None,
        title: str,
        key: str = "",
        part: str = "",
        **params: Any,
    ) -> Task:
        """Freeze what is to be done and put the job, in the transaction of the caller.

        ids: no id twice.  by: None for a guest.  part: of the ids, told to the deed.  key, params: see `Task`.
        Raises TooManyForTask, TooManyTasks.
        """
        active = Task.objects.for_studio(studio).filter(state__in=ACTIVE, who__isnull=False)
        if by is not None and active.count() >= MOST_ACTIVE:
            raise TooManyTasks
        task = Task(
            studio=studio, kind=self.kind, title=title[:200], key=key, params=params, who=by,
            noun=self.noun, may_stop=self.may_stop,
        )  # fmt: skip
        task.save(force_insert=True)
        self.add(task, ids, part=part)
        _put(task)
        announce(task)
        return task

    def add(self, task: Task, ids: Iterable[UUID], *, part: str = "") -> None:
        """Let a task deal with more. Raises TooManyForTask."""
        task.add(ids, part=part, most=self.most)

    def __call__(self, job: queue.Claimed) -> None:
        """Deal with one slice. A task that was cancelled or forgotten meanwhile is no error."""
        try:
            self._prepare(job)
            with acting_in(job.studio_id):
                task = Task.held(job.studio_id, job.subject_id)
                if task is not None and task.is_active:
                    self._work(task, job)
        except (Stop, ActUndone) as reason:
            _give_up(job, TaskState.CANCELLED, str(reason), State.DONE)
        except queue.JobRefused as refusal:
            _give_up(job, TaskState.FAILED, str(refusal), State.REJECTED)
        except Exception as error:
            if queue.is_last(job, error):
                _give_up(job, TaskState.FAILED, BROKE, State.QUARANTINED)
            raise

    def _prepare(self, job: queue.Claimed) -> None:  # noqa: B027 (most kinds have nothing to prepare)
        """What has to be done before the task is held, outside of its transaction; doing it twice does no harm."""

    @abstractmethod
    def _work(self, task: Task, job: queue.Claimed) -> None:
        """Get on by one slice. The task is held, in its studio's transaction."""


@dataclass(frozen=True)
class Sliced(_Kind):
    """A kind of task whose effect is rows of the database.

    do: deals with a slice and returns for how many it made a difference; it may set the task's `undo`. It raises
    `queue.JobRefused` when it never can, `Stop` when nobody wants it any more; then nothing of the slice was done.
    """

    do: Callable[[Task, TaskSlice], int]

    def _work(self, task: Task, job: queue.Claimed) -> None:
        some = task.slices.order_by("number").first()
        if some is not None:
            task.advance(len(some.ids), self.do(task, some))
            some.delete()
        if task.slices.exists():
            queue.put_back(job)
            announce(task)
        else:
            _end(task, job, TaskState.DONE, self.told(task))


@dataclass(frozen=True)
class Outside(_Kind):
    """A kind of task whose effect is on files, so that it opens transactions of its own, and may be done twice.

    act: does the whole of it, for the studio.
    """

    act: Callable[[UUID], None]

    def _prepare(self, job: queue.Claimed) -> None:
        self.act(job.studio_id)

    def _work(self, task: Task, job: queue.Claimed) -> None:
        task.advance(task.left, task.left)
        task.slices.all().delete()
        _end(task, job, TaskState.DONE, self.told(task))


@dataclass(frozen=True)
class Stepwise(_Kind):
    """A kind of task whose effect is on files and takes long: one claim does some of it, in transactions of its own.

    act: (studio, task) -> does some, and writes down how far the task came, in the transaction of the effect or after
    it: who is killed in between does that once more. It adds to the task what it finds there is to do.
    """

    act: Callable[[UUID, UUID], None]

    def _prepare(self, job: queue.Claimed) -> None:
        self.act(job.studio_id, job.subject_id)

    def _work(self, task: Task, job: queue.Claimed) -> None:
        if task.slices.exclude(ids=[]).exists():
            queue.put_back(job)
            announce(task)
        else:
            _end(task, job, TaskState.FAILED if task.failed else TaskState.DONE, self.told(task))


@dataclass(frozen=True)
class Followed(_Kind):
    """A kind of task that has jobs put for its photos, a few hundred at a time, and follows them to their end.

    put: puts the jobs of a slice and returns the ids that have one; twice is once.
    kinds: which kinds of jobs `put` puts for a slice.
    """

    put: Callable[[Task, TaskSlice], Collection[UUID]]
    kinds: Callable[[Task, TaskSlice], Collection[str]]

    def add(self, task: Task, ids: Iterable[UUID], *, part: str = "") -> None:
        super().add(task, ids, part=part)
        # At once: a guest is waiting for the first of them.
        self._feed(task)

    def _work(self, task: Task, job: queue.Claimed) -> None:
        before = task.left
        for some in task.slices.filter(begun_at__isnull=False):
            self._collect(task, some)
        self._feed(task)
        if task.slices.exclude(ids=[]).exists():
            queue.put_back(job, after=LOOKS_EVERY)
            if task.left != before:
                announce(task)
        else:
            _end(task, job, TaskState.FAILED if task.failed else TaskState.DONE, self.told(task))

    def _collect(self, task: Task, some: TaskSlice) -> None:
        """Count what jobs have ended of a slice."""
        jobs = Job.objects.for_studio(task.studio_id).filter(kind__in=self.kinds(task, some), subject_id__in=some.ids)
        states = list(jobs.values_list("subject_id", "state"))
        going = {pk for pk, state in states if state in (State.PENDING, State.RUNNING)}
        bad = {pk for pk, state in states if state in (State.REJECTED, State.QUARANTINED)} - going
        ended = [pk for pk in some.ids if pk not in going]
        if not ended:
            return
        done = len(ended) - len(bad)
        task.advance(done, done, failed=len(bad))
        some.ids, some.failed = [pk for pk in some.ids if pk in going], [*some.failed, *bad]
        if some.ids or some.failed:
            some.save(update_fields=["ids", "failed"])
        else:
            some.delete()

    def _feed(self, task: Task) -> None:
        """Have jobs put until enough are going."""
        going = sum(len(some.ids) for some in task.slices.filter(begun_at__isnull=False))
        for some in task.slices.filter(begun_at__isnull=True).order_by("number")[: GOING // Task.SLICE]:
            if going >= GOING:
                return
            waiting = set(self.put(task, some))
            task.advance(len(some.ids) - len(waiting), 0)
            some.ids, some.begun_at = [pk for pk in some.ids if pk in waiting], timezone.now()
            going += len(waiting)
            if waiting:
                some.save(update_fields=["ids", "begun_at"])
            else:
                some.delete()


# -- how it ends -------------------------------------------------------------------------------------


def _end(task: Task, job: queue.Claimed, state: TaskState, message: str) -> None:
    """It was worked off. The job ends in the same transaction, so that whoever tries again finds none at work."""
    task.end(state, message)
    queue.close(job, State.DONE, "")
    announce(task)


def _give_up(job: queue.Claimed, state: TaskState, reason: str, job_state: State) -> None:
    """It cannot go on."""
    with acting_in(job.studio_id):
        task = Task.held(job.studio_id, job.subject_id)
        if task is not None and task.is_active:
            if state == TaskState.CANCELLED:
                task.slices.all().delete()
            task.end(state, reason)
            announce(task)
        queue.close(job, job_state, reason)


def given_up(studio_id: UUID, task_id: UUID) -> None:
    """The worker died three times over one slice. Run in `acting_in(studio)`."""
    task = Task.held(studio_id, task_id)
    if task is not None and task.is_active:
        task.end(TaskState.FAILED, BROKE)
        announce(task)
