"""How many photos the squares of the map have, at seven levels of size: read, added up, compared with the photos.

Triggers write each change down at the finest level, in its transaction (see `MapChange`); adding it to the squares that
hold it, of all levels, can wait. Who reads adds what waits, so that no count is ever old.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connection

from apps.accounts.models import Studio
from apps.accounts.tenancy import across_studios, acting_in
from apps.library.places.boxes import MapBox
from apps.media.fsck import Finding

#: Levels that are kept: each square has 64 of the next one.
STEP: Final = 3
FINEST: Final = 18
#: Columns around the earth at the finest level, of 38 m at the equator.
AROUND: Final = 1 << (FINEST + 2)
#: Changes that one statement adds up.
BATCH: Final = 20_000
#: Of an answer of fsck.
SQUARE: Final = "square"
_LEVELS: Final = f"generate_series(0, {FINEST}, {STEP})"
_PLACED: Final = "latitude between -90 and 90 and longitude between -180 and 180"


@dataclass(frozen=True, slots=True)
class SquareSum:
    """Photos near each other. latitude, longitude: the mean of theirs.  photo: one of them, if asked for."""

    photos: int
    latitude: float
    longitude: float
    box: MapBox
    photo: UUID | None


# Squares that the part of the map holds whole are read at the coarsest level that tells the clusters apart; of those at
# its edge the next finer ones, and so on. `offset 0`: each is a look into the index, whatever is expected of it.
_WITHIN: Final = f"""
    with recursive box as (
        select * from unnest(%(x0)s::int[], %(x1)s::int[], %(y0)s::int[], %(y1)s::int[]) as each (x0, x1, y0, y1)
    ), walk as (
        select box.*, s.* from box cross join lateral (
            select level, x, y, photos, latitudes, longitudes from library_mapsquare
            where studio_id = %(studio)s and level = %(level)s
                and y between y0 >> ({FINEST} - %(level)s) and y1 >> ({FINEST} - %(level)s)
                and x between x0 >> ({FINEST} - %(level)s) and x1 >> ({FINEST} - %(level)s)
            offset 0
        ) s
        union all
        select walk.x0, walk.x1, walk.y0, walk.y1, s.* from walk cross join lateral (
            select level, x, y, photos, latitudes, longitudes from library_mapsquare
            where studio_id = %(studio)s and level = walk.level + {STEP}
                and y between greatest(walk.y << {STEP}, y0 >> ({FINEST - STEP} - walk.level))
                    and least((walk.y << {STEP}) + 7, y1 >> ({FINEST - STEP} - walk.level))
                and x between greatest(walk.x << {STEP}, x0 >> ({FINEST - STEP} - walk.level))
                    and least((walk.x << {STEP}) + 7, x1 >> ({FINEST - STEP} - walk.level))
            offset 0
        ) s
        where not {{whole}}
    ), piece as (
        select level, x, y, photos, latitudes, longitudes from walk where {{whole}}
        union all
        select {FINEST}, c.x, c.y, c.photos, c.latitudes, c.longitudes
        from box join library_mapchange c on c.studio_id = %(studio)s
            and c.x between box.x0 and box.x1 and c.y between box.y0 and box.y1
    ), found as (
        select x >> (level - %(zoom)s) as x, y >> (level - %(zoom)s) as y, sum(photos)::bigint as photos,
            sum(latitudes) / sum(photos) / 1e7 as latitude, sum(longitudes) / sum(photos) / 1e7 as longitude,
            min(x << ({FINEST} - level)) as west, min(y << ({FINEST} - level)) as south,
            max((x + 1) << ({FINEST} - level)) as east, max((y + 1) << ({FINEST} - level)) as north
        from piece group by 1, 2 having sum(photos) > 0 order by 3 desc, 1, 2 limit %(most)s
    )
    select photos, latitude::float8, longitude::float8, west, south, east, north, {{photo}} from found
    order by photos desc, x, y
