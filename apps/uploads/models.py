"""What is on its way: uploads that may be continued."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.tenancy import StudioModel
from apps.accounts.tenant_keys import SameStudio, TenantKey
from apps.media.storage import partial_directory


class UploadResult(models.TextChoices):
    """What an upload became. Refused files have no row any more: the answer said why."""

    STORED = "stored", "stored"
    DUPLICATE = "duplicate", "already there"


class Upload(StudioModel):
    """A file that arrives in parts. Only who began it may go on with it.

    metadata: the `Upload-Metadata` header as it was sent.  length, offset: bytes in all, and how many of them are
    durable. offset reaches length in the transaction that makes the photo, so a whole upload always has one.
    result, photo: what became of it, for who lost the answer.
    """

    KEPT: ClassVar[timedelta] = timedelta(days=7)

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    album = TenantKey("albums.Album", null=True, related_name="+")
    metadata = models.TextField(blank=True)
    length = models.BigIntegerField()
    offset = models.BigIntegerField(default=0)
    result = models.CharField(max_length=10, choices=UploadResult.choices, blank=True)
    photo = TenantKey("albums.Photo", null=True, related_name="+")
    touched_at = models.DateTimeField(default=timezone.now)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("album"),
            SameStudio("photo", on_delete="set null"),
            models.CheckConstraint(condition=Q(offset__gte=0, offset__lte=F("length")), name="uploads_upload_offset"),
        ]
        indexes = [
            models.Index(fields=["touched_at"], name="uploads_upload_touched"),
            # When a photo or an album goes for good, its uploads are looked for.
            models.Index(fields=["studio", "photo"], name="uploads_upload_photo"),
            models.Index(fields=["studio", "album"], name="uploads_upload_album"),
        ]

    def __str__(self) -> str:
        return f"{self.offset} of {self.length} bytes"

    @property
    def is_whole(self) -> bool:
        return bool(self.result)

    @property
    def expires_at(self) -> datetime:
        """When it is forgotten, unless somebody goes on with it."""
        return self.touched_at + self.KEPT

    @property
    def path(self) -> Path:
        """Where its bytes wait for the rest."""
        return partial_directory() / str(self.pk)
