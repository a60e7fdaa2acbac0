"""What was backed up, and how each run went."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.accounts.operator_rows import OperatorModel
from apps.accounts.tenancy import StudioModel


class RunKind(models.TextChoices):
    BACKUP = "backup", "Backup"
    VERIFY = "verify", "Verification"
    DRILL = "drill", "Restore drill"


class RunState(models.TextChoices):
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class BackupRun(OperatorModel):
    """One backup, one verification or one rehearsed restore.

    A row without a studio, since a run is about the whole installation.
    destination: the id in the marker of the place it went to.  place: that place in words, without secrets.
    snapshot: the name of what it wrote or read.  beat_at: the last sign of life of a run at work.
    rows: of the database.  files, bytes: what was looked at.  new_files, new_bytes: what was sent.
    problems: a sentence for each thing that is not as it should be, the first `PROBLEMS` of them.
    """

    # A run that says nothing for so long was killed.
    SILENT: ClassVar[timedelta] = timedelta(minutes=10)
    KEPT: ClassVar[timedelta] = timedelta(days=400)
    PROBLEMS: ClassVar[int] = 50

    kind = models.CharField(max_length=10, choices=RunKind.choices)
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.RUNNING)
    destination = models.UUIDField()
    place = models.CharField(max_length=300)
    snapshot = models.CharField(max_length=60, blank=True)
    rows = models.BigIntegerField(default=0)
    files = models.BigIntegerField(default=0)
    bytes = models.BigIntegerField(default=0)
    new_files = models.BigIntegerField(default=0)
    new_bytes = models.BigIntegerField(default=0)
    problems = models.JSONField(default=list)
    message = models.CharField(max_length=300, blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    beat_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # Two at once would remove what the other writes.
            models.UniqueConstraint(fields=["state"], condition=Q(state="running"), name="backups_backuprun_alone"),
            models.CheckConstraint(
                condition=Q(state="running", ended_at__isnull=True) | ~Q(state="running") & Q(ended_at__isnull=False),
                name="backups_backuprun_end",
            ),
        ]
        indexes = [models.Index(fields=["kind", "-started_at"], name="backups_backuprun_newest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.state} {self.started_at:%Y-%m-%d %H:%M}"

    @classmethod
    def last_good(cls, kind: RunKind) -> BackupRun | None:
        """The last run of this kind that ended well. Run in `across_studios()`."""
        return cls.objects.filter(kind=kind, state=RunState.DONE).order_by("-started_at").first()

    def note(self, problem: str) -> None:
        """Remember what is not as it should be; not saved."""
        if len(self.problems) < self.PROBLEMS:
            self.problems.append(problem[:300])

    def beat(self) -> None:
        """Say that the run is still at work, and how far it is. Run in `across_studios()`."""
        self.beat_at = timezone.now()
        self.save(update_fields=["beat_at", "rows", "files", "bytes", "new_files", "new_bytes", "problems"])

    def end(self, state: RunState, message: str) -> None:
        """Write down how it ended. Run in `across_studios()`."""
        self.state, self.message, self.ended_at = state, message[:300], timezone.now()
        self.save()


class BackupCopy(StudioModel):
    """Bytes of a studio that lie in a backup. Whoever asks whether an original is backed up looks here.

    destination: the id of the place.  kept_at: when they were written there.  checked_at: when they were last read
    back and compared (writing them is the first time).
    """

    destination = models.UUIDField()
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    kept_at = models.DateTimeField(default=timezone.now)
    checked_at = models.DateTimeField(default=timezone.now)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            models.UniqueConstraint(fields=["studio", "sha256", "destination"], name="backups_backupcopy_once"),
        ]
        indexes = [models.Index(fields=["destination", "checked_at"], name="backups_backupcopy_checked")]

    def __str__(self) -> str:
        return f"{self.sha256} in {self.destination}"

    @classmethod
    def known_of(cls, studio_id: UUID, hashes: list[str]) -> set[str]:
        """Which of these hashes of the studio lie in a backup. Call it in the studio."""
        rows = cls.objects.for_studio(studio_id, by_key=True).filter(sha256__in=hashes)
        return set(rows.values_list("sha256", flat=True))
