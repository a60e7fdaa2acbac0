"""What guests see of a studio raises its galleries' versions; the bytes that it uses do not, and cost nothing."""

from django.db import migrations

from apps.albums.version_triggers import RaisesAlbumVersion

_NAME = "accounts_studio_version_update"
_SEEN = ("name", "slug", "time_zone", "accent", "design", "index_is_public", "logo_version")


def _row(row: str) -> str:
    return ", ".join(f"{row}.{column}" for column in _SEEN)


_DROP = f"DROP TRIGGER {_NAME} ON accounts_studio"
# One row, and one that is there.
_APART = f"""
CREATE OR REPLACE FUNCTION {_NAME}() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    INSERT INTO albums_albumchange (id, studio_id, album_id) VALUES (gen_random_uuid(), NEW.id, NULL);
    RETURN NULL;
END
$body$;
{_DROP};
CREATE TRIGGER {_NAME} AFTER UPDATE ON accounts_studio
FOR EACH ROW WHEN (({_row("OLD")}) IS DISTINCT FROM ({_row("NEW")})) EXECUTE FUNCTION {_NAME}();
"""
_BEFORE = RaisesAlbumVersion(
    "accounts.Studio",
    "SELECT id AS studio_id, NULL::uuid AS album_id FROM {rows} r",
    on=("update",),
    seen=_SEEN,
)


class Migration(migrations.Migration):
    dependencies = [("albums", "0026_brands")]

    operations = [migrations.RunSQL(_APART, f"{_DROP}; {_BEFORE.statements('accounts_studio', 'update')}")]
