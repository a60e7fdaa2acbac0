"""Undo, table by table: what a studio's tables hold after an act and its undo is what they held before."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from apps.accounts import journal
from apps.accounts.long_tasks import Task
from apps.accounts.models import JournalEntry, Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums import bulk, clock, editing, stacks, trash
from apps.albums.models import Album, Ordering, Photo
from apps.backups import dump
from apps.jobs import queue
from apps.jobs.models import Queue
from apps.media import cas
from apps.uploads.ingest import ingest
from config.tasks import STEPS
from tests.albums.conftest import may_analyze  # noqa: F401  (a fixture)
from tests.factories import AlbumFactory, PhotoFactory, PlacementFactory, SectionFactory, jpeg
from tests.furnished import furnish

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("may_analyze")]

NOON = datetime(2026, 6, 20, 12, 0, tzinfo=UTC)
# They tell of acts and undos, one after the other, and are not what acts are about.
LOGS = {
    "accounts_journalentry", "accounts_journalsubject", "accounts_task", "accounts_taskslice", "albums_albumchange",
    "albums_albumversion", "jobs_job", "jobs_lane", "webhooks_webhookdelivery",
}  # fmt: skip
# When a row was touched last, by whatever act; of a blob, when its bytes were last asked for; and of a file that is
# not shown any more what was learned of it, which it keeps when it is shown again.
TOUCHED = ["updated_at", "seen_at", "look"]
# A file that replaced another one stays, as a version to go back to.
KEPT = {"albums_version", "media_blob", "media_rendition"}


# What waits and what is kept of it, together.
_SQUARES = """
    select q::text from (
        select level, x, y, sum(photos) as n, sum(latitudes) as lat, sum(longitudes) as lon from (
            select 18 as level, studio_id, x, y, photos, latitudes, longitudes from library_mapchange
            union all select level, studio_id, x, y, photos, latitudes, longitudes from library_mapsquare
        ) r where %s::text[] is not null and r.studio_id = %s group by level, x, y
    ) q where n <> 0 or lat <> 0 or lon <> 0
"""


def contents(studio: Studio) -> dict[str, Counter[str]]:
    """The rows of the studio in each table; of counts that are plus and minus the sums."""
    found: dict[str, Counter[str]] = {}
    with acting_in(studio), connection.cursor() as cursor:
        for name, columns in dump.tables(cursor):
            if "studio_id" not in columns or name in LOGS:
                continue
            row, where = "(to_jsonb(r) - %s::text[])::text", "where r.studio_id = %s"
            query = f'select {row} from "{name}" r {where}'
            if name == "library_monthcount":
                query = f"""select m::text from (select month, sum(photos) as n from {name} r
                            where %s::text[] is not null and r.studio_id = %s group by 1) m where n <> 0"""
            if name in ("library_mapchange", "library_mapsquare"):
                query = _SQUARES
            if name == "library_valuecount":
                query = f"""select m::text from (select facet, value, sum(photos) as n from {name} r
                            where %s::text[] is not null and r.studio_id = %s group by 1, 2) m where n <> 0"""
            if name == "library_knownword":
                # Whose words they are; which photo is the witness is nothing that an act is about.
                query = f"""select distinct word from {name} r
                            where %s::text[] is not null and r.studio_id = %s and witness_id is not null"""
            cursor.execute(query, [TOUCHED, studio.pk])
            found[name] = Counter(text for (text,) in cursor.fetchall())
    return found


@pytest.fixture
def album(north: Studio, alice_user: User) -> Album:
    """Four photos of one camera beside a row in every other table, and one real file."""
    furnish(north, alice_user)
    album = AlbumFactory.create(studio=north, title="Undone")
    for number in range(4):
        photo = PhotoFactory.create(
            studio=north, facts={"model": "R6"}, taken_at=NOON + timedelta(minutes=number), taken_offset=120
        )
        PlacementFactory.create(album=album, photo=photo)
    SectionFactory.create(album=album, rank=1, title="Best")
    stored = cas.receive(io.BytesIO(jpeg()), limit=1 << 20)
    ingest(north, album, stored, name="real.jpg", by=alice_user)
    work()
    with acting_in(north):
        for how in (Ordering.NAME, Ordering.TIME):
            editing.sort(Album.objects.for_studio(north).get(pk=album.pk), how, by=alice_user)
        fresh: Album = Album.objects.for_studio(north).select_related("studio").get(pk=album.pk)
    return fresh


def work() -> None:
    for line in (Queue.IMAGES, Queue.DEFAULT):
        while queue.answer(line, STEPS):
            pass


def photos(album: Album) -> list[UUID]:
    return list(album.placements.live().in_order().values_list("photo_id", flat=True))


def delete(album: Album, by: User) -> None:
    trash.trash_album(album, by=by)


def move(album: Album, by: User) -> None:
    bulk.begin_move(album, album.placements.live(), album.sections.get(title="Best"), by=by)


def stack(album: Album, by: User) -> None:
    stacks.put_together(album.studio, photos(album)[:3], by=by)


def shift(album: Album, by: User) -> None:
    clock.shift(album, "R6", 192, by=by)


def replace(album: Album, by: User) -> None:
    photo = Photo.objects.for_studio(album.studio).select_related("studio").get(camera_name="real.jpg")
    stored = cas.receive(io.BytesIO(jpeg(80, 60)), limit=1 << 20)
    ingest(album.studio, album, stored, name="real.jpg", by=by, replace=photo)


@pytest.mark.parametrize("act", [delete, move, stack, shift, replace], ids=lambda act: act.__name__)
def test_tables_after_an_undo_are_as_before_the_act(
    act: Callable[[Album, User], None], album: Album, alice_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Task, "SLICE", 2)
    before = contents(album.studio)
    with acting_in(album.studio):
        known = set(JournalEntry.objects.for_studio(album.studio).values_list("pk", flat=True))
        act(album, alice_user)
    work()
    meanwhile = contents(album.studio)
    assert changed(before, meanwhile), "the act did something"
    with acting_in(album.studio):
        fresh = JournalEntry.objects.for_studio(album.studio).exclude(pk__in=known).filter(is_first=True)
        entry = fresh.get(changes__isnull=False)
        entry.studio = album.studio
        journal.undo(entry, by=alice_user)
    work()
    after = contents(album.studio)
    assert {name: rows for name, rows in changed(before, after).items() if rows[0]} == {}, "nothing is gone or differs"
    more = {name for name, rows in changed(before, after).items() if rows[1]}
    assert more <= (KEPT if act is replace else set()), "nothing came"


def changed(before: dict[str, Counter[str]], after: dict[str, Counter[str]]) -> dict[str, tuple[Any, Any]]:
    """Of each table that differs the rows that are gone, and those that came."""
    both = {name: (before[name] - after[name], after[name] - before[name]) for name in before}
    return {name: rows for name, rows in both.items() if any(rows)}
