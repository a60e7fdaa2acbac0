import django.utils.timezone
from django.db import migrations, models

import apps.accounts.tenant_keys
import apps.web.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [("accounts", "0003_what_tasks_count")]

    operations = [
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("service", models.CharField(max_length=30)),
                ("instance", models.CharField(max_length=120)),
                ("at", models.DateTimeField()),
                ("drift_ms", models.IntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("service", "instance"), name="monitoring_heartbeat_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ServicePeriod",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("service", models.CharField(max_length=30)),
                (
                    "condition",
                    models.CharField(
                        choices=[("ok", "Well"), ("warning", "Look soon"), ("fault", "Not well")], max_length=8
                    ),
                ),
                ("sentence", models.CharField(blank=True, max_length=300)),
                ("began_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("seen_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["service", "-began_at"], name="monitoring_period_newest"),
                    models.Index(fields=["seen_at"], name="monitoring_period_age"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ServiceState",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("service", models.CharField(max_length=30)),
                (
                    "condition",
                    models.CharField(
                        choices=[("ok", "Well"), ("warning", "Look soon"), ("fault", "Not well")],
                        default="ok",
                        max_length=8,
                    ),
                ),
                ("sentence", models.CharField(blank=True, max_length=300)),
                ("remedy", models.CharField(blank=True, max_length=300)),
                ("facts", models.JSONField(default=dict)),
                ("since", models.DateTimeField(default=django.utils.timezone.now)),
                ("seen_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("told_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("service",), name="monitoring_servicestate_once")],
            },
        ),
        # About the whole installation: these rows belong to no studio.
        apps.accounts.tenant_keys.CloseToStudios("Heartbeat", "ServiceState", "ServicePeriod"),
    ]
