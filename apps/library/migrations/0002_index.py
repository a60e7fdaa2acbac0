"""The index writes itself: a view says what each row should be, and triggers bring the rows there.

`library_source` is the one description; `library_refresh` brings chosen photos to it and is what a rebuild calls.
"""

from django.db import migrations

FUNCTIONS = r"""
CREATE FUNCTION library_fold(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
    SELECT replace(replace(replace(replace(replace(replace(
        regexp_replace(lower(normalize(said, NFKD)), '[\u0300-\u036f]', '', 'g'),
        'ß', 'ss'), 'ø', 'o'), 'æ', 'ae'), 'œ', 'oe'), 'ł', 'l'), 'đ', 'd')
$body$;

-- Letters and digits only, so that the parser of text search sees words and never addresses, versions or tags; of a
-- text that nobody reads to its end the beginning, as an index has its limits.
CREATE FUNCTION library_words(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
    SELECT trim(regexp_replace(library_fold(left(said, 20000)), '[^[:alnum:]]+', ' ', 'g'))
$body$;

-- Each word as it stands, and its English and its German stem.
CREATE FUNCTION library_vector(said text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
    SELECT to_tsvector('simple', words) || to_tsvector('english', words) || to_tsvector('german', words)
    FROM (SELECT library_words(said) AS words) AS folded
$body$;

-- A word that was asked for: the beginning of one, or of the same stem. word: as `folding.words_of` gives it.
CREATE FUNCTION library_word(word text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
    SELECT (quote_literal(word) || ':*')::tsquery || plainto_tsquery('english', word) || plainto_tsquery('german', word)
$body$;

-- "IMG1234.CR3" is found by IMG1234, IMG, 1234 and CR3.
CREATE FUNCTION library_name(said text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
    SELECT to_tsvector('simple', words)
        || to_tsvector('simple', regexp_replace(words, '([[:alpha:]])([[:digit:]])', '\1 \2', 'g'))
        || to_tsvector('simple', coalesce(ltrim(substring(words FROM '[[:digit:]]+'), '0'), ''))
    FROM (SELECT library_words(said) || ' ' AS words) AS folded
$body$;

CREATE FUNCTION library_number(facts jsonb, name text) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
    SELECT CASE WHEN jsonb_typeof(facts -> name) = 'number' THEN (facts ->> name)::double precision END
$body$;

CREATE FUNCTION library_camera(make text, model text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
    SELECT CASE
        WHEN make = '' OR lower(split_part(model, ' ', 1)) = lower(split_part(make, ' ', 1)) THEN model
        ELSE left(trim(make || ' ' || model), 241)
    END
$body$;
"""

# The clock on the wall: the camera's own, unless a person corrected it; then the corrected moment at its offset or in
# the studio's zone; of a photo without a time, the upload.
SOURCE = r"""
CREATE VIEW library_source WITH (security_invoker = true) AS
SELECT p.id, p.studio_id, p.id AS photo_id,
    CASE
        WHEN p.taken_at IS NOT NULL AND NOT p.taken_by_hand AND pg_input_is_valid(p.facts ->> 'taken_at', 'timestamp')
            THEN (p.facts ->> 'taken_at')::timestamp AT TIME ZONE 'UTC'
        WHEN p.taken_at IS NOT NULL AND p.taken_offset IS NOT NULL
            THEN p.taken_at + p.taken_offset * interval '1 minute'
        ELSE (coalesce(p.taken_at, p.created_at) AT TIME ZONE s.time_zone) AT TIME ZONE 'UTC'
    END AS wall,
    p.taken_at IS NOT NULL AS is_dated,
    p.created_at AS uploaded_at,
    known.camera,
    known.lens,
    CASE WHEN abs(library_number(p.facts, 'iso')) < 2147483647 THEN library_number(p.facts, 'iso')::integer END AS iso,
    library_number(p.facts, 'aperture') AS aperture,
    library_number(p.facts, 'exposure_seconds') AS exposure,
    library_number(p.facts, 'focal_length_mm') AS focal_length,
    library_number(p.facts, 'latitude') AS latitude,
    library_number(p.facts, 'longitude') AS longitude,
    p.rating, p.label, p.flag,
    known.keywords,
    library_vector(p.caption) || library_vector(array_to_string(known.keywords, ' ')) || library_vector(p.place)
        || library_vector(known.camera || ' ' || known.lens) || library_name(p.camera_name)
        || array_to_tsvector(lies.marks) AS words
FROM albums_photo p
JOIN accounts_studio s ON s.id = p.studio_id
CROSS JOIN LATERAL (
    SELECT library_camera(coalesce(p.facts ->> 'make', ''), coalesce(p.facts ->> 'model', '')) AS camera,
        left(coalesce(p.facts ->> 'lens', ''), 120) AS lens,
        ARRAY(
            SELECT library_fold(word) FROM jsonb_array_elements_text(
                CASE jsonb_typeof(p.keywords) WHEN 'array' THEN p.keywords ELSE '[]' END
            ) AS word
        ) AS keywords
) AS known
CROSS JOIN LATERAL (
    SELECT array_agg('#a:' || replace(l.album_id::text, '-', ''))
        || coalesce(array_agg('#s:' || replace(l.section_id::text, '-', '')) FILTER (WHERE l.section_id IS NOT NULL), '{}')
        AS marks
    FROM albums_placement l JOIN albums_album a ON a.studio_id = l.studio_id AND a.id = l.album_id
    WHERE l.studio_id = p.studio_id AND l.photo_id = p.id AND l.trashed_at IS NULL AND a.trashed_at IS NULL
) AS lies
WHERE p.trashed_at IS NULL AND cardinality(lies.marks) > 0
"""

