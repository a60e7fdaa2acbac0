"""How many photos have each camera, keyword, star and so on: read, added up, compared with the photos.

Triggers write each change down, in its transaction (see `ValueCount`); adding it up can wait. Who reads sums what is
kept and what waits, so that no count is ever old.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection

from apps.accounts.models import Studio
from apps.accounts.tenancy import across_studios, acting_in
from apps.media.fsck import Finding

#: Of photos of the library, as it filters by them. `keyword`: folded, with all that is above.
OF_LIBRARY: Final = (
    "camera", "lens", "photographer", "rating", "label", "flag", "year", "country", "city", "keyword",
)  # fmt: skip
#: Of all photos outside of the trash. `written`: keywords as they are spelled.  `uploaded`: quarters of hours since
#: 1970, of which each lies in one month of any time zone.
OF_PHOTOS: Final = ("written", "tier", "uploaded")
FACETS: Final = (*OF_LIBRARY, *OF_PHOTOS)
QUARTER: Final = 900
#: Of an answer of fsck.
VALUE: Final = "value"
#: Changes that one statement adds up.
BATCH: Final = 20_000

_READ: Final = """
    select facet, value, sum(photos)::bigint from library_valuecount
    where studio_id = %(studio)s and facet = any(%(facets)s::text[])
    group by facet, value having sum(photos) > 0
"""
_UPLOADED: Final = """
    select value::bigint, sum(photos)::bigint from (
        select value, photos from library_valuecount
        where studio_id = %(studio)s and facet = 'uploaded' offset 0
    ) each where value::bigint >= %(since)s group by 1 having sum(photos) > 0
"""


def of_studio(studio: Studio, facets: Sequence[str]) -> dict[str, list[tuple[str, int]]]:
    """Of each of these facets all values, each with its number of photos, in no order. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_READ, {"studio": studio.pk, "facets": list(facets)})
        rows = cursor.fetchall()
    found: dict[str, list[tuple[str, int]]] = {facet: [] for facet in facets}
    for facet, value, photos in rows:
        found[facet].append((value, photos))
    return found


def uploaded(studio: Studio, since: datetime) -> list[tuple[int, int]]:
    """How many photos came in each quarter of an hour, as seconds since 1970, in no order. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_UPLOADED, {"studio": studio.pk, "since": int(since.timestamp()) // QUARTER})
        return [(quarter * QUARTER, photos) for quarter, photos in cursor.fetchall()]


# One statement, so that whoever reads meanwhile sees a change either as a row of its own or in a sum. Two that run at
# once may leave two sums of a value, which the next change of it joins.
_FOLD: Final = """
    with gone as (
        delete from library_valuecount where ctid = any (array(
            select ctid from library_valuecount where not is_sum limit %(most)s for update skip locked
        )) returning studio_id, facet, value, photos
    ), sums as (
        delete from library_valuecount v using (select distinct studio_id, facet, value from gone) g
        where v.is_sum and v.studio_id = g.studio_id and v.facet = g.facet and v.value = g.value
            and hashtextextended(v.value, 0) = hashtextextended(g.value, 0)
        returning v.studio_id, v.facet, v.value, v.photos
    ), kept as (
        insert into library_valuecount (id, studio_id, facet, value, photos, is_sum)
        select gen_random_uuid(), studio_id, facet, value, sum(photos), true
        from (select * from gone union all select * from sums) each
        group by studio_id, facet, value having sum(photos) <> 0
    )
    select count(*) from gone
"""


def fold() -> int:
    """Periodic: add the changes up. No count changes by it. Returns how many changes there were."""
    folded, found = 0, BATCH
    while found == BATCH:
        with across_studios(), connection.cursor() as cursor:
            cursor.execute(_FOLD, {"most": BATCH})
            found = int(cursor.fetchone()[0])
        folded += found
    return folded


_UNKNOWN: Final = """
    select s.id from accounts_studio s
    where exists (select from albums_photo p where p.studio_id = s.id and p.trashed_at is null)
        and not exists (select from library_valuecount v where v.studio_id = s.id)
    order by s.id
"""


def unknown() -> list[UUID]:
    """Studios with photos of which no value is known, as after importing what an older version exported."""
    with across_studios(), connection.cursor() as cursor:
        cursor.execute(_UNKNOWN)
        return [pk for (pk,) in cursor.fetchall()]


# All in one snapshot: a change that is not committed is in none of them. `library_values_of_row` and
# `library_values_of_photo` are what the triggers ask, too.
_WRONG: Final = """
    select facet, value, sum(photos)::bigint as photos from (
        select v.facet, v.value, count(*) as photos from library_libraryphoto l
        cross join lateral library_values_of_row(
            l.camera, l.lens, l.photographer, l.rating, l.label, l.flag, l.wall, l.country, l.city, l.keywords
        ) v where l.studio_id = %(studio)s group by 1, 2
        union all
        select v.facet, v.value, count(*) from albums_photo p
        cross join lateral library_values_of_photo(
            p.approved_at, p.state, p.created_at, p.keywords, p.trashed_at
        ) v where p.studio_id = %(studio)s group by 1, 2
        union all
        select facet, value, -photos from library_valuecount where studio_id = %(studio)s
    ) each group by facet, value having sum(photos) <> 0
"""
_HEAL: Final = f"""
    insert into library_valuecount (id, studio_id, facet, value, photos)
    select gen_random_uuid(), %(studio)s, facet, value, photos from ({_WRONG}) wrong
"""


def check_studio(studio_id: UUID) -> Iterator[Finding]:
    """Values of which another number is kept than there are photos."""
    with acting_in(studio_id), connection.cursor() as cursor:
        cursor.execute(f"{_WRONG} order by facet, value", {"studio": studio_id})
        rows = cursor.fetchall()
    for facet, value, photos in rows:
        yield Finding(VALUE, studio_id, f"{facet}/{value}", detail=f"{photos:+} photos are missing from what is kept")


def repair(finding: Finding) -> str:
    """Add what is missing to all values of the studio. Returns what was done, "" if they are right by now."""
    assert finding.studio_id is not None
    return "counted" if heal(finding.studio_id) else ""


def heal(studio_id: UUID) -> int:
    """Make the numbers of a studio's values what they are. Returns how many were wrong. Reads all its photos."""
    with acting_in(studio_id), connection.cursor() as cursor:
        cursor.execute(_HEAL, {"studio": studio_id})
        return int(cursor.rowcount)
