"""The reading order of an album, as text keys that PostgreSQL compares byte by byte.

One index on (album, section_rank, sort_key, id) then serves every ordering and every page of a gallery.
"""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from uuid import UUID

from django.db import connection
from django.db.models import F

from apps.accounts.journal import Watch
from apps.accounts.models import Studio
from apps.albums import counts
from apps.albums.models import Album, Ordering, Photo, Placement

NAME_KEY_LENGTH = 200
LARGEST = 10**20 - 1
# Keys given by hand begin here and stay below those of photos that arrive later (nanoseconds since 1970).
FIRST_BY_HAND = 10**18
STEP_BY_HAND = 10**9


def name_key(camera_name: str) -> str:
    """Natural order of file names: IMG_9 before IMG_10, letters without case or accents, the ending last.

    A run of digits becomes the length of its number and the number, so that they compare as numbers do. The stem ends
    in a sign below all others: IMG_1234 comes before IMG_1234 (1) and IMG_1234-2, whatever the ending is. Names that
    begin with a digit come after all others.
    """
    plain = unicodedata.normalize("NFKD", camera_name).casefold()
    plain = "".join(c for c in plain if not unicodedata.combining(c) and c not in _NOT_IN_KEYS)
    stem, dot, ending = plain.rpartition(".")
    if not stem:
        stem, dot, ending = plain, "", ""
    first = _LAST if _DIGITS.match(stem) else ""
    return f"{first}{_DIGITS.sub(_counted, stem)}{_END}{dot}{_DIGITS.sub(_counted, ending)}"[:NAME_KEY_LENGTH]


_DIGITS = re.compile("[0-9]+")
_END = "\x01"
# Above every letter, for private use.
_LAST = "\U0010fffd"
_NOT_IN_KEYS = {"\0", _END}


def _counted(run: re.Match[str]) -> str:
    # A file name has at most 255 signs, so three digits count its longest number.
    number = run.group().lstrip("0") or "0"
    return f"{len(number):03}{number}"


def time_key(wall_time: datetime | None, camera_name: str) -> str:
    """Order of capture by the clock of the place; photos of one moment by name, photos without a time at the end."""
    # Not by strftime: it writes years before 1000 with fewer digits.
    moment = "".join(c for c in wall_time.isoformat(timespec="microseconds") if c.isdigit()) if wall_time else "~"
    return f"{moment} {name_key(camera_name)}"


def arrival_key(number: int | None = None) -> str:
    """Manual key of a photo that arrives: `number` (what the sender counted) or now, in nanoseconds since 1970."""
    value = time.time_ns() if number is None else max(0, min(number, LARGEST))
    return f"{value:020d}"


def sort_key(ordering: str, photo: Photo, manual_key: str, zone: tzinfo) -> str:
    """The key of a placement under the album's ordering. zone: the studio's."""
    if ordering == Ordering.TIME:
        return time_key(photo.wall_time(zone), photo.camera_name)
    if ordering == Ordering.NAME:
        return name_key(photo.camera_name)
    return manual_key


def zone_for(photo: Photo, studio: Studio) -> tzinfo:
    """The zone to ask for a photo's key; not looked up where the key does not depend on it."""
    return studio.hold_zone() if photo.is_read_in_zone else UTC


def reorder(album: Album, ordering: Ordering) -> None:
    """Change an album's ordering and every key in it, also of what lies in the trash."""
    album.hold()
    album.ordering = ordering
    album.save(update_fields=["ordering"])
    if ordering == Ordering.MANUAL:
        album.placements.exclude(sort_key=F("manual_key")).update(sort_key=F("manual_key"))
        return
    photos = Photo.objects.for_studio(album.studio_id).filter(placements__album_id=album.pk)
    known = list(photos.only("id", "studio_id", "camera_name", "taken_at", "taken_offset"))
    zone = album.studio.hold_zone()
    keys = [sort_key(ordering, photo, "", zone) for photo in known]
    with connection.cursor() as cursor:
        cursor.execute(
            """update albums_placement p set sort_key = k.key
               from unnest(%s::uuid[], %s::text[]) as k (photo_id, key)
               where p.studio_id = %s and p.album_id = %s and p.photo_id = k.photo_id""",
            [[photo.pk for photo in known], keys, album.studio_id, album.pk],
        )


