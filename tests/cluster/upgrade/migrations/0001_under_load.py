"""A column, a check and an index of the tables that are read and written most."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies: ClassVar = [("albums", "0001_initial"), ("sharing", "0001_initial")]
    operations: ClassVar = [
        migrations.RunSQL("alter table albums_photo add column next_note text not null default ''"),
        migrations.RunSQL("alter table sharing_sharelink add column next_note text not null default ''"),
        migrations.RunSQL(
            "alter table albums_photo add constraint next_note_is_short check (length(next_note) < 100) not valid"
        ),
        migrations.RunSQL("alter table albums_photo validate constraint next_note_is_short"),
        migrations.RunSQL("create index concurrently albums_photo_next_note on albums_photo (studio_id, next_note)"),
    ]
