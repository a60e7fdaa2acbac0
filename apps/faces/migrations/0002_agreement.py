"""Photos know how far those in them agree to be shown: triggers bring it there from faces, people and scans.

`faces_agree` is the one description of it (see `albums.models.Agreement`), so that no deed, undo, job or statement by
hand can forget it. A change of a photo raises the versions of its albums.
"""

from django.db import migrations

from apps.albums.version_triggers import RaisesAlbumVersion

# A no holds for everybody who was ever said to be in the photo, ignored or not.
AGREE = """
CREATE FUNCTION faces_agree(of_studio uuid, changed uuid[]) RETURNS void LANGUAGE plpgsql AS $body$
BEGIN
    -- Who changes the same photos meanwhile waits here, and the statement below reads what they left.
    PERFORM FROM albums_photo WHERE studio_id = of_studio AND id = ANY (changed) ORDER BY id FOR NO KEY UPDATE;
    UPDATE albums_photo k SET agreement = s.level
    FROM (
        SELECT h.id, CASE
            WHEN bool_or(p.passport = 'no') THEN 0
            WHEN NOT EXISTS (SELECT FROM faces_scan c WHERE c.studio_id = of_studio AND c.photo_id = h.id) THEN 1
            WHEN bool_or(NOT f.is_ignored AND NOT coalesce(p.is_ignored, false)
                AND coalesce(p.passport, '') NOT IN ('yes', 'inside')) THEN 2
            WHEN bool_or(NOT f.is_ignored AND NOT p.is_ignored AND p.passport = 'inside') THEN 3
            ELSE 4
        END AS level
        FROM albums_photo h
        LEFT JOIN faces_face f ON f.studio_id = h.studio_id AND f.photo_id = h.id
        LEFT JOIN faces_person p ON p.studio_id = f.studio_id AND p.id = f.person_id
        WHERE h.studio_id = of_studio AND h.id = ANY (changed)
        GROUP BY h.id
    ) s
    WHERE k.studio_id = of_studio AND k.id = s.id AND k.agreement <> s.level;
END
$body$;
"""

_TABLES = {
    "insert": "NEW TABLE AS fresh",
    "delete": "OLD TABLE AS stale",
    "update": "OLD TABLE AS stale NEW TABLE AS fresh",
}
_FACES = ("photo_id", "person_id", "is_ignored")
_PEOPLE = ("passport", "is_ignored")


def _differ(columns: tuple[str, ...]) -> str:
    before, after = (", ".join(f"{row}.{column}" for column in columns) for row in ("stale", "fresh"))
    return f"FROM stale JOIN fresh USING (id) WHERE ({before}) IS DISTINCT FROM ({after})"


#: Which photos each event is about: queries of studio_id and photo_id over the changed rows.
CHANGED = {
    ("faces_face", "insert"): "SELECT studio_id, photo_id FROM fresh",
    ("faces_face", "delete"): "SELECT studio_id, photo_id FROM stale",
    ("faces_face", "update"): (
        f"SELECT fresh.studio_id, fresh.photo_id {_differ(_FACES)} UNION "
        f"SELECT stale.studio_id, stale.photo_id {_differ(_FACES)}"
    ),
    ("faces_scan", "insert"): "SELECT studio_id, photo_id FROM fresh",
    ("faces_scan", "delete"): "SELECT studio_id, photo_id FROM stale",
    ("faces_person", "update"): (
        "SELECT f.studio_id, f.photo_id FROM faces_face f JOIN "
        f"(SELECT fresh.studio_id, id {_differ(_PEOPLE)}) AS who ON f.studio_id = who.studio_id AND f.person_id = who.id"
    ),
}


def _trigger(table: str, event: str, changed: str) -> str:
    name = f"{table}_agree_{event}"
    return f"""
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM faces_agree(studio_id, array_agg(DISTINCT photo_id)) FROM ({changed}) AS found GROUP BY studio_id;
    RETURN NULL;
END
$body$;
CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {_TABLES[event]}
FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""


TRIGGERS = "".join(_trigger(table, event, changed) for (table, event), changed in CHANGED.items())
DROP = "".join(f"DROP TRIGGER {t}_agree_{e} ON {t}; DROP FUNCTION {t}_agree_{e}();" for t, e in CHANGED)


class Migration(migrations.Migration):
    dependencies = [("albums", "0008_agreement"), ("faces", "0001_initial")]

    operations = [
        migrations.RunSQL(AGREE + TRIGGERS, DROP + "DROP FUNCTION faces_agree(uuid, uuid[]);"),
        # Guests see name and picture where the link shows people.
        RaisesAlbumVersion(
            "Person",
            "SELECT p.studio_id, p.album_id FROM {rows} r"
            " JOIN faces_face f ON f.studio_id = r.studio_id AND f.person_id = r.id"
            " JOIN albums_placement p ON p.studio_id = f.studio_id AND p.photo_id = f.photo_id",
            on=("update",),
            seen=("name", "is_hidden", "is_ignored", "passport", "thumbnail_id"),
        ),
    ]
