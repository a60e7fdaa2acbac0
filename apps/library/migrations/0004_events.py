"""Events that a studio names, their galleries, and the calendars of holidays that it follows."""

import django.db.models.deletion
import django.db.models.manager
import django.utils.timezone
from django.db import migrations, models

import apps.accounts.tenant_keys
import apps.web.ids


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_what_tasks_count"),
        ("albums", "0008_agreement"),
        ("library", "0003_places"),
    ]

    operations = [
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(choices=[("shoot", "Shoot"), ("custom", "Event")], default="custom", max_length=6),
                ),
                ("title", models.CharField(max_length=120)),
                ("starts", models.DateTimeField()),
                ("ends", models.DateTimeField()),
                ("is_yearly", models.BooleanField(default=False)),
                ("client", models.CharField(blank=True, max_length=120)),
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
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="EventAlbum",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "album",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="albums.album",
                    ),
                ),
                (
                    "event",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="galleries",
                        to="library.event",
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
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="HolidaySet",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("country", models.CharField(max_length=2)),
                ("region", models.CharField(blank=True, max_length=20)),
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
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["studio", "-starts", "id"], name="library_event_newest"),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.UniqueConstraint(fields=("studio", "id"), name="library_event_studio_id"),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(("starts__lte", models.F("ends"))), name="library_event_span"
            ),
        ),
        migrations.AddConstraint(
            model_name="eventalbum",
            constraint=models.UniqueConstraint(fields=("studio", "id"), name="library_eventalbum_studio_id"),
        ),
        migrations.AddConstraint(
            model_name="eventalbum",
            constraint=apps.accounts.tenant_keys.SameStudio(
                "event", name="library_eventalbum_event_same_studio", on_delete="cascade"
            ),
        ),
        migrations.AddConstraint(
            model_name="eventalbum",
            constraint=apps.accounts.tenant_keys.SameStudio(
                "album", name="library_eventalbum_album_same_studio", on_delete="cascade"
            ),
        ),
        migrations.AddConstraint(
            model_name="eventalbum",
            constraint=models.UniqueConstraint(fields=("studio", "event", "album"), name="library_eventalbum_once"),
        ),
        migrations.AddConstraint(
            model_name="holidayset",
            constraint=models.UniqueConstraint(fields=("studio", "id"), name="library_holidayset_studio_id"),
        ),
        migrations.AddConstraint(
            model_name="holidayset",
            constraint=models.UniqueConstraint(fields=("studio", "country", "region"), name="library_holidayset_once"),
        ),
        apps.accounts.tenant_keys.ProtectByStudio("Event", "EventAlbum", "HolidaySet"),
    ]
