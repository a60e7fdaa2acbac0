"""What a studio delivers: albums, their sections, photos and where each photo lies."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any, ClassVar, Final, Self, cast
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.tenancy import StudioManager, StudioModel, StudioQuerySet, Works
from apps.accounts.tenant_keys import SameStudio, TenantKey
from apps.jobs import queue
from apps.jobs.models import Queue
from apps.media.models import Blob
from apps.web.compiled_queries import Compiled

TRASH_KEPT = timedelta(days=30)


class AlbumState(models.TextChoices):
    DRAFT = "draft", "Draft"
    LIVE = "live", "Live"
    ARCHIVED = "archived", "Archived"


class Ordering(models.TextChoices):
    MANUAL = "manual", "Manual"
    TIME = "time", "Date taken"
    NAME = "name", "File name"


class AlbumKind(models.TextChoices):
    """What a link shows: a gallery, or the photos of a collection (see `smart_collections.shareable`)."""

    GALLERY = "gallery", "Gallery"
    COLLECTION = "collection", "Collection"
    SMART = "smart", "Smart collection"


class AlbumManager(StudioManager["Album"]):
    """`objects` of albums: galleries alone. What only stands for a collection is no gallery of any list."""

    def _rows(self) -> StudioQuerySet[Album]:
        return super()._rows().filter(kind=AlbumKind.GALLERY)


class Album(StudioModel):
    """Photos a studio delivers to one client, in order.

    kind: that of a collection holds no placements; links, guests and emails know the collection by it, and it has the
    collection's id. `objects` passes over it, `every` does not.

    design: what differs from the studio's own look (see `design`).  more_coming: clients read that photos will follow.
    promised_on: the day for which the client expects the photos.
    is_listed: stands on the studio's public index, if it has one.  published_at: when it was live for the first time.
    """

    noun = "gallery"
    journalled = {
        "title": "title",
        "description": "text",
        "state": "state",
        "event_date": "date",
        "promised_on": "promised date",
        "ordering": "sorting",
        "cover_id": "cover",
        "focal_x": "cover's focus",
        "focal_y": "cover's focus",
        "design": "design",
        "brand_id": "brand",
        "more_coming": "note that more photos will follow",
        "published_at": "state",
        "trashed_at": "deletion",
    }

    #: Of the gallery that comes with the program (see `uploads.sample`). No title gives it: theirs are lower-case.
    SAMPLE_SLUG: ClassVar[str] = "Sample"

    kind = models.CharField(
        max_length=10, choices=AlbumKind.choices, default=AlbumKind.GALLERY, db_default=AlbumKind.GALLERY.value
    )
    title = models.CharField(max_length=120)
    slug = models.SlugField(max_length=80, db_index=False)
    description = models.TextField(max_length=2000, blank=True)
    state = models.CharField(max_length=10, choices=AlbumState.choices, default=AlbumState.DRAFT)
    event_date = models.DateField(null=True, blank=True)
    promised_on = models.DateField(null=True, blank=True)
    ordering = models.CharField(max_length=8, choices=Ordering.choices, default=Ordering.TIME)
    cover = TenantKey("albums.Photo", null=True, related_name="+")
    focal_x = models.FloatField(default=0.5)
    focal_y = models.FloatField(default=0.4)
    design = models.JSONField(default=dict)
    brand = TenantKey("accounts.Brand", null=True, related_name="albums", db_index=False)
    more_coming = models.BooleanField(default=False)
    is_listed = models.BooleanField(default=True)
    published_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    trashed_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[AlbumManager] = AlbumManager()
    every: ClassVar[StudioManager[Self]] = StudioManager()

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("cover", on_delete="set null"),
            SameStudio("brand", on_delete="set null"),
            models.UniqueConstraint(fields=["studio", "slug"], name="albums_album_slug"),
            models.CheckConstraint(
                condition=Q(focal_x__gte=0, focal_x__lte=1, focal_y__gte=0, focal_y__lte=1),
                name="albums_album_focal",
            ),
        ]
        indexes = [
            models.Index(fields=["studio", "-created_at", "id"], name="albums_album_newest"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_sample(self) -> bool:
        return self.slug == self.SAMPLE_SLUG

    def get_absolute_url(self) -> str:
        pages = {AlbumKind.COLLECTION: "smart_collections:by_hand", AlbumKind.SMART: "smart_collections:detail"}
        return reverse(pages.get(AlbumKind(self.kind), "albums:detail"), args=[self.studio.slug, self.pk])

    @property
    def is_gallery(self) -> bool:
        """False for what stands for a collection."""
        return self.kind == AlbumKind.GALLERY

    @classmethod
    def within(cls, member: Works) -> Q:
        """The galleries themselves of a restricted member."""
        return Q(pk__in=member.album_ids)

    def hold(self) -> None:
        """Lock the row until the transaction ends and read afresh what the order depends on.

        Every deed that changes the order or the sections holds the album; so does a finished photo that takes its
        place. Who needs more locks takes them in this order: photo, album, placement.
        """
        mine = Album.every.for_studio(self.studio_id).select_for_update(no_key=True)
        self.refresh_from_db(fields=["ordering", "cover", "trashed_at"], from_queryset=mine)


class Section(StudioModel):
    """A part of an album with a heading of its own ("set").

    audience: ids of the share links that show it; None for all of them.
    """

    noun = "section"
    journalled = {"album_id": "gallery", "title": "title", "rank": "place", "audience": "audience"}

    album = TenantKey(Album, related_name="sections")
    title = models.CharField(max_length=120)
    rank = models.PositiveIntegerField()
    audience = ArrayField(models.UUIDField(), null=True)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("album"),
            # Deferred, so that one transaction may reorder all sections.
            models.UniqueConstraint(
                fields=["studio", "album", "rank"],
                name="albums_section_rank",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.UniqueConstraint(fields=["studio", "album", "title"], name="albums_section_title"),
        ]

    def __str__(self) -> str:
        return self.title

    def is_shown_to(self, audience: Audience) -> bool:
        """True if the guests of this link may know of the section."""
        return self.audience is None or audience.link_id in self.audience


def hidden_from(audience: Audience, album: Album) -> tuple[UUID, ...]:
    """Ids of the album's sections that this audience may not see. One query."""
    return tuple(_HIDDEN(_Hiding(album.studio_id, album.pk, audience.link_id)))


