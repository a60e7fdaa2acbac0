"""Search by meaning: its server, what it answered of each photo, and which photos wait for it."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.manager
import pgvector.django.halfvec
from django.conf import settings
from django.db import migrations, models

import apps.accounts.tenant_keys
import apps.web.ids

# What a photo's texts are made of (see `meaning.keep`), and whether it is in the trash: one that comes back has them
# embedded. Only where the studio searches by meaning.
_SEEN = "{0}.caption, {0}.alt_text, {0}.keywords, {0}.trashed_at"
TRIGGERS = f"""
CREATE FUNCTION tagging_meaning_wait(studio uuid, photos uuid[]) RETURNS void LANGUAGE sql AS $body$
    INSERT INTO tagging_meaningwait (id, studio_id, photo_id, since)
    SELECT gen_random_uuid(), studio, photo, clock_timestamp() FROM unnest(photos) AS photo
    WHERE EXISTS (SELECT FROM tagging_meaningserver m WHERE m.studio_id = studio AND m.is_on)
    ON CONFLICT (studio_id, photo_id) DO UPDATE SET since = excluded.since
$body$;
CREATE FUNCTION tagging_albums_photo_insert() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM tagging_meaning_wait(studio_id, array_agg(id)) FROM fresh
    WHERE caption <> '' OR alt_text <> '' OR keywords <> '[]'::jsonb GROUP BY studio_id;
    RETURN NULL;
END
$body$;
CREATE FUNCTION tagging_albums_photo_update() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM tagging_meaning_wait(fresh.studio_id, array_agg(fresh.id)) FROM stale JOIN fresh USING (id)
    WHERE ({_SEEN.format("stale")}) IS DISTINCT FROM ({_SEEN.format("fresh")}) GROUP BY fresh.studio_id;
    RETURN NULL;
END
$body$;
CREATE TRIGGER tagging_albums_photo_insert AFTER INSERT ON albums_photo REFERENCING NEW TABLE AS fresh
FOR EACH STATEMENT EXECUTE FUNCTION tagging_albums_photo_insert();
CREATE TRIGGER tagging_albums_photo_update AFTER UPDATE ON albums_photo REFERENCING OLD TABLE AS stale NEW TABLE AS fresh
FOR EACH STATEMENT EXECUTE FUNCTION tagging_albums_photo_update();
"""
DROP_TRIGGERS = """
DROP TRIGGER tagging_albums_photo_insert ON albums_photo;
DROP TRIGGER tagging_albums_photo_update ON albums_photo;
DROP FUNCTION tagging_albums_photo_insert, tagging_albums_photo_update, tagging_meaning_wait;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_plans"),
        ("albums", "0022_near_indexes"),
        ("tagging", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MeaningServer",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(choices=[("ollama", "Ollama"), ("openai", "OpenAI-compatible")], max_length=6),
                ),
                ("url", models.CharField(max_length=300)),
                ("model", models.CharField(max_length=100)),
                ("sealed_key", models.TextField(blank=True, editable=False)),
                ("price_in", models.PositiveIntegerField(default=0)),
                ("failures", models.PositiveSmallIntegerField(default=0, editable=False)),
                ("rests_until", models.DateTimeField(editable=False, null=True)),
                ("is_on", models.BooleanField(default=False)),
                ("consent_at", models.DateTimeField(null=True)),
                ("consent_version", models.PositiveSmallIntegerField(default=0)),
                ("consent_to", models.CharField(blank=True, max_length=300)),
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
                    models.UniqueConstraint(fields=("studio", "id"), name="tagging_meaningserver_studio_id"),
                    models.UniqueConstraint(fields=("studio",), name="tagging_meaningserver_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_on", False),
                            models.Q(("consent_at__isnull", False), models.Q(("consent_to", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="tagging_meaningserver_consent",
                    ),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="MeaningWait",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("since", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
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
                    models.UniqueConstraint(fields=("studio", "id"), name="tagging_meaningwait_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "photo", name="tagging_meaningwait_photo_same_studio", on_delete="cascade"
                    ),
                    models.UniqueConstraint(fields=("studio", "photo"), name="tagging_meaningwait_once"),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="PhotoMeaning",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("model", models.CharField(max_length=100)),
                ("dimension", models.PositiveSmallIntegerField()),
                ("vector", pgvector.django.halfvec.HalfVectorField()),
                ("digest", models.BinaryField(max_length=32)),
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
                    models.UniqueConstraint(fields=("studio", "id"), name="tagging_photomeaning_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "photo", name="tagging_photomeaning_photo_same_studio", on_delete="cascade"
                    ),
                    models.UniqueConstraint(fields=("studio", "photo"), name="tagging_photomeaning_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "dimension",
                                models.Func(
                                    models.F("vector"), function="vector_dims", output_field=models.IntegerField()
                                ),
                            )
                        ),
                        name="tagging_photomeaning_dimension",
                    ),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        apps.accounts.tenant_keys.ProtectByStudio("MeaningServer", "MeaningWait", "PhotoMeaning"),
        migrations.RunSQL(TRIGGERS, DROP_TRIGGERS),
    ]
