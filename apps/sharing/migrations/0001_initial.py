"""Links, the people who come by them, and what they say and take."""

import django.db.models.deletion
import django.db.models.manager
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import apps.accounts.tenant_keys
import apps.albums.version_triggers
import apps.web.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("albums", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Shown",
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
                ("kind", models.CharField(choices=[("album", "Gallery")], default="album", max_length=10)),
                (
                    "album",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="albums.album",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="sharing_shown_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "album", name="sharing_shown_album_same_studio", on_delete="cascade"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "album"), _negated=True),
                            models.Q(("album__isnull", False), ("album_id", models.F("id"))),
                            _connector="OR",
                        ),
                        name="sharing_shown_album",
                    ),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="ShareLink",
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
                    "shown",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="links",
                        to="sharing.shown",
                    ),
                ),
                (
                    "album",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="share_links",
                        to="albums.album",
                    ),
                ),
                ("label", models.CharField(max_length=80)),
                ("token_hash", models.CharField(editable=False, max_length=64)),
                ("token_sealed", models.CharField(editable=False, max_length=300)),
                ("password_hash", models.CharField(blank=True, editable=False, max_length=128)),
                (
                    "download",
                    models.CharField(
                        choices=[
                            ("none", "No downloads"),
                            ("web", "Web size (2400 px)"),
                            ("original", "Original files"),
                        ],
                        default="none",
                        max_length=8,
                    ),
                ),
                ("download_limit", models.PositiveIntegerField(null=True)),
                (
                    "metadata",
                    models.CharField(
                        choices=[
                            ("all", "Keep everything"),
                            ("copyright", "Copyright only, no place and no serial numbers"),
                            ("none", "Nothing"),
                        ],
                        default="all",
                        max_length=10,
                    ),
                ),
                ("pin_hash", models.CharField(blank=True, editable=False, max_length=128)),
                ("pin_sealed", models.CharField(blank=True, editable=False, max_length=300)),
                ("pin_version", models.PositiveIntegerField(default=1, editable=False)),
                ("may_favourite", models.BooleanField(default=False)),
                ("may_comment", models.BooleanField(default=False)),
                ("may_rate", models.BooleanField(default=False)),
                ("is_main", models.BooleanField(default=False)),
                ("asks_identity", models.BooleanField(default=False)),
                ("is_watermarked", models.BooleanField(default=False)),
                ("has_reminders", models.BooleanField(default=True)),
                ("slug", models.SlugField(blank=True, db_index=False, max_length=60)),
                ("expires_on", models.DateField(null=True)),
                ("expires_at", models.DateTimeField(editable=False, null=True)),
                ("revoked_at", models.DateTimeField(editable=False, null=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("views", models.PositiveIntegerField(default=0, editable=False)),
                ("last_opened_at", models.DateTimeField(editable=False, null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["token_hash"], name="sharing_sharelink_lookup")],
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="sharing_sharelink_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "shown", name="sharing_sharelink_shown_same_studio", on_delete="cascade"
                    ),
                    apps.accounts.tenant_keys.SameStudio(
                        "album", name="sharing_sharelink_album_same_studio", on_delete="cascade"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("album_id", models.F("shown_id"))), name="sharing_sharelink_shown"
                    ),
                    models.UniqueConstraint(fields=("studio", "token_hash"), name="sharing_sharelink_token"),
                    models.UniqueConstraint(
                        condition=models.Q(("slug", ""), _negated=True),
                        fields=("studio", "slug"),
                        name="sharing_sharelink_slug",
                    ),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="SelectionPreset",
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
                    "shown",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="%(class)ss",
                        to="sharing.shown",
                    ),
                ),
                ("title", models.CharField(max_length=80)),
                ("minimum", models.PositiveIntegerField(default=0)),
                ("maximum", models.PositiveIntegerField(null=True)),
                ("rank", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="sharing_selectionpreset_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "shown", name="sharing_selectionpreset_shown_same_studio", on_delete="cascade"
                    ),
                    models.UniqueConstraint(fields=("studio", "shown", "title"), name="sharing_preset_title"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("maximum__isnull", True), ("maximum__gte", models.F("minimum")), _connector="OR"
                        ),
                        name="sharing_preset_limits",
                    ),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="TakenPhoto",
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
                    "link",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="taken",
                        to="sharing.sharelink",
                    ),
                ),
                (
                    "photo",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="albums.photo",
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="sharing_takenphoto_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "link", name="sharing_takenphoto_link_same_studio", on_delete="cascade"
                    ),
                    apps.accounts.tenant_keys.SameStudio(
                        "photo", name="sharing_takenphoto_photo_same_studio", on_delete="cascade"
                    ),
                    models.UniqueConstraint(fields=("studio", "link", "photo"), name="sharing_takenphoto_once"),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Visitor",
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
                    "shown",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="%(class)ss",
                        to="sharing.shown",
                    ),
                ),
                (
                    "link",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="visitors",
                        to="sharing.sharelink",
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("email", models.EmailField(max_length=254)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("code_hash", models.CharField(blank=True, editable=False, max_length=128)),
                ("code_expires_at", models.DateTimeField(editable=False, null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("seen_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="sharing_visitor_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "shown", name="sharing_visitor_shown_same_studio", on_delete="cascade"
                    ),
                    apps.accounts.tenant_keys.SameStudio(
                        "link", name="sharing_visitor_link_same_studio", on_delete="set null"
                    ),
                    models.UniqueConstraint(fields=("studio", "shown", "email"), name="sharing_visitor_email"),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Selection",
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
                    "shown",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="%(class)ss",
                        to="sharing.shown",
                    ),
                ),
                (
                    "visitor",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="selections",
                        to="sharing.visitor",
                    ),
                ),
                (
                    "preset",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="selections",
                        to="sharing.selectionpreset",
                    ),
                ),
                ("title", models.CharField(max_length=80)),
                ("state", models.CharField(choices=[("open", "Open"), ("sent", "Sent")], default="open", max_length=6)),
                ("round", models.PositiveSmallIntegerField(default=1)),
                ("extra", models.PositiveIntegerField(default=0)),
                ("note", models.TextField(blank=True, max_length=2000)),
                ("sent_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["studio", "state", "-sent_at"], name="sharing_selection_waiting")],
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="sharing_selection_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "shown", name="sharing_selection_shown_same_studio", on_delete="cascade"
                    ),
                    apps.accounts.tenant_keys.SameStudio(
                        "visitor", name="sharing_selection_visitor_same_studio", on_delete="cascade"
                    ),
                    apps.accounts.tenant_keys.SameStudio(
                        "preset", name="sharing_selection_preset_same_studio", on_delete="set null"
                    ),
                    models.UniqueConstraint(fields=("studio", "visitor", "title"), name="sharing_selection_title"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "sent"), _negated=True), ("sent_at__isnull", False), _connector="OR"
                        ),
                        name="sharing_selection_sent_at",
                    ),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Mark",
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
                    "shown",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="%(class)ss",
                        to="sharing.shown",
                    ),
                ),
                (
                    "visitor",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="marks",
                        to="sharing.visitor",
                    ),
                ),
                (
                    "photo",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="marks",
                        to="albums.photo",
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        blank=True,
                        choices=[("approved", "Approve"), ("maybe", "Maybe"), ("rejected", "Reject")],
                        max_length=8,
                    ),
                ),
                (
                    "label",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("red", "Red"),
                            ("yellow", "Yellow"),
                            ("green", "Green"),
                            ("blue", "Blue"),
                            ("purple", "Purple"),
                        ],
                        max_length=6,
                    ),
                ),
                ("stars", models.PositiveSmallIntegerField(default=0)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["studio", "shown", "photo"], name="sharing_mark_photo")],
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="sharing_mark_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "shown", name="sharing_mark_shown_same_studio", on_delete="cascade"
                    ),
                    apps.accounts.tenant_keys.SameStudio(
                        "visitor", name="sharing_mark_visitor_same_studio", on_delete="cascade"
                    ),
                    apps.accounts.tenant_keys.SameStudio(
                        "photo", name="sharing_mark_photo_same_studio", on_delete="cascade"
                    ),
                    models.UniqueConstraint(fields=("studio", "shown", "visitor", "photo"), name="sharing_mark_once"),
                    models.CheckConstraint(condition=models.Q(("stars__lte", 5)), name="sharing_mark_stars"),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Comment",
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
                    "shown",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="%(class)ss",
                        to="sharing.shown",
                    ),
                ),
                (
                    "photo",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="comments",
                        to="albums.photo",
                    ),
                ),
                (
                    "link",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="comments",
                        to="sharing.sharelink",
                    ),
                ),
                (
                    "visitor",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="comments",
                        to="sharing.visitor",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "parent",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="answers",
                        to="sharing.comment",
                    ),
                ),
                ("body", models.TextField(max_length=2000)),
                ("pin_x", models.FloatField(null=True)),
                ("pin_y", models.FloatField(null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("removed_at", models.DateTimeField(editable=False, null=True)),
                ("read_at", models.DateTimeField(editable=False, null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["studio", "shown", "photo", "created_at"], name="sharing_comment_thread")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="sharing_comment_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "shown", name="sharing_comment_shown_same_studio", on_delete="cascade"
                    ),
                    apps.accounts.tenant_keys.SameStudio(
                        "photo", name="sharing_comment_photo_same_studio", on_delete="cascade"
                    ),
                    apps.accounts.tenant_keys.SameStudio(
                        "link", name="sharing_comment_link_same_studio", on_delete="set null"
                    ),
                    apps.accounts.tenant_keys.SameStudio(
                        "visitor", name="sharing_comment_visitor_same_studio", on_delete="cascade"
                    ),
                    apps.accounts.tenant_keys.SameStudio(
                        "parent", name="sharing_comment_parent_same_studio", on_delete="cascade"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("pin_x__isnull", True), ("pin_y__isnull", True)),
                            models.Q(("pin_x__gte", 0), ("pin_x__lte", 1), ("pin_y__gte", 0), ("pin_y__lte", 1)),
                            _connector="OR",
                        ),
                        name="sharing_comment_pin",
                    ),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="ClientEmail",
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
                    "email",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.email",
                    ),
                ),
                (
                    "album",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="client_emails",
                        to="albums.album",
                    ),
                ),
                (
                    "link",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="client_emails",
                        to="sharing.sharelink",
                    ),
                ),
                (
                    "visitor",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="client_emails",
                        to="sharing.visitor",
                    ),
                ),
                (
                    "selection",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="client_emails",
                        to="sharing.selection",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("delivery", "Your gallery is ready"),
                            ("reminder", "The gallery closes soon"),
                            ("complete", "All photos are ready"),
                            ("received", "Your selection has arrived"),
                            ("download", "Link to the download page"),
                        ],
                        max_length=10,
                    ),
                ),
                ("note", models.TextField(blank=True, max_length=2000)),
                ("language", models.CharField(default="en", max_length=7)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["studio", "-created_at", "-id"], name="sharing_clientemail_newest")],
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="sharing_clientemail_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "email", name="sharing_clientemail_email_same_studio", on_delete="cascade"
                    ),
                    apps.accounts.tenant_keys.SameStudio(
                        "album", name="sharing_clientemail_album_same_studio", on_delete="cascade"
                    ),
                    apps.accounts.tenant_keys.SameStudio(
                        "link", name="sharing_clientemail_link_same_studio", on_delete="set null"
                    ),
                    apps.accounts.tenant_keys.SameStudio(
                        "visitor", name="sharing_clientemail_visitor_same_studio", on_delete="set null"
                    ),
                    apps.accounts.tenant_keys.SameStudio(
                        "selection", name="sharing_clientemail_selection_same_studio", on_delete="set null"
                    ),
                    models.UniqueConstraint(fields=("studio", "email"), name="sharing_clientemail_once"),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Archive",
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
                    "link",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="archives",
                        to="sharing.sharelink",
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
                ("what", models.CharField(max_length=80)),
                ("size", models.CharField(max_length=10)),
                ("part", models.PositiveSmallIntegerField(default=1)),
                ("parts", models.PositiveSmallIntegerField(default=1)),
                ("etag", models.CharField(max_length=64)),
                ("length", models.BigIntegerField()),
                ("photos", models.PositiveIntegerField()),
                ("plan", models.BinaryField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["created_at"], name="sharing_archive_old")],
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="sharing_archive_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "link", name="sharing_archive_link_same_studio", on_delete="cascade"
                    ),
                    apps.accounts.tenant_keys.SameStudio(
                        "visitor", name="sharing_archive_visitor_same_studio", on_delete="set null"
                    ),
                    models.UniqueConstraint(fields=("studio", "link", "etag"), name="sharing_archive_etag"),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Activity",
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
                    "shown",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="%(class)ss",
                        to="sharing.shown",
                    ),
                ),
                (
                    "link",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="activities",
                        to="sharing.sharelink",
                    ),
                ),
                (
                    "visitor",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="activities",
                        to="sharing.visitor",
                    ),
                ),
                (
                    "photo",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="albums.photo",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("opened", "Opened the gallery"),
                            ("unlocked", "Gave the password"),
                            ("failed", "Gave a wrong password"),
                            ("favourite", "Marked a favourite"),
                            ("unfavourite", "Took a favourite back"),
                            ("marked", "Rated a photo"),
                            ("commented", "Commented"),
                            ("sent", "Sent a selection"),
                            ("reopened", "Opened a selection again"),
                            ("hid", "Hid a photo from guests"),
                            ("showed", "Showed a photo to guests again"),
                            ("downloaded", "Downloaded"),
                            ("asked_time", "Asked for more time"),
                            ("asked_more", "Asked for more favourites"),
                        ],
                        max_length=12,
                    ),
                ),
                ("device", models.CharField(blank=True, max_length=60)),
                ("detail", models.JSONField(default=dict)),
                ("at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["studio", "shown", "-at", "-id"], name="sharing_activity_shown"),
                    models.Index(fields=["studio", "-at", "-id"], name="sharing_activity_newest"),
                    models.Index(fields=["studio", "link", "-at"], name="sharing_activity_link"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="sharing_activity_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "shown", name="sharing_activity_shown_same_studio", on_delete="cascade"
                    ),
                    apps.accounts.tenant_keys.SameStudio(
                        "link", name="sharing_activity_link_same_studio", on_delete="set null"
                    ),
                    apps.accounts.tenant_keys.SameStudio(
                        "visitor", name="sharing_activity_visitor_same_studio", on_delete="set null"
                    ),
                    apps.accounts.tenant_keys.SameStudio(
                        "photo", name="sharing_activity_photo_same_studio", on_delete="set null"
                    ),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Watermark",
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
                    "album",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="watermarks",
                        to="albums.album",
                    ),
                ),
                ("text", models.CharField(blank=True, max_length=80)),
                ("picture", models.BinaryField(null=True)),
                ("opacity", models.PositiveSmallIntegerField(default=40)),
                ("scale", models.PositiveSmallIntegerField(default=40)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="sharing_watermark_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "album", name="sharing_watermark_album_same_studio", on_delete="cascade"
                    ),
                    models.UniqueConstraint(
                        fields=("studio", "album"), name="sharing_watermark_once", nulls_distinct=False
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("opacity__gte", 5), ("opacity__lte", 100), ("scale__gte", 5), ("scale__lte", 100)
                        ),
                        name="sharing_watermark_look",
                    ),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="EmailTemplate",
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
                    "kind",
                    models.CharField(
                        choices=[
                            ("delivery", "Your gallery is ready"),
                            ("reminder", "The gallery closes soon"),
                            ("complete", "All photos are ready"),
                            ("received", "Your selection has arrived"),
                            ("download", "Link to the download page"),
                        ],
                        max_length=10,
                    ),
                ),
                ("subject", models.CharField(max_length=150)),
                ("body", models.TextField(max_length=5000)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="sharing_emailtemplate_studio_id"),
                    models.UniqueConstraint(fields=("studio", "kind"), name="sharing_emailtemplate_kind"),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Preset",
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
                ("kind", models.CharField(choices=[("album", "Album"), ("link", "Link")], max_length=6)),
                ("name", models.CharField(max_length=80)),
                ("values", models.JSONField(default=dict)),
                ("is_default", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="sharing_preset_studio_id"),
                    models.UniqueConstraint(fields=("studio", "kind", "name"), name="sharing_preset_name"),
                    models.UniqueConstraint(
                        condition=models.Q(("is_default", True)),
                        fields=("studio", "kind"),
                        name="sharing_preset_default",
                    ),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Pick",
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
                    "selection",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="picks",
                        to="sharing.selection",
                    ),
                ),
                (
                    "photo",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="picks",
                        to="albums.photo",
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(default=1)),
                (
                    "work",
                    models.CharField(
                        choices=[
                            ("selected", "Selected"),
                            ("editing", "In edit"),
                            ("ready", "Ready"),
                            ("delivered", "Delivered"),
                        ],
                        default="selected",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["studio", "photo"], name="sharing_pick_photo")],
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="sharing_pick_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "selection", name="sharing_pick_selection_same_studio", on_delete="cascade"
                    ),
                    apps.accounts.tenant_keys.SameStudio(
                        "photo", name="sharing_pick_photo_same_studio", on_delete="cascade"
                    ),
                    models.UniqueConstraint(fields=("studio", "selection", "photo"), name="sharing_pick_once"),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        apps.accounts.tenant_keys.ProtectByStudio(
            "Activity",
            "Archive",
            "ClientEmail",
            "Comment",
            "EmailTemplate",
            "Mark",
            "Pick",
            "Preset",
            "Selection",
            "SelectionPreset",
            "ShareLink",
            "Shown",
            "TakenPhoto",
            "Visitor",
            "Watermark",
        ),
        apps.albums.version_triggers.RaisesAlbumVersion(
            "ShareLink", "SELECT studio_id, album_id FROM {rows} r", ignoring=("views", "last_opened_at")
        ),
        apps.albums.version_triggers.RaisesAlbumVersion(
            "Visitor",
            "SELECT studio_id, shown_id AS album_id FROM {rows} r",
            ignoring=("seen_at", "code_hash", "code_expires_at"),
        ),
        apps.albums.version_triggers.RaisesAlbumVersion(
            "SelectionPreset", "SELECT studio_id, shown_id AS album_id FROM {rows} r"
        ),
        apps.albums.version_triggers.RaisesAlbumVersion(
            "Selection", "SELECT studio_id, shown_id AS album_id FROM {rows} r"
        ),
        apps.albums.version_triggers.RaisesAlbumVersion(
            "Pick",
            "SELECT s.studio_id, s.shown_id AS album_id FROM {rows} r JOIN sharing_selection s ON s.studio_id = r.studio_id AND s.id = r.selection_id",
        ),
        apps.albums.version_triggers.RaisesAlbumVersion("Mark", "SELECT studio_id, shown_id AS album_id FROM {rows} r"),
        apps.albums.version_triggers.RaisesAlbumVersion(
            "Comment", "SELECT studio_id, shown_id AS album_id FROM {rows} r", on=("insert", "update")
        ),
        apps.albums.version_triggers.RaisesAlbumVersion("Watermark", "SELECT studio_id, album_id FROM {rows} r"),
        migrations.RunSQL(
            sql="REVOKE UPDATE, DELETE ON sharing_activity FROM glassine_app",
            reverse_sql="GRANT UPDATE, DELETE ON sharing_activity TO glassine_app",
        ),
        # PostgreSQL looks at a table anew when a tenth of it has changed: in one of a million rows the galleries of
        # weeks are unknown to the planner until then. One in a hundred is soon enough.
        migrations.RunSQL(
            sql="ALTER TABLE sharing_pick SET (autovacuum_analyze_scale_factor = 0.01, autovacuum_analyze_threshold = 200)",
            reverse_sql="ALTER TABLE sharing_pick RESET (autovacuum_analyze_scale_factor, autovacuum_analyze_threshold)",
        ),
        migrations.RunSQL(
            sql="ALTER TABLE sharing_takenphoto SET (autovacuum_analyze_scale_factor = 0.01, autovacuum_analyze_threshold = 200)",
            reverse_sql="ALTER TABLE sharing_takenphoto RESET (autovacuum_analyze_scale_factor, autovacuum_analyze_threshold)",
        ),
    ]
