"""Groups of duplicates, and pairs that a person called none."""

import django.db.models.deletion
import django.db.models.manager
import django.utils.timezone
from django.db import migrations, models

import apps.accounts.tenant_keys
import apps.web.ids


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_passkeys"),
        ("albums", "0016_duplicates"),
        ("library", "0004_events"),
    ]

    operations = [
        migrations.CreateModel(
            name="DuplicateGroup",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(choices=[("exact", "Same pixels"), ("near", "Look alike")], max_length=5)),
                ("score", models.FloatField()),
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
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="DuplicatePhoto",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "group",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="members",
                        to="library.duplicategroup",
                    ),
                ),
                (
                    "photo",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="duplicates",
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
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Different",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "one",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="albums.photo",
                    ),
                ),
                (
                    "other",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        db_index=False,
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
                "indexes": [models.Index(fields=["studio", "other"], name="library_different_other")],
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="library_different_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "one", name="library_different_one_same_studio", on_delete="cascade"
                    ),
                    apps.accounts.tenant_keys.SameStudio(
                        "other", name="library_different_other_same_studio", on_delete="cascade"
                    ),
                    models.UniqueConstraint(fields=("studio", "one", "other"), name="library_different_once"),
                    models.CheckConstraint(
                        condition=models.Q(("one__lt", models.F("other"))), name="library_different_order"
                    ),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddIndex(
            model_name="duplicategroup",
            index=models.Index(fields=["studio", "-score", "id"], name="library_duplicates_best"),
        ),
        migrations.AddConstraint(
            model_name="duplicategroup",
            constraint=models.UniqueConstraint(fields=("studio", "id"), name="library_duplicategroup_studio_id"),
        ),
        migrations.AddConstraint(
            model_name="duplicategroup",
            constraint=models.CheckConstraint(
                condition=models.Q(("score__gte", 0), ("score__lte", 1)), name="library_duplicates_score"
            ),
        ),
        migrations.AddIndex(
            model_name="duplicatephoto",
            index=models.Index(fields=["studio", "group"], name="library_duplicatephoto_group"),
        ),
        migrations.AddConstraint(
            model_name="duplicatephoto",
            constraint=models.UniqueConstraint(fields=("studio", "id"), name="library_duplicatephoto_studio_id"),
        ),
        migrations.AddConstraint(
            model_name="duplicatephoto",
            constraint=apps.accounts.tenant_keys.SameStudio(
                "group", name="library_duplicatephoto_group_same_studio", on_delete="cascade"
            ),
        ),
        migrations.AddConstraint(
            model_name="duplicatephoto",
            constraint=apps.accounts.tenant_keys.SameStudio(
                "photo", name="library_duplicatephoto_photo_same_studio", on_delete="cascade"
            ),
        ),
        migrations.AddConstraint(
            model_name="duplicatephoto",
            constraint=models.UniqueConstraint(fields=("studio", "photo"), name="library_duplicatephoto_once"),
        ),
        apps.accounts.tenant_keys.ProtectByStudio("DuplicateGroup", "DuplicatePhoto", "Different"),
    ]
