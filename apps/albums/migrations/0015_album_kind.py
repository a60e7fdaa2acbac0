"""What a link shows may be a collection: its gallery is of another kind, which `objects` passes over."""

import django.db.models.manager
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("albums", "0014_stack_index"),
    ]

    operations = [
        migrations.AlterModelManagers(
            name="album",
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("guarded", django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddField(
            model_name="album",
            name="kind",
            field=models.CharField(
                choices=[("gallery", "Gallery"), ("collection", "Collection"), ("smart", "Smart collection")],
                db_default="gallery",
                default="gallery",
                max_length=10,
            ),
        ),
    ]
