"""The version of an album: one number that is higher after every change which a guest or the studio could see.

It is what was folded so far, and one for each change since. Changes are rows of their own (see `version_triggers`),
so that whoever marks a favourite never waits for whoever sorts ten thousand photos.

Changes of what single guests chose, said or rated are personal: the page of somebody who has said nothing is the same
before and after them, so there is a second number without them.
"""

from __future__ import annotations

from django.db import connection

from apps.accounts.tenancy import across_studios
from apps.albums.models import Album


def _sql(studio: str, album: str, number: str, changes: str) -> str:
    return f"""(
        (select coalesce(sum({number}), 0) from albums_albumversion
            where studio_id = {studio} and (album_id = {album} or album_id is null))
        + (select count(*) from albums_albumchange
            where studio_id = {studio} and (album_id = {album} or album_id is null) and {changes})
    )"""


def shown_version_sql(album: str) -> str:
    """The version of what guests see who have said nothing of themselves, as a text for a statement with the album.

    The row's own mark comes first: a studio that was brought back from a backup counts on from a lower number, and may
    not meet what was kept under it before. album: the name of its row in the statement.
    """
    number = _sql(f"{album}.studio_id", f"{album}.id", "number - personal", "not is_personal")
    return f"({album}.xmin::text || '.' || {number})"


_VERSION = f"select {_sql('%(studio)s', '%(album)s', 'number', 'true')}"

# One statement, so that whoever counts meanwhile sees a change either as a row or in the sum, and never twice.
_FOLD = """
    with gone as (
        delete from albums_albumchange
        where ctid = any (array(select ctid from albums_albumchange limit %(most)s for update skip locked))
        returning studio_id, album_id, is_personal
    ), sums as (
        select studio_id, album_id, count(*) as n, count(*) filter (where is_personal) as own
        from gone group by studio_id, album_id
    ), kept as (
        insert into albums_albumversion (id, studio_id, album_id, number, personal)
        select gen_random_uuid(), studio_id, album_id, n, own from sums order by studio_id, album_id
        on conflict (studio_id, album_id) do update set
            number = albums_albumversion.number + excluded.number,
            personal = albums_albumversion.personal + excluded.personal
    )
    select count(*) from gone
"""
BATCH = 20_000


def version_of(album: Album) -> int:
    """The album's version now. One query; call it in the studio's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_VERSION, {"studio": album.studio_id, "album": album.pk})
        return int(cursor.fetchone()[0])


def fold() -> int:
    """Add the changes up, so that counting them stays cheap. No version changes by it. Returns how many there were."""
    folded, found = 0, BATCH
    while found == BATCH:
        with across_studios(), connection.cursor() as cursor:
            cursor.execute(_FOLD, {"most": BATCH})
            found = int(cursor.fetchone()[0])
        folded += found
    return folded
