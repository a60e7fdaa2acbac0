"""Steps of work, fair between studios."""

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
            name="Job",
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
                ("kind", models.CharField(max_length=40)),
                (
                    "queue",
                    models.CharField(
                        choices=[("images", "Images"), ("faces", "Faces"), ("default", "Default")], max_length=12
                    ),
                ),
                ("key", models.CharField(max_length=200)),
                ("subject_id", models.UUIDField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Waiting"),
                            ("running", "Working"),
                            ("done", "Done"),
                            ("rejected", "Refused"),
                            ("quarantined", "Given up"),
                        ],
                        default="pending",
                        max_length=12,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("claims", models.PositiveIntegerField(db_default=0, default=0)),
                ("not_before", models.DateTimeField(default=django.utils.timezone.now)),
                ("lease_until", models.DateTimeField(null=True)),
                ("error", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "pending")),
                        fields=["studio", "queue", "not_before"],
                        name="jobs_job_pending",
                    ),
                    models.Index(
                        condition=models.Q(("state", "running")), fields=["lease_until"], name="jobs_job_running"
                    ),
                    models.Index(fields=["studio", "subject_id"], name="jobs_job_subject"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="jobs_job_studio_id"),
                    models.UniqueConstraint(fields=("studio", "key"), name="jobs_job_key"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "running"), _negated=True),
                            ("lease_until__isnull", False),
                            _connector="OR",
                        ),
                        name="jobs_job_lease",
                    ),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Lane",
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
                    "queue",
                    models.CharField(
                        choices=[("images", "Images"), ("faces", "Faces"), ("default", "Default")], max_length=12
                    ),
                ),
                ("served_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["queue", "served_at"], name="jobs_lane_turn")],
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="jobs_lane_studio_id"),
                    models.UniqueConstraint(fields=("studio", "queue"), name="jobs_lane_once"),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        apps.accounts.tenant_keys.ProtectByStudio("Job", "Lane"),
    ]
