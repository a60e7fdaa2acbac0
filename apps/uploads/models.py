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
from apps.sharing.models import ShareLink, Visitor
from apps.uploads.tus_headers import PARTIAL


class UploadResult(models.TextChoices):
    """What an upload became. Refused files have no row any more: the answer said why."""

    STORED = "stored", "stored"
    DUPLICATE = "duplicate", "already there"
    REPLACED = "replaced", "replaced"
    # It belongs to a photo, or waits for it.
    SIDECAR = "sidecar", "sidecar"


class Upload(StudioModel):
    """A file that arrives in parts. Only who began it may go on with it: a member, or a guest by a link.

    metadata: the `Upload-Metadata` header as it was sent.  length, offset: bytes in all, and how many of them are
    durable. offset reaches length in the transaction that makes the photo, so a whole upload always has one.
    result, photo: what became of it, for who lost the answer.
    concat: the `Upload-Concat` header as it was sent. A partial one waits whole, as a piece of a final one.
    """

    KEPT: ClassVar[timedelta] = timedelta(days=7)
    #: What is on its way, each byte once: those of a final one are still counted with its pieces.
    UNDER_WAY: ClassVar[Q] = Q(result="") & ~Q(concat__startswith="final")

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    visitor = TenantKey(Visitor, null=True, related_name="+")
    link = TenantKey(ShareLink, null=True, related_name="+")
    album = TenantKey("albums.Album", null=True, related_name="+")
    metadata = models.TextField(blank=True)
    length = models.BigIntegerField()
    offset = models.BigIntegerField(default=0)
    result = models.CharField(max_length=10, choices=UploadResult.choices, blank=True)
    photo = TenantKey("albums.Photo", null=True, related_name="+")
    concat = models.TextField(blank=True, default="", db_default="")
    touched_at = models.DateTimeField(default=timezone.now)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("visitor"),
            SameStudio("link"),
            SameStudio("album"),
            SameStudio("photo", on_delete="set null"),
            models.CheckConstraint(
                condition=Q(user__isnull=False, visitor__isnull=True, link__isnull=True)
                | Q(user__isnull=True, visitor__isnull=False, link__isnull=False),
                name="uploads_upload_sender",
            ),
            models.CheckConstraint(condition=Q(offset__gte=0, offset__lte=F("length")), name="uploads_upload_offset"),
        ]
        indexes = [
            models.Index(fields=["touched_at"], name="uploads_upload_touched"),
            # When a photo or an album goes for good, its uploads are looked for.
            models.Index(fields=["studio", "photo"], name="uploads_upload_photo"),
            models.Index(fields=["studio", "album"], name="uploads_upload_album"),
            models.Index(fields=["studio", "link"], condition=Q(link__isnull=False), name="uploads_upload_link"),
            models.Index(
                fields=["studio", "visitor"], condition=Q(visitor__isnull=False), name="uploads_upload_visitor"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offset} of {self.length} bytes"

    @property
    def is_whole(self) -> bool:
        return bool(self.result)

    @property
    def is_partial(self) -> bool:
        """True for a piece of a file, which by itself becomes nothing."""
        return self.concat == PARTIAL

    @property
    def is_final(self) -> bool:
        """True for what is put together from pieces."""
        return self.concat.startswith("final")

    @property
    def expires_at(self) -> datetime:
        """When it is forgotten, unless somebody goes on with it."""
        return self.touched_at + self.KEPT

    @property
    def path(self) -> Path:
        """Where its bytes wait for the rest."""
        return partial_directory() / str(self.pk)


class ReceivedState(models.TextChoices):
    """What became of a file that somebody sent."""

    STORED = "stored", "Stored"
    DUPLICATE = "duplicate", "Already there"
    REPLACED = "replaced", "Replaced a photo"
    SIDECAR = "sidecar", "Sidecar"
    REFUSED = "refused", "Refused"
    # The page of a member saw before that it need not or cannot be sent.
    SKIPPED = "skipped", "Skipped"


class ReceivedFile(StudioModel):
    """A file that was sent, and what became of it. Whether a guest's waits for the studio is told by its placement.

    user: the member who sent it; of guests visitor, link: who and through what. None once they are erased.
    receipt: names what a member sent in one go (see `receipts`); None for guests.  name: of the file, as it was sent.
    sha256: "" where the bytes were not kept.  reason: why it was refused.  photo: what it became, None once purged.
    withdrawn_at: when the guest took it back.
    """

    album = TenantKey("albums.Album", related_name="+")
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    receipt = models.UUIDField(null=True)
    visitor = TenantKey(Visitor, null=True, related_name="+")
    link = TenantKey(ShareLink, null=True, related_name="+")
    name = models.CharField(max_length=255)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=9, choices=ReceivedState.choices)
    reason = models.CharField(max_length=300, blank=True)
    photo = TenantKey("albums.Photo", null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("album"),
            SameStudio("visitor", on_delete="set null"),
            SameStudio("link", on_delete="set null"),
            SameStudio("photo", on_delete="set null"),
        ]
        indexes = [
            models.Index(fields=["studio", "album", "-id"], name="uploads_receivedfile_album"),
            models.Index(
                fields=["studio", "album", "receipt", "id"],
                condition=Q(receipt__isnull=False),
                name="uploads_receivedfile_receipt",
            ),
            models.Index(fields=["studio", "visitor", "-id"], name="uploads_receivedfile_visitor"),
            models.Index(fields=["studio", "link", "at"], name="uploads_receivedfile_link"),
            # When a photo goes for good, its receipt is looked for.
            models.Index(fields=["studio", "photo"], name="uploads_receivedfile_photo"),
        ]

    def __str__(self) -> str:
        return self.name


