"""Hosts of studios' own."""

import django.db.models.deletion
import django.db.models.manager
import django.utils.timezone
from django.db import migrations, models

import apps.accounts.domain_models
import apps.accounts.tenant_keys
import apps.web.ids


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0012_second_factor_required"),
    ]

    operations = [
        migrations.AddField(
            model_name="studio",
            name="host",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=253),
        ),
        migrations.CreateModel(
            name="Domain",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("host", models.CharField(max_length=253)),
                ("proof", models.CharField(default=apps.accounts.domain_models.new_proof, max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[("pending", "Waiting"), ("verified", "Verified"), ("failed", "Not verified")],
                        default="pending",
                        max_length=8,
                    ),
                ),
                ("problem", models.TextField(blank=True, default="")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("checked_at", models.DateTimeField(null=True)),
                ("verified_at", models.DateTimeField(null=True)),
                ("missing_since", models.DateTimeField(null=True)),
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
                    models.UniqueConstraint(fields=("studio", "id"), name="accounts_domain_studio_id"),
                    models.UniqueConstraint(fields=("studio",), name="accounts_domain_one"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "verified")), fields=("host",), name="accounts_domain_host"
                    ),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        apps.accounts.tenant_keys.ProtectByStudio("Domain"),
    ]
