"""Tags and descriptions by a provider."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.manager
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import apps.accounts.tenant_keys
import apps.tagging.models
import apps.web.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0007_passkeys"),
        ("albums", "0020_alt_text"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AiPrompt",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "purpose",
                    models.CharField(
                        choices=[("tags", "Keywords"), ("caption", "Caption"), ("alt", "Alt text"), ("event", "Event")],
                        max_length=10,
                    ),
                ),
                ("text", models.TextField(max_length=2000)),
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
                    models.UniqueConstraint(fields=("studio", "id"), name="tagging_aiprompt_studio_id"),
                    models.UniqueConstraint(fields=("studio", "purpose"), name="tagging_prompt_once"),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="AiProvider",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "kind",
                    models.CharField(choices=[("ollama", "Ollama"), ("openai", "OpenAI-compatible")], max_length=6),
                ),
                ("url", models.CharField(max_length=300)),
                ("model", models.CharField(max_length=100)),
                ("sealed_key", models.TextField(blank=True, editable=False)),
                ("price_in", models.PositiveIntegerField(default=0)),
                ("price_out", models.PositiveIntegerField(default=0)),
                ("failures", models.PositiveSmallIntegerField(default=0, editable=False)),
                ("rests_until", models.DateTimeField(editable=False, null=True)),
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
                    models.UniqueConstraint(fields=("studio", "id"), name="tagging_aiprovider_studio_id"),
                    models.UniqueConstraint(fields=("studio", "position"), name="tagging_provider_position"),
                    models.CheckConstraint(condition=models.Q(("position__in", (1, 2))), name="tagging_provider_two"),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="AiSettings",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("is_on", models.BooleanField(default=False)),
                ("consent_at", models.DateTimeField(null=True)),
                ("consent_version", models.PositiveSmallIntegerField(default=0)),
                (
                    "consent_to",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=300), default=list, size=None
                    ),
                ),
                (
                    "purposes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10),
                        default=apps.tagging.models.first_purposes,
                        size=None,
                    ),
                ),
                ("language", models.CharField(default="en", max_length=8)),
                ("describes_new", models.BooleanField(default=False)),
                ("accept_from", models.PositiveSmallIntegerField(null=True)),
                ("monthly_cap", models.PositiveIntegerField(default=500)),
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
                    models.UniqueConstraint(fields=("studio", "id"), name="tagging_aisettings_studio_id"),
                    models.UniqueConstraint(fields=("studio",), name="tagging_settings_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_on", False),
                            models.Q(("consent_at__isnull", False), models.Q(("consent_to", []), _negated=True)),
                            _connector="OR",
                        ),
                        name="tagging_settings_consent",
                    ),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="AiUsage",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("month", models.DateField()),
                ("requests", models.PositiveIntegerField(default=0)),
                ("tokens_in", models.PositiveBigIntegerField(default=0)),
                ("tokens_out", models.PositiveBigIntegerField(default=0)),
                ("cost", models.PositiveBigIntegerField(default=0)),
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
                    models.UniqueConstraint(fields=("studio", "id"), name="tagging_aiusage_studio_id"),
                    models.UniqueConstraint(fields=("studio", "month"), name="tagging_usage_once"),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="PromptTrial",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "purpose",
                    models.CharField(
                        choices=[("tags", "Keywords"), ("caption", "Caption"), ("alt", "Alt text"), ("event", "Event")],
                        max_length=10,
                    ),
                ),
                ("prompt", models.TextField(max_length=2000)),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("done", "Done"), ("failed", "Failed")],
                        default="waiting",
                        max_length=7,
                    ),
                ),
                ("proposals", models.JSONField(default=list)),
                ("model", models.CharField(blank=True, max_length=100)),
                ("problem", models.CharField(blank=True, max_length=300)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
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
                    models.UniqueConstraint(fields=("studio", "id"), name="tagging_prompttrial_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "photo", name="tagging_prompttrial_photo_same_studio", on_delete="cascade"
                    ),
                    models.UniqueConstraint(fields=("studio",), name="tagging_trial_once"),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Suggestion",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "purpose",
                    models.CharField(
                        choices=[("tags", "Keywords"), ("caption", "Caption"), ("alt", "Alt text"), ("event", "Event")],
                        max_length=10,
                    ),
                ),
                ("text", models.CharField(max_length=500)),
                ("folded", models.CharField(blank=True, max_length=320)),
                ("confidence", models.PositiveSmallIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "To review"),
                            ("accepted", "Accepted"),
                            ("automatic", "Accepted automatically"),
                            ("rejected", "Rejected"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("model", models.CharField(max_length=100)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("decided_at", models.DateTimeField(editable=False, null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "photo",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="suggestions",
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
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "open")),
                        fields=["studio", "-confidence", "id"],
                        name="tagging_suggestion_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="tagging_suggestion_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "photo", name="tagging_suggestion_photo_same_studio", on_delete="cascade"
                    ),
                    models.UniqueConstraint(
                        fields=("studio", "photo", "purpose", "folded"), name="tagging_suggestion_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("confidence__lte", 100)), name="tagging_suggestion_percent"
                    ),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        apps.accounts.tenant_keys.ProtectByStudio(
            "AiPrompt", "AiProvider", "AiSettings", "AiUsage", "PromptTrial", "Suggestion"
        ),
    ]
