"""What guests send: by whom an upload comes, and what became of each file."""

import django.db.models.deletion
import django.db.models.manager
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import apps.accounts.tenant_keys
import apps.web.ids


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_second_factor_and_expiring_keys"),
        ("albums", "0011_version_defaults"),
        ("sharing", "0012_uploads_of_guests"),
        ("uploads", "0003_replaced"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReceivedFile",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=255)),
                ("size", models.BigIntegerField()),
                ("sha256", models.CharField(blank=True, max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("stored", "Stored"),
                            ("duplicate", "Already there"),
                            ("replaced", "Replaced a photo"),
                            ("refused", "Refused"),
                        ],
                        max_length=9,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
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
            model_name="upload",
            name="link",
            field=apps.accounts.tenant_keys.TenantKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="sharing.sharelink",
            ),
        ),
        migrations.AddField(
            model_name="upload",
            name="visitor",
            field=apps.accounts.tenant_keys.TenantKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="sharing.visitor",
            ),
        ),
        migrations.AlterField(
            model_name="upload",
            name="user",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="upload",
            constraint=apps.accounts.tenant_keys.SameStudio(
                "visitor", name="uploads_upload_visitor_same_studio", on_delete="cascade"
            ),
        ),
        migrations.AddConstraint(
            model_name="upload",
            constraint=apps.accounts.tenant_keys.SameStudio(
                "link", name="uploads_upload_link_same_studio", on_delete="cascade"
            ),
        ),
        migrations.AddConstraint(
            model_name="upload",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("link__isnull", True), ("user__isnull", False), ("visitor__isnull", True)),
                    models.Q(("link__isnull", False), ("user__isnull", True), ("visitor__isnull", False)),
                    _connector="OR",
                ),
                name="uploads_upload_sender",
            ),
        ),
        migrations.AddField(
            model_name="receivedfile",
            name="album",
            field=apps.accounts.tenant_keys.TenantKey(
                db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="albums.album"
            ),
        ),
        migrations.AddField(
            model_name="receivedfile",
            name="link",
            field=apps.accounts.tenant_keys.TenantKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="sharing.sharelink",
            ),
        ),
        migrations.AddField(
            model_name="receivedfile",
            name="photo",
            field=apps.accounts.tenant_keys.TenantKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="albums.photo",
            ),
        ),
        migrations.AddField(
            model_name="receivedfile",
            name="studio",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="%(class)ss",
                to="accounts.studio",
            ),
        ),
        migrations.AddField(
            model_name="receivedfile",
            name="visitor",
            field=apps.accounts.tenant_keys.TenantKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="sharing.visitor",
            ),
        ),
        migrations.AddIndex(
            model_name="receivedfile",
            index=models.Index(fields=["studio", "album", "-id"], name="uploads_receivedfile_album"),
        ),
        migrations.AddIndex(
            model_name="receivedfile",
            index=models.Index(fields=["studio", "visitor", "-id"], name="uploads_receivedfile_visitor"),
        ),
        migrations.AddIndex(
            model_name="receivedfile",
            index=models.Index(fields=["studio", "link", "at"], name="uploads_receivedfile_link"),
        ),
        migrations.AddIndex(
            model_name="receivedfile",
            index=models.Index(fields=["studio", "photo"], name="uploads_receivedfile_photo"),
        ),
        migrations.AddConstraint(
            model_name="receivedfile",
            constraint=models.UniqueConstraint(fields=("studio", "id"), name="uploads_receivedfile_studio_id"),
        ),
        migrations.AddConstraint(
            model_name="receivedfile",
            constraint=apps.accounts.tenant_keys.SameStudio(
                "album", name="uploads_receivedfile_album_same_studio", on_delete="cascade"
            ),
        ),
        migrations.AddConstraint(
            model_name="receivedfile",
            constraint=apps.accounts.tenant_keys.SameStudio(
                "visitor", name="uploads_receivedfile_visitor_same_studio", on_delete="set null"
            ),
        ),
        migrations.AddConstraint(
            model_name="receivedfile",
            constraint=apps.accounts.tenant_keys.SameStudio(
                "link", name="uploads_receivedfile_link_same_studio", on_delete="set null"
            ),
        ),
        migrations.AddConstraint(
            model_name="receivedfile",
            constraint=apps.accounts.tenant_keys.SameStudio(
                "photo", name="uploads_receivedfile_photo_same_studio", on_delete="set null"
            ),
        ),
        migrations.AddIndex(
            model_name="upload",
            index=models.Index(
                fields=["studio", "link"], condition=models.Q(("link__isnull", False)), name="uploads_upload_link"
            ),
        ),
        migrations.AddIndex(
            model_name="upload",
            index=models.Index(
                fields=["studio", "visitor"],
                condition=models.Q(("visitor__isnull", False)),
                name="uploads_upload_visitor",
            ),
        ),
        apps.accounts.tenant_keys.ProtectByStudio("ReceivedFile"),
    ]
