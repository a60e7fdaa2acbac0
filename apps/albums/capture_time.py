"""When a photo was taken: the instant, and the wall time of the place.

A camera stores what its clock showed, and not always how far that is from UTC. Where it does not, its local time is
read in the studio's zone; the instant then derives from the zone and is read anew when that changes. Photos stand in
order of wall time, so that a camera without an offset and a phone with one go together.

Run what touches rows in `acting_in(studio)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from uuid import UUID

from django.db import connection

from apps.accounts.models import Studio
from apps.accounts.tenancy import StudioQuerySet
from apps.albums import ordering
from apps.albums.models import Photo

_READ_AT_ONCE = 2_000


def instant(local: datetime | None, offset_minutes: int | None, zone: tzinfo) -> datetime | None:
    """The moment of a camera's local time (naive), in UTC: by its own offset in minutes east of UTC, else in `zone`.

    None if the time is unknown or leads out of the calendar.
    """
    if local is None:
        return None
    if offset_minutes is not None:
        zone = timezone(timedelta(minutes=offset_minutes))
    try:
        return local.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError:
        # The year 1 or 9999 in a zone that leads out of the calendar.
        return None


def ids_read_in_zone(studio: Studio) -> Iterable[UUID]:
    """The photos whose instant derives from the studio's zone."""
    return _read_in_zone(studio.pk).order_by("pk").values_list("pk", flat=True).iterator(chunk_size=_READ_AT_ONCE)


def read_again(studio: Studio, photo_ids: Sequence[UUID]) -> int:
    """Read the local times of these photos in the zone that the studio has now. Returns how many instants moved.

    Photos with an offset of their own, or whose time a person gave, are passed over.
    """
    zone = studio.hold_zone()
    rows = _read_in_zone(studio.pk).filter(pk__any=photo_ids)
    rows = rows.only("studio_id", "camera_name", "facts", "taken_at", "taken_offset")
    moved = []
    for photo in rows.select_for_update(no_key=True).order_by("pk"):
        moment = instant(datetime.fromisoformat(photo.facts["taken_at"]), None, zone)
        if moment != photo.taken_at:
            photo.taken_at = moment
            moved.append(photo)
    if moved:
        with connection.cursor() as cursor:
            cursor.execute(
                """update albums_photo p set taken_at = k.moment, updated_at = now()
                   from unnest(%s::uuid[], %s::timestamptz[]) as k (id, moment)
                   where p.studio_id = %s and p.id = k.id""",
                [[photo.pk for photo in moved], [photo.taken_at for photo in moved], studio.pk],
            )
        ordering.refresh_time_keys(studio, moved, zone)
    return len(moved)


def _read_in_zone(studio_id: UUID) -> StudioQuerySet[Photo]:
    mine: StudioQuerySet[Photo] = Photo.objects.for_studio(studio_id)
    return mine.filter(taken_by_hand=False, taken_offset__isnull=True, facts__taken_at__isnull=False).exclude(
        facts__taken_at=None
    )
