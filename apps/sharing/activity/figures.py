"""What guests did in galleries and with photos, as numbers for the studio's own pages. Run in the studio's transaction.

The pages stand below sharing; they find these functions by the names in the settings (`GALLERY_FIGURES`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet

from apps.albums.figures import GalleryFigures, PhotoFigures
from apps.sharing.models import Activity, ActivityKind, Comment, Pick, still_there
from apps.web.compiled_queries import Compiled, together

# Comments of guests on photos that still lie in the gallery, and that nobody of the studio has read.
UNREAD: Final = Q(author__isnull=True, read_at__isnull=True, removed_at__isnull=True) & still_there("photo_id")


@dataclass(frozen=True, slots=True)
class _Galleries:
    """Whose figures are asked for."""

    studio: UUID
    albums: list[UUID]


def _acts(of: _Galleries) -> QuerySet[Any, tuple[Any, ...]]:
    did = Activity.objects.for_studio(of.studio).filter(shown_id__any=of.albums).order_by().values_list("shown_id")
    return did.annotate(downloads=Count("pk", filter=Q(kind=ActivityKind.DOWNLOADED)), last=Max("at"))


def _hearts(of: _Galleries) -> QuerySet[Any, tuple[Any, ...]]:
    picked = Pick.objects.for_studio(of.studio).filter(selection__shown_id__any=of.albums).order_by()
    return picked.values_list("selection__shown_id").annotate(n=Count("photo_id", distinct=True))


def _unread(of: _Galleries) -> QuerySet[Any, tuple[Any, ...]]:
    said = Comment.objects.for_studio(of.studio).filter(UNREAD, shown_id__any=of.albums).order_by()
    return said.values_list("shown_id").annotate(n=Count("pk"))


_ACTS: Final = Compiled(_acts)
_HEARTS: Final = Compiled(_hearts)
_UNREAD: Final = Compiled(_unread)


def of_albums(studio_id: UUID, albums: Sequence[UUID]) -> dict[UUID, GalleryFigures]:
    """Figures of these galleries; one in which nothing happened is left out. One exchange."""
    of = _Galleries(studio_id, list(albums))
    acts, picked, said = together(_ACTS.asked(of), _HEARTS.asked(of), _UNREAD.asked(of))
    hearts, comments = dict(picked), dict(said)
    found = {pk: (downloads, last) for pk, downloads, last in acts}
    return {
        pk: GalleryFigures(hearts.get(pk, 0), *found.get(pk, (0, None)), comments.get(pk, 0))
        for pk in {*found, *hearts, *comments}
    }


def of_photos(studio_id: UUID, album_id: UUID, photos: Collection[UUID]) -> dict[UUID, PhotoFigures]:
    """Figures of these photos of a gallery; one of which nobody said anything is left out. Two queries."""
    picked = Pick.objects.for_studio(studio_id).filter(selection__shown_id=album_id, photo_id__in=photos).order_by()
    hearts = dict(picked.values_list("photo_id").annotate(n=Count("selection__visitor_id", distinct=True)))
    said = Comment.objects.for_studio(studio_id).filter(shown_id=album_id, photo_id__in=photos, removed_at__isnull=True)
    new = Count("pk", filter=Q(read_at__isnull=True, author__isnull=True))
    counted = said.order_by().values_list("photo_id").annotate(n=Count("pk"), new=new)
    comments = {pk: (count, unread) for pk, count, unread in counted}
    return {pk: PhotoFigures(hearts.get(pk, 0), *comments.get(pk, (0, 0))) for pk in {*hearts, *comments}}
