"""Processes of the version before may still add files of photos."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("albums", "0010_photo_files"),
    ]

    operations = [
        migrations.AlterField(
            model_name="version",
            name="look",
            field=models.JSONField(db_default={}, default=dict, editable=False),
        ),
        migrations.AlterField(
            model_name="version",
            name="name",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=255),
        ),
    ]
