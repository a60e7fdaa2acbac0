"""A file may come as several uploads, which are put together."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("uploads", "0006_sidecars"),
    ]

    operations = [
        migrations.AddField(
            model_name="upload",
            name="concat",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
    ]
