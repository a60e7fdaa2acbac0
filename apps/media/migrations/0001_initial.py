"""Bytes and what is made from them."""

import django.db.models.deletion
import django.db.models.manager
import django.utils.timezone
from django.db import migrations, models

import apps.accounts.tenant_keys
import apps.web.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Blob",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "studio",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="%(class)ss",
                        to="accounts.studio",
                    ),
                ),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.BigIntegerField()),
                ("crc32", models.PositiveBigIntegerField(null=True)),
                ("mime", models.CharField(max_length=40)),
                ("storage_key", models.CharField(max_length=160)),
                (
                    "state",
                    models.CharField(
                        choices=[("live", "Live"), ("doomed", "Doomed"), ("damaged", "Damaged")],
                        default="live",
                        max_length=8,
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("seen_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("doomed_at", models.DateTimeField(null=True)),
                ("checked_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["studio", "seen_at"], name="media_blob_seen"),
                    models.Index(
                        condition=models.Q(("state", "doomed")), fields=["doomed_at"], name="media_blob_doomed"
                    ),
                    models.Index(fields=["checked_at"], name="media_blob_checked"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="media_blob_studio_id"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "live")), fields=("studio", "sha256"), name="media_blob_live_once"
                    ),
                    models.UniqueConstraint(fields=("studio", "storage_key"), name="media_blob_key_once"),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="BlobEvent",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "studio",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="%(class)ss",
                        to="accounts.studio",
                    ),
                ),
                ("blob_id", models.UUIDField()),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.BigIntegerField()),
                ("event", models.CharField(max_length=20)),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["studio", "at"], name="media_blobevent_at")],
                "constraints": [models.UniqueConstraint(fields=("studio", "id"), name="media_blobevent_studio_id")],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Rendition",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
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
                    "source",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="renditions",
                        to="media.blob",
                    ),
                ),
                (
                    "blob",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="rendition_of",
                        to="media.blob",
                    ),
                ),
                ("kind", models.CharField(max_length=60)),
                ("recipe", models.PositiveSmallIntegerField()),
                ("width", models.PositiveIntegerField()),
                ("height", models.PositiveIntegerField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="media_rendition_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "source", name="media_rendition_source_same_studio", on_delete="cascade"
                    ),
                    apps.accounts.tenant_keys.SameStudio(
                        "blob", name="media_rendition_blob_same_studio", on_delete="restrict"
                    ),
                    models.UniqueConstraint(fields=("studio", "source", "kind"), name="media_rendition_once"),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        apps.accounts.tenant_keys.ProtectByStudio("Blob", "BlobEvent", "Rendition"),
        # PostgreSQL looks at a table anew when a tenth of it has changed: in one of a million rows the galleries of
        # weeks are unknown to the planner until then. One in a hundred is soon enough.
        migrations.RunSQL(
            sql="ALTER TABLE media_blob SET (autovacuum_analyze_scale_factor = 0.01, autovacuum_analyze_threshold = 200)",
            reverse_sql="ALTER TABLE media_blob RESET (autovacuum_analyze_scale_factor, autovacuum_analyze_threshold)",
        ),
        migrations.RunSQL(
            sql="ALTER TABLE media_rendition SET (autovacuum_analyze_scale_factor = 0.01, autovacuum_analyze_threshold = 200)",
            reverse_sql="ALTER TABLE media_rendition RESET (autovacuum_analyze_scale_factor, autovacuum_analyze_threshold)",
        ),
    ]
