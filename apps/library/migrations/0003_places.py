"""Places: those of the world, those that a studio names, where each photo was taken; and the index knows them."""

from importlib import import_module

import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

import apps.accounts.tenant_keys
import apps.web.ids

_before = import_module("apps.library.migrations.0002_index")

FUNCTIONS = r"""
-- Kilometres between two points on the sphere (haversine; 6371.0088 km is the mean radius of WGS 84).
CREATE FUNCTION library_km(lat1 float8, lon1 float8, lat2 float8, lon2 float8) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
    SELECT 2 * 6371.0088 * asin(least(1, sqrt(
        power(sind((lat2 - lat1) / 2), 2) + cosd(lat1) * cosd(lat2) * power(sind((lon2 - lon1) / 2), 2)
    )))
$body$;

-- Boxes of longitude and latitude that hold all points within some kilometres: two where the 180th meridian cuts them,
-- all longitudes where a pole is within.
CREATE FUNCTION library_boxes(lat float8, lon float8, km float8) RETURNS SETOF box
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
    WITH reach AS (
        SELECT lat - degrees(km / 6371.0088) AS south, lat + degrees(km / 6371.0088) AS north,
            CASE WHEN abs(lat) + degrees(km / 6371.0088) >= 90 THEN 180
                ELSE degrees(asin(sin(km / 6371.0088) / cosd(lat))) END AS side
    )
    SELECT box(point(greatest(-180, lon - side), south), point(least(180, lon + side), north)) FROM reach
    UNION ALL
    SELECT box(point(lon - side + 360, south), point(180, north)) FROM reach WHERE lon - side < -180
    UNION ALL
    SELECT box(point(-180, south), point(lon + side - 360, north)) FROM reach WHERE lon + side > 180
$body$;
"""

_SOURCE_CHANGES = (
    (
        "library_number(p.facts, 'latitude') AS latitude",
        "CASE WHEN k.by_hand THEN k.latitude ELSE library_number(p.facts, 'latitude') END AS latitude",
    ),
    (
        "library_number(p.facts, 'longitude') AS longitude",
        "CASE WHEN k.by_hand THEN k.longitude ELSE library_number(p.facts, 'longitude') END AS longitude",
    ),
    (
        "        || array_to_tsvector(lies.marks) AS words\n",
        """        || library_vector(coalesce(k.city, ''))
        || array_to_tsvector(
            lies.marks || CASE WHEN k.country > '' THEN ARRAY['#c:' || k.country] ELSE '{}'::text[] END
            || CASE WHEN k.named_id IS NOT NULL THEN ARRAY['#p:' || replace(k.named_id::text, '-', '')] ELSE '{}'::text[] END
        ) AS words,
    coalesce(k.country, '')::varchar(2) AS country, coalesce(k.city, '')::varchar(80) AS city, k.named_id
""",
    ),
    (
        "JOIN accounts_studio s ON s.id = p.studio_id\n",
        """JOIN accounts_studio s ON s.id = p.studio_id
LEFT JOIN library_photoplace k ON k.studio_id = p.studio_id AND k.photo_id = p.id
""",
    ),
    ("CREATE VIEW", "CREATE OR REPLACE VIEW"),
)


def _source() -> str:
    text: str = _before.SOURCE
    for old, new in _SOURCE_CHANGES:
        assert old in text, old
        text = text.replace(old, new)
    return text


COLUMNS = f"{_before.COLUMNS}, country, city, named_id"


def _refresh() -> str:
    names = COLUMNS.split(", ")[3:]
    text: str = _before.REFRESH.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION").replace(
        _before.COLUMNS, COLUMNS
    )
    text = text.replace(_before.ASSIGNED, ", ".join(f"{name} = excluded.{name}" for name in names))
    text = text.replace(_before.BEFORE, ", ".join(f"library_libraryphoto.{name}" for name in names))
    return text.replace(
        f"DISTINCT FROM ({_before.AFTER})", f"DISTINCT FROM ({', '.join(f'excluded.{name}' for name in names)})"
    )


