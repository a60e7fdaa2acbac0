"""Addresses that a studio wants to be told at, and what was sent to each."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.accounts.tenancy import StudioModel
from apps.accounts.tenant_keys import SameStudio, TenantKey
from apps.web import sealed

PURPOSE = "webhooks"


class Webhook(StudioModel):
    """Where a program of the studio's wants to hear of events.

    events: which ("guest.opened", "album.created"); empty for all.  sealed: the secret that signs, encrypted.
    former, former_until: the secret before the last rotation, which signs beside the new one for a day.
    served_at: when something was last sent; whoever waited longest is served next.
    failing_since: of the first failure after the last success; null while it takes what it is sent.
    """

    MOST: ClassVar[int] = 20
    OVERLAP: ClassVar[timedelta] = timedelta(hours=24)

    url = models.URLField(max_length=500)
    events = ArrayField(models.CharField(max_length=60), default=list)
    is_active = models.BooleanField(default=True)
    sealed = models.TextField(editable=False)
    former = models.TextField(blank=True, editable=False)
    former_until = models.DateTimeField(null=True, editable=False)
    served_at = models.DateTimeField(default=timezone.now, editable=False)
    failing_since = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(StudioModel.Meta):
        constraints = [*StudioModel.Meta.constraints]
        indexes = [models.Index(fields=["served_at"], condition=Q(is_active=True), name="webhooks_webhook_turn")]

    def __str__(self) -> str:
        return self.url

    def new_secret(self) -> str:
        """Another secret, shown once; the one before works for another day. Not saved."""
        if self.sealed:
            self.former, self.former_until = self.sealed, timezone.now() + self.OVERLAP
        secret = f"whsec_{secrets.token_urlsafe(32)}"
        self.sealed = sealed.seal(secret, PURPOSE)
        return secret

    def secrets(self, now: datetime) -> list[str]:
        """What signs now, the newest first."""
        kept = [self.sealed]
        if self.former and self.former_until is not None and self.former_until > now:
            kept.append(self.former)
        return [secret for one in kept if (secret := sealed.unseal(one, PURPOSE))]


class DeliveryState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    SENDING = "sending", "Sending"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Failed"


class WebhookDelivery(StudioModel):
    """One event for one webhook, written by a trigger in the transaction of the event itself.

    event: its name.  source_id: the row of the activity or of the journal. What is sent is read from there at each try,
    so nothing about a person stays here once that row forgot it.
    attempts: raised before each try.  status: the HTTP status of the last answer.  answer: the beginning of it.
    took_ms: how long it took.  error: why it was not taken, a sentence.
    """

    KEPT: ClassVar[timedelta] = timedelta(days=30)

    webhook = TenantKey(Webhook, related_name="deliveries")
    event = models.CharField(max_length=80)
    source_id = models.UUIDField()
    state = models.CharField(max_length=10, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.CharField(max_length=500, blank=True)
    error = models.CharField(max_length=300, blank=True)
    took_ms = models.PositiveIntegerField(null=True)
    due_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(StudioModel.Meta):
        constraints = [*StudioModel.Meta.constraints, SameStudio("webhook")]
        indexes = [
            models.Index(
                fields=["studio", "webhook", "due_at"], condition=Q(state="waiting"), name="webhooks_delivery_waiting"
            ),
            models.Index(fields=["lease_until"], condition=Q(state="sending"), name="webhooks_delivery_sending"),
            models.Index(fields=["studio", "webhook", "-created_at", "-id"], name="webhooks_delivery_newest"),
            models.Index(fields=["created_at"], name="webhooks_delivery_age"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.state}"

    def replay(self) -> None:
        """Send it again, with the same id. One that waits goes now."""
        self.state, self.attempts, self.due_at = DeliveryState.WAITING, 0, timezone.now()
        self.status, self.answer, self.error, self.lease_until = None, "", "", None
        self.save(update_fields=["state", "attempts", "due_at", "status", "answer", "error", "lease_until"])
