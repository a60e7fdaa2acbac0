"""In how many photos people are is kept, by triggers on faces and photos (see `faces.counting`)."""

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


def _rows(table: str, sign: int, source: str, where: str = "true") -> str:
    return (
        f"SELECT {table}.studio_id, {table}.person_id, {table}.photo_id, {sign} AS n {source}"
        f" WHERE {table}.person_id IS NOT NULL AND NOT {table}.is_ignored AND {where}"
    )


_BOTH = "FROM stale JOIN fresh USING (id)"
#: The faces that count more by the event, and those that count less.
CHANGED = {
    "insert": _rows("fresh", 1, "FROM fresh"),
    "delete": _rows("stale", -1, "FROM stale"),
    "update": f"{_rows('fresh', 1, _BOTH, _DIFFER)} UNION ALL {_rows('stale', -1, _BOTH, _DIFFER)}",
}

# A person was in a photo before if faces are left when those that came are taken away again. Who goes in the same
# transaction takes the numbers along; a photo that goes has given its share back before its faces go.
_FACES = """
CREATE FUNCTION faces_face_count_{event}() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM FROM albums_photo k JOIN (SELECT DISTINCT studio_id, photo_id FROM ({changed}) AS every) c
        ON k.studio_id = c.studio_id AND k.id = c.photo_id ORDER BY k.id FOR NO KEY UPDATE OF k;
    INSERT INTO faces_personcount (id, studio_id, person_id, photos, faces)
    SELECT gen_random_uuid(), s.studio_id, s.person_id, sum(s.photos), sum(s.faces)
    FROM (
        SELECT d.studio_id, d.person_id, d.n AS faces, (l.n > 0)::int - (l.n > d.n)::int AS photos
        FROM (
            SELECT studio_id, person_id, photo_id, sum(n) AS n FROM ({changed}) AS every
            GROUP BY studio_id, person_id, photo_id
        ) d
        JOIN albums_photo k ON k.studio_id = d.studio_id AND k.id = d.photo_id AND k.trashed_at IS NULL
        CROSS JOIN LATERAL (
            SELECT count(*) AS n FROM faces_face f WHERE f.studio_id = d.studio_id AND f.person_id = d.person_id
                AND f.photo_id = d.photo_id AND NOT f.is_ignored
        ) l
    ) s
    JOIN faces_person p ON p.studio_id = s.studio_id AND p.id = s.person_id
    GROUP BY s.studio_id, s.person_id HAVING sum(s.photos) <> 0 OR sum(s.faces) <> 0;
    RETURN NULL;
END
$body$;
CREATE TRIGGER faces_face_count_{event} AFTER {event} ON faces_face REFERENCING {tables}
FOR EACH STATEMENT EXECUTE FUNCTION faces_face_count_{event}();
"""

# The same share is taken and given back by photos that go to the trash, come back, or are deleted outside of it.
_SHARE = """
    INSERT INTO faces_personcount (id, studio_id, person_id, photos, faces)
    SELECT gen_random_uuid(), s.studio_id, s.person_id, sum(s.sign), sum(s.sign * s.n)
    FROM (
        SELECT f.studio_id, f.person_id, c.sign, count(*) AS n
        FROM ({photos}) c
        JOIN faces_face f ON f.studio_id = c.studio_id AND f.photo_id = c.id AND NOT f.is_ignored
        JOIN faces_person p ON p.studio_id = f.studio_id AND p.id = f.person_id
        GROUP BY f.studio_id, f.person_id, f.photo_id, c.sign
    ) s
    GROUP BY s.studio_id, s.person_id HAVING sum(s.sign) <> 0 OR sum(s.sign * s.n) <> 0;
"""
_MOVED = "stale JOIN fresh USING (id) WHERE (stale.trashed_at IS NULL) <> (fresh.trashed_at IS NULL)"
_PHOTOS = f"""
CREATE FUNCTION albums_photo_count_update() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF EXISTS (SELECT FROM {_MOVED}) THEN
        {
    _SHARE.format(
        photos=f"SELECT fresh.studio_id, id, CASE WHEN fresh.trashed_at IS NULL THEN 1 ELSE -1 END AS sign FROM {_MOVED}"
    )
}
    END IF;
    RETURN NULL;
END
$body$;
CREATE TRIGGER albums_photo_count_update AFTER UPDATE ON albums_photo
REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION albums_photo_count_update();

CREATE FUNCTION albums_photo_count_delete() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    {_SHARE.format(photos="SELECT OLD.studio_id, OLD.id, -1 AS sign")}
    RETURN OLD;
END
$body$;
CREATE TRIGGER albums_photo_count_delete BEFORE DELETE ON albums_photo
FOR EACH ROW WHEN (OLD.trashed_at IS NULL) EXECUTE FUNCTION albums_photo_count_delete();
"""

COUNT = "".join(_FACES.format(event=e, tables=_TABLES[e], changed=changed) for e, changed in CHANGED.items()) + _PHOTOS
_NAMES = [("faces_face", event) for event in CHANGED] + [("albums_photo", "update"), ("albums_photo", "delete")]
DROP = "".join(f"DROP TRIGGER {t}_count_{e} ON {t}; DROP FUNCTION {t}_count_{e}();" for t, e in _NAMES)


class Migration(migrations.Migration):
    dependencies = [
        ("albums", "0016_duplicates"),
        ("faces", "0004_relationships"),
    ]

    operations = [
        migrations.CreateModel(
            name="PersonCount",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("photos", models.IntegerField()),
                ("faces", models.IntegerField()),
                (
                    "person",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
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
                "indexes": [models.Index(fields=["studio", "person"], name="faces_personcount_person")],
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="faces_personcount_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "person", name="faces_personcount_person_same_studio", on_delete="cascade"
                    ),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        apps.accounts.tenant_keys.ProtectByStudio("PersonCount"),
        migrations.RunSQL(COUNT, DROP),
    ]
