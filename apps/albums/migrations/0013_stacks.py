"""Photos of one moment are grouped in stacks."""

import django.db.models.deletion
import django.db.models.manager
import django.utils.timezone
from django.db import migrations, models

import apps.accounts.tenant_keys
import apps.albums.version_triggers
import apps.web.ids


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_second_factor_and_expiring_keys"),
        ("albums", "0012_collected_photo"),
    ]

    operations = [
        migrations.AddField(
            model_name="photo",
            name="stack_by_hand",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.CreateModel(
            name="Stack",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(choices=[("burst", "Burst"), ("manual", "Stack")], default="burst", max_length=8),
                ),
                ("is_by_hand", models.BooleanField(default=False)),
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
                    "top",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="albums.photo",
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
        migrations.AddField(
            model_name="photo",
            name="stack",
            field=apps.accounts.tenant_keys.TenantKey(
                db_constraint=False,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="photos",
                to="albums.stack",
            ),
        ),
        migrations.AddIndex(
            model_name="stack",
            index=models.Index(fields=["studio", "-created_at", "id"], name="albums_stack_newest"),
        ),
        migrations.AddIndex(
            model_name="stack",
            index=models.Index(fields=["studio", "top"], name="albums_stack_top"),
        ),
        migrations.AddConstraint(
            model_name="stack",
            constraint=models.UniqueConstraint(fields=("studio", "id"), name="albums_stack_studio_id"),
        ),
        migrations.AddConstraint(
            model_name="stack",
            constraint=apps.accounts.tenant_keys.SameStudio(
                "top", name="albums_stack_top_same_studio", on_delete="set null"
            ),
        ),
        migrations.AddConstraint(
            model_name="photo",
            constraint=apps.accounts.tenant_keys.SameStudio(
                "stack", name="albums_photo_stack_same_studio", on_delete="set null"
            ),
        ),
        apps.accounts.tenant_keys.ProtectByStudio("Stack"),
        # That photos join or leave is seen at the photos.
        apps.albums.version_triggers.RaisesAlbumVersion(
            "Stack",
            "SELECT p.studio_id, p.album_id FROM {rows} r "
            "JOIN albums_photo f ON f.studio_id = r.studio_id AND f.stack_id = r.id "
            "JOIN albums_placement p ON p.studio_id = f.studio_id AND p.photo_id = f.id",
            on=("update",),
            seen=("top_id",),
        ),
    ]
