"""Shoots that nobody named: photos that follow each other closely. Run in `acting_in(studio)`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from apps.accounts.access import Entered

# After so long without a photo another shoot has begun: a wedding has its breaks, and a night lies between two jobs.
GAP_HOURS: Final = 6
# A snapshot is no shoot.
FEWEST: Final = 3
MOST: Final = 400

_SHOOTS: Final = """
    with seen as (
        select l.id, l.wall from library_libraryphoto l
        where l.studio_id = %(studio)s and l.is_dated and l.wall >= %(first)s and l.wall < %(after)s
            and (%(albums)s::uuid[] is null or exists (
                select from albums_placement p join albums_album a on a.studio_id = p.studio_id and a.id = p.album_id
                where p.studio_id = l.studio_id and p.photo_id = l.id and p.trashed_at is null and a.trashed_at is null
                    and p.album_id = any(%(albums)s::uuid[])
            ))
    ),
    begun as (
        select id, wall, coalesce(wall - lag(wall) over w > make_interval(hours => %(gap)s), true) as begins
        from seen window w as (order by wall, id)
    ),
    counted as (select id, wall, count(*) filter (where begins) over (order by wall, id) as number from begun)
    select min(wall), max(wall), count(*), (array_agg(id order by wall, id))[1]
    from counted group by number having count(*) >= %(fewest)s order by min(wall) desc limit %(most)s
"""


@dataclass(frozen=True, slots=True)
class Shoot:
    """starts, ends: of the first and the last photo, on the clock of the wall.  photo: the first."""

    starts: datetime
    ends: datetime
    photos: int
    photo: UUID


def shoots(entered: Entered, first: datetime, after: datetime) -> list[Shoot]:
    """What the member's photos of a time fall into, newest first. One query, which reads the photos of that time."""
    mine = entered.album_ids
    values: dict[str, Any] = {
        "studio": entered.studio.pk, "first": first, "after": after, "albums": None if mine is None else list(mine),
        "gap": GAP_HOURS, "fewest": FEWEST, "most": MOST,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_SHOOTS, values)
        return [Shoot(*row) for row in cursor.fetchall()]
