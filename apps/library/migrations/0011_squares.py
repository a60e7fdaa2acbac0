"""How many photos each square of the map has is kept, by triggers on the index (see `places.squares`)."""

import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

import apps.accounts.tenant_keys
import apps.web.ids

# Of the finest level: columns from 180 degrees west and lines from the south pole. 180 degrees east lies in the last.
FUNCTIONS = """
CREATE FUNCTION library_map_x(longitude double precision) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
    SELECT least(floor((longitude + 180) * 1048576 / 360), 1048575)::integer
$body$;
CREATE FUNCTION library_map_y(latitude double precision) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
    SELECT floor((latitude + 90) * 1048576 / 360)::integer
$body$;
-- The bits of both in turn, so that the squares within a larger one follow each other.
CREATE FUNCTION library_square(x bigint, y bigint) RETURNS bigint LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $body$
BEGIN
    x := (x | (x << 16)) & 281470681808895;
    y := (y | (y << 16)) & 281470681808895;
    x := (x | (x << 8)) & 71777214294589695;
    y := (y | (y << 8)) & 71777214294589695;
    x := (x | (x << 4)) & 1085102592571150095;
    y := (y | (y << 4)) & 1085102592571150095;
    x := (x | (x << 2)) & 3689348814741910323;
    y := (y | (y << 2)) & 3689348814741910323;
    x := (x | (x << 1)) & 6148914691236517205;
    y := (y | (y << 1)) & 6148914691236517205;
    RETURN x | (y << 1);
END
$body$;
"""
PLACED = "latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180"
INDEX = f"""
CREATE INDEX library_photo_square ON library_libraryphoto
    (studio_id, library_square(library_map_x(longitude), library_map_y(latitude))) WHERE {PLACED};
"""
DROP = """
DROP INDEX library_photo_square;
DROP FUNCTION library_square, library_map_y, library_map_x;
"""

_TABLES = {
    "insert": "NEW TABLE AS fresh",
    "delete": "OLD TABLE AS stale",
    "update": "OLD TABLE AS stale NEW TABLE AS fresh",
}
_MOVED = "(stale.latitude, stale.longitude) IS DISTINCT FROM (fresh.latitude, fresh.longitude)"
_BOTH = f"FROM stale JOIN fresh USING (id) WHERE {_MOVED}"
_CAME = "SELECT fresh.studio_id, fresh.latitude, fresh.longitude, 1 AS one"
_WENT = "SELECT stale.studio_id, stale.latitude, stale.longitude, -1 AS one"
CHANGED = {
    "insert": f"{_CAME} FROM fresh",
    "delete": f"{_WENT} FROM stale",
    "update": f"{_CAME} {_BOTH} UNION ALL {_WENT} {_BOTH}",
}


def counts(event: str) -> str:
    """A trigger that writes down how many photos each square gained."""
    name = f"library_libraryphoto_squares_{event}"
    return f"""
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    INSERT INTO library_mapchange (id, studio_id, x, y, photos, latitudes, longitudes)
    SELECT gen_random_uuid(), studio_id, library_map_x(longitude), library_map_y(latitude), sum(one),
        sum(one * round(latitude * 1e7)::bigint), sum(one * round(longitude * 1e7)::bigint)
    FROM ({CHANGED[event]}) AS changed
    WHERE {PLACED} AND EXISTS (SELECT FROM accounts_studio s WHERE s.id = studio_id)
    GROUP BY 2, 3, 4
    HAVING sum(one) <> 0 OR sum(one * round(latitude * 1e7)::bigint) <> 0
        OR sum(one * round(longitude * 1e7)::bigint) <> 0;
    RETURN NULL;
END
$body$;
CREATE TRIGGER {name} AFTER {event} ON library_libraryphoto REFERENCING {_TABLES[event]}
FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""


TRIGGERS = "".join(counts(event) for event in _TABLES)
DROP_TRIGGERS = "".join(
    f"DROP TRIGGER library_libraryphoto_squares_{event} ON library_libraryphoto;"
    f"DROP FUNCTION library_libraryphoto_squares_{event}();"
    for event in _TABLES
)


def _counted(
    name: str, *more: tuple[str, models.Field], constraints: list[models.BaseConstraint]
) -> migrations.CreateModel:
    return migrations.CreateModel(
        name=name,
        fields=[
            ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
            *more,
            ("x", models.IntegerField()),
            ("y", models.IntegerField()),
            ("photos", models.IntegerField()),
            ("latitudes", models.BigIntegerField()),
            ("longitudes", models.BigIntegerField()),
            (
                "studio",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="%(class)ss",
                    to="accounts.studio",
                ),
            ),
        ],
        options={
            "abstract": False,
            "base_manager_name": "guarded",
            "default_manager_name": "objects",
            "constraints": constraints,
        },
        managers=[
            ("guarded", django.db.models.manager.Manager()),
            ("objects", django.db.models.manager.Manager()),
        ],
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_plans"),
        ("library", "0010_narrow"),
    ]

    operations = [
        _counted(
            "MapChange",
            constraints=[models.UniqueConstraint(fields=("studio", "id"), name="library_mapchange_studio_id")],
        ),
        _counted(
            "MapSquare",
            ("level", models.SmallIntegerField()),
            constraints=[
                models.UniqueConstraint(fields=("studio", "id"), name="library_mapsquare_studio_id"),
                models.UniqueConstraint(fields=("studio", "level", "y", "x"), name="library_mapsquare_once"),
            ],
        ),
        apps.accounts.tenant_keys.ProtectByStudio("MapChange", "MapSquare"),
        migrations.RunSQL(FUNCTIONS + INDEX + TRIGGERS, DROP_TRIGGERS + DROP),
    ]