class Sidecar(StudioModel):
    """XMP that was sent beside a photo (see `sidecars`). photo: None while it waits for it.

    name: of the file.  stem: of the photo that it is about, case-folded.  packet: the file, UTF-8 without its mark.
    said: what it says, in our words.
    """

    album = TenantKey("albums.Album", related_name="+")
    photo = TenantKey("albums.Photo", null=True, related_name="sidecars", db_index=False)
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    name = models.CharField(max_length=255)
    stem = models.CharField(max_length=255)
    packet = models.TextField()
    said = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("album"),
            SameStudio("photo"),
            models.UniqueConstraint(fields=["studio", "photo"], name="uploads_sidecar_once"),
        ]
        indexes = [
            models.Index(fields=["studio", "stem"], condition=Q(photo__isnull=True), name="uploads_sidecar_waiting"),
        ]

    def __str__(self) -> str:
        return self.name


class InboxRule(models.TextChoices):
    """Which of the folders that a file lies in names its gallery; those below it name its section."""

    FIRST = "first", "The first folder is the gallery"
    # As tethering programs and cards do it: a year, a client or the camera's own folder stands above.
    SECOND = "second", "The second folder is the gallery"
    EVERY = "every", "Each folder becomes its own gallery"
    ONE = "one", "Everything goes to one gallery"


class Inbox(StudioModel):
    """The watched folder of a studio, once something came by it. Its row is held while a file is taken.

    keeps_duplicates: files that the gallery has already are moved to `_duplicates` instead of removed.
    rule: how folders become galleries and sections.  album: the one gallery, if the rule says so.
    last_event: a sentence about what was done last.
    """

    keeps_duplicates = models.BooleanField(default=False)
    rule = models.CharField(
        max_length=6, choices=InboxRule.choices, default=InboxRule.FIRST, db_default=InboxRule.FIRST
    )
    album = TenantKey("albums.Album", null=True, related_name="+")
    last_event = models.CharField(max_length=400, blank=True)
    last_at = models.DateTimeField(null=True)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("album", on_delete="set null"),
            models.UniqueConstraint(fields=["studio"], name="uploads_inbox_once"),
        ]

    def __str__(self) -> str:
        return self.last_event or "inbox"


