"""Frames of one camera that follow each other closely, as the library's index knows them.

Run in `acting_in(studio)`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import connection

from apps.library.stacks.bursts import MOST_FRAMES, WINDOW, BurstFrame

# One more on either side than a burst may have: a longer run is a time-lapse.
_MOST: Final = MOST_FRAMES + 1
# By the index on camera and clock, outwards from the photo.
_AROUND: Final = """
    with here as (
        select studio_id, camera, wall from library_libraryphoto
        where studio_id = %(studio)s and id = %(photo)s and is_dated and camera <> ''
    ), near as (
        (select l.id, l.wall from here join library_libraryphoto l on l.studio_id = here.studio_id
            and l.camera = here.camera and l.wall >= here.wall and l.is_dated
            and l.wall <= here.wall + make_interval(secs => %(reach)s)
         order by l.wall, l.id limit %(most)s)
        union
        (select l.id, l.wall from here join library_libraryphoto l on l.studio_id = here.studio_id
            and l.camera = here.camera and l.wall <= here.wall and l.is_dated
            and l.wall >= here.wall - make_interval(secs => %(reach)s)
         order by l.wall desc, l.id desc limit %(most)s)
    )
    select p.id, extract(epoch from near.wall)::double precision, p.camera_name, p.kind, coalesce(p.width, 0),
        coalesce(p.height, 0), coalesce(p.facts ->> 'lens', ''), library_number(p.facts, 'focal_length_mm'), p.phash,
        p.stack_id, p.stack_by_hand, coalesce(s.is_by_hand, false)
    from near
    join albums_photo p on p.studio_id = %(studio)s and p.id = near.id and p.state = 'ready'
    left join albums_stack s on s.studio_id = p.studio_id and s.id = p.stack_id
    order by near.wall, p.camera_name, p.id
"""


@dataclass(frozen=True, slots=True)
class RunFrame:
    """A frame and where it is. is_settled: a person has decided about it or its stack."""

    frame: BurstFrame
    stack_id: UUID | None
    is_settled: bool


def around(studio_id: UUID, photo_id: UUID) -> list[RunFrame]:
    """The run in which a photo lies, in the order of the clock; [] for one without a camera or a time.

    Of a run that is longer than any burst only a part comes, and it holds no burst (see `is_whole`).
    """
    # Nearly every photo stands alone, and that is seen at once.
    found = _read(studio_id, photo_id, WINDOW)
    return found if len(found) < 2 else _read(studio_id, photo_id, WINDOW * _MOST)


def is_whole(run: list[RunFrame]) -> bool:
    """False for a run that is longer than any burst."""
    return len(run) <= MOST_FRAMES


def _read(studio_id: UUID, photo_id: UUID, reach: float) -> list[RunFrame]:
    with connection.cursor() as cursor:
        cursor.execute(_AROUND, {"studio": studio_id, "photo": photo_id, "reach": reach, "most": _MOST})
        rows = cursor.fetchall()
    frames = [RunFrame(BurstFrame(*row[:9]), row[9], row[10] or row[11]) for row in rows]
    middle = next((number for number, frame in enumerate(frames) if frame.frame.id == photo_id), None)
    if middle is None:
        return []
    first = last = middle
    while first > 0 and frames[first].frame.at - frames[first - 1].frame.at <= WINDOW:
        first -= 1
    while last + 1 < len(frames) and frames[last + 1].frame.at - frames[last].frame.at <= WINDOW:
        last += 1
    return frames[first : last + 1]
