"""Words of photos of before come in, studio by studio, each in its own transaction; people work meanwhile.

What is being changed at that moment comes by the triggers, which are there since the migration before.
"""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from apps.accounts.tenant_keys import open_to_owner

TABLES = ("accounts_studio", "library_libraryphoto", "library_knownword")

FILL = """
    INSERT INTO library_knownword (id, studio_id, word, witness_id)
    SELECT gen_random_uuid(), %(studio)s, f.word, f.witness_id FROM (
        SELECT w AS word, any_value(l.id) AS witness_id
        FROM library_libraryphoto l CROSS JOIN LATERAL library_spelt(l.words) AS w
        WHERE l.studio_id = %(studio)s GROUP BY 1
    ) AS f
    WHERE NOT EXISTS (
        SELECT FROM library_knownword k
        WHERE k.studio_id = %(studio)s AND k.word = f.word AND k.witness_id IS NOT NULL
    )
"""


def fill(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """All words of all studios."""
    with open_to_owner(schema_editor, *TABLES), schema_editor.connection.cursor() as cursor:
        cursor.execute("select id from accounts_studio order by id")
        for (studio_id,) in cursor.fetchall():
            cursor.execute(FILL, {"studio": studio_id})


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("library", "0019_known_words")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
