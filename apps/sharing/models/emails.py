"""Emails to clients, and the studio's own words for them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import models
from django.utils import timezone

from apps.accounts.models import Email
from apps.accounts.tenancy import StudioModel
from apps.accounts.tenant_keys import SameStudio, TenantKey
from apps.albums.models import Album
from apps.sharing.models.links import ShareLink
from apps.sharing.models.selections import Selection
from apps.sharing.models.visitors import Visitor


class EmailKind(models.TextChoices):
    DELIVERY = "delivery", "Your gallery is ready"
    REMINDER = "reminder", "The gallery closes soon"
    COMPLETE = "complete", "The gallery is complete"
    RECEIVED = "received", "Selection received"
    DOWNLOAD = "download", "Link to the download page"
    NUDGE = "nudge", "Friendly reminder"


class EmailTemplate(StudioModel):
    """The studio's own words for one kind of email; without a row the installation's words hold."""

    kind = models.CharField(max_length=10, choices=EmailKind.choices)
    subject = models.CharField(max_length=150)
    body = models.TextField(max_length=5000)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            models.UniqueConstraint(fields=["studio", "kind"], name="sharing_emailtemplate_kind"),
        ]

    def __str__(self) -> str:
        return self.kind


def reminder_prefix(link: ShareLink) -> str:
    """How keys of reminders of this link and this end begin; a link that is extended has reminders of its own again."""
    return f"reminder:{link.pk}:{link.expires_on}:"


class ClientEmail(StudioModel):
    """What an email to a client is about. The email itself, and what became of it, is its row in the outbox.

    selection: the list that it tells of.  note: what the studio wrote for this once.
    due_on, due_time: the day and the hour for which it is planned, as the studio's clock will show them; null for one
    that goes out at once. The email's own `due_at` derives from them.
    """

    # Their words tell of one moment: they are written at once and stay.
    OF_ONE_MOMENT = (EmailKind.RECEIVED, EmailKind.DOWNLOAD)
    DELIVERIES = (EmailKind.DELIVERY, EmailKind.COMPLETE)
    # A person pressed a button for these.
    BY_HAND = (*DELIVERIES, EmailKind.NUDGE)
    NOTE_LENGTH = 2000

    email = TenantKey(Email, related_name="+")
    album = TenantKey(Album, related_name="client_emails")
    link = TenantKey(ShareLink, null=True, related_name="client_emails")
    visitor = TenantKey(Visitor, null=True, related_name="client_emails")
    selection = TenantKey(Selection, null=True, related_name="client_emails")
    kind = models.CharField(max_length=10, choices=EmailKind.choices)
    note = models.TextField(max_length=NOTE_LENGTH, blank=True)
    language = models.CharField(max_length=7, default="en")
    due_on = models.DateField(null=True, editable=False)
    due_time = models.TimeField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("email"),
            SameStudio("album"),
            SameStudio("link", on_delete="set null"),
            SameStudio("visitor", on_delete="set null"),
            SameStudio("selection", on_delete="set null"),
            models.UniqueConstraint(fields=["studio", "email"], name="sharing_clientemail_once"),
        ]
        indexes = [models.Index(fields=["studio", "-created_at", "-id"], name="sharing_clientemail_newest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.email_id}"

    def planned_at(self, zone: ZoneInfo) -> datetime | None:
        """The moment for which it is planned, by the studio's zone; None for one that goes out at once."""
        if self.due_on is None or self.due_time is None:
            return None
        return datetime.combine(self.due_on, self.due_time, tzinfo=zone)

    @property
    def is_stale(self) -> bool:
        """A reminder of an end that was moved since."""
        return (
            self.kind == EmailKind.REMINDER
            and self.link is not None
            and not self.email.key.startswith(reminder_prefix(self.link))
        )