_PLACED = ("latitude", "longitude", "by_hand", "country", "city", "named_id")
TRIGGERS = "".join(
    [
        _before.refreshes("library_photoplace", "insert", "SELECT studio_id, photo_id FROM fresh"),
        _before.refreshes("library_photoplace", "delete", "SELECT studio_id, photo_id FROM stale"),
        _before.refreshes(
            "library_photoplace", "update", f"SELECT fresh.studio_id, fresh.photo_id {_before._differ(_PLACED)}"
        ),
    ]
)
DROP_TRIGGERS = "".join(
    f"DROP TRIGGER library_library_photoplace_{event} ON library_photoplace;"
    f"DROP FUNCTION library_library_photoplace_{event}();"
    for event in ("insert", "delete", "update")
)
RESTORE = (
    "DROP VIEW library_source;"
    + _before.SOURCE
    + ";"
    + _before.REFRESH.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    + _before.RIGHTS
    + "DROP FUNCTION library_boxes, library_km;"
)
INDEX = "CREATE INDEX library_geoname_at ON library_geoname USING gist (point(longitude, latitude))"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_what_tasks_count"),
        ("albums", "0005_labels"),
        ("library", "0002_index"),
    ]

    operations = [
        migrations.CreateModel(
            name="PhotoPlace",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("latitude", models.FloatField(null=True)),
                ("longitude", models.FloatField(null=True)),
                ("by_hand", models.BooleanField(default=False)),
                ("country", models.CharField(blank=True, max_length=2)),
                ("city", models.CharField(blank=True, max_length=80)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddField(
            model_name="libraryphoto",
            name="city",
            field=models.CharField(blank=True, db_default="", default="", max_length=80),
        ),
        migrations.AddField(
            model_name="libraryphoto",
            name="country",
            field=models.CharField(blank=True, db_default="", default="", max_length=2),
        ),
        migrations.CreateModel(
            name="GeoName",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("country", models.CharField(max_length=2)),
                ("latitude", models.FloatField()),
                ("longitude", models.FloatField()),
                ("population", models.IntegerField()),
                ("name", models.CharField(max_length=80)),
                ("folded", models.CharField(max_length=120)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["folded"], opclasses=["varchar_pattern_ops"], name="library_geoname_folded")
                ],
            },
        ),
        migrations.CreateModel(
            name="NamedPlace",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=120)),
                ("latitude", models.FloatField()),
                ("longitude", models.FloatField()),
                ("radius", models.PositiveIntegerField()),
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
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddConstraint(
            model_name="namedplace",
            constraint=models.UniqueConstraint(fields=("studio", "id"), name="library_namedplace_studio_id"),
        ),
        migrations.AddConstraint(
            model_name="namedplace",
            constraint=models.UniqueConstraint(fields=("studio", "name"), name="library_namedplace_name"),
        ),
        migrations.AddConstraint(
            model_name="namedplace",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("latitude__gte", -90), ("latitude__lte", 90), ("longitude__gte", -180), ("longitude__lte", 180)
                ),
                name="library_namedplace_on_earth",
            ),
        ),
        migrations.AddConstraint(
            model_name="namedplace",
            constraint=models.CheckConstraint(
                condition=models.Q(("radius__gte", 10), ("radius__lte", 50000)), name="library_namedplace_radius"
            ),
        ),
        migrations.AddField(
            model_name="libraryphoto",
            name="named",
            field=apps.accounts.tenant_keys.TenantKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="library.namedplace",
            ),
        ),
        migrations.AddIndex(
            model_name="libraryphoto",
            index=models.Index(
                condition=models.Q(("named__isnull", False)), fields=["studio", "named"], name="library_photo_named"
            ),
        ),
        migrations.AddIndex(
            model_name="libraryphoto",
            index=models.Index(
                condition=models.Q(("latitude__isnull", False)),
                fields=["studio", "latitude", "longitude"],
                name="library_photo_position",
            ),
        ),
        migrations.AddIndex(
            model_name="libraryphoto",
            index=models.Index(
                condition=models.Q(("country", ""), _negated=True),
                fields=["studio", "country", "city"],
                name="library_photo_country",
            ),
        ),
        migrations.AddConstraint(
            model_name="libraryphoto",
            constraint=apps.accounts.tenant_keys.SameStudio(
                "named", name="library_libraryphoto_named_same_studio", on_delete="set null"
            ),
        ),
        migrations.AddField(
            model_name="photoplace",
            name="named",
            field=apps.accounts.tenant_keys.TenantKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="photos",
                to="library.namedplace",
            ),
        ),
        migrations.AddField(
            model_name="photoplace",
            name="photo",
            field=apps.accounts.tenant_keys.TenantKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="places",
                to="albums.photo",
            ),
        ),
        migrations.AddField(
            model_name="photoplace",
            name="studio",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="%(class)ss",
                to="accounts.studio",
            ),
        ),
        migrations.AddIndex(
            model_name="photoplace",
            index=models.Index(
                condition=models.Q(("latitude__isnull", False)),
                fields=["studio", "latitude", "longitude"],
                name="library_photoplace_at",
            ),
        ),
        migrations.AddConstraint(
            model_name="photoplace",
            constraint=models.UniqueConstraint(fields=("studio", "id"), name="library_photoplace_studio_id"),
        ),
        migrations.AddConstraint(
            model_name="photoplace",
            constraint=apps.accounts.tenant_keys.SameStudio(
                "photo", name="library_photoplace_photo_same_studio", on_delete="cascade"
            ),
        ),
        migrations.AddConstraint(
            model_name="photoplace",
            constraint=apps.accounts.tenant_keys.SameStudio(
                "named", name="library_photoplace_named_same_studio", on_delete="set null"
            ),
        ),
        migrations.AddConstraint(
            model_name="photoplace",
            constraint=models.UniqueConstraint(fields=("studio", "photo"), name="library_photoplace_once"),
        ),
        migrations.AddConstraint(
            model_name="photoplace",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("latitude__isnull", True), ("longitude__isnull", True)),
                    models.Q(
                        ("latitude__gte", -90), ("latitude__lte", 90), ("longitude__gte", -180), ("longitude__lte", 180)
                    ),
                    _connector="OR",
                ),
                name="library_photoplace_on_earth",
            ),
        ),
        apps.accounts.tenant_keys.ProtectByStudio("NamedPlace", "PhotoPlace"),
        migrations.RunSQL(INDEX, "DROP INDEX library_geoname_at"),
        migrations.RunSQL(FUNCTIONS + _source() + ";" + _refresh(), RESTORE),
        migrations.RunSQL(TRIGGERS, DROP_TRIGGERS),
    ]
