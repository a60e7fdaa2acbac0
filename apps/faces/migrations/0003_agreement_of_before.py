"""What was said before photos knew of it reaches them: a few photos at a time, each time in its own transaction."""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from apps.accounts.tenant_keys import open_to_owner

TABLES = (
    "accounts_studio", "albums_album", "albums_albumchange", "albums_photo", "albums_placement", "faces_face",
    "faces_person", "faces_scan",
)  # fmt: skip
SLICE = 1_000


def agree(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Photos that somebody has looked at, studio by studio."""
    with open_to_owner(schema_editor, *TABLES), schema_editor.connection.cursor() as cursor:
        cursor.execute("select studio_id, array_agg(photo_id order by photo_id) from faces_scan group by studio_id")
        for studio_id, photos in cursor.fetchall():
            for start in range(0, len(photos), SLICE):
                cursor.execute("select faces_agree(%s, %s)", [studio_id, photos[start : start + SLICE]])


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("faces", "0002_agreement")]

    operations = [migrations.RunPython(agree, migrations.RunPython.noop)]
