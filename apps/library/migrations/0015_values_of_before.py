"""Values of photos of before are counted, studio by studio, each in its own transaction; people work meanwhile.

One statement compares photos with what is kept of them: what is being changed at that moment is in neither. Before that,
photos whose keywords have levels are indexed again where a level above is missing: migration 0007, which was to do it,
could not see the studios.
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

FLAT = """
    SELECT l.id FROM library_libraryphoto l
    WHERE l.studio_id = %(studio)s AND EXISTS (
        SELECT FROM unnest(l.keywords) AS k
        WHERE k LIKE '%%|%%' AND NOT l.keywords @> ARRAY[regexp_replace(k, '\\|[^|]*$', '')]
    )
"""
FILL = """
    INSERT INTO library_valuecount (id, studio_id, facet, value, photos, is_sum)
    SELECT gen_random_uuid(), %(studio)s, facet, value, sum(photos), true FROM (
        SELECT v.facet, v.value, count(*) AS photos FROM library_libraryphoto l
        CROSS JOIN LATERAL library_values_of_row(
            l.camera, l.lens, l.photographer, l.rating, l.label, l.flag, l.wall, l.country, l.city, l.keywords
        ) v WHERE l.studio_id = %(studio)s GROUP BY 1, 2
        UNION ALL
        SELECT v.facet, v.value, count(*) FROM albums_photo p
        CROSS JOIN LATERAL library_values_of_photo(
            p.approved_at, p.state, p.created_at, p.keywords, p.trashed_at
        ) v WHERE p.studio_id = %(studio)s GROUP BY 1, 2
        UNION ALL
        SELECT facet, value, -photos FROM library_valuecount WHERE studio_id = %(studio)s
    ) AS each GROUP BY facet, value HAVING sum(photos) <> 0
"""


def count(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """All photos of all studios."""
    with open_to_owner(schema_editor, *TABLES), schema_editor.connection.cursor() as cursor:
        cursor.execute("select id from accounts_studio order by id")
        for (studio_id,) in cursor.fetchall():
            cursor.execute(FLAT, {"studio": studio_id})
            flat = [pk for (pk,) in cursor.fetchall()]
            for start in range(0, len(flat), BATCH):
                cursor.execute("select library_refresh(%s, %s)", [studio_id, flat[start : start + BATCH]])
            cursor.execute(FILL, {"studio": studio_id})


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("library", "0014_value_counts")]

    operations = [migrations.RunPython(count, migrations.RunPython.noop)]
