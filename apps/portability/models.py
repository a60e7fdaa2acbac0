"""Exports of a studio: what one holds, in which parts it leaves, and how long it is kept."""

from __future__ import annotations

import json
import zlib
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from apps.accounts.tenancy import StudioModel
from apps.accounts.tenant_keys import SameStudio, TenantKey
from apps.media.models import Blob


class ExportOf(models.TextChoices):
    STUDIO = "studio", "Everything"
    PHOTOS = "photos", "Photos"


class StudioExport(StudioModel):
    """Everything of a studio as it was at one moment, to be taken along; or some of its photos (see `photo_exports`).

    The originals stay where they are: an archive is laid out from names, sizes and CRCs, and read while it leaves.

    title: what it holds, in words; "" for everything.
    task_id: the task that makes it.  taken_at: the moment of its rows; null until they are read.
    ready_at: since when it can be fetched.  expires_at: until when.
    draft: what it will hold, compressed, until the parts are made of it (see `exports`).
    key_sealed: the key of its secrets, encrypted, until they are written; "" without a passphrase.  salt: of that
    passphrase, "" without one.
    """

    KEPT: ClassVar[timedelta] = timedelta(days=7)
    # Of the files that are written for it; by it they are told from the studio's own.
    MIME: ClassVar = "application/x-glassine-export"

    what = models.CharField(max_length=8, choices=ExportOf.choices, default=ExportOf.STUDIO, db_default="studio")
    title = models.CharField(max_length=200, blank=True, default="", db_default="")
    task_id = models.UUIDField(null=True)
    who = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    taken_at = models.DateTimeField(null=True, editable=False)
    ready_at = models.DateTimeField(null=True, editable=False)
    expires_at = models.DateTimeField(null=True, editable=False)
    files = models.PositiveIntegerField(default=0, editable=False)
    draft = models.BinaryField(null=True, editable=False)
    key_sealed = models.TextField(blank=True, editable=False)
    salt = models.CharField(max_length=32, blank=True, editable=False)

    class Meta(StudioModel.Meta):
        constraints = [*StudioModel.Meta.constraints]
        indexes = [models.Index(fields=["created_at"], name="portability_export_age")]

    def __str__(self) -> str:
        return f"{self.studio_id} {self.created_at}"

    @property
    def is_ready(self) -> bool:
        return self.ready_at is not None and self.expires_at is not None and self.expires_at > timezone.now()

    @property
    def has_secrets(self) -> bool:
        """True if whoever has the passphrase brings links and passwords back."""
        return bool(self.salt)


class ExportFile(StudioModel):
    """A file that was written for an export: rows, secrets. It holds the bytes for as long as the export is kept."""

    export = TenantKey(StudioExport, related_name="files_made")
    blob = TenantKey(Blob, related_name="export_files")

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("export"),
            SameStudio("blob", on_delete="restrict"),
            models.UniqueConstraint(fields=["studio", "export", "blob"], name="portability_exportfile_once"),
        ]

    def __str__(self) -> str:
        return f"{self.blob_id} of {self.export_id}"


class ExportPart(StudioModel):
    """One archive of an export. number: from 1.  length: bytes.  plan: its entries, compressed (see `packing`)."""

    export = TenantKey(StudioExport, related_name="parts")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=160)
    length = models.BigIntegerField()
    plan = models.BinaryField()

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("export"),
            models.UniqueConstraint(fields=["studio", "export", "number"], name="portability_exportpart_number"),
        ]

    def __str__(self) -> str:
        return self.name


def packed(facts: Any) -> bytes:
    """JSON, compressed."""
    return zlib.compress(json.dumps(facts, separators=(",", ":"), ensure_ascii=False).encode(), 3)


def unpacked(data: bytes) -> Any:
    """What was packed."""
    return json.loads(zlib.decompress(data))
