"""Where photos were taken: from the position in the file, or as a person says. Run in `acting_in(studio)`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final, NamedTuple
from uuid import UUID

from django.db import connection

from apps.accounts import journal
from apps.accounts.models import JournalEntry, Studio, User
from apps.accounts.tenancy import across_studios, acting_in
from apps.albums.models import Album, Photo
from apps.jobs import queue
from apps.library.place_models import PhotoPlace
from apps.library.places import geonames

BATCH: Final = 500

# Photos whose file has a position that no row tells of, or tells otherwise; what a person said stays, but a place that
# was taken from another camera gives way to that of the file.
_ASTRAY: Final = """
    select p.id, library_number(p.facts, 'latitude'), library_number(p.facts, 'longitude')
    from albums_photo p
    left join library_photoplace k on k.studio_id = p.studio_id and k.photo_id = p.id
    where p.studio_id = %(studio)s and (%(photos)s::uuid[] is null or p.id = any(%(photos)s::uuid[]))
        and (not coalesce(k.by_hand, false) or k.from_camera > ''
            and library_number(p.facts, 'latitude') is not null and library_number(p.facts, 'longitude') is not null)
        and (k.latitude, k.longitude) is distinct from
            (library_number(p.facts, 'latitude'), library_number(p.facts, 'longitude'))
    limit %(most)s
"""
# The studio's own place at each of the photos, the smallest of several.
_NAMED: Final = """
    update library_photoplace k set named_id = found.place
    from (
        select k.id, (
            select n.id from library_namedplace n
            where n.studio_id = k.studio_id
                and library_km(k.latitude, k.longitude, n.latitude, n.longitude) * 1000 <= n.radius
            order by n.radius, n.id limit 1
        ) as place
        from library_photoplace k
        where k.studio_id = %(studio)s and k.photo_id = any(%(photos)s::uuid[])
    ) as found
    where k.studio_id = %(studio)s and k.id = found.id and k.named_id is distinct from found.place
