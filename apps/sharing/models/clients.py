"""Clients of a studio: one row for each email address, whatever galleries it is about."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from apps.sharing.models.mailed_code import MailedCode


class StudioClient(MailedCode):
    """An email address that the studio has to do with: a visitor gave it, or a link was emailed to it.

    Triggers keep the rows (see the migration that made the table): a deed cannot forget one, and who is erased from
    the last gallery is gone from here. Only the code, by which a client finds all galleries again, is written by the
    application.
    email: lower case.  name: as it was given last, "" for an address that was only emailed.
    seen_at: the last visit, null for none.  active_at: the last visit or email, by which lists are ordered.
    """

    CODE_SALT = "glassine.client.code"
    # How the keys of emails with codes begin.
    CODE_EMAILS = "return:"

    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=120, blank=True, db_default="")
    seen_at = models.DateTimeField(null=True, editable=False)
    active_at = models.DateTimeField(default=timezone.now, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(MailedCode.Meta):
        constraints = [
            *MailedCode.Meta.constraints,
            models.UniqueConstraint(fields=["studio", "email"], name="sharing_studioclient_email"),
        ]
        indexes = [models.Index(fields=["studio", "-active_at", "-id"], name="sharing_studioclient_latest")]

    def __str__(self) -> str:
        return self.name or self.email