COLUMNS = (
    "id, studio_id, photo_id, wall, is_dated, uploaded_at, camera, lens, iso, aperture, exposure, focal_length, "
    "latitude, longitude, rating, label, flag, keywords, words"
)
ASSIGNED = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS.split(", ")[3:])
BEFORE = ", ".join(f"library_libraryphoto.{name}" for name in COLUMNS.split(", ")[3:])
AFTER = ", ".join(f"excluded.{name}" for name in COLUMNS.split(", ")[3:])

REFRESH = f"""
CREATE FUNCTION library_refresh(of_studio uuid, changed uuid[]) RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
    seen uuid[];
BEGIN
    -- Who changes the same photo meanwhile waits here, and the statements below read what they left.
    PERFORM FROM library_libraryphoto WHERE studio_id = of_studio AND id = ANY (changed) ORDER BY id FOR UPDATE;
    -- One table after the other, each by ids: of a studio that statistics do not know yet the planner expects one
    -- row, takes a join of these tables for cheap and reads the whole studio for each of its photos.
    SELECT coalesce(array_agg(id), '{{}}') INTO seen FROM albums_photo
    WHERE studio_id = of_studio AND id = ANY (changed) AND trashed_at IS NULL;
    SELECT coalesce(array_agg(DISTINCT photo_id), '{{}}') INTO seen FROM albums_placement
    WHERE studio_id = of_studio AND photo_id = ANY (seen) AND trashed_at IS NULL AND album_id = ANY (
        ARRAY(SELECT id FROM albums_album WHERE studio_id = of_studio AND trashed_at IS NULL)
    );
    DELETE FROM library_libraryphoto
    WHERE studio_id = of_studio AND id = ANY (changed) AND NOT id = ANY (seen);
    INSERT INTO library_libraryphoto ({COLUMNS})
    SELECT {COLUMNS} FROM library_source WHERE studio_id = of_studio AND id = ANY (seen) ORDER BY id
    ON CONFLICT (id) DO UPDATE SET {ASSIGNED} WHERE ({BEFORE}) IS DISTINCT FROM ({AFTER});
END
$body$;
"""

_TABLES = {
    "insert": "NEW TABLE AS fresh",
    "delete": "OLD TABLE AS stale",
    "update": "OLD TABLE AS stale NEW TABLE AS fresh",
}


