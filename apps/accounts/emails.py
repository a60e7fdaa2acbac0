"""The table of emails: one row each, from the transaction of its cause until long after it was sent (see `outbox`)."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import NamedTuple, cast
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.accounts.tenancy import StudioModel, StudioQuerySet
from apps.web import sealed

SUBJECT_LENGTH = 200
PURPOSE = "outbox"


class EmailState(models.TextChoices):
    """What became of an email. Kept: written to a file, because no mail server is set up."""

    WAITING = "waiting", "Waiting"
    SENDING = "sending", "Sending"
    SENT = "sent", "Sent"
    KEPT = "kept", "Kept"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class Words(NamedTuple):
    """What an email says. Without html it is plain text alone.

    may_stop: it comes by itself, of a kind that its reader may want no more of.
    """

    subject: str
    text: str
    html: str = ""
    may_stop: bool = False


def digest(address: str) -> str:
    """A short name of an email address, for keys."""
    return hashlib.sha256(address.lower().encode()).hexdigest()[:24]


class Email(StudioModel):
    """One email to one address: when it is due, what became of it.

    studio: None where an email concerns a person and no studio; the application sees such rows in `across_studios()`
    alone.  key: what it is for ("reminder:<link>:<person>:<day>"); the same email is one row.
    composer: the step in config/tasks.py that finds its words at the moment of sending; "" if they are known.
    sealed: text and HTML, encrypted, since they hold what opens galleries and accounts.  keeps_words: the studio may
    read them afterwards; else they are dropped as soon as the email is settled.
    is_automatic: no person pressed a button for it.  useful_until: it would help nobody after this moment.
    attempts: raised before each try.  tried_at: when the last try began, which tells it from any other.
    handed_at: from then on nobody can tell whether the server has it, until it has answered.
    """

    # How long a row without readable words is kept, to tell what became of it.
    KEPT_FOR = timedelta(days=30)

    studio = models.ForeignKey(  # type: ignore[assignment]
        "accounts.Studio", on_delete=models.DO_NOTHING, db_index=False, related_name="emails", null=True
    )
    key = models.CharField(max_length=200)
    to = models.EmailField(max_length=254, blank=True)
    reply_to = models.EmailField(max_length=254, blank=True)
    subject = models.CharField(max_length=SUBJECT_LENGTH, blank=True)
    sealed = models.TextField(blank=True)
    composer = models.CharField(max_length=20, blank=True)
    keeps_words = models.BooleanField(default=False)
    is_automatic = models.BooleanField(default=True)
    state = models.CharField(max_length=10, choices=EmailState.choices, default=EmailState.WAITING)
    error = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    due_at = models.DateTimeField(default=timezone.now)
    useful_until = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    handed_at = models.DateTimeField(null=True, editable=False)
    sent_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            models.UniqueConstraint(fields=["studio", "key"], name="accounts_email_key", nulls_distinct=False),
            models.CheckConstraint(
                condition=~Q(state="sending") | Q(lease_until__isnull=False), name="accounts_email_lease"
            ),
        ]
        indexes = [
            models.Index(
                fields=["studio", "useful_until", "due_at"], condition=Q(state="waiting"), name="accounts_email_waiting"
            ),
            models.Index(
                fields=["studio", "-tried_at"], condition=Q(tried_at__isnull=False), name="accounts_email_turn"
            ),
            models.Index(fields=["lease_until"], condition=Q(state="sending"), name="accounts_email_sending"),
            models.Index(fields=["created_at"], condition=Q(keeps_words=False), name="accounts_email_age"),
            # Emails to clients: one person in all galleries.
            models.Index(fields=["studio", "to"], condition=Q(composer="client"), name="accounts_email_client"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.state}"

    @staticmethod
    def of(studio_id: UUID | None) -> StudioQuerySet[Email]:
        """The emails of a studio, or of none; the latter need `across_studios()`."""
        if studio_id is not None:
            return Email.objects.for_studio(studio_id)
        return cast(StudioQuerySet[Email], Email.objects.filter(studio__isnull=True))

    @property
    def words(self) -> Words:
        """What it says; empty once the words were dropped, or when the installation's secret has changed since."""
        opened = sealed.unseal(self.sealed, PURPOSE) if self.sealed else ""
        text, html = json.loads(opened) if opened else ("", "")
        return Words(self.subject, text, html)

    @words.setter
    def words(self, words: Words) -> None:
        # A line break in a title must not begin another header.
        self.subject = " ".join(words.subject.split())[:SUBJECT_LENGTH]
        self.sealed = sealed.seal(json.dumps([words.text, words.html]), PURPOSE)

    def cancel(self, reason: str = "") -> bool:
        """Let an email that waits not go out. False if it is on its way or settled already."""
        return bool(cancel(Email.of(self.studio_id).filter(pk=self.pk), reason))


def cancel(emails: StudioQuerySet[Email], reason: str = "") -> int:
    """Let those of these emails that wait not go out; how many."""
    waiting = emails.filter(state=EmailState.WAITING)
    count = waiting.filter(keeps_words=False).update(state=EmailState.CANCELLED, error=reason, sealed="")
    return count + waiting.filter(keeps_words=True).update(state=EmailState.CANCELLED, error=reason)
