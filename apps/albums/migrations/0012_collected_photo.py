"""The shape of photos in collections. The view is made where collections are (smart_collections 0002)."""

import django.contrib.postgres.fields
import django.db.models.manager
from django.db import migrations, models

import apps.web.ids


class Migration(migrations.Migration):
    dependencies = [
        ("albums", "0011_version_defaults"),
    ]

    operations = [
        migrations.CreateModel(
            name="CollectedPhoto",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("section_rank", models.PositiveIntegerField()),
                ("sort_key", models.CharField(db_collation="C", max_length=300)),
                ("is_hidden", models.BooleanField()),
                ("is_withheld", models.BooleanField()),
                (
                    "audience",
                    django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), null=True, size=None),
                ),
                ("created_at", models.DateTimeField()),
                ("trashed_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "smart_collections_photo",
                "abstract": False,
                "managed": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("guarded", django.db.models.manager.Manager()),
            ],
        ),
    ]
