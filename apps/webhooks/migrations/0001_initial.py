import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.manager
import django.utils.timezone
from django.db import migrations, models

import apps.accounts.tenant_keys
import apps.web.ids

# An event is written down for each webhook that wants it in the transaction of the row that tells of it, so none is
# lost and none tells of what was rolled back. The studio's own policy holds here too: nothing crosses studios.
_EVENT = """
CREATE FUNCTION webhooks_{table}() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    INSERT INTO webhooks_webhookdelivery
        (id, studio_id, webhook_id, event, source_id, state, attempts, answer, error, due_at, created_at)
    SELECT gen_random_uuid(), h.studio_id, h.id, {event}, f.id, 'waiting', 0, '', '', now(), clock_timestamp()
    FROM fresh f JOIN webhooks_webhook h ON h.studio_id = f.studio_id
    WHERE h.is_active AND (h.events = '{{}}' OR {event} = ANY (h.events));
    RETURN NULL;
END
$body$;
CREATE TRIGGER webhooks_{table} AFTER INSERT ON {table} REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION webhooks_{table}();
"""
_TABLES = {"sharing_activity": "'guest.' || f.kind", "accounts_journalentry": "f.verb"}
EVENTS = "".join(_EVENT.format(table=table, event=event) for table, event in _TABLES.items())
DROP = "".join(f"DROP TRIGGER webhooks_{table} ON {table}; DROP FUNCTION webhooks_{table}();" for table in _TABLES)


class Migration(migrations.Migration):
    initial = True

    dependencies = [("accounts", "0003_what_tasks_count"), ("sharing", "0006_labels")]

    operations = [
        migrations.CreateModel(
            name="Webhook",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("url", models.URLField(max_length=500)),
                (
                    "events",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), default=list, size=None
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
                ("sealed", models.TextField(editable=False)),
                ("former", models.TextField(blank=True, editable=False)),
                ("former_until", models.DateTimeField(editable=False, null=True)),
                ("served_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("failing_since", models.DateTimeField(editable=False, null=True)),
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
                "indexes": [
                    models.Index(
                        condition=models.Q(("is_active", True)), fields=["served_at"], name="webhooks_webhook_turn"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="webhooks_webhook_studio_id"),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="WebhookDelivery",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("event", models.CharField(max_length=80)),
                ("source_id", models.UUIDField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("sending", "Sending"),
                            ("delivered", "Delivered"),
                            ("failed", "Failed"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("answer", models.CharField(blank=True, max_length=500)),
                ("error", models.CharField(blank=True, max_length=300)),
                ("took_ms", models.PositiveIntegerField(null=True)),
                ("due_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("lease_until", models.DateTimeField(null=True)),
                ("tried_at", models.DateTimeField(null=True)),
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
                    "webhook",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="deliveries",
                        to="webhooks.webhook",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["studio", "webhook", "due_at"],
                        name="webhooks_delivery_waiting",
                    ),
                    models.Index(
                        condition=models.Q(("state", "sending")),
                        fields=["lease_until"],
                        name="webhooks_delivery_sending",
                    ),
                    models.Index(fields=["studio", "webhook", "-created_at", "-id"], name="webhooks_delivery_newest"),
                    models.Index(fields=["created_at"], name="webhooks_delivery_age"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="webhooks_webhookdelivery_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "webhook", name="webhooks_webhookdelivery_webhook_same_studio", on_delete="cascade"
                    ),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        apps.accounts.tenant_keys.ProtectByStudio("Webhook", "WebhookDelivery"),
        migrations.RunSQL(EVENTS, DROP),
    ]
