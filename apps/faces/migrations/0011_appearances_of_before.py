"""The faces that were there before the triggers, studio by studio, each in its own transaction; people work meanwhile.

Somebody may give a face to another person at that moment: who shows a person's photos looks at the faces too, and fsck
tells what is left.
"""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from apps.accounts.tenant_keys import open_to_owner

TABLES = ("albums_photo", "faces_face", "faces_person", "faces_appearance")

FILL = """
    INSERT INTO faces_appearance (id, studio_id, person_id, at)
    SELECT f.id, f.studio_id, f.person_id, coalesce(k.taken_at, 'infinity')
    FROM faces_face f
    JOIN faces_person p ON p.studio_id = f.studio_id AND p.id = f.person_id
    JOIN albums_photo k ON k.studio_id = f.studio_id AND k.id = f.photo_id
    WHERE f.studio_id = %(studio)s AND NOT f.is_ignored
    ON CONFLICT DO NOTHING
"""


def fill(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Everybody who is in a photo."""
    with open_to_owner(schema_editor, *TABLES), schema_editor.connection.cursor() as cursor:
        cursor.execute("select distinct studio_id from faces_person order by studio_id")
        for (studio_id,) in cursor.fetchall():
            cursor.execute(FILL, {"studio": studio_id})


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("faces", "0010_appearances")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