@dataclass(frozen=True, slots=True)
class _Hiding:
    """Of which album the sections are asked for that a link does not show."""

    studio_id: UUID
    album_id: UUID
    link_id: UUID


def _hidden(asked: _Hiding) -> QuerySet[Any, UUID]:
    restricted = Section.objects.for_studio(asked.studio_id).filter(album_id=asked.album_id, audience__isnull=False)
    hidden = restricted.exclude(audience__contains=[asked.link_id])
    return hidden.order_by("pk").values_list("pk", flat=True)


_HIDDEN: Final = Compiled(_hidden)


class PhotoState(models.TextChoices):
    PROCESSING = "processing", "Processing"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"


class Flag(models.TextChoices):
    """The studio's own choice, as in Lightroom."""

    PICK = "pick", "Pick"
    REJECT = "reject", "Reject"


class Agreement(models.IntegerChoices):
    """How far those who are in a photo agree to be shown to guests; the more, the higher.

    Kept by the database from faces and people (see the migrations of faces). UNKNOWN: nobody has looked for faces.
    """

    REFUSED = 0, "Someone said no"
    UNKNOWN = 1, "Not known"
    OPEN = 2, "Someone has not agreed"
    INSIDE = 3, "All agree, someone only inside"
    EVERYONE = 4, "Everyone agrees"


class Tier(models.TextChoices):
    """How far a photo's record is: ingested, enriched and to be reviewed, approved."""

    BRONZE = "bronze", "Processing"
    SILVER = "silver", "To review"
    GOLD = "gold", "Approved"


class StackKind(models.TextChoices):
    BURST = "burst", "Burst"
    MANUAL = "manual", "Stack"


