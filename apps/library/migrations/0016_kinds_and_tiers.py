"""The index knows what is asked of few photos: which are no pictures, approved, in stacks or with a problem."""

from importlib import import_module

from django.db import migrations, models

_first = import_module("apps.library.migrations.0002_index")
_before = import_module("apps.library.migrations.0008_photographer")

_MORE = ("kind", "tier", "stacked", "has_problem")
_SEEN = ("photographer", "kind", "state", "approved_at", "stack_id")


def _source() -> str:
    text: str = _before._source()
    for old, new in (
        (
            "k.named_id,\n    p.photographer\n",
            """k.named_id,
    p.photographer, p.kind,
    (CASE WHEN p.approved_at IS NOT NULL THEN 'gold' WHEN p.state = 'ready' THEN 'silver' ELSE 'bronze' END)::varchar(6)
        AS tier,
    coalesce(t.kind, '')::varchar(8) AS stacked, p.state = 'failed' AS has_problem
""",
        ),
        (
            "LEFT JOIN library_photoplace k ON k.studio_id = p.studio_id AND k.photo_id = p.id\n",
            """LEFT JOIN library_photoplace k ON k.studio_id = p.studio_id AND k.photo_id = p.id
LEFT JOIN albums_stack t ON t.studio_id = p.studio_id AND t.id = p.stack_id
""",
        ),
    ):
        assert old in text, old
        text = text.replace(old, new)
    return text


def _refresh() -> str:
    text: str = _before._refresh()
    assigned = "photographer = excluded.photographer"
    head, found, tail = text.partition(assigned)
    assert found
    tail = tail.replace("excluded.photographer", ", ".join(f"excluded.{name}" for name in ("photographer", *_MORE)))
    text = head + ", ".join(f"{name} = excluded.{name}" for name in ("photographer", *_MORE)) + tail
    kept = "library_libraryphoto.photographer"
    assert kept in text
    text = text.replace(kept, ", ".join(f"library_libraryphoto.{name}" for name in ("photographer", *_MORE)))
    columns = f"{_before._places.COLUMNS}, photographer"
    assert text.count(columns) == 2
    return text.replace(columns, ", ".join((columns, *_MORE)))


# A photo may know its stack before that is there: the key between them is checked when all is done.
_LIES = "FROM fresh JOIN albums_photo p ON p.studio_id = fresh.studio_id AND p.stack_id = fresh.id"
TRIGGERS = "".join(
    [
        _first.refreshes("albums_stack", "insert", f"SELECT p.studio_id, p.id AS photo_id {_LIES}"),
        _first.refreshes(
            "albums_stack",
            "update",
            f"SELECT p.studio_id, p.id AS photo_id {_LIES} JOIN stale ON stale.id = fresh.id WHERE stale.kind <> fresh.kind",
        ),
    ]
)
# The key between them lets photos go as the owner of the tables, who sees no studio, and triggers that it fires see none
# either. This one comes before it, by its name.
TRIGGERS += """
CREATE FUNCTION library_albums_stack_delete() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    UPDATE albums_photo SET stack_id = NULL WHERE studio_id = OLD.studio_id AND stack_id = OLD.id;
    RETURN NULL;
END
$body$;
CREATE TRIGGER "A_library_albums_stack_delete" AFTER DELETE ON albums_stack
FOR EACH ROW EXECUTE FUNCTION library_albums_stack_delete();
"""
DROP_TRIGGERS = "".join(
    f"DROP TRIGGER library_albums_stack_{event} ON albums_stack; DROP FUNCTION library_albums_stack_{event}();"
    for event in ("insert", "update")
)
DROP_TRIGGERS += (
    'DROP TRIGGER "A_library_albums_stack_delete" ON albums_stack; DROP FUNCTION library_albums_stack_delete();'
)
RESTORE = (
    DROP_TRIGGERS
    + "DROP VIEW library_source;"
    + _before._source().replace("CREATE OR REPLACE VIEW", "CREATE VIEW")
    + ";"
    + _before._refresh()
    + _before._photo_updated("photographer")
    + _first.RIGHTS
)


_BESIDE = ("kind", "tier", "stacked", "rating", "label", "flag", "is_dated")


def _index(name: str, condition: models.Q | None, *columns: str) -> migrations.AddIndex:
    """In the order of the page, with what is often asked beside."""
    beside = tuple(column for column in _BESIDE if column not in columns)
    return migrations.AddIndex(
        model_name="libraryphoto",
        index=models.Index(
            condition=condition,
            fields=["studio", *columns, "-wall", "-id"],
            include=beside,
            name=f"library_photo_{name}",
        ),
    )


def _without(column: str, value: str) -> models.Q:
    return models.Q((column, value), _negated=True)


#: Index -> of which photos it is, if not of all.
_ANEW = {
    "camera": None,
    "lens": None,
    "photographer": _without("photographer", ""),
    "rating": models.Q(("rating__gt", 0)),
    "label": _without("label", ""),
    "flag": _without("flag", ""),
}


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_agreements"),
        ("albums", "0025_stacks_by_id"),
        ("library", "0015_values_of_before"),
    ]

    operations = [
        migrations.AddField(
            model_name="libraryphoto",
            name="kind",
            field=models.CharField(db_default="image", default="image", max_length=8),
        ),
        migrations.AddField(
            model_name="libraryphoto",
            name="tier",
            field=models.CharField(db_default="silver", default="silver", max_length=6),
        ),
        migrations.AddField(
            model_name="libraryphoto",
            name="stacked",
            field=models.CharField(blank=True, db_default="", default="", max_length=8),
        ),
        migrations.AddField(
            model_name="libraryphoto",
            name="has_problem",
            field=models.BooleanField(db_default=False, default=False),
        ),
        *(migrations.RemoveIndex(model_name="libraryphoto", name=f"library_photo_{name}") for name in _ANEW),
        *(_index(name, condition, name) for name, condition in _ANEW.items()),
        _index("kind", _without("kind", "image"), "kind"),
        _index("tier", _without("tier", "silver"), "tier"),
        _index("stacked", _without("stacked", ""), "stacked"),
        _index("problem", models.Q(("has_problem", True))),
        migrations.AddIndex(
            model_name="libraryphoto",
            index=models.Index(
                fields=["studio", "id"],
                include=("wall", *_BESIDE),
                name="library_photo_by_id",
            ),
        ),
        migrations.RunSQL(_source() + ";" + _refresh() + _before._photo_updated(*_SEEN) + TRIGGERS, RESTORE),
    ]
