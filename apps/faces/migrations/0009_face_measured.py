"""The faces that were measured last are found by an index."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Faces are found while the index is made.
    atomic = False

    dependencies = [
        ("faces", "0008_measured"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="face",
            index=models.Index(
                condition=models.Q(("embedding__isnull", False)),
                fields=["studio", "measured", "id"],
                name="faces_face_fresh",
            ),
        ),
    ]
