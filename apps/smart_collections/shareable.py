"""What both kinds of collections have in common: the gallery by which links, guests and emails know one.

A collection that is shared has an `Album` of its own id and of another kind. It holds title, state and look and no
placement; its photos are read anew each time (docs/decisions/0036). Run in `acting_in(studio)`.
"""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.utils import timezone

from apps.accounts.models import Studio
from apps.accounts.tenancy import StudioModel
from apps.albums import editing
from apps.albums.models import Album, AlbumKind, AlbumState


class Shareable(StudioModel):
    """A collection. KIND: of its gallery."""

    KIND: ClassVar[AlbumKind]

    title = models.CharField(max_length=120)

    class Meta(StudioModel.Meta):
        abstract = True

    def gallery(self) -> Album:
        """Its gallery; made, open to its links, when it is shared for the first time."""
        # Two who share it at once: the second waits for the first.
        type(self).objects.for_studio(self.studio_id).select_for_update(no_key=True).get(pk=self.pk)
        found = gallery_of(self.studio, self.pk)
        if found is None:
            found = Album(
                pk=self.pk,
                studio=self.studio,
                kind=self.KIND,
                title=self.title,
                slug=editing.free_slug(self.studio, self.title),
                state=AlbumState.LIVE,
                published_at=timezone.now(),
                is_listed=False,
            )
            found.save(force_insert=True)
        return found

    @classmethod
    def follow(cls, studio: Studio, collection_id: UUID) -> None:
        """It changed, went or came back: its gallery is called the same, and its links open while it is there."""
        album = gallery_of(studio, collection_id)
        if album is None:
            return
        row = cls.objects.for_studio(studio).filter(pk=collection_id).first()
        if row is not None:
            album.title, album.trashed_at = row.title, None
        else:
            album.trashed_at = album.trashed_at or timezone.now()
        album.save(update_fields=["title", "trashed_at"])


def gallery_of(studio: Studio, collection_id: UUID) -> Album | None:
    """The gallery of a collection that was shared, also after it was deleted; None before."""
    rows = Album.every.for_studio(studio).exclude(kind=AlbumKind.GALLERY)
    found: Album | None = rows.filter(pk=collection_id).first()
    if found is not None:
        found.studio = studio
    return found
