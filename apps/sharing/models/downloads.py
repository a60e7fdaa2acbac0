"""What was taken through a link, and archives that are kept."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from apps.accounts.tenancy import StudioModel
from apps.accounts.tenant_keys import SameStudio, TenantKey
from apps.albums.models import Photo
from apps.sharing.models.links import ShareLink
from apps.sharing.models.visitors import Visitor


class TakenPhoto(StudioModel):
    """A photo that was downloaded through a link. Taking it again is free, so a link counts each photo once."""

    link = TenantKey(ShareLink, related_name="taken")
    photo = TenantKey(Photo, related_name="taken")
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("link"),
            SameStudio("photo"),
            models.UniqueConstraint(fields=["studio", "link", "photo"], name="sharing_takenphoto_once"),
        ]

    def __str__(self) -> str:
        return f"{self.photo_id} by {self.link_id}"


class Archive(StudioModel):
    """What one ZIP holds, fixed when it was begun, so that an interrupted download goes on with the same bytes.

    what: "all", "favourites", "section:<id>", "photos:<digest>", "people:<id>,<id>", "either:<id>,<id>".
    size: "original", "web" or pixels.
    part: number from 1; parts: how many there are.
    plan: the compressed list of entries (see `downloads.archive.plan`).
    etag: names the bytes; two archives with the same entries share it.
    holder: the browser that began it (see `plan.holder`); nobody else goes on with it.
    """

    # Single photos chosen for one archive.
    MOST_CHOSEN: ClassVar = 500

    link = TenantKey(ShareLink, related_name="archives")
    visitor = TenantKey(Visitor, null=True, related_name="+")
    what = models.CharField(max_length=200)
    size = models.CharField(max_length=10)
    part = models.PositiveSmallIntegerField(default=1)
    parts = models.PositiveSmallIntegerField(default=1)
    etag = models.CharField(max_length=64)
    holder = models.CharField(max_length=32, blank=True, db_default="", editable=False)
    length = models.BigIntegerField()
    photos = models.PositiveIntegerField()
    plan = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("link"),
            SameStudio("visitor", on_delete="set null"),
            models.UniqueConstraint(fields=["studio", "link", "etag", "holder"], name="sharing_archive_holder"),
        ]
        indexes = [models.Index(fields=["created_at"], name="sharing_archive_old")]

    def __str__(self) -> str:
        return f"{self.what} {self.size} {self.part}/{self.parts}"
