"""People, studios, and what both may do."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.text
import django.db.models.manager
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import apps.accounts.models
import apps.accounts.tenant_keys
import apps.web.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("email", models.EmailField(max_length=254)),
                ("name", models.CharField(blank=True, max_length=120)),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(django.db.models.functions.text.Lower("email"), name="accounts_user_email")
                ],
            },
        ),
        migrations.CreateModel(
            name="Studio",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=120)),
                ("slug", models.SlugField(db_index=False, max_length=60)),
                ("time_zone", models.CharField(default="UTC", max_length=64)),
                ("accent", models.CharField(default="#3b5b54", max_length=7)),
                ("design", models.JSONField(default=dict)),
                ("index_is_public", models.BooleanField(default=False)),
                (
                    "reminder_days",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(),
                        default=apps.accounts.models.default_reminder_days,
                        size=None,
                    ),
                ),
                ("logo", models.BinaryField(null=True)),
                ("logo_version", models.PositiveIntegerField(default=0, editable=False)),
                ("plan", models.CharField(default="standard", editable=False, max_length=30)),
                ("quota_bytes", models.BigIntegerField(default=500000000000, editable=False)),
                ("quota_files", models.PositiveIntegerField(default=200000, editable=False)),
                ("bytes_used", models.BigIntegerField(default=0, editable=False)),
                ("files_used", models.IntegerField(default=0, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("slug",), name="accounts_studio_slug"),
                    models.CheckConstraint(
                        condition=models.Q(("bytes_used__gte", 0), ("files_used__gte", 0)), name="accounts_studio_usage"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="JournalEntry",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "studio",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="journal",
                        to="accounts.studio",
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("verb", models.CharField(max_length=60)),
                ("subject_kind", models.CharField(blank=True, max_length=40)),
                ("subject_id", models.UUIDField(null=True)),
                (
                    "albums",
                    django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None),
                ),
                ("count", models.PositiveIntegerField(default=0)),
                ("detail", models.JSONField(default=dict)),
                ("changes", models.JSONField(null=True)),
                ("act", models.UUIDField(null=True)),
                ("is_first", models.BooleanField(default=True)),
                (
                    "undoes",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="undone_by",
                        to="accounts.journalentry",
                    ),
                ),
                ("forgotten_at", models.DateTimeField(editable=False, null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "indexes": [
                    models.Index(
                        condition=models.Q(("act__isnull", False)),
                        fields=["studio", "act"],
                        name="accounts_journal_act",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="accounts_journalentry_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "undoes", name="accounts_journalentry_undoes_same_studio", on_delete="cascade"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("undoes__isnull", False)),
                        fields=("studio", "undoes"),
                        name="accounts_journal_undone_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("act__isnull", False), ("is_first", True)),
                        fields=("studio", "act"),
                        name="accounts_journal_act_first",
                    ),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Invitation",
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
                ("email", models.EmailField(max_length=254)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("contributor", "Contributor"),
                            ("viewer", "Viewer"),
                            ("editor", "Editor"),
                            ("owner", "Owner"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "albums",
                    django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), null=True, size=None),
                ),
                ("token_hash", models.CharField(max_length=64)),
                (
                    "invited_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("expires_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["token_hash"], name="accounts_invitation_hash")],
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="accounts_invitation_studio_id"),
                    models.UniqueConstraint(fields=("studio", "email"), name="accounts_invitation_email"),
                    models.UniqueConstraint(fields=("studio", "token_hash"), name="accounts_invitation_token"),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="IdempotentReply",
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
                ("key", models.CharField(max_length=128)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("fingerprint", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("body", models.JSONField(null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["studio", "created_at"], name="accounts_idempotency_age")],
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="accounts_idempotentreply_studio_id"),
                    models.UniqueConstraint(fields=("studio", "user", "key"), name="accounts_idempotency_once"),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Email",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "studio",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="emails",
                        to="accounts.studio",
                    ),
                ),
                ("key", models.CharField(max_length=200)),
                ("to", models.EmailField(blank=True, max_length=254)),
                ("reply_to", models.EmailField(blank=True, max_length=254)),
                ("subject", models.CharField(blank=True, max_length=200)),
                ("sealed", models.TextField(blank=True)),
                ("composer", models.CharField(blank=True, max_length=20)),
                ("keeps_words", models.BooleanField(default=False)),
                ("is_automatic", models.BooleanField(default=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("sending", "Sending"),
                            ("sent", "Sent"),
                            ("kept", "Kept"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("error", models.CharField(blank=True, max_length=300)),
                ("attempts", models.PositiveSmallIntegerField(default=0, editable=False)),
                ("due_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("useful_until", models.DateTimeField(null=True)),
                ("tried_at", models.DateTimeField(editable=False, null=True)),
                ("lease_until", models.DateTimeField(editable=False, null=True)),
                ("handed_at", models.DateTimeField(editable=False, null=True)),
                ("sent_at", models.DateTimeField(editable=False, null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["studio", "useful_until", "due_at"],
                        name="accounts_email_waiting",
                    ),
                    models.Index(
                        condition=models.Q(("tried_at__isnull", False)),
                        fields=["studio", "-tried_at"],
                        name="accounts_email_turn",
                    ),
                    models.Index(
                        condition=models.Q(("state", "sending")), fields=["lease_until"], name="accounts_email_sending"
                    ),
                    models.Index(
                        condition=models.Q(("keeps_words", False)), fields=["created_at"], name="accounts_email_age"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="accounts_email_studio_id"),
                    models.UniqueConstraint(fields=("studio", "key"), name="accounts_email_key", nulls_distinct=False),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "sending"), _negated=True),
                            ("lease_until__isnull", False),
                            _connector="OR",
                        ),
                        name="accounts_email_lease",
                    ),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="ApiKey",
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
                ("name", models.CharField(max_length=80)),
                ("prefix", models.CharField(editable=False, max_length=12)),
                ("key_hash", models.CharField(editable=False, max_length=64)),
                ("scopes", models.JSONField(default=list)),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("last_used_at", models.DateTimeField(editable=False, null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["key_hash"], name="accounts_apikey_lookup")],
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="accounts_apikey_studio_id"),
                    models.UniqueConstraint(fields=("studio", "key_hash"), name="accounts_apikey_hash"),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Task",
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
                ("title", models.CharField(max_length=200)),
                ("params", models.JSONField(default=dict)),
                ("key", models.CharField(blank=True, max_length=120)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("running", "In progress"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("cancelled", "Stopped"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("total", models.PositiveIntegerField(default=0)),
                ("done", models.PositiveIntegerField(default=0)),
                ("changed", models.PositiveIntegerField(default=0)),
                ("failed", models.PositiveIntegerField(default=0)),
                ("message", models.CharField(blank=True, max_length=300)),
                ("undo", models.UUIDField(null=True)),
                (
                    "who",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("ended_at", models.DateTimeField(null=True)),
                ("seen_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["studio", "-created_at", "-id"], name="accounts_task_newest"),
                    models.Index(
                        condition=models.Q(("seen_at__isnull", True)),
                        fields=["studio", "who", "-created_at"],
                        name="accounts_task_unseen",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="accounts_task_studio_id"),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("waiting", "running")), models.Q(("key", ""), _negated=True)),
                        fields=("studio", "kind", "key"),
                        name="accounts_task_active_key",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "done__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("total"), "-", models.F("failed")
                                ),
                            )
                        ),
                        name="accounts_task_progress",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("state__in", ("waiting", "running"))),
                            models.Q(
                                models.Q(("state__in", ("waiting", "running")), _negated=True),
                                ("ended_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="accounts_task_end",
                    ),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="TaskSlice",
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
                    "task",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="slices",
                        to="accounts.task",
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("part", models.CharField(blank=True, max_length=20)),
                ("ids", django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)),
                (
                    "failed",
                    django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None),
                ),
                ("begun_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="accounts_taskslice_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "task", name="accounts_taskslice_task_same_studio", on_delete="cascade"
                    ),
                    models.UniqueConstraint(fields=("studio", "task", "number"), name="accounts_taskslice_number"),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="RefreshToken",
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
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("family", models.UUIDField(default=apps.web.ids.uuid7)),
                ("token_hash", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("expires_at", models.DateTimeField()),
                ("spent_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["token_hash"], name="accounts_refresh_lookup"),
                    models.Index(fields=["studio", "family"], name="accounts_refresh_family"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="accounts_refreshtoken_studio_id"),
                    models.UniqueConstraint(fields=("studio", "token_hash"), name="accounts_refresh_hash"),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Membership",
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
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("contributor", "Contributor"),
                            ("viewer", "Viewer"),
                            ("editor", "Editor"),
                            ("owner", "Owner"),
                        ],
                        default="viewer",
                        max_length=12,
                    ),
                ),
                ("is_restricted", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="accounts_membership_studio_id"),
                    models.UniqueConstraint(fields=("studio", "user"), name="accounts_membership_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("is_restricted", True), ("role", "owner"), _negated=True),
                            models.Q(("is_restricted", False), ("role", "contributor"), _negated=True),
                        ),
                        name="accounts_membership_restriction",
                    ),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="JournalSubject",
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
                    "entry",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="subjects",
                        to="accounts.journalentry",
                    ),
                ),
                ("thing", models.UUIDField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["studio", "entry"], name="accounts_journal_subjects")],
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="accounts_journalsubject_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "entry", name="accounts_journalsubject_entry_same_studio", on_delete="cascade"
                    ),
                    models.UniqueConstraint(fields=("studio", "thing", "entry"), name="accounts_journal_thing"),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        apps.accounts.tenant_keys.ProtectByStudio("Studio", column="id"),
        apps.accounts.tenant_keys.ProtectByStudio(
            "ApiKey",
            "Email",
            "IdempotentReply",
            "Invitation",
            "JournalEntry",
            "JournalSubject",
            "Membership",
            "RefreshToken",
            "Task",
            "TaskSlice",
        ),
        migrations.RunSQL(
            sql="REVOKE UPDATE, DELETE ON accounts_journalentry FROM glassine_app",
            reverse_sql="GRANT UPDATE, DELETE ON accounts_journalentry TO glassine_app",
        ),
        migrations.RunSQL(
            sql="REVOKE UPDATE, DELETE ON accounts_journalsubject FROM glassine_app",
            reverse_sql="GRANT UPDATE, DELETE ON accounts_journalsubject TO glassine_app",
        ),
        migrations.RunSQL(
            sql="REVOKE UPDATE ON accounts_journalentry, accounts_journalsubject FROM glassine_system; GRANT UPDATE (detail, changes, forgotten_at) ON accounts_journalentry TO glassine_system",
            reverse_sql="GRANT UPDATE ON accounts_journalentry, accounts_journalsubject TO glassine_system",
        ),
    ]
