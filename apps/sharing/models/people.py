"""What guests asked about themselves: photos that may show them, and that they be hidden."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.tenancy import StudioModel
from apps.accounts.tenant_keys import SameStudio, TenantKey
from apps.sharing.models.links import ShareLink
from apps.sharing.models.shown import OfShown
from apps.sharing.models.visitors import Visitor


class FoundPhotos(StudioModel):
    """Ids of photos in which a guest may be, for a day. Nothing of the guest's own picture is kept.

    The browser that asked holds a signed cookie with its id; nobody else sees them (see `people.finder`).
    """

    KEPT: ClassVar = timedelta(hours=24)

    link = TenantKey(ShareLink, related_name="+")
    photos = ArrayField(models.UUIDField())
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("link"),
        ]
        indexes = [models.Index(fields=["created_at"], name="sharing_foundphotos_age")]

    def __str__(self) -> str:
        return f"{len(self.photos)} photos by {self.link_id}"


class HideAnswer(models.TextChoices):
    HIDE = "hide", "Hidden"
    DECLINE = "decline", "Declined"


class HideRequest(OfShown):
    """A guest asks the studio not to be shown. photos: those in which they may be, until it is answered.

    name: what the guest wrote.  visitor: who it is, if that is known; the request goes with them.
    """

    link = TenantKey(ShareLink, null=True, related_name="+")
    visitor = TenantKey(Visitor, null=True, related_name="+")
    name = models.CharField(max_length=120)
    photos = ArrayField(models.UUIDField())
    answer = models.CharField(max_length=7, choices=HideAnswer.choices, blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(OfShown.Meta):
        constraints = [
            *OfShown.Meta.constraints,
            SameStudio("shown"),
            SameStudio("link", on_delete="set null"),
            SameStudio("visitor"),
        ]
        indexes = [
            models.Index(fields=["studio", "created_at"], condition=Q(answer=""), name="sharing_hiderequest_open")
        ]

    def __str__(self) -> str:
        return f"{self.name}: {len(self.photos)} photos"
