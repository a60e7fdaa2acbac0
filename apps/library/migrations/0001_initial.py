"""The index of the library and the counts of its months."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

import apps.accounts.tenant_keys
import apps.web.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0002_galleries_of_members"),
        ("albums", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="LibraryPhoto",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("wall", models.DateTimeField()),
                ("is_dated", models.BooleanField()),
                ("uploaded_at", models.DateTimeField()),
                ("camera", models.CharField(blank=True, max_length=241)),
                ("lens", models.CharField(blank=True, max_length=120)),
                ("iso", models.IntegerField(null=True)),
                ("aperture", models.FloatField(null=True)),
                ("exposure", models.FloatField(null=True)),
                ("focal_length", models.FloatField(null=True)),
                ("latitude", models.FloatField(null=True)),
                ("longitude", models.FloatField(null=True)),
                ("rating", models.PositiveSmallIntegerField()),
                ("label", models.CharField(blank=True, max_length=12)),
                ("flag", models.CharField(blank=True, max_length=6)),
                ("keywords", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ("words", django.contrib.postgres.search.SearchVectorField()),
                (
                    "photo",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="library",
                        to="albums.photo",
                    ),
                ),
                (
                    "studio",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="%(class)ss",
                        to="accounts.studio",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["studio", "-wall", "-id"], name="library_photo_order"),
                    models.Index(fields=["studio", "camera", "-wall", "-id"], name="library_photo_camera"),
                    models.Index(fields=["studio", "lens", "-wall", "-id"], name="library_photo_lens"),
                    models.Index(
                        condition=models.Q(("rating__gt", 0)),
                        fields=["studio", "rating", "-wall", "-id"],
                        name="library_photo_rating",
                    ),
                    django.contrib.postgres.indexes.GinIndex(fields=["words"], name="library_photo_words"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="library_libraryphoto_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "photo", name="library_libraryphoto_photo_same_studio", on_delete="cascade"
                    ),
                    models.UniqueConstraint(fields=("studio", "photo"), name="library_libraryphoto_once"),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="MonthCount",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("month", models.DateField()),
                ("photos", models.IntegerField()),
                (
                    "studio",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="%(class)ss",
                        to="accounts.studio",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["studio", "month"], name="library_monthcount_month")],
                "constraints": [models.UniqueConstraint(fields=("studio", "id"), name="library_monthcount_studio_id")],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        apps.accounts.tenant_keys.ProtectByStudio("LibraryPhoto", "MonthCount"),
        migrations.RunSQL(
            sql="ALTER TABLE library_libraryphoto SET (autovacuum_analyze_scale_factor = 0.01, autovacuum_analyze_threshold = 200)",
            reverse_sql="ALTER TABLE library_libraryphoto RESET (autovacuum_analyze_scale_factor, autovacuum_analyze_threshold)",
        ),
    ]
