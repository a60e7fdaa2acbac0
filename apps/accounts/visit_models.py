"""The table of visits: whoever runs the installation looked into a studio, and why (see `visits`)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from apps.accounts.tenancy import StudioModel


class OperatorVisit(StudioModel):
    """An operator may look into the studio, and change nothing, until `ends_at` or `ended_at`, whichever is first.

    email: of the operator, kept when the account goes.  reason: in the operator's words, for the studio to read.
    ended_at: when it was over, by a button or by time; null while nobody has noted it.
    """

    LASTS: Final = timedelta(hours=1)

    user = models.ForeignKey("accounts.User", on_delete=models.SET_NULL, null=True, related_name="+")
    email = models.EmailField(max_length=254)
    reason = models.CharField(max_length=300)
    began_at = models.DateTimeField(default=timezone.now, editable=False)
    ends_at = models.DateTimeField(editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            # One at a time, over all studios.
            models.UniqueConstraint(
                fields=["user"], condition=Q(ended_at__isnull=True), name="accounts_operatorvisit_one"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("began_at")), name="accounts_operatorvisit_times"),
        ]

    def __str__(self) -> str:
        return f"{self.email} {self.began_at:%Y-%m-%d %H:%M}"
