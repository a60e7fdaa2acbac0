"""Albums in order of time stand by the clock of the place; before, they stood by the instant in UTC."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from apps.accounts.tenant_keys import open_to_owner

TABLES = ("accounts_studio", "albums_album", "albums_albumchange", "albums_photo", "albums_placement")
# "20260530140000000000", and behind it the name.
DIGITS = 20


def rekey(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """One album after the other, each in a transaction of its own, so that nobody waits for long."""
    with open_to_owner(schema_editor, *TABLES), schema_editor.connection.cursor() as cursor:
        cursor.execute(
            """select a.studio_id, a.id, s.time_zone from albums_album a join accounts_studio s on s.id = a.studio_id
               where a.ordering = 'time'"""
        )
        for studio_id, album_id, zone in cursor.fetchall():
            _rekey_album(cursor, studio_id, album_id, ZoneInfo(zone))


def _rekey_album(cursor: Any, studio_id: UUID, album_id: UUID, zone: ZoneInfo) -> None:
    cursor.execute(
        """select p.id, p.sort_key, h.taken_at, h.taken_offset
           from albums_placement p join albums_photo h on h.studio_id = p.studio_id and h.id = p.photo_id
           where p.studio_id = %s and p.album_id = %s and h.taken_at is not null""",
        [studio_id, album_id],
    )
    keys = {pk: _digits(at, offset, zone) + key[DIGITS:] for pk, key, at, offset in cursor.fetchall()}
    cursor.execute(
        """update albums_placement p set sort_key = k.key from unnest(%s::uuid[], %s::text[]) as k (id, key)
           where p.studio_id = %s and p.id = k.id and p.sort_key <> k.key""",
        [list(keys), list(keys.values()), studio_id],
    )


def _digits(taken_at: datetime, offset: int | None, zone: ZoneInfo) -> str:
    place = zone if offset is None else timezone(timedelta(minutes=offset))
    try:
        wall = taken_at.astimezone(place)
    except OverflowError:
        wall = taken_at
    return "".join(c for c in wall.replace(tzinfo=None).isoformat(timespec="microseconds") if c.isdigit())


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("accounts", "0003_what_tasks_count"),
        ("albums", "0001_initial"),
    ]
    # The index of the library follows placements by triggers, which see no rows as the owner.
    run_before = [("library", "0001_initial")]

    operations = [migrations.RunPython(rekey, migrations.RunPython.noop)]
