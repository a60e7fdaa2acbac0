"""Imports that members begin, and their reports."""

import django.db.models.deletion
import django.db.models.manager
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import apps.accounts.tenant_keys
import apps.web.ids


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_clients_return"),
        ("uploads", "0008_inbox_rule"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportRun",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("task_id", models.UUIDField()),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("folder", "Folder"),
                            ("picpeak", "PicPeak"),
                            ("immich", "Immich"),
                            ("lychee", "Lychee"),
                        ],
                        max_length=10,
                    ),
                ),
                ("place", models.CharField(max_length=255)),
                ("records", models.CharField(blank=True, max_length=255)),
                ("title", models.CharField(blank=True, max_length=120)),
                ("is_dry", models.BooleanField(default=False)),
                ("key_sealed", models.TextField(blank=True, editable=False)),
                ("is_listed", models.BooleanField(default=False, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "studio",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="%(class)ss",
                        to="accounts.studio",
                    ),
                ),
                (
                    "who",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="ImportEntry",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("path", models.TextField()),
                ("facts", models.JSONField()),
                ("outcome", models.CharField(blank=True, max_length=10)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("gallery", models.CharField(blank=True, max_length=120)),
                ("section", models.CharField(blank=True, max_length=120)),
                ("position", models.FloatField(null=True)),
                ("photo", models.UUIDField(null=True)),
                (
                    "studio",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="%(class)ss",
                        to="accounts.studio",
                    ),
                ),
                (
                    "run",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="entries",
                        to="uploads.importrun",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddIndex(
            model_name="importrun",
            index=models.Index(fields=["created_at"], name="uploads_importrun_age"),
        ),
        migrations.AddConstraint(
            model_name="importrun",
            constraint=models.UniqueConstraint(fields=("studio", "id"), name="uploads_importrun_studio_id"),
        ),
        migrations.AddConstraint(
            model_name="importrun",
            constraint=models.UniqueConstraint(fields=("studio", "task_id"), name="uploads_importrun_task"),
        ),
        migrations.AddConstraint(
            model_name="importentry",
            constraint=models.UniqueConstraint(fields=("studio", "id"), name="uploads_importentry_studio_id"),
        ),
        migrations.AddConstraint(
            model_name="importentry",
            constraint=apps.accounts.tenant_keys.SameStudio(
                "run", name="uploads_importentry_run_same_studio", on_delete="cascade"
            ),
        ),
        migrations.AddConstraint(
            model_name="importentry",
            constraint=models.UniqueConstraint(fields=("studio", "run", "number"), name="uploads_importentry_number"),
        ),
        apps.accounts.tenant_keys.ProtectByStudio("ImportRun"),
        apps.accounts.tenant_keys.ProtectByStudio("ImportEntry"),
    ]
