"""Who is in which photo of the library is kept with what is asked beside it, by triggers on faces and on the index."""

import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

import apps.accounts.tenant_keys
import apps.web.ids

_TABLES = {
    "insert": "NEW TABLE AS fresh",
    "delete": "OLD TABLE AS stale",
    "update": "OLD TABLE AS stale NEW TABLE AS fresh",
}
_FACE = ("photo_id", "person_id", "is_ignored")
#: What is kept of a photo's row.
COLUMNS = ("wall", "is_dated", "kind", "tier", "stacked", "rating", "label", "flag")
ENTERED = f"(id, studio_id, person_id, photo_id, {', '.join(COLUMNS)})"
_OF_ROW = ", ".join(f"l.{column}" for column in COLUMNS)
_AGAIN = ", ".join(f"{column} = excluded.{column}" for column in ("person_id", "photo_id", *COLUMNS))


def _differ(columns: tuple[str, ...]) -> str:
    before, after = (", ".join(f"{row}.{column}" for column in columns) for row in ("stale", "fresh"))
    return f"({before}) IS DISTINCT FROM ({after})"


def _faces(row: str, source: str) -> str:
    """The faces that show somebody."""
    columns = f"{row}.studio_id, id, {row}.person_id, {row}.photo_id"
    return f"SELECT {columns} {source} {row}.person_id IS NOT NULL AND NOT {row}.is_ignored"


_BOTH = f"FROM stale JOIN fresh USING (id) WHERE {_differ(_FACE)} AND"
#: What leaves by each event, and what comes.
_GONE = {"delete": _faces("stale", "FROM stale WHERE"), "update": _faces("stale", _BOTH)}
_COME = {"insert": _faces("fresh", "FROM fresh WHERE"), "update": _faces("fresh", _BOTH)}

# Whoever says who is in a photo holds its row, so that whoever changes that meanwhile comes before or after. Each row
# is looked up by itself: statistics of a new studio would have all of its rows read.
_HOLD = """
    PERFORM FROM library_libraryphoto l JOIN (SELECT DISTINCT studio_id, photo_id FROM ({rows}) AS every) c
        ON l.studio_id = c.studio_id AND l.id = c.photo_id ORDER BY l.id FOR NO KEY UPDATE OF l;
"""
_LEAVE = """
    DELETE FROM library_personphoto k USING ({rows}) c WHERE k.studio_id = c.studio_id AND k.id = c.id;
"""
_ENTER = f"""
    INSERT INTO library_personphoto {ENTERED}
    SELECT c.id, c.studio_id, c.person_id, l.id, {_OF_ROW}
    FROM ({{rows}}) c JOIN library_libraryphoto l ON l.studio_id = c.studio_id AND l.id = c.photo_id
    ON CONFLICT (id) DO UPDATE SET {_AGAIN};
"""


def _trigger(table: str, event: str, deed: str) -> str:
    name = f"library_{table}_persons_{event}"
    return f"""
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    {deed}
    RETURN NULL;
END
$body$;
CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {_TABLES[event]}
FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""


def _of_faces(event: str) -> str:
    steps = [(_LEAVE, _GONE.get(event)), (_ENTER, _COME.get(event))]
    held = " UNION ALL ".join(rows for _, rows in steps if rows)
    return _HOLD.format(rows=held) + "".join(step.format(rows=rows) for step, rows in steps if rows)


# Somebody may say who is in a photo while it comes out of the trash: then there is no row yet that they could hold, so
# whoever brings it holds the photo, as they do. What leaves the index is taken along by the key. What is refreshed is
# inserted, so both triggers are called for each, mostly for nothing.
_BROUGHT = f"""
    IF NOT EXISTS (SELECT FROM fresh) THEN
        RETURN NULL;
    END IF;
    PERFORM FROM albums_photo k JOIN fresh ON k.studio_id = fresh.studio_id AND k.id = fresh.id
    ORDER BY k.id FOR SHARE OF k;
    INSERT INTO library_personphoto {ENTERED}
    SELECT f.id, l.studio_id, f.person_id, l.id, {_OF_ROW}
    FROM fresh l CROSS JOIN LATERAL (
        SELECT f.id, f.person_id FROM faces_face f
        WHERE f.studio_id = l.studio_id AND f.photo_id = l.id AND f.person_id IS NOT NULL AND NOT f.is_ignored OFFSET 0
    ) AS f
    ON CONFLICT (id) DO UPDATE SET {_AGAIN};
"""
_CHANGED = f"""
    UPDATE library_personphoto k SET {", ".join(f"{column} = fresh.{column}" for column in COLUMNS)}
    FROM stale JOIN fresh USING (id)
    WHERE {_differ(COLUMNS)} AND k.studio_id = fresh.studio_id AND k.photo_id = fresh.id;
"""
TRIGGERS = "".join(_trigger("faces_face", event, _of_faces(event)) for event in _TABLES)
TRIGGERS += _trigger("library_libraryphoto", "insert", _BROUGHT) + _trigger("library_libraryphoto", "update", _CHANGED)
_NAMES = [*(("faces_face", event) for event in _TABLES), *(("library_libraryphoto", e) for e in ("insert", "update"))]
DROP = "".join(
    f"DROP TRIGGER library_{table}_persons_{event} ON {table}; DROP FUNCTION library_{table}_persons_{event}();"
    for table, event in _NAMES
)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0012_second_factor_required"),
        ("faces", "0012_narrow_by_id"),
        ("library", "0020_words_of_before"),
    ]

    operations = [
        migrations.CreateModel(
            name="PersonPhoto",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("wall", models.DateTimeField()),
                ("is_dated", models.BooleanField()),
                ("kind", models.CharField(max_length=8)),
                ("tier", models.CharField(max_length=6)),
                ("stacked", models.CharField(blank=True, max_length=8)),
                ("rating", models.PositiveSmallIntegerField()),
                ("label", models.CharField(blank=True, max_length=12)),
                ("flag", models.CharField(blank=True, max_length=6)),
                (
                    "person",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="faces.person",
                    ),
                ),
                (
                    "photo",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="library.libraryphoto",
                    ),
                ),
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
                        fields=["studio", "person", "-wall", "-photo"],
                        include=("kind", "tier", "stacked", "rating", "label", "flag", "is_dated"),
                        name="library_personphoto_order",
                    ),
                    models.Index(fields=["studio", "photo"], name="library_personphoto_photo"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="library_personphoto_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "person", name="library_personphoto_person_same_studio", on_delete="cascade"
                    ),
                    apps.accounts.tenant_keys.SameStudio(
                        "photo", name="library_personphoto_photo_same_studio", on_delete="cascade"
                    ),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        apps.accounts.tenant_keys.ProtectByStudio("PersonPhoto"),
        migrations.RunSQL(TRIGGERS, DROP),
    ]
