"""What was there before the triggers is counted, studio by studio, each in its own transaction; people work meanwhile.

One statement compares the faces with what is kept of them: what is being changed at that moment is in neither.
"""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from apps.accounts.tenant_keys import open_to_owner

TABLES = ("albums_photo", "faces_face", "faces_person", "faces_personcount")

FILL = """
    INSERT INTO faces_personcount (id, studio_id, person_id, photos, faces)
    SELECT gen_random_uuid(), %(studio)s, t.person_id,
        t.photos - coalesce(c.photos, 0), t.faces - coalesce(c.faces, 0)
    FROM (
        SELECT f.person_id, count(DISTINCT f.photo_id) AS photos, count(*) AS faces
        FROM faces_face f
        JOIN faces_person p ON p.studio_id = f.studio_id AND p.id = f.person_id
        JOIN albums_photo k ON k.studio_id = f.studio_id AND k.id = f.photo_id AND k.trashed_at IS NULL
        WHERE f.studio_id = %(studio)s AND NOT f.is_ignored
        GROUP BY f.person_id
    ) t
    LEFT JOIN (
        SELECT person_id, sum(photos) AS photos, sum(faces) AS faces
        FROM faces_personcount WHERE studio_id = %(studio)s GROUP BY person_id
    ) c ON c.person_id = t.person_id
    WHERE (t.photos, t.faces) <> (coalesce(c.photos, 0), coalesce(c.faces, 0))
"""


def count(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Everybody who is in a photo."""
    with open_to_owner(schema_editor, *TABLES), schema_editor.connection.cursor() as cursor:
        cursor.execute("select distinct studio_id from faces_person order by studio_id")
        for (studio_id,) in cursor.fetchall():
            cursor.execute(FILL, {"studio": studio_id})


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("faces", "0005_person_counts")]

    operations = [migrations.RunPython(count, migrations.RunPython.noop)]
