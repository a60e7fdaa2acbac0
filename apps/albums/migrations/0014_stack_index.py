"""The frames of a stack are found by an index."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Uploads go on while the index is made.
    atomic = False

    dependencies = [
        ("albums", "0013_stacks"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="photo",
            index=models.Index(
                condition=models.Q(("stack__isnull", False)), fields=["studio", "stack"], name="albums_photo_stack"
            ),
        ),
    ]
