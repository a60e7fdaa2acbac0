"""The index knows who took a photo: as a value to filter by, and as words to search for."""

from importlib import import_module

from django.db import migrations, models

_first = import_module("apps.library.migrations.0002_index")
_places = import_module("apps.library.migrations.0003_places")
_before = import_module("apps.library.migrations.0006_keywords")


def _source() -> str:
    text: str = _before._source()
    for old, new in (
        ("coalesce(k.city, '')::varchar(80) AS city, k.named_id\n", "coalesce(k.city, '')::varchar(80) AS city, k.named_id,\n    p.photographer\n"),
        ("        || library_vector(coalesce(k.city, ''))\n", "        || library_vector(coalesce(k.city, '')) || library_vector(p.photographer)\n"),
    ):  # fmt: skip
        assert old in text, old
        text = text.replace(old, new)
    return text


def _refresh() -> str:
    names = [*_places.COLUMNS.split(", ")[3:], "photographer"]
    text: str = _places._refresh()
    for said in ("library_libraryphoto", "excluded"):
        old = ", ".join(f"{said}.{name}" for name in names[:-1])
        assert old in text, old
        text = text.replace(old, f"{old}, {said}.photographer")
    assigned = "named_id = excluded.named_id"
    assert assigned in text, assigned
    text = text.replace(assigned, f"{assigned}, photographer = excluded.photographer")
    return text.replace(_places.COLUMNS, f"{_places.COLUMNS}, photographer")


def _photo_updated(*more: str) -> str:
    """The trigger's function anew; the trigger itself stays."""
    changed = f"SELECT fresh.studio_id, fresh.id AS photo_id {_first._differ((*_first._SEEN, *more))}"
    made = _first.refreshes("albums_photo", "update", changed).partition("CREATE TRIGGER")[0]
    return str(made.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))


RESTORE = (
    "DROP VIEW library_source;"
    + _before._source().replace("CREATE OR REPLACE VIEW", "CREATE VIEW")
    + ";"
    + _places._refresh()
    + _photo_updated()
    + _first.RIGHTS
)


class Migration(migrations.Migration):
    dependencies = [
        ("albums", "0019_photographer"),
        ("library", "0007_keywords_of_before"),
    ]

    operations = [
        migrations.AddField(
            model_name="libraryphoto",
            name="photographer",
            field=models.CharField(blank=True, db_default="", default="", max_length=120),
        ),
        migrations.AddIndex(
            model_name="libraryphoto",
            index=models.Index(
                condition=models.Q(("photographer", ""), _negated=True),
                fields=["studio", "photographer", "-wall", "-id"],
                name="library_photo_photographer",
            ),
        ),
        migrations.RunSQL(_source() + ";" + _refresh() + _photo_updated("photographer"), RESTORE),
    ]
