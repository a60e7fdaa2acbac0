"""What guests sent: what waits for the studio, and what one of them sent. Run in `acting_in(studio)`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef

from apps.accounts.access import Entered
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
    return _unanswered(album.studio_id).filter(album_id=album.pk).order_by("pk")


def waiting_for(member: Entered) -> StudioQuerySet[ReceivedFile]:
    """What waits in all galleries in which a member works, each photo once for each of them, the earliest first."""
    albums = Album.objects.visible_to(member).filter(trashed_at__isnull=True)
    return _unanswered(member.studio).filter(album_id__in=albums.values("pk")).order_by("pk")


def _unanswered(studio: Studio | UUID) -> StudioQuerySet[ReceivedFile]:
    same = {"album_id": OuterRef("album_id"), "photo_id": OuterRef("photo_id")}
    lying = Placement.objects.for_studio(studio).filter(is_hidden=True, trashed_at__isnull=True, **same)
    mine = of_guests(studio).filter(withdrawn_at__isnull=True)
    later = mine.filter(pk__gt=OuterRef("pk"), **same)
    return mine.filter(Exists(lying)).exclude(Exists(later))


def own(studio: Studio, album_id: UUID, visitor: Visitor) -> StudioQuerySet[Any]:
    """What a guest sent to an album, the newest first, each with `is_hidden` and `is_trashed` of where it lies."""
    lying = Placement.objects.for_studio(studio).filter(album_id=album_id, photo_id=OuterRef("photo_id"))
    mine = ReceivedFile.objects.for_studio(studio).filter(album_id=album_id, visitor=visitor)
    shown = lying.filter(trashed_at__isnull=True, is_hidden=False)
    there = lying.filter(trashed_at__isnull=True)
    rows = mine.annotate(is_shown=Exists(shown), is_there=Exists(there))
    return rows.select_related("photo").order_by("-pk")
