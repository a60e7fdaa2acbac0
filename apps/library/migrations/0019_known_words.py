"""Which words each studio's photos hold is kept, by triggers on the index (see `KnownWord`)."""

import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

import apps.accounts.tenant_keys
import apps.web.ids

# Lexemes that one edit makes of what `spelling` reads again, which is letters: at most one digit, and neither the marks
# of galleries and places nor numbers of files, of which each photo has its own.
FUNCTIONS = """
CREATE FUNCTION library_spelt(words tsvector) RETURNS SETOF text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
    SELECT w FROM unnest(tsvector_to_array(words)) AS w
    WHERE length(w) BETWEEN 3 AND 61 AND w ~ '^[^#0-9]*[0-9]?[^#0-9]*$'
$body$;

CREATE FUNCTION library_words_insert() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    INSERT INTO library_knownword (id, studio_id, word, witness_id)
    SELECT gen_random_uuid(), f.studio_id, f.word, f.witness_id FROM (
        SELECT r.studio_id, w AS word, any_value(r.id) AS witness_id
        FROM fresh r CROSS JOIN LATERAL library_spelt(r.words) AS w GROUP BY 1, 2
    ) AS f
    WHERE NOT EXISTS (
        SELECT FROM library_knownword k
        WHERE k.studio_id = f.studio_id AND k.word = f.word AND k.witness_id IS NOT NULL
    ) AND EXISTS (SELECT FROM accounts_studio s WHERE s.id = f.studio_id);
    RETURN NULL;
END
$body$;

-- Words that came, and those that went of which this photo was the witness. That of a photo that goes away the foreign
-- key forgets.
CREATE FUNCTION library_words_update() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    INSERT INTO library_knownword (id, studio_id, word, witness_id)
    SELECT gen_random_uuid(), f.studio_id, f.word, f.witness_id FROM (
        SELECT r.studio_id, w AS word, any_value(r.id) AS witness_id
        FROM fresh r JOIN stale o ON o.id = r.id AND o.words IS DISTINCT FROM r.words
        CROSS JOIN LATERAL (SELECT library_spelt(r.words) EXCEPT SELECT library_spelt(o.words)) AS c (w) GROUP BY 1, 2
    ) AS f
    WHERE NOT EXISTS (
        SELECT FROM library_knownword k
        WHERE k.studio_id = f.studio_id AND k.word = f.word AND k.witness_id IS NOT NULL
    ) AND EXISTS (SELECT FROM accounts_studio s WHERE s.id = f.studio_id);
    UPDATE library_knownword k SET witness_id = NULL
    FROM fresh r JOIN stale o ON o.id = r.id AND o.words IS DISTINCT FROM r.words
    WHERE k.studio_id = r.studio_id AND k.witness_id = r.id AND NOT k.word = ANY (tsvector_to_array(r.words));
    RETURN NULL;
END
$body$;

CREATE TRIGGER library_words_insert AFTER INSERT ON library_libraryphoto REFERENCING NEW TABLE AS fresh
FOR EACH STATEMENT EXECUTE FUNCTION library_words_insert();
CREATE TRIGGER library_words_update AFTER UPDATE ON library_libraryphoto REFERENCING OLD TABLE AS stale NEW TABLE AS fresh
FOR EACH STATEMENT EXECUTE FUNCTION library_words_update();
"""
DROP = """
DROP TRIGGER library_words_insert ON library_libraryphoto;
DROP TRIGGER library_words_update ON library_libraryphoto;
DROP FUNCTION library_words_insert, library_words_update, library_spelt;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_agreements"), ("library", "0018_cameras_with_lenses")]

    operations = [
        migrations.CreateModel(
            name="KnownWord",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("word", models.CharField(max_length=61)),
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
                    "witness",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="library.libraryphoto",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["studio", "word"], name="library_knownword_word"),
                    models.Index(
                        condition=models.Q(("witness__isnull", False)),
                        fields=["studio", "witness"],
                        name="library_knownword_witness",
                    ),
                    models.Index(
                        condition=models.Q(("witness__isnull", True)),
                        fields=["studio", "id"],
                        name="library_knownword_doubted",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="library_knownword_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "witness", name="library_knownword_witness_same_studio", on_delete="set null"
                    ),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        apps.accounts.tenant_keys.ProtectByStudio("KnownWord"),
        migrations.RunSQL(FUNCTIONS, DROP),
    ]