class Stack(StudioModel):
    """Photos of one moment, which grids may show as one tile. Each photo is in one stack at most (`Photo.stack`).

    kind: found by the library, or put together by a person.  top: the photo that stands for all; where it does not lie
    the frames stand by themselves.  is_by_hand: a person has decided about it, so the library leaves it as it is.
    """

    noun = "stack"
    journalled = {"kind": "kind", "top_id": "top photo", "is_by_hand": "state", "created_at": "date"}

    MOST: ClassVar[int] = 500

    kind = models.CharField(max_length=8, choices=StackKind.choices, default=StackKind.BURST)
    top = TenantKey("albums.Photo", null=True, related_name="+", db_index=False)
    is_by_hand = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(StudioModel.Meta):
        constraints = [*StudioModel.Meta.constraints, SameStudio("top", on_delete="set null")]
        indexes = [
            models.Index(fields=["studio", "-created_at", "id"], name="albums_stack_newest"),
            models.Index(fields=["studio", "top"], name="albums_stack_top"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @classmethod
    def within(cls, member: Works) -> Q:
        """Stacks of which a restricted member sees every frame, so that no act of theirs reaches further."""
        strange = Photo.objects.for_studio(member.studio).filter(stack__isnull=False, trashed_at__isnull=True)
        return ~Q(pk__in=strange.exclude(Photo.within(member)).values("stack_id"))


def _near_indexes() -> list[models.Index]:
    """Four bands of the hash: what looks alike is found by one of them (see library.duplicates.lookup).

    Each has the whole hash and the id of what may be found at all, so that the photos themselves are not read.
    """
    hashed = F("phash")
    bands = [hashed.bitand(65535), *(hashed.bitrightshift(16 * number).bitand(65535) for number in (1, 2, 3))]
    found = Q(state=PhotoState.READY, trashed_at__isnull=True, phash__isnull=False) & ~Q(kind="video")
    return [
        models.Index("studio", band, include=["phash", "id"], condition=found, name=f"albums_photo_near{number}")
        for number, band in enumerate(bands)
    ]


class Photo(StudioModel):
    """One picture as the studio knows it. `camera_name` is the file name it came with and never changes.

    original: the file that is shown; a retouched one takes its place (see `photo_versions`).  retouched_at: when the
    one that is shown came, if it is not the first.  beside: "raw" or "live", if such a file lies beside it.
    is_refused: its file can never be shown, so trying again is not offered; `problem` says why.
    kind: image, raw or video, once its file has been read.  duration_ms: of a video.
    width, height: pixels after orientation; null until rendered.
    color: dominant colour as "#rrggbb".  phash: 64-bit perceptual hash, signed for PostgreSQL.
    recipe: the `media.presets.RECIPE` that made its renditions or refused its file; older ones are done anew (see
    `stale_renditions`).
    fingerprint_version: the `media.fingerprint` that gave phash; older ones are made anew (see `stale_fingerprints`).
    approved_at: when a person found its record right, which makes it gold; None if nobody has.
    photographer: who took it, as its file says, else the contributor who sent it; a person may correct it.
    stack: the photos that it belongs to.  stack_by_hand: a person put it there, or took it out of one.
    alt_text: what the picture shows, for guests who cannot see it; the caption stands in where it is empty.
    taken_at: the moment of capture; where the camera stored no offset, its local time is read in the
    studio's zone and `taken_offset` (minutes east of UTC) stays null. Corrected by a person (`taken_by_hand`), it
    is not read from the file again.
    """

    noun = "photo"
    journalled = {
        "taken_at": "time",
        "taken_offset": "time",
        "taken_by_hand": "time",
        "place": "place",
        "photographer": "photographer",
        "caption": "caption",
        "alt_text": "alt text",
        "rating": "stars",
        "label": "label",
        "flag": "flag",
        "keywords": "keywords",
        "trashed_at": "deletion",
        "original_id": "file",
        "retouched_at": "file",
        "width": "file",
        "height": "file",
        "color": "file",
        "phash": "file",
        "fingerprint_version": "file",
        "kind": "file",
        "duration_ms": "file",
        "recipe": "file",
        "beside": "file",
        "stack_id": "stack",
        "stack_by_hand": "stack",
        "approved_at": "tier",
    }

    # The step that makes its renditions.
    RENDER = "render"

    camera_name = models.CharField(max_length=255, editable=False)
    kind = models.CharField(max_length=8, default="image", editable=False)
    original = TenantKey(Blob, related_name="photos", editable=False)
    state = models.CharField(max_length=12, choices=PhotoState.choices, default=PhotoState.PROCESSING)
    problem = models.CharField(max_length=300, blank=True)
    is_refused = models.BooleanField(default=False, db_default=False, editable=False)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    duration_ms = models.PositiveIntegerField(null=True, editable=False)
    color = models.CharField(max_length=7, blank=True)
    phash = models.BigIntegerField(null=True)
    # What was stored before versions were counted has the bits of version 1.
    fingerprint_version = models.PositiveSmallIntegerField(default=1, editable=False)
    # So was all that was rendered before photos knew.
    recipe = models.PositiveSmallIntegerField(default=1, db_default=1, editable=False)
    taken_at = models.DateTimeField(null=True)
    taken_offset = models.SmallIntegerField(null=True)
    taken_by_hand = models.BooleanField(default=False)
    place = models.CharField(max_length=200, blank=True)
    photographer = models.CharField(max_length=120, blank=True, default="", db_default="")
    facts = models.JSONField(default=dict)
    agreement = models.PositiveSmallIntegerField(
        choices=Agreement.choices, default=Agreement.UNKNOWN, db_default=Agreement.UNKNOWN.value, editable=False
    )
    caption = models.CharField(max_length=500, blank=True)
    alt_text = models.CharField(max_length=300, blank=True, default="", db_default="")
    rating = models.PositiveSmallIntegerField(default=0)
    label = models.CharField(max_length=12, blank=True)
    flag = models.CharField(max_length=6, choices=Flag.choices, blank=True)
    keywords = models.JSONField(default=list)
    uploaded_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    retouched_at = models.DateTimeField(null=True, editable=False)
    beside = models.CharField(max_length=4, blank=True, default="", db_default="", editable=False)
    stack = TenantKey(Stack, null=True, related_name="photos", db_index=False, editable=False)
    stack_by_hand = models.BooleanField(default=False, db_default=False, editable=False)
    approved_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    trashed_at = models.DateTimeField(null=True, editable=False)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("original", on_delete="restrict"),
            SameStudio("stack", on_delete="set null"),
            models.UniqueConstraint(fields=["studio", "original"], name="albums_photo_original_once"),
            models.CheckConstraint(condition=Q(rating__lte=5), name="albums_photo_rating"),
        ]
        indexes = [
            models.Index(
                fields=["studio", "trashed_at"],
                condition=Q(trashed_at__isnull=False),
                name="albums_photo_trash",
            ),
            # Counting what is not ready costs as much as there is of it, not as much as there are photos.
            models.Index(
                fields=["studio", "state", "id"],
                condition=Q(state__in=[PhotoState.PROCESSING, PhotoState.FAILED]),
                name="albums_photo_not_ready",
            ),
            # So does finding what is no picture, and what a person approved: by ids, so that no photo is read for it.
            models.Index(fields=["studio", "kind", "id"], condition=~Q(kind="image"), name="albums_photo_kinds"),
            models.Index(fields=["studio", "id"], condition=Q(approved_at__isnull=False), name="albums_photo_gold"),
            # Of a photo that the library has found what else was asked of it.
            models.Index(
                fields=["studio", "id"],
                include=["kind", "state", "approved_at", "stack", "width", "height"],
                name="albums_photo_facts",
            ),
            # Of all studios: while no fingerprint is old, the search for old ones ends at once.
            models.Index(fields=["fingerprint_version", "studio"], name="albums_photo_fingerprint"),
            models.Index(fields=["recipe", "studio"], name="albums_photo_recipe"),
            models.Index(
                fields=["studio", "stack", "id"], condition=Q(stack__isnull=False), name="albums_photo_stacks"
            ),
            *_near_indexes(),
        ]

    def __str__(self) -> str:
        return self.camera_name

    @classmethod
    def within(cls, member: Works) -> Q:
        """What lies in a restricted member's galleries, these and the photos out of the trash."""
        places = Placement.objects.visible_to(member).filter(trashed_at__isnull=True, album__trashed_at__isnull=True)
        return Q(pk__in=places.values("photo_id"))

    @property
    def is_ready(self) -> bool:
        return self.state == PhotoState.READY

    @property
    def tier(self) -> Tier:
        if self.approved_at is not None:
            return Tier.GOLD
        return Tier.SILVER if self.is_ready else Tier.BRONZE

    @property
    def is_read_in_zone(self) -> bool:
        """True if the instant of capture says nothing of the place's clock, so that the studio's zone does."""
        return self.taken_at is not None and self.taken_offset is None

    def wall_time(self, zone: tzinfo) -> datetime | None:
        """What a clock at the place showed at the moment of capture, without an offset; None if it is unknown.

        zone: the studio's, which holds where the camera stored no offset.
        """
        if self.taken_at is None:
            return None
        if self.taken_offset is not None:
            zone = timezone.get_fixed_timezone(self.taken_offset)
        try:
            return self.taken_at.astimezone(zone).replace(tzinfo=None)
        except OverflowError:
            return self.taken_at.replace(tzinfo=None)

    def reprocess(self) -> None:
        """Process it again from the start: a person pressed *Try again*, or sent the file once more."""
        self.state, self.problem, self.is_refused = PhotoState.PROCESSING, "", False
        self.updated_at = timezone.now()
        self.save(update_fields=["state", "problem", "is_refused", "updated_at"])
        self.render_again()

    def render_again(self) -> None:
        """Make the renditions anew. Until they are there the old ones are shown."""
        queue.put(self.studio_id, self.RENDER, self.pk, queue=Queue.IMAGES, again=True)


class VersionKind(models.TextChoices):
    ORIGINAL = "original"
    RAW = "raw"
    RETOUCHED = "retouched"
    LIVE = "live"
    GOLD = "gold"


class Version(StudioModel):
    """One file of a photo. The original is a version too.

    name: the file's own, where it is not the photo's.  look: what was learned of it when it was decoded, by the names
    of the photo's columns; {} for the one that is shown, and for one that waits to be decoded.
    """

    noun = "file"
    journalled = {"photo_id": "photo", "kind": "kind"}

    photo = TenantKey(Photo, related_name="versions")
    blob = TenantKey(Blob, related_name="versions")
    kind = models.CharField(max_length=10, choices=VersionKind.choices, default=VersionKind.ORIGINAL)
    is_current = models.BooleanField(default=True)
    name = models.CharField(max_length=255, blank=True, default="", db_default="", editable=False)
    look = models.JSONField(default=dict, db_default={}, editable=False)
    uploaded_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("photo"),
            SameStudio("blob", on_delete="restrict"),
            models.UniqueConstraint(fields=["studio", "photo", "blob"], name="albums_version_blob_once"),
            models.UniqueConstraint(
                fields=["studio", "photo"], condition=Q(is_current=True), name="albums_version_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.photo_id}"


@dataclass(frozen=True, slots=True)
class Audience:
    """Who looks by a share link. is_main: the client, who also sees what is withheld from the other links.

    least: how far those in a photo must agree. No guest sees one in which somebody said no.
    sees_nothing: the link only takes photos; whoever comes by it sees none.
    """

    link_id: UUID
    is_main: bool
    least: Agreement = Agreement.UNKNOWN
    sees_nothing: bool = False


def may_see(audience: Audience, hidden_sections: Collection[UUID]) -> Q:
    """Which of an album's placements, if clients see them at all, this audience sees (see `hidden_from`)."""
    if audience.sees_nothing:
        return Q(pk__in=[])
    mine = Q(audience__isnull=True) | Q(audience__contains=[audience.link_id])
    mine &= Q(photo__agreement__gte=audience.least.value)
    if not audience.is_main:
        mine &= Q(is_withheld=False)
    if hidden_sections:
        mine &= Q(section__isnull=True) | ~Q(section_id__in=hidden_sections)
    return mine


class PlacementQuerySet(StudioQuerySet["Placement"]):
    def live(self) -> Self:
        """Not in the trash."""
        return self.filter(trashed_at__isnull=True)

    def shown(self) -> Self:
        """What a client may see: ready, visible, not in the trash."""
        return self.live().filter(is_hidden=False, photo__state=PhotoState.READY)

    def shown_to(self, audience: Audience, hidden_sections: Collection[UUID]) -> Self:
        """What this audience may see. hidden_sections: the album's sections that it may not (see `hidden_from`)."""
        return self.shown().filter(may_see(audience, hidden_sections))

    def in_order(self) -> Self:
        """Reading order: by section, then by the album's ordering; the id settles ties."""
        return self.order_by("section_rank", "sort_key", "id")


class PlacementManager(StudioManager["Placement"]):
    """`objects` of placements, which also knows their order."""

    def _rows(self) -> PlacementQuerySet:
        return PlacementQuerySet(self.model, using=self._db, hints=self._hints)

    def live(self) -> PlacementQuerySet:
        """Not in the trash."""
        return cast(PlacementQuerySet, self.get_queryset()).live()

    def shown(self) -> PlacementQuerySet:
        """What a client may see: ready, visible, not in the trash."""
        return cast(PlacementQuerySet, self.get_queryset()).shown()

    def in_order(self) -> PlacementQuerySet:
        """Reading order: by section, then by the album's ordering; the id settles ties."""
        return cast(PlacementQuerySet, self.get_queryset()).in_order()


class Placement(StudioModel):
    """A photo in an album. `sort_key` says where, as text compared byte by byte (see albums.ordering).

    `section_rank` repeats the section's rank, so that one index holds the reading order of the album.
    is_hidden: the studio keeps it from every client.  is_withheld: the client keeps it from the other links.
    audience: ids of the share links that show it; None for all of them.
    """

    noun = "photo"
    journalled = {
        "section_id": "section",
        "manual_key": "position",
        "is_hidden": "visibility",
        "is_withheld": "visibility",
        "audience": "audience",
        "trashed_at": "deletion",
    }

    album = TenantKey(Album, related_name="placements")
    section = TenantKey(Section, null=True, related_name="placements")
    photo = TenantKey(Photo, related_name="placements")
    section_rank = models.PositiveIntegerField(default=0)
    sort_key = models.CharField(max_length=300, db_collation="C")
    manual_key = models.CharField(max_length=20, db_collation="C")
    is_hidden = models.BooleanField(default=False)
    is_withheld = models.BooleanField(default=False)
    audience = ArrayField(models.UUIDField(), null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    trashed_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[PlacementManager] = PlacementManager()

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("album"),
            SameStudio("section", on_delete="set null"),
            SameStudio("photo"),
            models.UniqueConstraint(fields=["studio", "album", "photo"], name="albums_placement_once"),
        ]
        indexes = [
            models.Index(
                fields=["studio", "album", "section_rank", "sort_key", "id"],
                condition=Q(trashed_at__isnull=True),
                name="albums_placement_order",
            ),
            models.Index(
                fields=["studio", "trashed_at"],
                condition=Q(trashed_at__isnull=False),
                name="albums_placement_trash",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.photo_id} in {self.album_id}"


class AlbumVersion(StudioModel):
    """What an album's changes added up to when they were last folded (see `versions`).

    album: None for the changes that every album of the studio shows, such as the studio's look.
    personal: how many of them were personal.
    """

    album = TenantKey(Album, null=True, related_name="+")
    number = models.PositiveBigIntegerField(default=0)
    personal = models.PositiveBigIntegerField(default=0, db_default=0)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("album"),
            models.UniqueConstraint(fields=["studio", "album"], name="albums_albumversion_once", nulls_distinct=False),
        ]

    def __str__(self) -> str:
        return f"{self.album_id}: {self.number}"


class AlbumChange(StudioModel):
    """One change of an album that was not folded yet. Rows are written by triggers (see `version_triggers`).

    is_personal: of what a single guest chose, said or rated.
    """

    album = TenantKey(Album, null=True, related_name="+")
    is_personal = models.BooleanField(default=False, db_default=False)

    class Meta(StudioModel.Meta):
        constraints = [*StudioModel.Meta.constraints, SameStudio("album")]
        indexes = [models.Index(fields=["studio", "album"], name="albums_albumchange_album")]

    def __str__(self) -> str:
        return f"a change of {self.album_id}"


class CollectedPhoto(StudioModel):
    """A photo of a collection, in the shape of a `Placement`: whoever reads galleries reads collections the same way.

    Rows of a view, which nobody writes: photos that lie in a gallery and not in the trash. Of a collection that was
    made by hand those that were chosen, in its order; of a smart one all of the studio's in order of capture, of which
    its question is still to be asked (docs/decisions/0036).
    id: the photo's, once in each collection.  album_id: the collection's.
    is_hidden: some gallery keeps the photo from some of its guests, so no collection shows it to any; or it lies
    in drafts alone, and the collection is a smart one.
    section, audience, trashed_at: always None.
    """

    album = TenantKey(Album, related_name="+")
    section = TenantKey(Section, null=True, related_name="+")
    photo = TenantKey(Photo, related_name="+")
    section_rank = models.PositiveIntegerField()
    sort_key = models.CharField(max_length=300, db_collation="C")
    is_hidden = models.BooleanField()
    is_withheld = models.BooleanField()
    audience = ArrayField(models.UUIDField(), null=True)
    created_at = models.DateTimeField()
    trashed_at = models.DateTimeField(null=True)

    objects: ClassVar[PlacementManager] = PlacementManager()  # type: ignore[assignment]

    ORDER: ClassVar[tuple[str, str]] = ("sort_key", "id")

    class Meta(StudioModel.Meta):
        managed = False
        db_table = "smart_collections_photo"
        constraints: ClassVar[list[models.BaseConstraint]] = []

    def __str__(self) -> str:
        return f"{self.photo_id} in {self.album_id}"


def placements_of(album: Album) -> PlacementQuerySet:
    """Where the photos of a gallery lie; of a collection's the photos in the same shape, of a smart one all that it may
    find.
    """
    rows: PlacementManager = Placement.objects if album.is_gallery else CollectedPhoto.objects
    return cast(PlacementQuerySet, rows.for_studio(album.studio_id).filter(album_id=album.pk))
