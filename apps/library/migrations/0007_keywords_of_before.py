"""Photos of before whose keywords have levels are indexed again, studio by studio, each in its own transaction."""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from apps.accounts.tenant_keys import open_to_owner

TABLES = (
    "albums_photo", "albums_placement", "albums_album", "library_libraryphoto", "library_photoplace",
    "library_monthcount",
)  # fmt: skip

REFRESH = """
    SELECT library_refresh(%(studio)s, array_agg(l.id)) FROM library_libraryphoto l
    WHERE l.studio_id = %(studio)s AND array_to_string(l.keywords, ' ') LIKE '%%|%%'
    HAVING count(*) > 0
"""


def index_again(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Those with a keyword that lies below another."""
    with open_to_owner(schema_editor, *TABLES), schema_editor.connection.cursor() as cursor:
        cursor.execute("select id from accounts_studio order by id")
        for (studio_id,) in cursor.fetchall():
            cursor.execute(REFRESH, {"studio": studio_id})


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("library", "0006_keywords")]

    operations = [migrations.RunPython(index_again, migrations.RunPython.noop)]
