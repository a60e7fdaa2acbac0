"""Collections made by hand, and the photos of collections of both kinds in the shape of a gallery's."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.manager
import django.utils.timezone
from django.db import migrations, models

import apps.accounts.tenant_keys
import apps.web.ids

# The index of the library holds what lies in a gallery and not in the trash, so nothing else is in a collection.
# What a gallery keeps from some guest is hidden: a link to a collection is none of the links that may see it. A question
# finds photos as they arrive: those of a gallery that is still a draft wait until nobody works on it in private any more.
PHOTOS = """
CREATE VIEW smart_collections_photo WITH (security_invoker = true) AS
WITH found AS (
    SELECT c.studio_id, c.id AS album_id, o.photo_id, lpad(o.place::text, 8, '0') AS sort_key, l.uploaded_at,
        false AS is_live
    FROM smart_collections_collection c
        CROSS JOIN LATERAL unnest(c.photos) WITH ORDINALITY AS o (photo_id, place)
        JOIN library_libraryphoto l ON l.studio_id = c.studio_id AND l.id = o.photo_id
    UNION ALL
    SELECT s.studio_id, s.id, l.id, to_char(l.wall AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISSUS'), l.uploaded_at, true
    FROM smart_collections_smartcollection s
        JOIN library_libraryphoto l ON l.studio_id = s.studio_id
)
SELECT f.photo_id AS id, f.studio_id, f.album_id, NULL::uuid AS section_id, f.photo_id, 0 AS section_rank,
    f.sort_key::varchar(300) COLLATE "C" AS sort_key,
    EXISTS (
        SELECT FROM albums_placement p
            JOIN albums_album a ON a.studio_id = p.studio_id AND a.id = p.album_id
            LEFT JOIN albums_section s ON s.studio_id = p.studio_id AND s.id = p.section_id
        WHERE p.studio_id = f.studio_id AND p.photo_id = f.photo_id AND p.trashed_at IS NULL AND a.trashed_at IS NULL
            AND (p.is_hidden OR p.is_withheld OR p.audience IS NOT NULL OR s.audience IS NOT NULL)
    ) OR f.is_live AND NOT EXISTS (
        SELECT FROM albums_placement p JOIN albums_album a ON a.studio_id = p.studio_id AND a.id = p.album_id
        WHERE p.studio_id = f.studio_id AND p.photo_id = f.photo_id AND p.trashed_at IS NULL AND a.trashed_at IS NULL
            AND a.state <> 'draft'
    ) AS is_hidden,
    false AS is_withheld, NULL::uuid[] AS audience, f.uploaded_at AS created_at, NULL::timestamptz AS trashed_at
FROM found f;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("albums", "0012_collected_photo"),
        ("library", "0004_events"),
        ("smart_collections", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Collection",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("title", models.CharField(max_length=120)),
                (
                    "photos",
                    django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
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
                "indexes": [models.Index(fields=["studio", "title", "id"], name="collections_title")],
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="smart_collections_collection_studio_id")
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        apps.accounts.tenant_keys.ProtectByStudio("Collection"),
        migrations.RunSQL(PHOTOS, "DROP VIEW smart_collections_photo;"),
    ]
