"""Links that let a client in."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.tenancy import StudioModel
from apps.accounts.tenant_keys import SameStudio, TenantKey
from apps.albums.models import Album


class Download(models.TextChoices):
    NONE = "none", "No downloads"
    WEB = "web", "Web size (2400 px)"
    ORIGINAL = "original", "Original files"


class ShareLink(StudioModel):
    """A capability: whoever has the token may see one album, within its rights, until it ends.

    The token is stored as a hash for the look-up and sealed (encrypted with the installation's key) only
    to be shown to the studio again. `version` rises with a new password or a revocation and ends every
    guest's session of the link.
    """

    album = TenantKey(Album, related_name="share_links")
    label = models.CharField(max_length=80)
    token_hash = models.CharField(max_length=64, editable=False)
    token_sealed = models.CharField(max_length=300, editable=False)
    password_hash = models.CharField(max_length=128, blank=True, editable=False)
    download = models.CharField(max_length=8, choices=Download.choices, default=Download.NONE)
    expires_on = models.DateField(null=True)
    expires_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    views = models.PositiveIntegerField(default=0, editable=False)
    last_opened_at = models.DateTimeField(null=True, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("album"),
            models.UniqueConstraint(fields=["studio", "token_hash"], name="sharing_sharelink_token"),
        ]
        indexes = [models.Index(fields=["token_hash"], name="sharing_sharelink_lookup")]

    def __str__(self) -> str:
        return self.label

    @property
    def is_revoked(self) -> bool:
        return self.revoked_at is not None

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def is_password_protected(self) -> bool:
        return bool(self.password_hash)
