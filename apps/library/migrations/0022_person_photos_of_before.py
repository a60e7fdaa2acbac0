"""Who was in which photo before the triggers, studio by studio, each in its own transaction; people work meanwhile.

What somebody says of a photo at that moment is kept by the triggers; fsck tells what is left.
"""

from __future__ import annotations

from importlib import import_module

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from apps.accounts.tenant_keys import open_to_owner

_kept = import_module("apps.library.migrations.0021_person_photos")

TABLES = ("faces_face", "faces_person", "library_libraryphoto", "library_personphoto")

FILL = f"""
    INSERT INTO library_personphoto {_kept.ENTERED}
    SELECT f.id, f.studio_id, f.person_id, l.id, {", ".join(f"l.{column}" for column in _kept.COLUMNS)}
    FROM faces_face f
    JOIN faces_person p ON p.studio_id = f.studio_id AND p.id = f.person_id
    JOIN library_libraryphoto l ON l.studio_id = f.studio_id AND l.id = f.photo_id
    WHERE f.studio_id = %(studio)s AND NOT f.is_ignored
    ORDER BY f.person_id, l.wall DESC, l.id DESC
    FOR SHARE OF f, l
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
    dependencies = [("library", "0021_person_photos")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
