"""Galleries, photos, and where each lies."""

import django.contrib.postgres.fields
import django.db.models.constraints
import django.db.models.deletion
import django.db.models.manager
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import apps.accounts.tenant_keys
import apps.albums.version_triggers
import apps.web.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("media", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Photo",
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
                ("camera_name", models.CharField(editable=False, max_length=255)),
                ("kind", models.CharField(default="image", editable=False, max_length=8)),
                (
                    "original",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        editable=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="photos",
                        to="media.blob",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("processing", "Processing"), ("ready", "Ready"), ("failed", "Failed")],
                        default="processing",
                        max_length=12,
                    ),
                ),
                ("problem", models.CharField(blank=True, max_length=300)),
                ("width", models.PositiveIntegerField(null=True)),
                ("height", models.PositiveIntegerField(null=True)),
                ("color", models.CharField(blank=True, max_length=7)),
                ("phash", models.BigIntegerField(null=True)),
                ("fingerprint_version", models.PositiveSmallIntegerField(default=1, editable=False)),
                ("taken_at", models.DateTimeField(null=True)),
                ("taken_offset", models.SmallIntegerField(null=True)),
                ("taken_by_hand", models.BooleanField(default=False)),
                ("place", models.CharField(blank=True, max_length=200)),
                ("facts", models.JSONField(default=dict)),
                ("caption", models.CharField(blank=True, max_length=500)),
                ("rating", models.PositiveSmallIntegerField(default=0)),
                ("label", models.CharField(blank=True, max_length=12)),
                ("flag", models.CharField(blank=True, choices=[("pick", "Pick"), ("reject", "Reject")], max_length=6)),
                ("keywords", models.JSONField(default=list)),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("trashed_at", models.DateTimeField(editable=False, null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "indexes": [
                    models.Index(
                        condition=models.Q(("trashed_at__isnull", False)),
                        fields=["studio", "trashed_at"],
                        name="albums_photo_trash",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ["processing", "failed"])),
                        fields=["studio", "state"],
                        name="albums_photo_unready",
                    ),
                    models.Index(fields=["fingerprint_version", "studio"], name="albums_photo_fingerprint"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="albums_photo_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "original", name="albums_photo_original_same_studio", on_delete="restrict"
                    ),
                    models.UniqueConstraint(fields=("studio", "original"), name="albums_photo_original_once"),
                    models.CheckConstraint(condition=models.Q(("rating__lte", 5)), name="albums_photo_rating"),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Album",
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
                ("title", models.CharField(max_length=120)),
                ("slug", models.SlugField(db_index=False, max_length=80)),
                ("description", models.TextField(blank=True, max_length=2000)),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("live", "Live"), ("archived", "Archived")],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("event_date", models.DateField(blank=True, null=True)),
                (
                    "ordering",
                    models.CharField(
                        choices=[("manual", "By hand"), ("time", "By capture time"), ("name", "By file name")],
                        default="time",
                        max_length=8,
                    ),
                ),
                (
                    "cover",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="albums.photo",
                    ),
                ),
                ("focal_x", models.FloatField(default=0.5)),
                ("focal_y", models.FloatField(default=0.4)),
                ("design", models.JSONField(default=dict)),
                ("more_coming", models.BooleanField(default=False)),
                ("is_listed", models.BooleanField(default=True)),
                ("published_at", models.DateTimeField(editable=False, null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("trashed_at", models.DateTimeField(editable=False, null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["studio", "-created_at", "id"], name="albums_album_newest")],
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="albums_album_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "cover", name="albums_album_cover_same_studio", on_delete="set null"
                    ),
                    models.UniqueConstraint(fields=("studio", "slug"), name="albums_album_slug"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("focal_x__gte", 0), ("focal_x__lte", 1), ("focal_y__gte", 0), ("focal_y__lte", 1)
                        ),
                        name="albums_album_focal",
                    ),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Section",
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
                    "album",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="sections",
                        to="albums.album",
                    ),
                ),
                ("title", models.CharField(max_length=120)),
                ("rank", models.PositiveIntegerField()),
                (
                    "audience",
                    django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), null=True, size=None),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="albums_section_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "album", name="albums_section_album_same_studio", on_delete="cascade"
                    ),
                    models.UniqueConstraint(
                        deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                        fields=("studio", "album", "rank"),
                        name="albums_section_rank",
                    ),
                    models.UniqueConstraint(fields=("studio", "album", "title"), name="albums_section_title"),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Placement",
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
                    "album",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="placements",
                        to="albums.album",
                    ),
                ),
                (
                    "section",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="placements",
                        to="albums.section",
                    ),
                ),
                (
                    "photo",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="placements",
                        to="albums.photo",
                    ),
                ),
                ("section_rank", models.PositiveIntegerField(default=0)),
                ("sort_key", models.CharField(db_collation="C", max_length=300)),
                ("manual_key", models.CharField(db_collation="C", max_length=20)),
                ("is_hidden", models.BooleanField(default=False)),
                ("is_withheld", models.BooleanField(default=False)),
                (
                    "audience",
                    django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), null=True, size=None),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("trashed_at", models.DateTimeField(editable=False, null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "indexes": [
                    models.Index(
                        condition=models.Q(("trashed_at__isnull", True)),
                        fields=["studio", "album", "section_rank", "sort_key", "id"],
                        name="albums_placement_order",
                    ),
                    models.Index(
                        condition=models.Q(("trashed_at__isnull", False)),
                        fields=["studio", "trashed_at"],
                        name="albums_placement_trash",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="albums_placement_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "album", name="albums_placement_album_same_studio", on_delete="cascade"
                    ),
                    apps.accounts.tenant_keys.SameStudio(
                        "section", name="albums_placement_section_same_studio", on_delete="set null"
                    ),
                    apps.accounts.tenant_keys.SameStudio(
                        "photo", name="albums_placement_photo_same_studio", on_delete="cascade"
                    ),
                    models.UniqueConstraint(fields=("studio", "album", "photo"), name="albums_placement_once"),
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("guarded", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Version",
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
                    "photo",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="versions",
                        to="albums.photo",
                    ),
                ),
                (
                    "blob",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="versions",
                        to="media.blob",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("original", "Original"),
                            ("raw", "Raw"),
                            ("retouched", "Retouched"),
                            ("live", "Live"),
                            ("gold", "Gold"),
                        ],
                        default="original",
                        max_length=10,
                    ),
                ),
                ("is_current", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="albums_version_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "photo", name="albums_version_photo_same_studio", on_delete="cascade"
                    ),
                    apps.accounts.tenant_keys.SameStudio(
                        "blob", name="albums_version_blob_same_studio", on_delete="restrict"
                    ),
                    models.UniqueConstraint(fields=("studio", "photo", "blob"), name="albums_version_blob_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("is_current", True)),
                        fields=("studio", "photo"),
                        name="albums_version_current",
                    ),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="AlbumChange",
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
                    "album",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="albums.album",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["studio", "album"], name="albums_albumchange_album")],
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="albums_albumchange_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "album", name="albums_albumchange_album_same_studio", on_delete="cascade"
                    ),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="AlbumVersion",
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
                    "album",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="albums.album",
                    ),
                ),
                ("number", models.PositiveBigIntegerField(default=0)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="albums_albumversion_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "album", name="albums_albumversion_album_same_studio", on_delete="cascade"
                    ),
                    models.UniqueConstraint(
                        fields=("studio", "album"), name="albums_albumversion_once", nulls_distinct=False
                    ),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        apps.accounts.tenant_keys.ProtectByStudio(
            "Album", "AlbumChange", "AlbumVersion", "Photo", "Placement", "Section", "Version"
        ),
        apps.albums.version_triggers.RaisesAlbumVersion(
            "accounts.Studio",
            "SELECT id AS studio_id, NULL::uuid AS album_id FROM {rows} r",
            on=("update",),
            seen=("name", "slug", "time_zone", "accent", "design", "index_is_public", "logo_version"),
        ),
        apps.albums.version_triggers.RaisesAlbumVersion(
            "Album", "SELECT studio_id, id AS album_id FROM {rows} r", on=("update",), ignoring=("updated_at",)
        ),
        apps.albums.version_triggers.RaisesAlbumVersion("Section", "SELECT studio_id, album_id FROM {rows} r"),
        apps.albums.version_triggers.RaisesAlbumVersion("Placement", "SELECT studio_id, album_id FROM {rows} r"),
        apps.albums.version_triggers.RaisesAlbumVersion(
            "Photo",
            "SELECT p.studio_id, p.album_id FROM {rows} r JOIN albums_placement p ON p.studio_id = r.studio_id AND p.photo_id = r.id",
            on=("update",),
            ignoring=("updated_at", "fingerprint_version"),
        ),
        apps.albums.version_triggers.RaisesAlbumVersion(
            "Version",
            "SELECT p.studio_id, p.album_id FROM {rows} r JOIN albums_placement p ON p.studio_id = r.studio_id AND p.photo_id = r.photo_id",
        ),
        # PostgreSQL looks at a table anew when a tenth of it has changed: in one of a million rows the galleries of
        # weeks are unknown to the planner until then. One in a hundred is soon enough.
        migrations.RunSQL(
            sql="ALTER TABLE albums_photo SET (autovacuum_analyze_scale_factor = 0.01, autovacuum_analyze_threshold = 200)",
            reverse_sql="ALTER TABLE albums_photo RESET (autovacuum_analyze_scale_factor, autovacuum_analyze_threshold)",
        ),
        migrations.RunSQL(
            sql="ALTER TABLE albums_placement SET (autovacuum_analyze_scale_factor = 0.01, autovacuum_analyze_threshold = 200)",
            reverse_sql="ALTER TABLE albums_placement RESET (autovacuum_analyze_scale_factor, autovacuum_analyze_threshold)",
        ),
        migrations.RunSQL(
            sql="ALTER TABLE albums_version SET (autovacuum_analyze_scale_factor = 0.01, autovacuum_analyze_threshold = 200)",
            reverse_sql="ALTER TABLE albums_version RESET (autovacuum_analyze_scale_factor, autovacuum_analyze_threshold)",
        ),
    ]
