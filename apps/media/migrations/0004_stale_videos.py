"""Copies of videos that an older recipe made are found by an index."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Writes go on while the index is built.
    atomic = False

    dependencies = [
        ("media", "0003_frame_quality"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="rendition",
            index=models.Index(
                condition=models.Q(("kind", "video")),
                fields=["recipe", "studio"],
                name="media_rendition_video",
            ),
        ),
    ]
