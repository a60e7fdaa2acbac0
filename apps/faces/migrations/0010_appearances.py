"""Faces of a person stand in order of their photos' moments, by triggers on faces and photos (see `faces.appearing`)."""

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
_COLUMNS = ("photo_id", "person_id", "is_ignored")
_DIFFER = "({}) IS DISTINCT FROM ({})".format(
    ", ".join(f"stale.{column}" for column in _COLUMNS), ", ".join(f"fresh.{column}" for column in _COLUMNS)
)
_BOTH = f"FROM stale JOIN fresh USING (id) WHERE {_DIFFER} AND"


def _rows(table: str, source: str) -> str:
    """The faces that show somebody."""
    columns = f"{table}.studio_id, id, {table}.person_id, {table}.photo_id"
    return f"SELECT {columns} {source} {table}.person_id IS NOT NULL AND NOT {table}.is_ignored"


#: What leaves by each event, and what comes.
_GONE = {"delete": _rows("stale", "FROM stale WHERE"), "update": _rows("stale", _BOTH)}
_COME = {"insert": _rows("fresh", "FROM fresh WHERE"), "update": _rows("fresh", _BOTH)}

# Whoever changes these rows holds the photo's, so that of a face that is given to somebody and a photo whose moment is
# set right the second one sees what the first has done, and neither waits for what the other holds.
_HOLD = """
    PERFORM FROM albums_photo k JOIN (SELECT DISTINCT studio_id, photo_id FROM ({rows}) AS every) c
        ON k.studio_id = c.studio_id AND k.id = c.photo_id ORDER BY k.id FOR NO KEY UPDATE OF k;
"""
_LEAVE = """
    DELETE FROM faces_appearance a USING ({rows}) c WHERE a.studio_id = c.studio_id AND a.id = c.id;
"""
_ENTER = """
    INSERT INTO faces_appearance (id, studio_id, person_id, at)
    SELECT c.id, c.studio_id, c.person_id, coalesce(k.taken_at, 'infinity')
    FROM ({rows}) c JOIN albums_photo k ON k.studio_id = c.studio_id AND k.id = c.photo_id
    ON CONFLICT (id) DO UPDATE SET person_id = excluded.person_id, at = excluded.at;
"""
_FACES = """
CREATE FUNCTION faces_face_appear_{event}() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    {deed}
    RETURN NULL;
END
$body$;
CREATE TRIGGER faces_face_appear_{event} AFTER {event} ON faces_face REFERENCING {tables}
FOR EACH STATEMENT EXECUTE FUNCTION faces_face_appear_{event}();
"""
_PHOTOS = """
CREATE FUNCTION albums_photo_appear_update() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    UPDATE faces_appearance a SET at = coalesce(NEW.taken_at, 'infinity')
    FROM faces_face f
    WHERE f.studio_id = NEW.studio_id AND f.photo_id = NEW.id AND a.studio_id = f.studio_id AND a.id = f.id;
    RETURN NULL;
END
$body$;
CREATE TRIGGER albums_photo_appear_update AFTER UPDATE OF taken_at ON albums_photo
FOR EACH ROW WHEN (OLD.taken_at IS DISTINCT FROM NEW.taken_at) EXECUTE FUNCTION albums_photo_appear_update();
"""


def _deed(event: str) -> str:
    steps = [(_LEAVE, _GONE.get(event)), (_ENTER, _COME.get(event))]
    held = " UNION ALL ".join(rows for _, rows in steps if rows)
    return _HOLD.format(rows=held) + "".join(step.format(rows=rows) for step, rows in steps if rows)


KEEP = "".join(_FACES.format(event=e, tables=tables, deed=_deed(e)) for e, tables in _TABLES.items()) + _PHOTOS
_NAMES = [*(("faces_face", event) for event in _TABLES), ("albums_photo", "update")]
DROP = "".join(f"DROP TRIGGER {t}_appear_{e} ON {t}; DROP FUNCTION {t}_appear_{e}();" for t, e in _NAMES)


class Migration(migrations.Migration):
    dependencies = [
        ("albums", "0016_duplicates"),
        ("faces", "0009_face_measured"),
    ]

    operations = [
        migrations.CreateModel(
            name="Appearance",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
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
                "indexes": [models.Index(fields=["studio", "person", "at", "id"], name="faces_appearance_order")],
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="faces_appearance_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "person", name="faces_appearance_person_same_studio", on_delete="cascade"
                    ),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        apps.accounts.tenant_keys.ProtectByStudio("Appearance"),
        migrations.RunSQL(KEEP, DROP),
    ]
