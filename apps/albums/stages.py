"""How far each photo came: when it was taken in, rendered, located, looked at for faces, described, stacked, backed up.

Nothing of it is kept with the photo: a rendition says when it was made, a job when it ended, a copy when it was
written.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, F, Func, Q

STAGES: Final = ("ingested", "thumbnailed", "geocoded", "faces", "described", "stacked", "backed_up")
# Jobs, and copies of bytes in backups, are asked for by the names of their tables: their apps stand above this one.
# A photo is located and stacked in the steps behind its rendering, so those end when that job does.
_OF_PHOTOS = """
    select p.id, p.created_at,
        (select min(r.created_at) from media_rendition r
         where r.studio_id = p.studio_id and r.source_id = p.original_id and r.kind = 'thumb'),
        j.rendered, j.faces, j.described, j.rendered,
        (select min(c.kept_at) from backups_backupcopy c
         where c.studio_id = p.studio_id and c.sha256 = b.sha256)
    from albums_photo p
    join media_blob b on b.studio_id = p.studio_id and b.id = p.original_id
    left join lateral (
        select max(finished_at) filter (where kind = 'render') as rendered,
            max(finished_at) filter (where kind = 'faces') as faces,
            max(finished_at) filter (where kind like 'describe.%%') as described
        from jobs_job
        where studio_id = p.studio_id and subject_id = p.id and state = 'done') j on true
    where p.studio_id = %s and p.id = any(%s)
"""


# What has to exist of a row's photo. `%(expressions)s` stands for the ids of its studio and its own.
_DONE = (
    "select 1 from jobs_job j where (j.studio_id, j.subject_id) = (%(expressions)s) and j.state = 'done' and j.kind "
)
_THEIRS = " where (p.studio_id, p.id) = (%(expressions)s)"
_REACHED: Final = {
    "thumbnailed": "select 1 from albums_photo p join media_rendition r on r.studio_id = p.studio_id "
    f"and r.source_id = p.original_id and r.kind = 'thumb' {_THEIRS}",
    "geocoded": f"{_DONE} = 'render'",
    "faces": f"{_DONE} = 'faces'",
    # Once for Django's template, once for the parameters.
    "described": f"{_DONE} like 'describe.%%%%'",
    "stacked": f"{_DONE} = 'render'",
    "backed_up": "select 1 from albums_photo p join media_blob b on b.studio_id = p.studio_id and b.id = p.original_id "
    f"join backups_backupcopy c on c.studio_id = b.studio_id and c.sha256 = b.sha256 {_THEIRS}",
}


def reached(stage: str, studio: str, photo: str) -> Q:
    """Whether a photo has come so far. studio, photo: the columns with their ids in the row that is asked."""
    if stage not in _REACHED:
        # Each photo was taken in.
        return Q((f"{photo}__isnull", False))
    asked = Func(F(studio), F(photo), template=f"exists ({_REACHED[stage]})", output_field=BooleanField())
    return Q(asked)


def stages_of(studio_id: UUID, photos: Collection[UUID]) -> dict[UUID, dict[str, datetime | None]]:
    """Moments by the names in `STAGES`; None for what did not happen (yet). One query. Run in the studio."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_PHOTOS, [studio_id, list(photos)])
        return {pk: dict(zip(STAGES, moments, strict=True)) for pk, *moments in cursor.fetchall()}