"""
_WHOLE: Final = "({})".format(
    " and ".join(
        f"(walk.{axis} << ({FINEST} - walk.level)) >= walk.{axis}0"
        f" and ((walk.{axis} + 1) << ({FINEST} - walk.level)) - 1 <= walk.{axis}1"
        for axis in "xy"
    )
)
_PHOTO: Final = f"""(
    select p.id from library_libraryphoto p
    where p.studio_id = %(studio)s and p.latitude between -90 and 90 and p.longitude between -180 and 180
        and library_square(library_map_x(p.longitude), library_map_y(p.latitude)) between
            library_square(x << ({FINEST} - %(zoom)s), y << ({FINEST} - %(zoom)s))
            and library_square(((x + 1) << ({FINEST} - %(zoom)s)) - 1, ((y + 1) << ({FINEST} - %(zoom)s)) - 1)
        and library_map_x(p.longitude) >= west and library_map_x(p.longitude) < east
        and library_map_y(p.latitude) >= south and library_map_y(p.latitude) < north
    order by p.studio_id, library_square(library_map_x(p.longitude), library_map_y(p.latitude)) limit 1
)"""


def within(studio: Studio, box: MapBox, zoom: int, *, most: int, with_photos: bool = False) -> list[SquareSum]:
    """The squares of a zoom of web maps that have photos in a part of the map, the fullest first. One query.

    What the part's edge cuts counts as far as it lies within; the edge runs along squares of the finest level.
    """
    spans = [(box.west, box.east)] if box.west <= box.east else [(box.west, 180.0), (-180.0, box.east)]
    values: dict[str, Any] = {
        "studio": studio.pk, "zoom": zoom, "level": -(-zoom // STEP) * STEP, "most": most,
        "x0": [_x(west) for west, _ in spans], "x1": [_x(east) for _, east in spans],
        "y0": [_y(box.south)] * len(spans), "y1": [_y(box.north)] * len(spans),
    }  # fmt: skip
    statement = _WITHIN.format(whole=_WHOLE, photo=_PHOTO if with_photos else "null::uuid")
    # An index over a function is not asked before the policy of row-level security; the statement names its studio.
    with across_studios(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows = cursor.fetchall()
    return [SquareSum(n, lat, lon, _box(*edges), photo) for n, lat, lon, *edges, photo in rows]


def _x(longitude: float) -> int:
    """As `library_map_x`."""
    return min(int((longitude + 180) * AROUND // 360), AROUND - 1)


def _y(latitude: float) -> int:
    """As `library_map_y`."""
    return int((latitude + 90) * AROUND // 360)


def _box(west: int, south: int, east: int, north: int) -> MapBox:
    """Up to a millimetre before the next squares, to which their edges belong."""
    side, gap = 360 / AROUND, 1e-8
    return MapBox(
        west * side - 180,
        south * side - 90,
        180 if east == AROUND else east * side - 180 - gap,
        90 if north > AROUND // 2 else north * side - 90 - gap,
    )


# One statement, so that whoever reads meanwhile sees a change either as a row of its own or in the squares. Those are
# locked in one order.
_ADD: Final = """
    insert into library_mapsquare as s (id, studio_id, level, x, y, photos, latitudes, longitudes)
    select gen_random_uuid(), studio_id, level, x, y, sum(photos), sum(latitudes), sum(longitudes) from ({changed}) c
    group by studio_id, level, x, y
    having sum(photos) <> 0 or sum(latitudes) <> 0 or sum(longitudes) <> 0
    order by studio_id, level, y, x
    on conflict (studio_id, level, y, x) do update set photos = s.photos + excluded.photos,
        latitudes = s.latitudes + excluded.latitudes, longitudes = s.longitudes + excluded.longitudes
"""
_EACH: Final = f"""
    select studio_id, level, x >> ({FINEST} - level) as x, y >> ({FINEST} - level) as y, photos, latitudes, longitudes
    from gone cross join {_LEVELS} as level
"""
_FOLD: Final = f"""
    with gone as (
        delete from library_mapchange where ctid = any (array(
            select ctid from library_mapchange limit %(most)s for update skip locked
        )) returning studio_id, x, y, photos, latitudes, longitudes
    ), kept as ({_ADD.format(changed=_EACH)})
    select count(*) from gone
"""
_EMPTY: Final = "delete from library_mapsquare where photos = 0 and latitudes = 0 and longitudes = 0"


def fold() -> int:
    """Periodic: add the changes to the squares. No count changes by it. Returns how many changes there were."""
    folded, found = 0, BATCH
    while found == BATCH:
        with across_studios(), connection.cursor() as cursor:
            cursor.execute(_FOLD, {"most": BATCH})
            found = int(cursor.fetchone()[0])
        folded += found
    return folded


_UNKNOWN: Final = """
    select s.id from accounts_studio s
    where exists (select from library_libraryphoto l where l.studio_id = s.id and l.latitude is not null)
        and not exists (select from library_mapsquare m where m.studio_id = s.id)
    order by s.id
"""


def complete() -> int:
    """Periodic: count the photos of studios of which no square is known, as after importing what an older version
    exported. Returns of how many squares.
    """
    with across_studios(), connection.cursor() as cursor:
        cursor.execute(_UNKNOWN)
        studios = [pk for (pk,) in cursor.fetchall()]
    return sum(heal(pk) for pk in studios)


# Both sides in one snapshot: a change that is not committed is in neither.
_WRONG: Final = f"""
    select %(studio)s::uuid as studio_id, level, x, y, sum(photos) as photos, sum(latitudes) as latitudes,
        sum(longitudes) as longitudes
    from (
        select level, x >> ({FINEST} - level) as x, y >> ({FINEST} - level) as y, photos, latitudes, longitudes
        from (
            select library_map_x(longitude) as x, library_map_y(latitude) as y, count(*) as photos,
                sum(round(latitude * 1e7)::bigint) as latitudes, sum(round(longitude * 1e7)::bigint) as longitudes
            from library_libraryphoto where studio_id = %(studio)s and {_PLACED} group by 1, 2
            union all
            select x, y, -photos, -latitudes, -longitudes from library_mapchange where studio_id = %(studio)s
        ) told cross join {_LEVELS} as level
        union all
        select level, x, y, -photos, -latitudes, -longitudes from library_mapsquare where studio_id = %(studio)s
    ) each group by level, x, y
    having sum(photos) <> 0 or sum(latitudes) <> 0 or sum(longitudes) <> 0
"""


def check_studio(studio_id: UUID) -> Iterator[Finding]:
    """Squares of which another number is kept than there are photos."""
    with acting_in(studio_id), connection.cursor() as cursor:
        cursor.execute(f"{_WRONG} order by level, y, x", {"studio": studio_id})
        rows = cursor.fetchall()
    for _, level, x, y, photos, *_sums in rows:
        yield Finding(SQUARE, studio_id, f"{level}/{x}/{y}", detail=f"{photos:+} photos are missing from what is kept")


def repair(finding: Finding) -> str:
    """Add what is missing to all squares of the studio. Returns what was done, "" if they are right by now."""
    assert finding.studio_id is not None
    return "counted" if heal(finding.studio_id) else ""


def heal(studio_id: UUID) -> int:
    """Make the numbers of a studio's squares what they are. Returns how many were wrong. Reads its whole index."""
    with acting_in(studio_id), connection.cursor() as cursor:
        cursor.execute(_ADD.format(changed=_WRONG), {"studio": studio_id})
        healed = int(cursor.rowcount)
        cursor.execute(_EMPTY)
    return healed
