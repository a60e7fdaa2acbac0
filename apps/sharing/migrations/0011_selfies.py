"""Guests look for themselves by a selfie, and ask to be hidden."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.manager
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import apps.accounts.tenant_keys
import apps.web.ids


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_what_tasks_count"),
        ("sharing", "0010_file_names"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="sharelink",
            name="may_find",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.CreateModel(
            name="FoundPhotos",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("photos", django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "link",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="sharing.sharelink",
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
                "indexes": [models.Index(fields=["created_at"], name="sharing_foundphotos_age")],
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="sharing_foundphotos_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "link", name="sharing_foundphotos_link_same_studio", on_delete="cascade"
                    ),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="HideRequest",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=120)),
                ("photos", django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)),
                (
                    "answer",
                    models.CharField(blank=True, choices=[("hide", "Hidden"), ("decline", "Declined")], max_length=7),
                ),
                ("answered_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "link",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="sharing.sharelink",
                    ),
                ),
                (
                    "shown",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="%(class)ss",
                        to="sharing.shown",
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
                    "visitor",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="sharing.visitor",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "indexes": [
                    models.Index(
                        condition=models.Q(("answer", "")),
                        fields=["studio", "created_at"],
                        name="sharing_hiderequest_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="sharing_hiderequest_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "shown", name="sharing_hiderequest_shown_same_studio", on_delete="cascade"
                    ),
                    apps.accounts.tenant_keys.SameStudio(
                        "link", name="sharing_hiderequest_link_same_studio", on_delete="set null"
                    ),
                    apps.accounts.tenant_keys.SameStudio(
                        "visitor", name="sharing_hiderequest_visitor_same_studio", on_delete="cascade"
                    ),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        apps.accounts.tenant_keys.ProtectByStudio("FoundPhotos", "HideRequest"),
    ]
