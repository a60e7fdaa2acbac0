"""The photos that a gallery shows, a collection's too: the one place where a shared question is asked."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from apps.accounts.access import Entered
from apps.accounts.models import Role, User
from apps.albums.models import Album, AlbumKind, PlacementQuerySet, placements_of
from apps.library.find import Library
from apps.library.models import LibraryPhoto
from apps.library.questions.tree import BadRules
from apps.smart_collections.models import SmartCollection


def photos_of(album: Album) -> PlacementQuerySet:
    """All photos of a gallery or of a collection, in the shape of placements; of a smart one those that it finds now.

    Run it in `acting_in(album.studio)`.
    """
    rows, question = placements_of(album), question_of(album)
    return rows if question is None else rows.filter(photo_id__in=question)


def question_of(album: Album) -> QuerySet[Any] | None:
    """Of a smart collection the ids of the photos that it finds now, as a query; None for every other gallery.

    The studio itself asks, whoever reads the answer. Rules that nobody understands any more find nothing.
    """
    if album.kind != AlbumKind.SMART:
        return None
    row = SmartCollection.objects.for_studio(album.studio_id).filter(pk=album.pk).first()
    try:
        tree = row.tree if row else None
    except BadRules:
        tree = None
    if tree is None:
        return LibraryPhoto.objects.for_studio(album.studio_id).none().values("pk")
    return Library(Entered(album.studio, User(), Role.OWNER), tree).rows.order_by().values("pk")
