"""The faces that show somebody best are found by an index."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Faces are found while the index is made.
    atomic = False

    dependencies = [
        ("faces", "0006_counts_of_before"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="face",
            index=models.Index(
                condition=models.Q(("is_ignored", False), ("person__isnull", False)),
                fields=["studio", "person", "-is_trusted", "-size", "id"],
                name="faces_face_samples",
            ),
        ),
    ]
