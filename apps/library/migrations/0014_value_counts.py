"""How many photos have each value is kept, by triggers on the index and on photos (see `value_counts`)."""

import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

import apps.accounts.tenant_keys
import apps.web.ids

# What a photo has, each value once; of a value that is nothing no photos are counted.
FUNCTIONS = """
CREATE FUNCTION library_values_of_row(
    camera text, lens text, photographer text, rating smallint, label text, flag text, wall timestamptz, country text,
    city text, keywords text[]
) RETURNS TABLE (facet text, value text) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
    SELECT f.facet, f.value FROM (VALUES
        ('camera', $1), ('lens', $2), ('photographer', $3), ('rating', nullif($4, 0)::text), ('label', $5), ('flag', $6),
        ('year', extract(year FROM $7 AT TIME ZONE 'UTC')::integer::text), ('country', $8), ('city', $9)
    ) AS f (facet, value) WHERE f.value <> ''
    UNION ALL
    SELECT DISTINCT 'keyword', k FROM unnest($10) AS k WHERE k <> ''
$body$;
CREATE FUNCTION library_values_of_photo(
    approved_at timestamptz, state text, created_at timestamptz, keywords jsonb, trashed_at timestamptz
) RETURNS TABLE (facet text, value text) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
    SELECT f.facet, f.value FROM (VALUES
        ('tier', CASE WHEN $1 IS NOT NULL THEN 'gold' WHEN $2 = 'ready' THEN 'silver' ELSE 'bronze' END),
        ('uploaded', floor(extract(epoch FROM $3) / 900)::bigint::text)
    ) AS f (facet, value) WHERE $5 IS NULL
    UNION ALL
    SELECT DISTINCT 'written', k
    FROM jsonb_array_elements_text(CASE jsonb_typeof($4) WHEN 'array' THEN $4 ELSE '[]' END) AS k
    WHERE $5 IS NULL AND k <> ''
$body$;
"""
DROP = "DROP FUNCTION library_values_of_photo, library_values_of_row;"
# Of the hash, as a keyword may be longer than an index takes.
INDEX = "CREATE INDEX library_valuecount_value ON library_valuecount (studio_id, facet, hashtextextended(value, 0));"

_TABLES = {
    "insert": "NEW TABLE AS fresh",
    "delete": "OLD TABLE AS stale",
    "update": "OLD TABLE AS stale NEW TABLE AS fresh",
}
#: Table -> the function that tells values, and of which columns.
SOURCES = {
    "library_libraryphoto": (
        "library_values_of_row",
        ("camera", "lens", "photographer", "rating", "label", "flag", "wall", "country", "city", "keywords"),
    ),
    "albums_photo": (
        "library_values_of_photo",
        ("approved_at", "state", "created_at", "keywords", "trashed_at"),
    ),
}


def _values(table: str, row: str, one: int, event: str) -> str:
    """The values of the rows that came (fresh) or went (stale); of those that changed, only if they may have others."""
    function, columns = SOURCES[table]
    mine, others = (", ".join(f"{name}.{column}" for column in columns) for name in ("r", "o"))
    other = "stale" if row == "fresh" else "fresh"
    beside = f"JOIN {other} o ON o.id = r.id AND ({mine}) IS DISTINCT FROM ({others})" if event == "update" else ""
    return f"SELECT r.studio_id, v.facet, v.value, {one} AS one FROM {row} r {beside} CROSS JOIN LATERAL {function}({mine}) v"


def counts(table: str, event: str) -> str:
    """A trigger that writes down how many photos each value gained."""
    name = f"library_{table}_values_{event}"
    rows = {"insert": {"fresh": 1}, "delete": {"stale": -1}, "update": {"fresh": 1, "stale": -1}}[event]
    changed = " UNION ALL ".join(_values(table, row, one, event) for row, one in rows.items())
    return f"""
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    INSERT INTO library_valuecount (id, studio_id, facet, value, photos)
    SELECT gen_random_uuid(), c.studio_id, c.facet, c.value, sum(c.one)
    FROM ({changed}) AS c
    WHERE EXISTS (SELECT FROM accounts_studio s WHERE s.id = c.studio_id)
    GROUP BY c.studio_id, c.facet, c.value HAVING sum(c.one) <> 0;
    RETURN NULL;
END
$body$;
CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {_TABLES[event]}
FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""


TRIGGERS = "".join(counts(table, event) for table in SOURCES for event in _TABLES)
DROP_TRIGGERS = "".join(
    f"DROP TRIGGER library_{table}_values_{event} ON {table}; DROP FUNCTION library_{table}_values_{event}();"
    for table in SOURCES
    for event in _TABLES
)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_agreements"),
        ("albums", "0025_stacks_by_id"),
        ("library", "0013_narrow_by_id"),
    ]

    operations = [
        migrations.CreateModel(
            name="ValueCount",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("facet", models.CharField(max_length=12)),
                ("value", models.TextField()),
                ("photos", models.IntegerField()),
                ("is_sum", models.BooleanField(db_default=False, default=False)),
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
                "indexes": [
                    models.Index(
                        condition=models.Q(("is_sum", False)),
                        fields=["studio", "id"],
                        name="library_valuecount_waiting",
                    )
                ],
                "constraints": [models.UniqueConstraint(fields=("studio", "id"), name="library_valuecount_studio_id")],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        apps.accounts.tenant_keys.ProtectByStudio("ValueCount"),
        migrations.RunSQL(FUNCTIONS + INDEX + TRIGGERS, DROP_TRIGGERS + "DROP INDEX library_valuecount_value;" + DROP),
    ]
