"""Uploads that may be continued."""

import django.db.models.deletion
import django.db.models.manager
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import apps.accounts.tenant_keys
import apps.web.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0002_galleries_of_members"),
        ("albums", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Upload",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("metadata", models.TextField(blank=True)),
                ("length", models.BigIntegerField()),
                ("offset", models.BigIntegerField(default=0)),
                (
                    "result",
                    models.CharField(
                        blank=True, choices=[("stored", "stored"), ("duplicate", "already there")], max_length=10
                    ),
                ),
                ("touched_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "album",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="albums.album",
                    ),
                ),
                (
                    "photo",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
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
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["touched_at"], name="uploads_upload_touched"),
                    models.Index(fields=["studio", "photo"], name="uploads_upload_photo"),
                    models.Index(fields=["studio", "album"], name="uploads_upload_album"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="uploads_upload_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "album", name="uploads_upload_album_same_studio", on_delete="cascade"
                    ),
                    apps.accounts.tenant_keys.SameStudio(
                        "photo", name="uploads_upload_photo_same_studio", on_delete="set null"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("offset__gte", 0), ("offset__lte", models.F("length"))),
                        name="uploads_upload_offset",
                    ),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        apps.accounts.tenant_keys.ProtectByStudio("Upload"),
    ]
