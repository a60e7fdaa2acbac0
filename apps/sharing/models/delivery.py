"""Handing over: archives and what was taken, mail, presets, watermarks."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.accounts.tenancy import StudioModel
from apps.accounts.tenant_keys import SameStudio, TenantKey
from apps.albums.models import Album, Photo
from apps.sharing.models.links import ShareLink
from apps.sharing.models.visitors import Visitor


class TakenPhoto(StudioModel):
    """A photo that was downloaded through a link. Taking it again is free, so a link counts each photo once."""

    link = TenantKey(ShareLink, related_name="taken")
    photo = TenantKey(Photo, related_name="+")
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

    what: "all", "favourites", "section:<id>", "photos:<digest>".  size: "original", "web" or pixels.
    part: number from 1; parts: how many there are.  plan: the compressed list of entries (see `archives`).
    etag: names the bytes; two archives with the same entries share it.
    """

    link = TenantKey(ShareLink, related_name="archives")
    visitor = TenantKey(Visitor, null=True, related_name="+")
    what = models.CharField(max_length=80)
    size = models.CharField(max_length=10)
    part = models.PositiveSmallIntegerField(default=1)
    parts = models.PositiveSmallIntegerField(default=1)
    etag = models.CharField(max_length=64)
    length = models.BigIntegerField()
    photos = models.PositiveIntegerField()
    plan = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("link"),
            SameStudio("visitor", on_delete="set null"),
            models.UniqueConstraint(fields=["studio", "link", "etag"], name="sharing_archive_etag"),
        ]
        indexes = [models.Index(fields=["created_at"], name="sharing_archive_old")]

    def __str__(self) -> str:
        return f"{self.what} {self.size} {self.part}/{self.parts}"


class LetterKind(models.TextChoices):
    DELIVERY = "delivery", "Your gallery is ready"
    REMINDER = "reminder", "The gallery closes soon"
    COMPLETE = "complete", "All photos are ready"
    RECEIVED = "received", "Your selection has arrived"
    DOWNLOAD = "download", "The address of the download page"


class LetterTemplate(StudioModel):
    """The studio's own words for one kind of mail; without a row the installation's words hold."""

    kind = models.CharField(max_length=10, choices=LetterKind.choices)
    subject = models.CharField(max_length=150)
    body = models.TextField(max_length=5000)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            models.UniqueConstraint(fields=["studio", "kind"], name="sharing_lettertemplate_kind"),
        ]

    def __str__(self) -> str:
        return self.kind


class LetterState(models.TextChoices):
    QUEUED = "queued", "Waiting"
    SENDING = "sending", "Being sent"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class Letter(StudioModel):
    """One mail to one client: when it is due, what became of it. The log of a studio's mail.

    subject, text, html: as sent; empty until then, so that a link changed meanwhile is told rightly (what tells of one
    moment, as "received", is written at once).
    key: what it is for ("reminder:<link>:<person>:<day>"); the same mail is one row.
    state: "sending" is committed before the mail server hears of the mail, so none goes out twice.
    attempts: how often the mail server was away or refused it for the time being.
    """

    album = TenantKey(Album, related_name="letters")
    link = TenantKey(ShareLink, null=True, related_name="letters")
    visitor = TenantKey(Visitor, null=True, related_name="letters")
    kind = models.CharField(max_length=10, choices=LetterKind.choices)
    key = models.CharField(max_length=200)
    to = models.EmailField(max_length=254)
    note = models.TextField(max_length=2000, blank=True)
    language = models.CharField(max_length=7, default="en")
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=LetterState.choices, default=LetterState.QUEUED)
    error = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    due_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("album"),
            SameStudio("link", on_delete="set null"),
            SameStudio("visitor", on_delete="set null"),
            models.UniqueConstraint(fields=["studio", "key"], name="sharing_letter_key"),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="queued"), name="sharing_letter_due"),
            models.Index(fields=["studio", "-created_at", "-id"], name="sharing_letter_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.to}"


class PresetKind(models.TextChoices):
    ALBUM = "album", "Album"
    LINK = "link", "Link"


class Preset(StudioModel):
    """Named choices for new albums or links ("Wedding", "Press"). One of each kind may be the studio's default.

    values: what the form would send, by field.
    """

    kind = models.CharField(max_length=6, choices=PresetKind.choices)
    name = models.CharField(max_length=80)
    values = models.JSONField(default=dict)
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            models.UniqueConstraint(fields=["studio", "kind", "name"], name="sharing_preset_name"),
            models.UniqueConstraint(
                fields=["studio", "kind"], condition=Q(is_default=True), name="sharing_preset_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Watermark(StudioModel):
    """What is burnt into the previews of links that want it: a text or a PNG, for the studio or for one album.

    opacity: percent.  scale: width of the mark in percent of the photo's long edge.  version: rises with each change,
    and with it the previews' recipe.
    """

    album = TenantKey(Album, null=True, related_name="watermarks")
    text = models.CharField(max_length=80, blank=True)
    picture = models.BinaryField(null=True, editable=False)
    opacity = models.PositiveSmallIntegerField(default=40)
    scale = models.PositiveSmallIntegerField(default=40)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("album"),
            models.UniqueConstraint(fields=["studio", "album"], name="sharing_watermark_once", nulls_distinct=False),
            models.CheckConstraint(
                condition=Q(opacity__gte=5, opacity__lte=100, scale__gte=5, scale__lte=100),
                name="sharing_watermark_look",
            ),
        ]

    def __str__(self) -> str:
        return self.text or "picture"