class InboxFolder(StudioModel):
    """Which gallery a folder of the inbox fills; it stays so when the gallery gets another title."""

    name = models.CharField(max_length=255)
    album = TenantKey("albums.Album", related_name="+")

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("album"),
            models.UniqueConstraint(fields=["studio", "name"], name="uploads_inboxfolder_once"),
        ]

    def __str__(self) -> str:
        return self.name


class InboxState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    # Its photo is committed; only the file is still to be removed.
    TAKEN = "taken", "Taken"
    REJECTED = "rejected", "Rejected"


class InboxFile(StudioModel):
    """One file of a watched folder, from its first sight until it is removed.

    path: below the folder.  size, mtime_ns: as last seen, unchanged since still_since.
    reason: why it waits longer than others, or was rejected.  not_before: when to try again.
    aside: where a rejected file lies now.
    """

    path = models.TextField()
    size = models.BigIntegerField()
    mtime_ns = models.BigIntegerField()
    still_since = models.DateTimeField()
    state = models.CharField(max_length=8, choices=InboxState.choices, default=InboxState.WAITING)
    reason = models.CharField(max_length=300, blank=True)
    not_before = models.DateTimeField(null=True)
    aside = models.TextField(blank=True)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            models.UniqueConstraint(fields=["studio", "path"], condition=Q(aside=""), name="uploads_inboxfile_once"),
        ]
        indexes = [models.Index(fields=["studio", "state", "id"], name="uploads_inboxfile_state")]

    def __str__(self) -> str:
        return self.path


class ImportSource(models.TextChoices):
    """Where an import comes from."""

    FOLDER = "folder", "Folder"
    PICPEAK = "picpeak", "PicPeak"
    IMMICH = "immich", "Immich"
    LYCHEE = "lychee", "Lychee"


class ImportRun(StudioModel):
    """An import that a member began, and its report (see `importing`).

    task_id: the task that does it.  place: name of a folder or archive among those that the operator put there for
    the studio, or the address of another system.  records: name of a file of records beside it, "" without.
    title: of the one gallery that all of it becomes, or "".  is_dry: only says what would happen.
    key_sealed: the other system's key, encrypted, until the import is over.  is_listed: its entries are written down.
    """

    KEPT: ClassVar[timedelta] = timedelta(days=30)

    task_id = models.UUIDField()
    who = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    source = models.CharField(max_length=10, choices=ImportSource.choices)
    place = models.CharField(max_length=255)
    records = models.CharField(max_length=255, blank=True)
    title = models.CharField(max_length=120, blank=True)
    is_dry = models.BooleanField(default=False)
    key_sealed = models.TextField(blank=True, editable=False)
    is_listed = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            models.UniqueConstraint(fields=["studio", "task_id"], name="uploads_importrun_task"),
        ]
        indexes = [models.Index(fields=["created_at"], name="uploads_importrun_age")]

    def __str__(self) -> str:
        return f"{self.source} {self.place}"


class ImportEntry(StudioModel):
    """One file of an import. facts: what its source needs to take it.  outcome: "" until it was looked at (see
    `intake.ImportedFile`).  gallery, section, position: where it came to lie.  photo: what it became, without a key.
    """

    run = TenantKey(ImportRun, related_name="entries", db_index=False)
    number = models.PositiveIntegerField()
    path = models.TextField()
    facts = models.JSONField()
    outcome = models.CharField(max_length=10, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    gallery = models.CharField(max_length=120, blank=True)
    section = models.CharField(max_length=120, blank=True)
    position = models.FloatField(null=True)
    photo = models.UUIDField(null=True)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("run"),
            models.UniqueConstraint(fields=["studio", "run", "number"], name="uploads_importentry_number"),
        ]

    def __str__(self) -> str:
        return self.path
