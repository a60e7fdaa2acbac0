"""Which recipe made a photo's renditions. The column needs no rewrite of the table; the index is made beside writers."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("albums", "0005_labels")]

    operations = [
        migrations.AddField(
            model_name="photo",
            name="recipe",
            field=models.PositiveSmallIntegerField(db_default=1, default=1, editable=False),
        ),
        AddIndexConcurrently(
            model_name="photo",
            index=models.Index(fields=["recipe", "studio"], name="albums_photo_recipe"),
        ),
    ]
