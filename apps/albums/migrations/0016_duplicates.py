"""Photos that look alike are found by bands of their hash."""

import django.db.models.expressions
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Uploads go on while the indexes are made.
    atomic = False

    dependencies = [
        ("albums", "0015_album_kind"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="photo",
            index=models.Index(
                models.F("studio"),
                django.db.models.expressions.CombinedExpression(models.F("phash"), "&", models.Value(65535)),
                name="albums_photo_band0",
            ),
        ),
        AddIndexConcurrently(
            model_name="photo",
            index=models.Index(
                models.F("studio"),
                django.db.models.expressions.CombinedExpression(
                    django.db.models.expressions.CombinedExpression(models.F("phash"), ">>", models.Value(16)),
                    "&",
                    models.Value(65535),
                ),
                name="albums_photo_band1",
            ),
        ),
        AddIndexConcurrently(
            model_name="photo",
            index=models.Index(
                models.F("studio"),
                django.db.models.expressions.CombinedExpression(
                    django.db.models.expressions.CombinedExpression(models.F("phash"), ">>", models.Value(32)),
                    "&",
                    models.Value(65535),
                ),
                name="albums_photo_band2",
            ),
        ),
        AddIndexConcurrently(
            model_name="photo",
            index=models.Index(
                models.F("studio"),
                django.db.models.expressions.CombinedExpression(
                    django.db.models.expressions.CombinedExpression(models.F("phash"), ">>", models.Value(48)),
                    "&",
                    models.Value(65535),
                ),
                name="albums_photo_band3",
            ),
        ),
    ]
