"""The table of work."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.accounts.tenancy import StudioModel


class State(models.TextChoices):
    PENDING = "pending", "Waiting"
    RUNNING = "running", "Working"
    DONE = "done", "Done"
    REJECTED = "rejected", "Refused"
    QUARANTINED = "quarantined", "Given up"


class Queue(models.TextChoices):
    IMAGES = "images"
    FACES = "faces"
    VIDEO = "video"
    DEFAULT = "default"


class Job(StudioModel):
    """One step of work on one thing.

    A row proves that its subject is committed; the message to the worker only says that there is work.
    `attempts` is raised and committed before the work starts, so that a file which kills its worker is
    counted. `key` says what the work is: the same work is one row. `claims` only ever grows, so that a worker
    whose lease ran out cannot take a later claim for its own.
    """

    MOST_ATTEMPTS = 3

    kind = models.CharField(max_length=40)
    queue = models.CharField(max_length=12, choices=Queue.choices)
    key = models.CharField(max_length=200)
    subject_id = models.UUIDField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    claims = models.PositiveIntegerField(default=0, db_default=0)
    not_before = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            models.UniqueConstraint(fields=["studio", "key"], name="jobs_job_key"),
            models.CheckConstraint(condition=~Q(state="running") | Q(lease_until__isnull=False), name="jobs_job_lease"),
        ]
        indexes = [
            models.Index(
                fields=["studio", "queue", "not_before"],
                condition=Q(state="pending"),
                name="jobs_job_pending",
            ),
            models.Index(fields=["lease_until"], condition=Q(state="running"), name="jobs_job_running"),
            models.Index(fields=["studio", "subject_id"], name="jobs_job_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.state}"


class Lane(StudioModel):
    """A studio's place in a queue: the lane served longest ago is served next."""

    queue = models.CharField(max_length=12, choices=Queue.choices)
    served_at = models.DateTimeField(default=timezone.now)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            models.UniqueConstraint(fields=["studio", "queue"], name="jobs_lane_once"),
        ]
        indexes = [models.Index(fields=["queue", "served_at"], name="jobs_lane_turn")]

    def __str__(self) -> str:
        return f"{self.studio_id} {self.queue}"
