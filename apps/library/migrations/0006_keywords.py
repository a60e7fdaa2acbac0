"""What a studio says of keywords, and the index knows what lies above each: "Animals|Dog" is found as "Animals" too."""

from importlib import import_module

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

import apps.accounts.tenant_keys
import apps.web.ids

_before = import_module("apps.library.migrations.0003_places")

_FLAT = """            SELECT library_fold(word) FROM jsonb_array_elements_text(
                CASE jsonb_typeof(p.keywords) WHEN 'array' THEN p.keywords ELSE '[]' END
            ) AS word
"""
_TREE = """            SELECT array_to_string(parts[1:depth], '|') FROM jsonb_array_elements_text(
                CASE jsonb_typeof(p.keywords) WHEN 'array' THEN p.keywords ELSE '[]' END
            ) WITH ORDINALITY AS each (word, number)
            CROSS JOIN LATERAL string_to_array(library_fold(each.word), '|') AS parts
            CROSS JOIN LATERAL generate_series(1, cardinality(parts)) AS depth
            ORDER BY each.number, depth DESC
"""


def _source() -> str:
    text: str = _before._source()
    assert _FLAT in text
    return text.replace(_FLAT, _TREE)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_passkeys"),
        ("library", "0005_duplicates"),
    ]

    operations = [
        migrations.CreateModel(
            name="Keyword",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=80)),
                ("folded", models.CharField(max_length=320)),
                (
                    "synonyms",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80), default=list, size=None
                    ),
                ),
                (
                    "folded_synonyms",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=320), default=list, size=None
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
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["folded_synonyms"], name="library_keyword_synonyms"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="library_keyword_studio_id"),
                    models.UniqueConstraint(fields=("studio", "folded"), name="library_keyword_once"),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        apps.accounts.tenant_keys.ProtectByStudio("Keyword"),
        migrations.RunSQL(_source(), _before._source()),
    ]