"""


class Borrowed(NamedTuple):
    """A place taken from the photo of another camera (see `borrowed`). Degrees; seconds between the two photos."""

    latitude: float
    longitude: float
    camera: str
    seconds: int


def photo_came(job: queue.Claimed) -> None:
    """Step after the renditions: where the photo was taken, if its file says so."""
    with acting_in(job.studio_id):
        follow_files(job.studio_id, [job.subject_id])


def follow_files(studio_id: UUID, photos: Collection[UUID] | None = None) -> int:
    """Write down the positions of files that changed or were never read. Returns how many.

    photos: only these; None for the next `BATCH` of the studio.
    """
    with connection.cursor() as cursor:
        wanted = None if photos is None else list(photos)
        cursor.execute(_ASTRAY, {"studio": studio_id, "photos": wanted, "most": BATCH})
        rows = cursor.fetchall()
    known = [(pk, lat, lon) for pk, lat, lon in rows if lat is not None and lon is not None]
    _write(studio_id, known, by_hand=False)
    gone = [pk for pk, lat, lon in rows if lat is None or lon is None]
    PhotoPlace.objects.for_studio(studio_id).filter(photo_id__in=gone, by_hand=False).delete()
    return len(rows)


def catch_up() -> int:
    """Periodic: photos of before there were places. Returns how many were located."""
    with across_studios(), connection.cursor() as cursor:
        cursor.execute("select id from accounts_studio order by id")
        studios = [pk for (pk,) in cursor.fetchall()]
    located = 0
    for studio_id in studios:
        found = BATCH
        while found == BATCH:
            with acting_in(studio_id):
                found = follow_files(studio_id)
            located += found
    return located


def set_by_hand(
    studio: Studio,
    photos: Collection[UUID],
    position: tuple[float, float] | None,
    *,
    by: User | None,
    act: UUID | None = None,
    albums: Collection[UUID] = (),
) -> JournalEntry | None:
    """Say where photos were taken: (latitude, longitude) in degrees, or None for "nobody knows".

    None if no photo is there.  act: of which long act this is a slice.  albums: the galleries of a restricted member.
    Raises ActUndone.
    """
    rows = Photo.objects.for_studio(studio).filter(pk__in=photos, trashed_at__isnull=True)
    ids = list(rows.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    if not ids:
        return None
    watch = _watched(studio, ids)
    latitude, longitude = position or (None, None)
    if latitude is None or longitude is None:
        PhotoPlace.objects.for_studio(studio).filter(photo_id__in=ids).update(
            latitude=None, longitude=None, by_hand=True, from_camera="", from_seconds=None, country="", city="",
            named=None,
        )  # fmt: skip
    else:
        _write(studio.pk, [(pk, latitude, longitude) for pk in ids], by_hand=True)
    return journal.record(
        studio, by=by, verb="photos.located", albums=albums, things=ids, changes=watch.changes(), act=act,
        place=geonames.spot(latitude, longitude).words if latitude is not None and longitude is not None else "",
    )  # fmt: skip


def borrow(
    album: Album, places: Mapping[UUID, Borrowed], *, by: User | None, act: UUID | None, camera: str
) -> JournalEntry:
    """Give photos of a gallery, which the caller has locked, places of other photos.

    camera: whose they are, "" for several.  act: of which long act this is a slice.  Raises ActUndone.
    """
    watch = _watched(album.studio, places)
    points = [(pk, one.latitude, one.longitude) for pk, one in places.items()]
    _write(album.studio_id, points, by_hand=True, lent=places)
    return journal.record(
        album.studio, by=by, verb="photos.place_borrowed", subject=album, things=places, changes=watch.changes(),
        act=act, camera=camera,
    )  # fmt: skip


def _watched(studio: Studio, photos: Collection[UUID]) -> journal.Watch:
    """What is said of the places of photos now."""
    mine = PhotoPlace.objects.for_studio(studio)
    # Rows first, so that the way back leads to one.
    there = set(mine.filter(photo_id__in=photos).values_list("photo_id", flat=True))
    mine.bulk_create([PhotoPlace(studio=studio, photo_id=pk) for pk in photos if pk not in there])
    watch = journal.Watch(studio)
    watch.rows(mine.filter(photo_id__in=photos), *PhotoPlace.journalled)
    return watch


def _write(
    studio_id: UUID,
    points: list[tuple[UUID, float, float]],
    *,
    by_hand: bool,
    lent: Mapping[UUID, Borrowed] | None = None,
) -> None:
    if not points:
        return
    spots, lent = _spots(points), lent or {}
    rows = [
        PhotoPlace(
            studio_id=studio_id, photo_id=pk, latitude=latitude, longitude=longitude, by_hand=by_hand,
            country=spots[pk].country, city=spots[pk].city,
            from_camera=lent[pk].camera if pk in lent else "", from_seconds=lent[pk].seconds if pk in lent else None,
        )
        for pk, latitude, longitude in points
    ]  # fmt: skip
    PhotoPlace.objects.for_studio(studio_id).bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["studio", "photo"],
        update_fields=["latitude", "longitude", "by_hand", "country", "city", "from_camera", "from_seconds"],
    )
    name_again(studio_id, [pk for pk, _, _ in points])


def _spots(points: list[tuple[UUID, float, float]]) -> dict[UUID, geonames.Spot]:
    """Each position is asked for once: the photos of a hall stand at one point."""
    at: dict[tuple[float, float], UUID] = {}
    for pk, latitude, longitude in points:
        at.setdefault((latitude, longitude), pk)
    found = geonames.spots([(pk, latitude, longitude) for (latitude, longitude), pk in at.items()])
    return {pk: found[at[latitude, longitude]] for pk, latitude, longitude in points}


def name_again(studio_id: UUID, photos: Iterable[UUID]) -> None:
    """Find the studio's own place at each of these photos."""
    with connection.cursor() as cursor:
        cursor.execute(_NAMED, {"studio": studio_id, "photos": list(photos)})
