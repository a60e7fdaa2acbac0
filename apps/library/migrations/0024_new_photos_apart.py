"""What a new photo costs the index: it is only inserted, and a studio that counts its bytes asks nothing of it.

Each kind of change to the index has half a dozen triggers, which cost as much for no row as for one. So nothing is
deleted where no row is known, and a photo that is not known is inserted without the way to an update, unless somebody
else was faster.
"""

from importlib import import_module
from textwrap import indent

from django.db import migrations

_first = import_module("apps.library.migrations.0002_index")
_before = import_module("apps.library.migrations.0016_kinds_and_tiers")


def _refresh() -> str:
    text: str = _before._refresh()
    start, end = text.index("    INSERT INTO library_libraryphoto"), text.index("END\n$body$")
    upsert = text[start:end]
    insert, conflict, _ = upsert.partition("    ON CONFLICT (id) DO UPDATE")
    assert conflict
    text = text[:start] + _APART.format(insert=indent(insert, "    "), upsert=upsert) + text[end:]
    for old, new in ((_DECLARED, _DECLARED_ALSO), (_HELD, _KNOWN), (_DELETED, _DELETED_IF)):
        assert old in text, old
        text = text.replace(old, new)
    return text


_DECLARED, _DECLARED_ALSO = "    seen uuid[];\n", "    seen uuid[];\n    known uuid[];\n    taken bigint;\n"
_HELD = """\
    PERFORM FROM library_libraryphoto WHERE studio_id = of_studio AND id = ANY (changed) ORDER BY id FOR UPDATE;
"""
_KNOWN = """\
    known := ARRAY(
        SELECT id FROM library_libraryphoto WHERE studio_id = of_studio AND id = ANY (changed) ORDER BY id FOR UPDATE
    );
"""
_DELETED = """\
    DELETE FROM library_libraryphoto
    WHERE studio_id = of_studio AND id = ANY (changed) AND NOT id = ANY (seen);
"""
_DELETED_IF = """\
    IF EXISTS (SELECT unnest(known) EXCEPT SELECT unnest(seen)) THEN
        DELETE FROM library_libraryphoto
        WHERE studio_id = of_studio AND id = ANY (known) AND NOT id = ANY (seen);
    END IF;
    IF cardinality(seen) = 0 THEN
        RETURN;
    END IF;
"""
_APART = """\
    IF cardinality(known) = 0 THEN
{insert}        ON CONFLICT (id) DO NOTHING;
        GET DIAGNOSTICS taken = ROW_COUNT;
        -- Else somebody else took one in at the same moment, and may have seen it otherwise.
        IF taken = cardinality(seen) THEN
            RETURN;
        END IF;
    END IF;
{upsert}"""

_STUDIO_NAME = "library_accounts_studio_update"
_STUDIO = f"""
CREATE OR REPLACE FUNCTION {_STUDIO_NAME}() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM library_refresh(NEW.id, array_agg(p.id)) FROM albums_photo p
    WHERE p.studio_id = NEW.id AND p.trashed_at IS NULL
        AND (p.taken_at IS NULL OR (p.taken_offset IS NULL AND (p.taken_by_hand OR p.facts ->> 'taken_at' IS NULL)))
    HAVING count(*) > 0;
    RETURN NULL;
END
$body$;
DROP TRIGGER {_STUDIO_NAME} ON accounts_studio;
CREATE TRIGGER {_STUDIO_NAME} AFTER UPDATE ON accounts_studio
FOR EACH ROW WHEN (OLD.time_zone IS DISTINCT FROM NEW.time_zone) EXECUTE FUNCTION {_STUDIO_NAME}();
"""
_STUDIO_BEFORE = f"DROP TRIGGER {_STUDIO_NAME} ON accounts_studio; DROP FUNCTION {_STUDIO_NAME}();" + _first.refreshes(
    "accounts_studio", "update", _first.ZONE_CHANGED
)


class Migration(migrations.Migration):
    dependencies = [("library", "0023_looked_after_sooner")]

    operations = [
        migrations.RunSQL(_refresh(), _before._refresh()),
        migrations.RunSQL(_STUDIO, _STUDIO_BEFORE),
    ]
