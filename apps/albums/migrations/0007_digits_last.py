"""File names that begin with a digit come after all others. Their keys are made anew."""

from __future__ import annotations

import re
import unicodedata
from typing import Any
from uuid import UUID

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from apps.accounts.tenant_keys import open_to_owner

TABLES = ("albums_album", "albums_albumchange", "albums_photo", "albums_placement")


def rekey(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """One album after the other, each in a transaction of its own, so that nobody waits for long."""
    with open_to_owner(schema_editor, *TABLES), schema_editor.connection.cursor() as cursor:
        cursor.execute("select studio_id, id, ordering from albums_album where ordering in ('name', 'time')")
        for studio_id, album_id, ordering in cursor.fetchall():
            _rekey_album(cursor, studio_id, album_id, ordering)


def _rekey_album(cursor: Any, studio_id: UUID, album_id: UUID, ordering: str) -> None:
    cursor.execute(
        """select p.id, p.sort_key, h.camera_name
           from albums_placement p join albums_photo h on h.studio_id = p.studio_id and h.id = p.photo_id
           where p.studio_id = %s and p.album_id = %s and h.camera_name ~ '^[^ -/:-~]'""",
        [studio_id, album_id],
    )
    # In order of time the moment stands before the name and stays.
    keys = {
        pk: f"{key.partition(' ')[0]} {_name_key(name)}" if ordering == "time" else _name_key(name)
        for pk, key, name in cursor.fetchall()
    }
    cursor.execute(
        """update albums_placement p set sort_key = k.key from unnest(%s::uuid[], %s::text[]) as k (id, key)
           where p.studio_id = %s and p.id = k.id and p.sort_key <> k.key""",
        [list(keys), list(keys.values()), studio_id],
    )


def _name_key(camera_name: str) -> str:
    plain = unicodedata.normalize("NFKD", camera_name).casefold()
    plain = "".join(c for c in plain if not unicodedata.combining(c) and c not in "\0\x01")
    stem, dot, ending = plain.rpartition(".")
    if not stem:
        stem, dot, ending = plain, "", ""
    first = "\U0010fffd" if re.match("[0-9]", stem) else ""
    return f"{first}{_numbers(stem)}\x01{dot}{_numbers(ending)}"[:200]


def _numbers(text: str) -> str:
    runs = (run.lstrip("0") or "0" if run.isdigit() and run.isascii() else run for run in re.split("([0-9]+)", text))
    return "".join(f"{len(run):03}{run}" if run.isdigit() and run.isascii() else run for run in runs)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("albums", "0006_photo_recipe")]

    operations = [migrations.RunPython(rekey, migrations.RunPython.noop)]
