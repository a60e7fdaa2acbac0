"""The faces of people in order of their photos' moments: compared with the faces themselves, and set right.

Triggers write it (see the migration that made them and `models.Appearance`). A photo's row is locked first, so that of
two who change who is in it, or when it was taken, the second sees what the first has done.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from django.db import connection

from apps.accounts.tenancy import acting_in
from apps.media.fsck import Finding

ORDER: Final = "order"

_SHOWN: Final = """
    select f.id, f.studio_id, f.person_id, coalesce(k.taken_at, 'infinity') as at
    from faces_face f
    join albums_photo k on k.studio_id = f.studio_id and k.id = f.photo_id
    where f.studio_id = %(studio)s and f.person_id is not null and not f.is_ignored
        and (%(person)s::uuid is null or f.person_id = %(person)s)
"""
_KEPT: Final = """
    select id, person_id, at from faces_appearance
    where studio_id = %(studio)s and (%(person)s::uuid is null or person_id = %(person)s)
"""
_WRONG: Final = f"""
    select coalesce(s.person_id, a.person_id) as person, count(distinct coalesce(s.id, a.id))
    from ({_SHOWN}) s
    full join ({_KEPT}) a on a.id = s.id and a.person_id = s.person_id and a.at = s.at
    where s.id is null or a.id is null
    group by 1 order by 1
"""
_ENTER: Final = f"""
    insert into faces_appearance (id, studio_id, person_id, at)
    select s.id, s.studio_id, s.person_id, s.at from ({_SHOWN}) s
    on conflict (id) do update set person_id = excluded.person_id, at = excluded.at
    where (faces_appearance.person_id, faces_appearance.at) <> (excluded.person_id, excluded.at)
"""
_LEAVE: Final = """
    delete from faces_appearance a
    where a.studio_id = %(studio)s and a.person_id = %(person)s and not exists (
        select from faces_face f
        where f.studio_id = a.studio_id and f.id = a.id and f.person_id = a.person_id and not f.is_ignored)
"""


def check_studio(studio_id: UUID) -> Iterator[Finding]:
    """People whose faces are kept in another order than they have, or not as they are."""
    with acting_in(studio_id), connection.cursor() as cursor:
        cursor.execute(_WRONG, _of(studio_id))
        rows = cursor.fetchall()
    for person, number in rows:
        yield Finding(ORDER, studio_id, str(person), detail=f"{number} faces do not stand where their photos do")


def repair(finding: Finding) -> str:
    """Let a person's faces stand where their photos do. Returns what was done, "" if they do by now."""
    assert finding.studio_id is not None
    with acting_in(finding.studio_id), connection.cursor() as cursor:
        told = _of(finding.studio_id, UUID(finding.key))
        cursor.execute(_ENTER, told)
        done = cursor.rowcount
        cursor.execute(_LEAVE, told)
        return "put in order" if done + cursor.rowcount else ""


def _of(studio_id: UUID, person_id: UUID | None = None) -> dict[str, Any]:
    return {"studio": studio_id, "person": person_id}
