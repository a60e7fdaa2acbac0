"""The index beside what it is made of: what is missing comes in, and a studio's index can be made anew.

Triggers keep it (see migration 0002). What was there before them, or went past them by a hand in the database, is
found by comparing the index with `library_source`, which says what each row should be.
"""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from apps.accounts.tenancy import across_studios, acting_in
from apps.library import known_words, value_counts
from apps.library.places import squares

BATCH = 1000
_STUDIOS = "select id from accounts_studio order by id"
# By key alone: cheap enough for a periodic task.
_MISSING = """
    select p.id from albums_photo p
    where p.studio_id = %(studio)s and p.trashed_at is null
        and not exists (select from library_libraryphoto l where l.studio_id = p.studio_id and l.id = p.id)
        and exists (
            select from albums_placement o join albums_album a on a.studio_id = o.studio_id and a.id = o.album_id
            where o.studio_id = p.studio_id and o.photo_id = p.id and o.trashed_at is null and a.trashed_at is null
        )
    limit %(most)s
"""
_WRONG = """
    select coalesce(l.id, s.id) from (select * from library_libraryphoto where studio_id = %(studio)s) l
    full join (select * from library_source where studio_id = %(studio)s) s on s.id = l.id
    where l.id is null or s.id is null or (
        l.wall, l.is_dated, l.uploaded_at, l.camera, l.lens, l.iso, l.aperture, l.exposure, l.focal_length, l.latitude,
        l.longitude, l.country, l.city, l.named_id, l.photographer, l.rating, l.label, l.flag, l.keywords, l.words,
        l.kind, l.tier, l.stacked, l.has_problem
    ) is distinct from (
        s.wall, s.is_dated, s.uploaded_at, s.camera, s.lens, s.iso, s.aperture, s.exposure, s.focal_length, s.latitude,
        s.longitude, s.country, s.city, s.named_id, s.photographer, s.rating, s.label, s.flag, s.keywords, s.words,
        s.kind, s.tier, s.stacked, s.has_problem
    )
    order by 1
"""
# One snapshot sees of each transaction both its photos and its counts, or neither.
_RECOUNT = """
    insert into library_monthcount (id, studio_id, month, photos)
    select gen_random_uuid(), %(studio)s, month, sum(n) from (
        select month, -sum(photos) as n from library_monthcount where studio_id = %(studio)s group by month
        union all
        select date_trunc('month', wall at time zone 'UTC')::date, count(*) from library_libraryphoto
        where studio_id = %(studio)s group by 1
    ) as each group by month having sum(n) <> 0
"""


def complete() -> int:
    """Take in what no trigger brought, in all studios. Returns how many photos that were."""
    with across_studios(), connection.cursor() as cursor:
        cursor.execute(_STUDIOS)
        studios = [pk for (pk,) in cursor.fetchall()]
    return sum(_complete(studio_id) for studio_id in studios)


def _complete(studio_id: UUID) -> int:
    taken, found = 0, BATCH
    while found == BATCH:
        with acting_in(studio_id), connection.cursor() as cursor:
            cursor.execute(_MISSING, {"studio": studio_id, "most": BATCH})
            ids = [pk for (pk,) in cursor.fetchall()]
            cursor.execute("select library_refresh(%s, %s)", [studio_id, ids])
        found = len(ids)
        taken += found
    return taken


def rebuild_unknown() -> int:
    """Rebuild the studios of which no value is counted: their rows may lack what an older version did not know.

    Returns how many photos were wrong.
    """
    return sum(rebuild(pk) for pk in value_counts.unknown())


def wrong(studio_id: UUID) -> list[UUID]:
    """Photos whose row is not what it should be, is missing or should not be there. Reads the whole studio."""
    with acting_in(studio_id), connection.cursor() as cursor:
        cursor.execute(_WRONG, {"studio": studio_id})
        return [pk for (pk,) in cursor.fetchall()]


def rebuild(studio_id: UUID) -> int:
    """Put right what `wrong` finds, and what is counted of it. Returns how many photos were wrong."""
    found = wrong(studio_id)
    for start in range(0, len(found), BATCH):
        with acting_in(studio_id), connection.cursor() as cursor:
            cursor.execute("select library_refresh(%s, %s)", [studio_id, found[start : start + BATCH]])
    recount(studio_id)
    return len(found)


def recount(studio_id: UUID) -> None:
    """Put right how many photos each month, square of the map and value has, and words. Reads the studio's index."""
    with acting_in(studio_id), connection.cursor() as cursor:
        cursor.execute(_RECOUNT, {"studio": studio_id})
    squares.heal(studio_id)
    value_counts.heal(studio_id)
    known_words.heal(studio_id)
