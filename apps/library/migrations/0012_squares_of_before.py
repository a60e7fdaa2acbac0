"""Photos of before are counted on the map, studio by studio, each in its own transaction; people work meanwhile.

One statement compares the index with what is kept of it: what is being changed at that moment is in neither.
"""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from apps.accounts.tenant_keys import open_to_owner

TABLES = ("accounts_studio", "library_libraryphoto", "library_mapchange", "library_mapsquare")

FILL = """
    WITH told AS (
        SELECT library_map_x(longitude) AS x, library_map_y(latitude) AS y, count(*) AS photos,
            sum(round(latitude * 1e7)::bigint) AS latitudes, sum(round(longitude * 1e7)::bigint) AS longitudes
        FROM library_libraryphoto
        WHERE studio_id = %(studio)s AND latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180
        GROUP BY 1, 2
        UNION ALL
        SELECT x, y, -photos, -latitudes, -longitudes FROM library_mapchange WHERE studio_id = %(studio)s
    ), changed AS (
        SELECT level, x >> (18 - level) AS x, y >> (18 - level) AS y, photos, latitudes, longitudes
        FROM told CROSS JOIN generate_series(0, 18, 3) AS level
        UNION ALL
        SELECT level, x, y, -photos, -latitudes, -longitudes FROM library_mapsquare WHERE studio_id = %(studio)s
    )
    INSERT INTO library_mapsquare AS s (id, studio_id, level, x, y, photos, latitudes, longitudes)
    SELECT gen_random_uuid(), %(studio)s, level, x, y, sum(photos), sum(latitudes), sum(longitudes) FROM changed
    GROUP BY level, x, y
    HAVING sum(photos) <> 0 OR sum(latitudes) <> 0 OR sum(longitudes) <> 0
    ORDER BY level, y, x
    ON CONFLICT (studio_id, level, y, x) DO UPDATE SET photos = s.photos + excluded.photos,
        latitudes = s.latitudes + excluded.latitudes, longitudes = s.longitudes + excluded.longitudes
"""


def count(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """All that has a position."""
    with open_to_owner(schema_editor, *TABLES), schema_editor.connection.cursor() as cursor:
        cursor.execute("select id from accounts_studio order by id")
        for (studio_id,) in cursor.fetchall():
            cursor.execute(FILL, {"studio": studio_id})


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("library", "0011_squares")]

    operations = [migrations.RunPython(count, migrations.RunPython.noop)]
