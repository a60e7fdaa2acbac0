from django.db import migrations

from apps.albums.version_triggers import ChangesArePersonal


class Migration(migrations.Migration):
    """What single guests chose, said and rated is on no page of somebody who has said nothing of themselves."""

    dependencies = [("albums", "0017_personal_changes"), ("sharing", "0013_shown_collections")]

    operations = [
        ChangesArePersonal(
            "Visitor",
            "SELECT studio_id, shown_id AS album_id FROM {rows} r",
            ignoring=("seen_at", "code_hash", "code_expires_at"),
        ),
        ChangesArePersonal("Selection", "SELECT studio_id, shown_id AS album_id FROM {rows} r"),
        ChangesArePersonal(
            "Pick",
            "SELECT s.studio_id, s.shown_id AS album_id FROM {rows} r "
            "JOIN sharing_selection s ON s.studio_id = r.studio_id AND s.id = r.selection_id",
        ),
        ChangesArePersonal("Mark", "SELECT studio_id, shown_id AS album_id FROM {rows} r"),
        ChangesArePersonal("Comment", "SELECT studio_id, shown_id AS album_id FROM {rows} r", on=("insert", "update")),
    ]
