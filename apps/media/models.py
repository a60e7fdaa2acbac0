"""Bytes as rows: what is stored, and what was made from it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.accounts.tenancy import StudioModel
from apps.accounts.tenant_keys import SameStudio, TenantKey


class BlobState(models.TextChoices):
    LIVE = "live"
    DOOMED = "doomed"
    DAMAGED = "damaged"


class Blob(StudioModel):
    """Bytes of a studio, once, addressed by SHA-256. The row proves that the bytes are durable.

    `storage_key` is never used twice: it ends in an id of its own, so bytes that come back after a sweep
    lie elsewhere, and a late deletion cannot hit them.

    live: whole, and uploads of the same bytes find it.  doomed: nothing refers to it; swept after a grace.
    damaged: fsck found its bytes missing or altered; the next upload of the same bytes heals it.
    crc32: of the bytes, for ZIP archives; null for blobs from before it was counted, until they are first asked for.
    checked_at: when the bytes were last compared with their hash (writing them is the first time).
    alarmed_at: when somebody found them wrong, and the owners were told (see `damage`); null once they are whole again.
    """

    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    crc32 = models.PositiveBigIntegerField(null=True)
    mime = models.CharField(max_length=40)
    storage_key = models.CharField(max_length=160)
    state = models.CharField(max_length=8, choices=BlobState.choices, default=BlobState.LIVE)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    seen_at = models.DateTimeField(default=timezone.now)
    doomed_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(default=timezone.now)
    alarmed_at = models.DateTimeField(null=True, editable=False)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["studio", "sha256"], condition=Q(state="live"), name="media_blob_live_once"
            ),
            models.UniqueConstraint(fields=["studio", "storage_key"], name="media_blob_key_once"),
        ]
        indexes = [
            models.Index(fields=["studio", "seen_at"], name="media_blob_seen"),
            models.Index(fields=["doomed_at"], condition=Q(state="doomed"), name="media_blob_doomed"),
            models.Index(fields=["checked_at"], name="media_blob_checked"),
            models.Index(fields=["studio"], condition=Q(alarmed_at__isnull=False), name="media_blob_alarmed"),
        ]

    def __str__(self) -> str:
        return self.storage_key


class Rendition(StudioModel):
    """A file made from a blob, by one version of the recipe.

    kind: `tile`, `thumb` or `web`, which every photo gets; or made when it is first needed: `clean.<policy>` (the
    original with other metadata), `fit.<pixels>`, `mark.<digest>.<kind>` (with a watermark).
    sharpness, exposure: of a `thumb` that was compared with others (see `frame_quality`); null until then.
    """

    source = TenantKey(Blob, related_name="renditions")
    blob = TenantKey(Blob, related_name="rendition_of")
    kind = models.CharField(max_length=60)
    recipe = models.PositiveSmallIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    sharpness = models.FloatField(null=True)
    exposure = models.FloatField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("source", on_delete="cascade"),
            SameStudio("blob", on_delete="restrict"),
            models.UniqueConstraint(fields=["studio", "source", "kind"], name="media_rendition_once"),
        ]
        # Copies of an older recipe are looked for each minute (see `stale_videos`).
        indexes = [models.Index(fields=["recipe", "studio"], condition=Q(kind="video"), name="media_rendition_video")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.source_id}"


class BlobEvent(StudioModel):
    """What happened to a blob: doomed, spared, swept, damaged, quarantined, healed. Outlives the blob."""

    blob_id = models.UUIDField()
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    event = models.CharField(max_length=20)
    reason = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(StudioModel.Meta):
        constraints = [*StudioModel.Meta.constraints]
        indexes = [models.Index(fields=["studio", "at"], name="media_blobevent_at")]

    def __str__(self) -> str:
        return f"{self.event} {self.blob_id}"

    @classmethod
    def of(cls, blob: Blob, event: str, reason: str = "") -> BlobEvent:
        """The event of a blob at hand, not yet saved."""
        facts = {"studio_id": blob.studio_id, "blob_id": blob.pk, "sha256": blob.sha256, "size": blob.size}
        return cls(event=event, reason=reason[:200], **facts)
