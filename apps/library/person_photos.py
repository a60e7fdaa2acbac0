"""Who is in which photo, beside what is asked of the photo: compared with faces and photos, and set right.

Triggers write it (see the migration that made them and `PersonPhoto`). Whoever says who is in a photo holds its row of
the index, and whoever brings a photo into the index holds the photo, so of two who change both the second sees what
the first has done.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from django.db import connection

from apps.accounts.tenancy import acting_in
from apps.media.fsck import Finding

PERSON: Final = "person's photos"

_COLUMNS: Final = "wall, is_dated, kind, tier, stacked, rating, label, flag"
_OF_ROW: Final = ", ".join(f"l.{name}" for name in _COLUMNS.split(", "))
_SHOWN: Final = f"""
    select f.id, f.studio_id, f.person_id, l.id as photo_id, {_OF_ROW}
    from faces_face f
    join library_libraryphoto l on l.studio_id = f.studio_id and l.id = f.photo_id
    where f.studio_id = %(studio)s and f.person_id is not null and not f.is_ignored
        and (%(person)s::uuid is null or f.person_id = %(person)s)
"""
_KEPT: Final = f"""
    select id, studio_id, person_id, photo_id, {_COLUMNS} from library_personphoto
    where studio_id = %(studio)s and (%(person)s::uuid is null or person_id = %(person)s)
"""
_WRONG: Final = f"""
    with shown as ({_SHOWN}), kept as ({_KEPT}),
        wrong as ((table shown except table kept) union all (table kept except table shown))
    select person_id, count(distinct id) from wrong group by 1 order by 1
"""
_LEAVE: Final = """
    delete from library_personphoto k
    where k.studio_id = %(studio)s and k.person_id = %(person)s and not exists (
        select from faces_face f
        where f.studio_id = k.studio_id and f.id = k.id and f.person_id = k.person_id and f.photo_id = k.photo_id
            and not f.is_ignored)
"""
_ENTER: Final = f"""
    insert into library_personphoto (id, studio_id, person_id, photo_id, {_COLUMNS}) {_SHOWN}
    on conflict (id) do update set person_id = excluded.person_id, photo_id = excluded.photo_id,
        {", ".join(f"{name} = excluded.{name}" for name in _COLUMNS.split(", "))}
"""


def check_studio(studio_id: UUID) -> Iterator[Finding]:
    """People whose photos are not kept as they are."""
    with acting_in(studio_id), connection.cursor() as cursor:
        cursor.execute(_WRONG, _of(studio_id))
        rows = cursor.fetchall()
    for person, number in rows:
        yield Finding(PERSON, studio_id, str(person), detail=f"{number} faces are not kept beside their photos")


def repair(finding: Finding) -> str:
    """Keep a person's photos as they are. Returns what was done."""
    assert finding.studio_id is not None
    with acting_in(finding.studio_id), connection.cursor() as cursor:
        told = _of(finding.studio_id, UUID(finding.key))
        cursor.execute(_LEAVE, told)
        cursor.execute(_ENTER, told)
    return "kept beside their photos"


def _of(studio_id: UUID, person_id: UUID | None = None) -> dict[str, Any]:
    return {"studio": studio_id, "person": person_id}
