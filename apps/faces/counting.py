"""In how many photos people are, and with how many faces: read, added up, compared with the faces themselves.

Triggers write it (see the migration that made them and `models.PersonCount`). A photo's row is locked before its faces
are counted, so that of two who change it at once the second sees what the first has done.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from django.db import connection

from apps.accounts.tenancy import across_studios, acting_in
from apps.media.fsck import Finding

#: People whose shares are added up by one statement.
BATCH: Final = 5_000
COUNT: Final = "count"

# One statement, so that whoever reads meanwhile sees the shares or their sum, and never both.
_FOLD: Final = """
    with people as (
        select studio_id, person_id from faces_personcount group by studio_id, person_id having count(*) > 1
        limit %(most)s
    ), gone as (
        delete from faces_personcount where ctid = any (array(
            select c.ctid from faces_personcount c join people using (studio_id, person_id)
            for update of c skip locked))
        returning studio_id, person_id, photos, faces
    ), kept as (
        insert into faces_personcount (id, studio_id, person_id, photos, faces)
        select gen_random_uuid(), studio_id, person_id, sum(photos), sum(faces) from gone
        group by studio_id, person_id having sum(photos) <> 0 or sum(faces) <> 0
    )
    select count(distinct person_id) from gone
"""


def fold() -> int:
    """Periodic: add the shares of each person up, so that reading them stays cheap. Returns of how many people."""
    folded, found = 0, BATCH
    while found == BATCH:
        with across_studios(), connection.cursor() as cursor:
            cursor.execute(_FOLD, {"most": BATCH})
            found = int(cursor.fetchone()[0])
        folded += found
    return folded


# Both sides in one snapshot: a change that is not committed is in neither.
_WRONG: Final = """
    select p.id as person_id, coalesce(t.photos, 0) as photos, coalesce(t.faces, 0) as faces,
        coalesce(c.photos, 0) as kept_photos, coalesce(c.faces, 0) as kept_faces
    from faces_person p
    left join (
        select f.person_id, count(distinct f.photo_id) as photos, count(*) as faces
        from faces_face f
        join albums_photo k on k.studio_id = f.studio_id and k.id = f.photo_id and k.trashed_at is null
        where f.studio_id = %(studio)s and f.person_id is not null and not f.is_ignored
        group by f.person_id
    ) t on t.person_id = p.id
    left join (
        select person_id, sum(photos) as photos, sum(faces) as faces
        from faces_personcount where studio_id = %(studio)s group by person_id
    ) c on c.person_id = p.id
    where p.studio_id = %(studio)s and (%(person)s::uuid is null or p.id = %(person)s)
        and (coalesce(t.photos, 0), coalesce(t.faces, 0)) <> (coalesce(c.photos, 0), coalesce(c.faces, 0))
"""
_HEAL: Final = f"""
    insert into faces_personcount (id, studio_id, person_id, photos, faces)
    select gen_random_uuid(), %(studio)s, w.person_id, w.photos - w.kept_photos, w.faces - w.kept_faces
    from ({_WRONG}) w
"""


def check_studio(studio_id: UUID) -> Iterator[Finding]:
    """People of whom other numbers are kept than there are."""
    with acting_in(studio_id), connection.cursor() as cursor:
        cursor.execute(f"{_WRONG} order by p.id", _of(studio_id))
        rows = cursor.fetchall()
    for person, photos, faces, kept_photos, kept_faces in rows:
        detail = f"{kept_photos} photos and {kept_faces} faces are kept, {photos} and {faces} are there"
        yield Finding(COUNT, studio_id, str(person), detail=detail)


def repair(finding: Finding) -> str:
    """Add what is missing to a person's numbers. Returns what was done, "" if they are right by now."""
    assert finding.studio_id is not None
    with acting_in(finding.studio_id):
        return "counted" if heal(finding.studio_id, UUID(finding.key)) else ""


def heal(studio_id: UUID, person_id: UUID | None = None) -> int:
    """Make the numbers of a person, or of everybody, what they are. Returns whose were wrong. Run in `acting_in`."""
    with connection.cursor() as cursor:
        cursor.execute(_HEAL, _of(studio_id, person_id))
        return int(cursor.rowcount)


def _of(studio_id: UUID, person_id: UUID | None = None) -> dict[str, Any]:
    return {"studio": studio_id, "person": person_id}
