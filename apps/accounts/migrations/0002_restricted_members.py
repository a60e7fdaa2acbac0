"""Members who work in some galleries only, contributors among them."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

import apps.accounts.tenant_keys
import apps.web.ids

ROLES = [("contributor", "Contributor"), ("viewer", "Viewer"), ("editor", "Editor"), ("owner", "Owner")]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("albums", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="invitation",
            name="role",
            field=models.CharField(choices=ROLES, max_length=12),
        ),
        migrations.AddField(
            model_name="invitation",
            name="albums",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), null=True, size=None),
        ),
        migrations.AlterField(
            model_name="membership",
            name="role",
            field=models.CharField(choices=ROLES, default="viewer", max_length=12),
        ),
        migrations.AddField(
            model_name="membership",
            name="is_restricted",
            field=models.BooleanField(default=False),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("is_restricted", True), ("role", "owner"), _negated=True),
                    models.Q(("is_restricted", False), ("role", "contributor"), _negated=True),
                ),
                name="accounts_membership_restriction",
            ),
        ),
        migrations.CreateModel(
            name="MembershipAlbum",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
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
                    "membership",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="gallery_rows",
                        to="accounts.membership",
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
                    models.UniqueConstraint(fields=("studio", "id"), name="accounts_membershipalbum_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "membership", name="accounts_membershipalbum_membership_same_studio", on_delete="cascade"
                    ),
                    apps.accounts.tenant_keys.SameStudio(
                        "album", name="accounts_membershipalbum_album_same_studio", on_delete="cascade"
                    ),
                    models.UniqueConstraint(
                        fields=("studio", "membership", "album"), name="accounts_membershipalbum_once"
                    ),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        apps.accounts.tenant_keys.ProtectByStudio("MembershipAlbum"),
    ]
