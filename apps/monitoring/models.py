"""Signs of life, how each part is now, and how it was for 60 days. About the installation, so without a studio."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.utils import timezone

from apps.accounts.operator_rows import OperatorModel


class Condition(models.TextChoices):
    """How a part is. Warning: it works, and somebody should look soon."""

    OK = "ok", "Well"
    WARNING = "warning", "Look soon"
    FAULT = "fault", "Not well"


class Heartbeat(OperatorModel):
    """The last sign of life of one process.

    service: "web", "beat" or "worker:<queue>".  instance: machine and process.  at: by the database's clock.
    drift_ms: how far the process's clock is ahead of the database's, in milliseconds.
    """

    # Every 20 s; who says nothing for so long is silent, so a page tells it within 90 s.
    SILENT: ClassVar[timedelta] = timedelta(seconds=70)
    KEPT: ClassVar[timedelta] = timedelta(days=1)

    service = models.CharField(max_length=30)
    instance = models.CharField(max_length=120)
    at = models.DateTimeField()
    drift_ms = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "instance"], name="monitoring_heartbeat_once"),
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.instance}"


class ServiceState(OperatorModel):
    """How one part of the installation is.

    since: when the condition began.  seen_at: when somebody looked last.  told_at: when the operators were written to
    about this fault.  facts: figures of the last look, for the page and for Prometheus.
    """

    service = models.CharField(max_length=30)
    condition = models.CharField(max_length=8, choices=Condition.choices, default=Condition.OK)
    sentence = models.CharField(max_length=300, blank=True)
    remedy = models.CharField(max_length=300, blank=True)
    facts = models.JSONField(default=dict)
    since = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service"], name="monitoring_servicestate_once")]

    def __str__(self) -> str:
        return f"{self.service} {self.condition}"


class ServicePeriod(OperatorModel):
    """A time in which a part was in one condition. A gap to the next one: nobody was there to look."""

    KEPT: ClassVar[timedelta] = timedelta(days=60)
    # Looks are 30 s apart; after a longer silence a new period begins.
    GAP: ClassVar[timedelta] = timedelta(minutes=5)

    service = models.CharField(max_length=30)
    condition = models.CharField(max_length=8, choices=Condition.choices)
    sentence = models.CharField(max_length=300, blank=True)
    began_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["service", "-began_at"], name="monitoring_period_newest"),
            models.Index(fields=["seen_at"], name="monitoring_period_age"),
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.condition} {self.began_at:%Y-%m-%d %H:%M}"
