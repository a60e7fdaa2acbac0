"""Tasks: acts that take longer than a request may.

A row says what the act is about, how far it is and how it ended. What it has to deal with is frozen when it begins, as
ids in slices; `jobs.sliced` works them off, one slice per claim of a job, and the effect of a slice commits with the
progress written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Max, Q
from django.utils import timezone

from apps.accounts.journal.sentences import counted
from apps.accounts.tenancy import StudioModel, StudioQuerySet, Works
from apps.accounts.tenant_keys import SameStudio, TenantKey
from apps.web.refusal import Refusal

T = TypeVar("T")

# Rows of slices that are written by one statement.
_WRITTEN_AT_ONCE = 20


class TooManyForTask(Refusal):
    """More than a task takes on."""

    status = 413
    code = "too_many"


class NothingLeft(Refusal):
    """A task that is not over, went well or was stopped has nothing to try again."""

    status = 409
    code = "nothing_to_retry"
    sentence = "There is nothing to retry."


class MustGoOn(Refusal):
    """A task that nobody may stop."""

    status = 409
    code = "must_go_on"
    sentence = "This cannot be stopped: the rest of your data must agree with it."


class TaskState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "In progress"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Stopped"


ACTIVE = (TaskState.WAITING, TaskState.RUNNING)


class Task(StudioModel):
    """One long act of a studio.

    kind: names the deed, as "photos.move".  title: what it does, in words.  params: what the deed needs to know.
    noun: what is counted.  may_stop: nobody may stop what the studio's other data must agree with.
    key: names what is asked for again and again ("" for what is not): one task of a key is active at a time.
    total: photos (or what `noun` says) chosen.  done: those dealt with.
    changed: those of them that it made a difference to.
    failed: those that could not be dealt with.  message: how it ended, a sentence.
    undo: the entry of the journal by which the whole act is taken back; its entries share the task's id as their act.
    who: the member who began it; None for a guest's.
    seen_at: when `who` was told how it ended.
    """

    MOST: ClassVar[int] = 20_000
    SLICE: ClassVar[int] = 100
    KEPT: ClassVar[timedelta] = timedelta(days=30)

    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    params = models.JSONField(default=dict)
    noun = models.CharField(max_length=20, default="photo", db_default="photo")
    may_stop = models.BooleanField(default=True, db_default=True)
    key = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=10, choices=TaskState.choices, default=TaskState.WAITING)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    message = models.CharField(max_length=300, blank=True)
    undo = models.UUIDField(null=True)
    who = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["studio", "kind", "key"],
                condition=Q(state__in=ACTIVE) & ~Q(key=""),
                name="accounts_task_active_key",
            ),
            models.CheckConstraint(condition=Q(done__lte=F("total") - F("failed")), name="accounts_task_progress"),
            models.CheckConstraint(
                condition=Q(state__in=ACTIVE, ended_at__isnull=True) | ~Q(state__in=ACTIVE) & Q(ended_at__isnull=False),
                name="accounts_task_end",
            ),
        ]
        indexes = [
            models.Index(fields=["studio", "-created_at", "-id"], name="accounts_task_newest"),
            # Asked by every page of the studio.
            models.Index(
                fields=["studio", "who", "-created_at"], condition=Q(seen_at__isnull=True), name="accounts_task_unseen"
            ),
        ]

    @classmethod
    def within(cls, member: Works) -> Q:
        """What restricted members see: what they began themselves."""
        return Q(who=member.user)

    def __str__(self) -> str:
        return f"{self.title} {self.state}"

    @staticmethod
    def held(studio_id: UUID, task_id: UUID) -> Task | None:
        """The row, locked until the transaction ends, or None if there is none. All that changes a task holds it."""
        mine: StudioQuerySet[Task] = Task.objects.for_studio(studio_id)
        rows = mine.select_related("studio").select_for_update(no_key=True, of=("self",))
        return rows.filter(pk=task_id).first()

    @staticmethod
    def active_of(studio_id: UUID, kind: str, key: str) -> Task | None:
        """The task of this key that is at work, if there is one."""
        mine: StudioQuerySet[Task] = Task.objects.for_studio(studio_id)
        return mine.filter(kind=kind, key=key, state__in=ACTIVE).first()

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE

    @property
    def left(self) -> int:
        """Photos that were neither dealt with nor given up."""
        return self.total - self.done - self.failed

    @property
    def progress(self) -> str:
        """How far it is or how it ended, in words: "300 of 5,000 photos"."""
        return self.message if not self.is_active else f"{self.done:,} of {counted(self.total, self.noun)}"

    @property
    def may_retry(self) -> bool:
        return self.state == TaskState.FAILED

    @property
    def result(self) -> dict[str, Any] | None:
        """How it ended; None while it is at work."""
        if self.is_active:
            return None
        return {"message": self.message, "changed": self.changed, "failed": self.failed, "left": self.left}

    def add(self, ids: Iterable[UUID], *, part: str = "", most: int = MOST) -> int:
        """Freeze photos (or what else the deed deals with) that the task is to deal with. Returns how many.

        ids: no id twice.  part: told to the deed.  most: in all.  Raises TooManyForTask.
        """
        last: int = self.slices.aggregate(last=Max("number"))["last"] or 0
        cut = (
            TaskSlice(studio_id=self.studio_id, task=self, number=number, part=part, ids=few)
            for number, few in enumerate(_batches(ids, self.SLICE), start=last + 1)
        )
        before = self.total
        for some in _batches(cut, _WRITTEN_AT_ONCE):
            self.total += sum(len(one.ids) for one in some)
            if self.total > most:
                raise TooManyForTask(f"At most {counted(most, self.noun)} at once.")
            TaskSlice.objects.for_studio(self.studio_id).bulk_create(some)
        self.save(update_fields=["total"])
        return self.total - before

    def advance(self, done: int, changed: int, *, failed: int = 0) -> None:
        """Write down that some photos were dealt with, and `undo`. Call it in the transaction of the effect."""
        self.state = TaskState.RUNNING
        self.done += done
        self.changed += changed
        self.failed += failed
        self.save(update_fields=["state", "done", "changed", "failed", "undo"])

    def end(self, state: TaskState, message: str) -> None:
        """Write down how it ended. state: done, failed or cancelled."""
        self.state, self.message, self.ended_at = state, message[:300], timezone.now()
        self.save(update_fields=["state", "message", "ended_at"])

    def cancel(self) -> bool:
        """Stop before the next slice. What was done stays. False if it was over already. Raises MustGoOn."""
        if not self.is_active:
            return False
        if not self.may_stop:
            raise MustGoOn
        self.slices.all().delete()
        chosen = counted(self.total, self.noun)
        self.end(TaskState.CANCELLED, f"Stopped after {self.done:,} of {chosen}. What was done stays.")
        return True

    def retry(self) -> None:
        """Let what failed and what was not reached be worked off again. Raises NothingLeft."""
        if not self.may_retry:
            raise NothingLeft
        if self.key and Task.active_of(self.studio_id, self.kind, self.key) is not None:
            raise NothingLeft("This has already been started again.")
        for one in self.slices.exclude(failed=[]):
            one.ids, one.failed, one.begun_at = [*one.ids, *one.failed], [], None
            one.save(update_fields=["ids", "failed", "begun_at"])
        self.state, self.failed, self.message, self.ended_at, self.seen_at = TaskState.WAITING, 0, "", None, None
        self.save(update_fields=["state", "failed", "message", "ended_at", "seen_at"])

    def mark_seen(self) -> None:
        """Whoever began it knows how it ended."""
        if not self.is_active and self.seen_at is None:
            self.seen_at = timezone.now()
            self.save(update_fields=["seen_at"])


class TaskSlice(StudioModel):
    """Some of what a task has to deal with, at most `Task.SLICE` ids. Gone when it is dealt with.

    ids: what is left of it.  failed: what could not be dealt with.  begun_at: when jobs were put for each of it.
    """

    task = TenantKey(Task, related_name="slices")
    number = models.PositiveIntegerField()
    part = models.CharField(max_length=20, blank=True)
    ids = ArrayField(models.UUIDField())
    failed = ArrayField(models.UUIDField(), default=list)
    begun_at = models.DateTimeField(null=True)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("task"),
            models.UniqueConstraint(fields=["studio", "task", "number"], name="accounts_taskslice_number"),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} {self.number}"


def _batches(things: Iterable[T], size: int) -> Iterator[Sequence[T]]:
    """(1, 2, 3), 2 -> [1, 2], [3]. Reads no more of the things than it gives."""
    left = iter(things)
    while some := list(islice(left, size)):
        yield some
