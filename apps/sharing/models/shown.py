"""What links show: a gallery, or a collection by its gallery."""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from apps.accounts.tenancy import StudioModel, Works
from apps.accounts.tenant_keys import SameStudio, TenantKey
from apps.albums.models import Album, Placement
from apps.library.models import LibraryPhoto


class ShownKind(models.TextChoices):
    ALBUM = "album", "Gallery"
    COLLECTION = "collection", "Collection"


class Shown(StudioModel):
    """What one or more links show. Visitors, their lists, marks and comments, and the log of their deeds belong to it.

    An album's row carries the album's own id, so that its guests' addresses and cookies name the album. That of a
    collection has the collection's gallery as its album (see `smart_collections.shareable`).
    email_texts: by kind of email the subject and body in place of the studio's template (see `emails.templates`).
    """

    kind = models.CharField(max_length=10, choices=ShownKind.choices, default=ShownKind.ALBUM)
    album = TenantKey(Album, null=True, related_name="+")
    email_texts = models.JSONField(default=dict, db_default={})

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("album"),
            models.CheckConstraint(
                condition=~Q(kind="album") | Q(album__isnull=False, album_id=F("id")), name="sharing_shown_album"
            ),
            models.CheckConstraint(
                condition=~Q(kind="collection") | Q(album__isnull=False, album_id=F("id")),
                name="sharing_shown_collection",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @classmethod
    def of(cls, album: Album) -> Shown:
        """The row of an album; made when the first link or the first prepared list needs it."""
        kind = ShownKind.ALBUM if album.is_gallery else ShownKind.COLLECTION
        row, _ = cls.objects.for_studio(album.studio_id).get_or_create(
            pk=album.pk, defaults={"studio_id": album.studio_id, "album_id": album.pk, "kind": kind}
        )
        return row


class OfShown(StudioModel):
    """A row that belongs to what a link shows."""

    shown = TenantKey(Shown, related_name="%(class)ss")

    class Meta(StudioModel.Meta):
        abstract = True

    @classmethod
    def within(cls, member: Works) -> Q:
        """What belongs to galleries of a restricted member."""
        return Q(shown__album_id__in=member.album_ids)

    @property
    def album_id(self) -> UUID:
        """Id of the album that is shown."""
        return self.shown_id

    @property
    def album(self) -> Album:
        """The album that is shown; ask for `shown__album` with the row."""
        album: Album | None = self.shown.album
        assert album is not None
        return album

    @album.setter
    def album(self, album: Album) -> None:
        """The album is at hand: reading it asks the database for nothing."""
        self.shown = Shown(pk=album.pk, studio_id=album.studio_id, album=album)


def still_there(photo: str) -> Q:
    """True of a row with `shown` whose photo still lies in the gallery; of a collection, somewhere out of the trash.

    photo: path to the id of the photo.
    """
    lies = Placement.guarded.filter(
        studio_id=OuterRef("studio_id"),
        photo_id=OuterRef(photo),
        album_id=OuterRef("shown_id"),
        trashed_at__isnull=True,
    )
    known = LibraryPhoto.guarded.filter(studio_id=OuterRef("studio_id"), photo_id=OuterRef(photo))
    return Q(Exists(lies)) | Q(Exists(known), shown__kind=ShownKind.COLLECTION)
