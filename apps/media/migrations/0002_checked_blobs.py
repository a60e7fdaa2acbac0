"""Every blob says when it was last compared with its hash, and may be marked as damaged."""

import django.utils.timezone
from django.db import migrations, models

# Row-level security is forced for the owner too, who must see the rows of all studios for this one change.
FILL = """
    ALTER TABLE media_blob NO FORCE ROW LEVEL SECURITY;
    UPDATE media_blob SET checked_at = created_at WHERE checked_at IS NULL;
    ALTER TABLE media_blob FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    # Filling and altering a table in one transaction is refused by PostgreSQL (pending trigger events).
    atomic = False

    dependencies = [
        ("accounts", "0001_initial"),
        ("media", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="blob",
            name="checked_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AlterField(
            model_name="blob",
            name="state",
            field=models.CharField(
                choices=[("live", "Live"), ("doomed", "Doomed"), ("damaged", "Damaged")],
                default="live",
                max_length=8,
            ),
        ),
        migrations.AddIndex(
            model_name="blob",
            index=models.Index(fields=["checked_at"], name="media_blob_checked"),
        ),
    ]
