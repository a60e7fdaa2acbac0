"""Emails to clients, and the studio's own words for them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.accounts.tenancy import StudioModel
from apps.accounts.tenant_keys import SameStudio, TenantKey
from apps.albums.models import Album
from apps.sharing.models.links import ShareLink
from apps.sharing.models.visitors import Visitor


class LetterKind(models.TextChoices):
    DELIVERY = "delivery", "Your gallery is ready"
    REMINDER = "reminder", "The gallery closes soon"
    COMPLETE = "complete", "All photos are ready"
    RECEIVED = "received", "Your selection has arrived"
    DOWNLOAD = "download", "The address of the download page"


class LetterTemplate(StudioModel):
    """The studio's own words for one kind of mail; without a row the installation's words hold."""

    kind = models.CharField(max_length=10, choices=LetterKind.choices)
    subject = models.CharField(max_length=150)
    body = models.TextField(max_length=5000)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            models.UniqueConstraint(fields=["studio", "kind"], name="sharing_lettertemplate_kind"),
        ]

    def __str__(self) -> str:
        return self.kind


class LetterState(models.TextChoices):
    QUEUED = "queued", "Waiting"
    SENDING = "sending", "Being sent"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class Letter(StudioModel):
    """One mail to one client: when it is due, what became of it. The log of a studio's mail.

    subject, text, html: as sent; empty until then, so that a link changed meanwhile is told rightly (what tells of one
    moment, as "received", is written at once).
    key: what it is for ("reminder:<link>:<person>:<day>"); the same mail is one row.
    state: "sending" is committed before the mail server hears of the mail, so none goes out twice.
    attempts: how often the mail server was away or refused it for the time being.
    """

    album = TenantKey(Album, related_name="letters")
    link = TenantKey(ShareLink, null=True, related_name="letters")
    visitor = TenantKey(Visitor, null=True, related_name="letters")
    kind = models.CharField(max_length=10, choices=LetterKind.choices)
    key = models.CharField(max_length=200)
    to = models.EmailField(max_length=254)
    note = models.TextField(max_length=2000, blank=True)
    language = models.CharField(max_length=7, default="en")
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=LetterState.choices, default=LetterState.QUEUED)
    error = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    due_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("album"),
            SameStudio("link", on_delete="set null"),
            SameStudio("visitor", on_delete="set null"),
            models.UniqueConstraint(fields=["studio", "key"], name="sharing_letter_key"),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="queued"), name="sharing_letter_due"),
            models.Index(fields=["studio", "-created_at", "-id"], name="sharing_letter_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.to}"
