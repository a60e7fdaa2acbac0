"""XMP beside photos: kept with its photo, or until it comes."""

import django.db.models.deletion
import django.db.models.manager
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import apps.accounts.tenant_keys
import apps.web.ids


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_passkeys"),
        ("albums", "0019_photographer"),
        ("uploads", "0005_receipts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="receivedfile",
            name="state",
            field=models.CharField(
                choices=[
                    ("stored", "Stored"),
                    ("duplicate", "Already there"),
                    ("replaced", "Replaced a photo"),
                    ("sidecar", "Sidecar"),
                    ("refused", "Refused"),
                    ("skipped", "Skipped"),
                ],
                max_length=9,
            ),
        ),
        migrations.AlterField(
            model_name="upload",
            name="result",
            field=models.CharField(
                blank=True,
                choices=[
                    ("stored", "stored"),
                    ("duplicate", "already there"),
                    ("replaced", "replaced"),
                    ("sidecar", "sidecar"),
                ],
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="Sidecar",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=255)),
                ("stem", models.CharField(max_length=255)),
                ("packet", models.TextField()),
                ("said", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "album",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="albums.album",
                    ),
                ),
                (
                    "photo",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="sidecars",
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
                "indexes": [
                    models.Index(
                        condition=models.Q(("photo__isnull", True)),
                        fields=["studio", "stem"],
                        name="uploads_sidecar_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="uploads_sidecar_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "album", name="uploads_sidecar_album_same_studio", on_delete="cascade"
                    ),
                    apps.accounts.tenant_keys.SameStudio(
                        "photo", name="uploads_sidecar_photo_same_studio", on_delete="cascade"
                    ),
                    models.UniqueConstraint(fields=("studio", "photo"), name="uploads_sidecar_once"),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        apps.accounts.tenant_keys.ProtectByStudio("Sidecar"),
    ]
