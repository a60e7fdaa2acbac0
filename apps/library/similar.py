"""Photos that are like one: by the perceptual hash anywhere in the library, and by the hour in which it was taken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from apps.accounts.access import Entered
from apps.albums.models import Photo
from apps.library.duplicates import lookup
from apps.library.find import Library, LibraryTile
from apps.library.models import LibraryPhoto

#: Photos of each kind on the page.
MOST: Final = 48
#: Before and after the photo.
AROUND: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class SimilarPhotos:
    """alike: the nearest hash first.  around: taken within the hour before or after, by look and then by time."""

    photo: LibraryTile
    alike: list[LibraryTile]
    around: list[LibraryTile]


def similar_to(entered: Entered, photo_id: UUID) -> SimilarPhotos | None:
    """What of the member's photos is like one of them; None if that is not theirs to see.

    Run in `acting_in(studio)`. The number of queries never grows.
    """
    library = Library(entered)
    own = library.tiles([photo_id])
    seen = LibraryPhoto.objects.visible_to(entered)
    row = seen.filter(pk=photo_id).values_list("photo__phash", "photo__kind", "wall", "is_dated").first()
    if not own or row is None:
        return None
    phash, kind, wall, is_dated = row
    near: list[UUID] = []
    if phash is not None and kind != "video":
        near = [pk for pk, _bits in _visible(entered, phash, photo_id, lookup.RADIUS)]
    around: list[UUID] = []
    if is_dated:
        others = seen.filter(is_dated=True).exclude(pk__in=[photo_id, *near])
        later = others.filter(wall__gte=wall, wall__lte=wall + AROUND).order_by("wall", "pk")[:MOST]
        earlier = others.filter(wall__lt=wall, wall__gte=wall - AROUND).order_by("-wall", "-pk")[:MOST]
        columns = ("pk", "photo__phash", "wall")
        rows = [*later.values_list(*columns), *earlier.values_list(*columns)]
        rows.sort(key=lambda one: (_bits(phash, one[1]), abs(one[2] - wall), one[0]))
        around = [pk for pk, _phash, _wall in rows[:MOST]]
    tiles = {tile.row.photo_id: tile for tile in library.tiles([*near, *around])}
    return SimilarPhotos(own[0], _of(tiles, near), _of(tiles, around))


def alike(entered: Entered, photo: Photo, *, within: int) -> list[tuple[UUID, int]]:
    """The member's photos whose hash differs in at most `within` bits, and in how many; the nearest first.

    within: 0 to `lookup.RADIUS`.  A photo without a hash, and a video, are like none.
    """
    if photo.phash is None or photo.kind == "video":
        return []
    return _visible(entered, photo.phash, photo.pk, within)


def _visible(entered: Entered, phash: int, photo_id: UUID, within: int) -> list[tuple[UUID, int]]:
    near = lookup.near(entered.studio.pk, phash, but=photo_id, within=within)
    seen = LibraryPhoto.objects.visible_to(entered).filter(pk__any=[pk for pk, _bits in near])
    visible = set(seen.values_list("pk", flat=True))
    return [(pk, bits) for pk, bits in near if pk in visible][:MOST]


def _bits(one: int | None, other: int | None) -> int:
    """In how many of 64 bits two hashes differ; all of them if one is not known."""
    return 64 if one is None or other is None else ((one ^ other) & (2**64 - 1)).bit_count()


def _of(tiles: dict[UUID, LibraryTile], ids: Iterable[UUID]) -> list[LibraryTile]:
    return [tiles[pk] for pk in ids if pk in tiles]
