"""An upload may take the place of a file."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("uploads", "0002_watched_folders"),
    ]

    operations = [
        migrations.AlterField(
            model_name="upload",
            name="result",
            field=models.CharField(
                blank=True,
                choices=[("stored", "stored"), ("duplicate", "already there"), ("replaced", "replaced")],
                max_length=10,
            ),
        ),
    ]
