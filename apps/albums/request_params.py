"""What a request asks for: ids, and the rows they mean.

What a page of ours sends is read strictly; what people keep and pass on is read as far as it makes sense.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from uuid import UUID

from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from apps.accounts.access import StudioRequest
from apps.accounts.long_tasks import Task
from apps.albums.models import Album, Photo, Section

MOST_IDS = Task.MOST


def uuids(values: Iterable[str], *, most: int = MOST_IDS) -> list[UUID]:
    """Ids as sent. Raises BadRequest when one is none or there are too many."""
    texts = [value for value in values if value]
    if len(texts) > most:
        raise BadRequest(f"At most {most:,} ids at once.")
    try:
        return [UUID(text) for text in texts]
    except ValueError:
        raise BadRequest("An id cannot be read.") from None


def one_uuid(value: str | None) -> UUID | None:
    """An id as sent, or None if none was. Raises BadRequest."""
    return next(iter(uuids([value or ""])), None)


def uuid_or_none(text: str | None) -> UUID | None:
    """The id that a text spells, or None: for what an old bookmark or another program may have left in an address."""
    try:
        return UUID(text or "")
    except ValueError:
        return None


def readable_uuids(texts: Iterable[str], *, most: int) -> list[UUID]:
    """The ids among these texts, each once, in their order; what lies beyond `most` texts is not looked at."""
    return list(dict.fromkeys(one for text in islice(texts, most) if (one := uuid_or_none(text))))


def album_of(request: StudioRequest, album_id: UUID) -> Album:
    """A gallery of the member that is not in the trash, or Http404."""
    album = get_object_or_404(Album.objects.visible_to(request.entered), pk=album_id, trashed_at=None)
    album.studio = request.studio
    return album


def shared_of(request: StudioRequest, album_id: UUID) -> Album:
    """What links show: a gallery of the member that is not in the trash, or a collection's; else Http404."""
    album = get_object_or_404(Album.every.visible_to(request.entered), pk=album_id, trashed_at=None)
    album.studio = request.studio
    return album


def section_of(album: Album, value: str | UUID | None) -> Section | None:
    """A section of the album; None if none is asked for. Raises Http404 for any that is not the album's."""
    section_id = value if isinstance(value, UUID) else one_uuid(value)
    if section_id is None:
        return None
    section = get_object_or_404(album.sections, pk=section_id)
    section.album = album
    return section


def photos_of(album: Album) -> QuerySet[Photo]:
    """The album's photos that are not in the trash."""
    return Photo.objects.for_studio(album.studio_id).filter(
        placements__album_id=album.pk, placements__trashed_at__isnull=True
    )


def photo_of(album: Album, photo_id: UUID) -> Photo:
    """A photo that lies in the album, or Http404."""
    photo = photos_of(album).select_related("original").filter(pk=photo_id).first()
    if photo is None:
        raise Http404
    photo.studio = album.studio
    return photo
