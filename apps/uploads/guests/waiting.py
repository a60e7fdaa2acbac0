"""What guests sent: what waits for the studio, and what one of them sent. Run in `acting_in(studio)`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef

from apps.accounts.models import Studio
from apps.accounts.tenancy import StudioQuerySet
from apps.albums.models import Album, Placement
from apps.sharing.models import Visitor
from apps.uploads.models import ReceivedFile, ReceivedState


def of_guests(studio: Studio | UUID) -> StudioQuerySet[ReceivedFile]:
    """Files of guests that became photos of their own."""
    rows = ReceivedFile.objects.for_studio(studio).filter(receipt__isnull=True)
    return rows.filter(state=ReceivedState.STORED, photo__isnull=False)


def waiting(album: Album) -> StudioQuerySet[ReceivedFile]:
    """What waits for the studio in an album, each photo once, the earliest first."""
    lying = Placement.objects.for_studio(album.studio_id).filter(
        album_id=album.pk, photo_id=OuterRef("photo_id"), is_hidden=True, trashed_at__isnull=True
    )
    mine = of_guests(album.studio_id).filter(album_id=album.pk, withdrawn_at__isnull=True)
    later = of_guests(album.studio_id).filter(
        album_id=album.pk, photo_id=OuterRef("photo_id"), withdrawn_at__isnull=True, pk__gt=OuterRef("pk")
    )
    return mine.filter(Exists(lying)).exclude(Exists(later)).order_by("pk")


def own(studio: Studio, album_id: UUID, visitor: Visitor) -> StudioQuerySet[Any]:
    """What a guest sent to an album, the newest first, each with `is_hidden` and `is_trashed` of where it lies."""
    lying = Placement.objects.for_studio(studio).filter(album_id=album_id, photo_id=OuterRef("photo_id"))
    mine = ReceivedFile.objects.for_studio(studio).filter(album_id=album_id, visitor=visitor)
    shown = lying.filter(trashed_at__isnull=True, is_hidden=False)
    there = lying.filter(trashed_at__isnull=True)
    rows = mine.annotate(is_shown=Exists(shown), is_there=Exists(there))
    return rows.select_related("photo").order_by("-pk")
