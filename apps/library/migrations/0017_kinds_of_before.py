"""Photos of before that are no pictures, not silver, in stacks or with a problem are indexed again; people work meanwhile.

A thousand at a time, each in its own transaction and behind the locks of `library_refresh`.
"""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from apps.accounts.tenant_keys import open_to_owner

TABLES = (
    "accounts_studio", "albums_photo", "albums_placement", "albums_album", "albums_stack", "library_photoplace",
    "library_libraryphoto", "library_monthcount", "library_mapchange", "library_valuecount",
)  # fmt: skip
BATCH = 1000

DIFFER = """
    SELECT l.id FROM library_libraryphoto l
    JOIN albums_photo p ON p.studio_id = l.studio_id AND p.id = l.id
    LEFT JOIN albums_stack t ON t.studio_id = p.studio_id AND t.id = p.stack_id
    WHERE l.studio_id = %(studio)s AND (l.kind, l.tier, l.stacked, l.has_problem) IS DISTINCT FROM (
        p.kind, CASE WHEN p.approved_at IS NOT NULL THEN 'gold' WHEN p.state = 'ready' THEN 'silver' ELSE 'bronze' END,
        coalesce(t.kind, ''), p.state = 'failed'
    )
    ORDER BY l.id
"""


def index_again(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """All of them, in all studios."""
    with open_to_owner(schema_editor, *TABLES), schema_editor.connection.cursor() as cursor:
        cursor.execute("select id from accounts_studio order by id")
        for (studio_id,) in cursor.fetchall():
            cursor.execute(DIFFER, {"studio": studio_id})
            photos = [pk for (pk,) in cursor.fetchall()]
            for start in range(0, len(photos), BATCH):
                cursor.execute("select library_refresh(%s, %s)", [studio_id, photos[start : start + BATCH]])


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("library", "0016_kinds_and_tiers")]

    operations = [migrations.RunPython(index_again, migrations.RunPython.noop)]