def refreshes(table: str, event: str, changed: str) -> str:
    """A trigger that refreshes the photos which a query of studio_id and photo_id over the changed rows names."""
    name = f"library_{table}_{event}"
    return f"""
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM library_refresh(studio_id, array_agg(DISTINCT photo_id)) FROM ({changed}) AS found GROUP BY studio_id;
    RETURN NULL;
END
$body$;
CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {_TABLES[event]}
FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""


_SEEN = (
    "camera_name", "caption", "keywords", "place", "facts", "taken_at", "taken_offset", "taken_by_hand", "rating",
    "label", "flag", "trashed_at",
)  # fmt: skip
_LIES = ("album_id", "section_id", "photo_id", "trashed_at")


def _differ(columns: tuple[str, ...]) -> str:
    before, after = (", ".join(f"{row}.{column}" for column in columns) for row in ("stale", "fresh"))
    return f"FROM stale JOIN fresh USING (id) WHERE ({before}) IS DISTINCT FROM ({after})"


# Whose clock is the studio's.
ZONE_CHANGED = (
    "SELECT p.studio_id, p.id AS photo_id FROM stale JOIN fresh USING (id) "
    "JOIN albums_photo p ON p.studio_id = fresh.id AND p.trashed_at IS NULL "
    "AND (p.taken_at IS NULL OR (p.taken_offset IS NULL AND (p.taken_by_hand OR p.facts ->> 'taken_at' IS NULL))) "
    "WHERE stale.time_zone <> fresh.time_zone"
)

TRIGGERS = "".join(
    [
        refreshes("albums_photo", "update", f"SELECT fresh.studio_id, fresh.id AS photo_id {_differ(_SEEN)}"),
        refreshes("albums_placement", "insert", "SELECT studio_id, photo_id FROM fresh"),
        refreshes("albums_placement", "delete", "SELECT studio_id, photo_id FROM stale"),
        refreshes(
            "albums_placement",
            "update",
            f"SELECT fresh.studio_id, fresh.photo_id {_differ(_LIES)} UNION "
            f"SELECT stale.studio_id, stale.photo_id {_differ(_LIES)}",
        ),
        refreshes(
            "albums_album",
            "update",
            "SELECT o.studio_id, o.photo_id FROM stale JOIN fresh USING (id) "
            "JOIN albums_placement o ON o.studio_id = fresh.studio_id AND o.album_id = fresh.id "
            "WHERE stale.trashed_at IS DISTINCT FROM fresh.trashed_at",
        ),
        refreshes("accounts_studio", "update", ZONE_CHANGED),
    ]
)


def counts(event: str, changes: str) -> str:
    """A trigger that writes down how many photos each month gained. changes: a query of studio_id, wall and one."""
    name = f"library_libraryphoto_months_{event}"
    return f"""
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    INSERT INTO library_monthcount (id, studio_id, month, photos)
    SELECT gen_random_uuid(), studio_id, month, sum(one)
    FROM (SELECT studio_id, date_trunc('month', wall AT TIME ZONE 'UTC')::date AS month, one FROM ({changes}) AS c) AS m
    WHERE EXISTS (SELECT FROM accounts_studio s WHERE s.id = m.studio_id)
    GROUP BY studio_id, month HAVING sum(one) <> 0;
    RETURN NULL;
END
$body$;
CREATE TRIGGER {name} AFTER {event} ON library_libraryphoto REFERENCING {_TABLES[event]}
FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""


MONTHS = "".join(
    [
        counts("insert", "SELECT studio_id, wall, 1 AS one FROM fresh"),
        counts("delete", "SELECT studio_id, wall, -1 AS one FROM stale"),
        counts(
            "update",
            "SELECT studio_id, wall, -1 AS one FROM stale UNION ALL SELECT studio_id, wall, 1 AS one FROM fresh",
        ),
    ]
)

# Photos of before the index come in by `index.complete`: the owner of the tables sees no studio's rows.
RIGHTS = """
GRANT SELECT ON library_source TO glassine_app, glassine_system;
"""

DROP = """
DROP VIEW library_source;
DROP FUNCTION library_refresh, library_word, library_vector, library_name, library_words, library_fold, library_number,
    library_camera;
"""
_NAMES = [
    *(("albums_photo", "update"), ("albums_album", "update"), ("accounts_studio", "update")),
    *(("albums_placement", event) for event in ("insert", "update", "delete")),
]
DROP_TRIGGERS = "".join(
    [
        *(f"DROP TRIGGER library_{t}_{e} ON {t}; DROP FUNCTION library_{t}_{e}();" for t, e in _NAMES),
        *(
            f"DROP TRIGGER library_libraryphoto_months_{e} ON library_libraryphoto;"
            f"DROP FUNCTION library_libraryphoto_months_{e}();"
            for e in ("insert", "update", "delete")
        ),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("library", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTIONS + SOURCE + ";" + REFRESH + RIGHTS, DROP),
        migrations.RunSQL(MONTHS + TRIGGERS, DROP_TRIGGERS),
    ]