def move(
    album: Album,
    moving: Sequence[UUID],
    *,
    before: UUID | None,
    section_id: UUID | None,
    watch: Watch | None = None,
) -> list[UUID]:
    """Put photos in front of another one of a section (or at its end); from now on the album is ordered by hand.

    moving: photo ids in their new order; ids that are not in the album are passed over.
    section_id: None is the part in front of all sections.  watch: is shown the placements that are about to change.
    Returns which photos moved.  Raises Section.DoesNotExist.
    """
    album.hold()
    rank = album.sections.get(pk=section_id).rank if section_id else 0
    present = set(album.placements.live().filter(photo_id__in=moving).values_list("photo_id", flat=True))
    chosen = [photo_id for photo_id in dict.fromkeys(moving) if photo_id in present]
    if not chosen:
        return []
    gap = _gap(album, chosen, before, rank) if album.ordering == Ordering.MANUAL else None
    if watch:
        lying = Placement.objects.for_studio(album.studio_id).filter(album_id=album.pk)
        # Without a gap every placement of the album gets another number.
        watch.rows(lying if gap is None else lying.filter(photo_id__in=chosen), "section_id", "manual_key")
    if gap is None:
        _number_afresh(album)
        _now_by_hand(album)
        gap = _gap(album, chosen, before, rank)
        assert gap is not None, "fresh numbers leave room"
    lower, upper = gap
    count = len(chosen) + 1
    _give_keys(album, chosen, [lower + (upper - lower) * place // count for place in range(1, count)])
    album.placements.filter(photo_id__in=chosen).update(section=section_id, section_rank=rank)
    return chosen


def arrange(album: Album, photo_ids: Sequence[UUID]) -> None:
    """Order the whole album by hand: these photos first, the others after them as they were. Sections stay.

    Ids that are not in the album are passed over.
    """
    album.hold()
    present = list(album.placements.in_order().values_list("photo_id", flat=True))
    known = set(present)
    first = [photo_id for photo_id in dict.fromkeys(photo_ids) if photo_id in known]
    named = set(first)
    order = first + [photo_id for photo_id in present if photo_id not in named]
    _give_keys(album, order, [FIRST_BY_HAND + place * STEP_BY_HAND for place in range(len(order))])
    _now_by_hand(album)


def refresh_keys(photo: Photo) -> None:
    """Give a photo's placements the keys of what is now known of it (its capture time)."""
    # Holding the albums: somebody may be changing their ordering at this moment.
    albums = list(Album.objects.for_studio(photo.studio_id).filter(placements__photo_id=photo.pk).order_by("pk"))
    for album in albums:
        album.hold()
        # A photo that became ready is one more that clients see.
        counts.forget(album.pk)
    orderings = {album.pk: album.ordering for album in albums}
    zone = zone_for(photo, photo.studio)
    for placement in photo.placements.filter(album_id__in=orderings):
        key = sort_key(orderings[placement.album_id], photo, placement.manual_key, zone)
        if key != placement.sort_key:
            placement.sort_key = key
            placement.save(update_fields=["sort_key"])


def refresh_time_keys(studio: Studio, photos: Sequence[Photo], zone: tzinfo) -> None:
    """Give placements of photos whose instants moved their keys in albums that stand in order of time.

    The wall time of most stays; it moves where a clock showed an hour that the zone leaves out.
    """
    mine = Album.objects.for_studio(studio).filter(ordering=Ordering.TIME, placements__photo__in=photos)
    for album in mine.order_by("pk").distinct():
        album.hold()
    keys = [time_key(photo.wall_time(zone), photo.camera_name) for photo in photos]
    with connection.cursor() as cursor:
        cursor.execute(
            """update albums_placement p set sort_key = k.key
               from unnest(%s::uuid[], %s::text[]) as k (photo_id, key), albums_album a
               where p.studio_id = %s and p.photo_id = k.photo_id and a.studio_id = p.studio_id and a.id = p.album_id
                 and a.ordering = %s and p.sort_key <> k.key""",
            [[photo.pk for photo in photos], keys, studio.pk, Ordering.TIME],
        )


def _now_by_hand(album: Album) -> None:
    if album.ordering != Ordering.MANUAL:
        album.ordering = Ordering.MANUAL
        album.save(update_fields=["ordering"])


def _gap(album: Album, moving: Sequence[UUID], before: UUID | None, rank: int) -> tuple[int, int] | None:
    """Numbers between which the moving photos go, or None if there are too few of them."""
    staying = album.placements.live().filter(section_rank=rank).exclude(photo_id__in=moving)
    target = staying.filter(photo_id=before).values_list("sort_key", flat=True).first() if before else None
    room = STEP_BY_HAND * (len(moving) + 1)
    if before is None or target is None:
        last = staying.order_by("-sort_key").values_list("sort_key", flat=True).first()
        lower = int(last) if last else FIRST_BY_HAND
        upper = lower + room
    else:
        upper = int(target)
        # Two of one key stand in no order that a number could tell: `<=` makes that a gap of nothing.
        ahead = staying.exclude(photo_id=before).filter(sort_key__lte=target).order_by("-sort_key")
        known = ahead.values_list("sort_key", flat=True).first()
        lower = int(known) if known else max(0, upper - room)
    return (lower, upper) if upper - lower > len(moving) and upper <= LARGEST else None


def _number_afresh(album: Album) -> None:
    """Give every placement a number by hand, far apart, in the order in which they stand now."""
    with connection.cursor() as cursor:
        cursor.execute(
            """update albums_placement p set manual_key = k.key, sort_key = k.key
               from (select id, lpad((%s + row_number() over (order by section_rank, sort_key, id) * %s)::text,
                                     20, '0') as key
                     from albums_placement where studio_id = %s and album_id = %s) k
               where p.studio_id = %s and p.id = k.id""",
            [FIRST_BY_HAND, STEP_BY_HAND, album.studio_id, album.pk, album.studio_id],
        )


def _give_keys(album: Album, photo_ids: Sequence[UUID], numbers: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """update albums_placement p set manual_key = k.key, sort_key = k.key
               from unnest(%s::uuid[], %s::text[]) as k (photo_id, key)
               where p.studio_id = %s and p.album_id = %s and p.photo_id = k.photo_id""",
            [list(photo_ids), [f"{number:020d}" for number in numbers], album.studio_id, album.pk],
        )
