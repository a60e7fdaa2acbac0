"""Events that a studio names, and the calendars that it follows. Run in `acting_in(studio)`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from apps.accounts import journal
from apps.accounts.journal import Undoing, note
from apps.accounts.models import JournalEntry, Studio, User
from apps.albums.models import Album, Placement
from apps.library.event_models import Event, EventAlbum, EventKind, HolidaySet
from apps.library.events import calendars
from apps.library.events.occasions import MOST_EVENTS, MOST_SETS
from apps.library.models import LibraryPhoto
from apps.web.refusal import Refusal

LONGEST: Final = timedelta(days=366)


class TooManyEvents(Refusal):
    """The studio keeps as many as it may."""

    status = 409
    code = "too_many"
    sentence = f"A studio keeps at most {MOST_EVENTS:,} events."


class BadEvent(ValueError):
    """A span that ends before it begins or lasts too long, a gallery or a calendar that is not there."""


def create(
    studio: Studio, *, by: User, albums: Collection[UUID] | None = None, **values: Any
) -> tuple[Event, JournalEntry]:
    """Name an event. values: title, starts, ends, and kind, is_yearly, client.

    albums: the galleries that tell of it; None for those in which photos of its time lie.
    Raises TooManyEvents, BadEvent.
    """
    if Event.objects.for_studio(studio).count() >= MOST_EVENTS:
        raise TooManyEvents
    event = Event(studio=studio, **values)
    _check(event.starts, event.ends)
    event.save(force_insert=True)
    watch = journal.Watch(studio)
    watch.made(event)
    chosen = galleries_of(studio, event.starts, event.ends) if albums is None else _known(studio, albums)
    for album_id in chosen:
        row = EventAlbum(studio=studio, event=event, album_id=album_id)
        row.save(force_insert=True)
        watch.made(row)
    entry = journal.record(
        studio, by=by, verb="event.created", subject=event, albums=chosen, changes=watch.changes(), title=event.title
    )
    return event, entry


def create_found(
    studio: Studio, spans: Collection[tuple[datetime, datetime]], *, by: User | None, act: UUID
) -> JournalEntry | None:
    """Make an event of each of these shoots, called by its day; None if there is none.

    act: the task of which this is a slice.  Raises TooManyEvents, ActUndone.
    """
    if not spans:
        return None
    if Event.objects.for_studio(studio).count() + len(spans) > MOST_EVENTS:
        raise TooManyEvents
    watch, made, galleries = journal.Watch(studio), [], set()
    for starts, ends in spans:
        title = f"Shoot on {starts.day} {starts:%B %Y}"
        event = Event(studio=studio, kind=EventKind.SHOOT, title=title, starts=starts, ends=ends)
        event.save(force_insert=True)
        watch.made(event)
        made.append(event.pk)
        for album_id in galleries_of(studio, starts, ends):
            row = EventAlbum(studio=studio, event=event, album_id=album_id)
            row.save(force_insert=True)
            watch.made(row)
            galleries.add(album_id)
    return journal.record(
        studio, by=by, verb="events.detected", subject=None, albums=sorted(galleries), things=made,
        changes=watch.changes(), act=act,
    )  # fmt: skip


def change(event: Event, *, by: User, **values: Any) -> JournalEntry | None:
    """Give an event another name, time or client; None if nothing changes. Raises BadEvent."""
    changed = {name: value for name, value in values.items() if getattr(event, name) != value}
    if not changed:
        return None
    watch = journal.Watch(event.studio)
    watch.rows(Event.objects.for_studio(event.studio_id).filter(pk=event.pk), *sorted(changed))
    for name, value in changed.items():
        setattr(event, name, value)
    _check(event.starts, event.ends)
    event.save(update_fields=sorted(changed))
    return journal.record(
        event.studio, by=by, verb="event.changed", subject=event, changes=watch.changes(), title=event.title
    )


def remove(event: Event, *, by: User) -> JournalEntry:
    """Forget an event; its photos and galleries stay."""
    watch = journal.Watch(event.studio)
    watch.removed(event)
    rows = list(EventAlbum.objects.for_studio(event.studio_id).filter(event=event))
    for row in rows:
        watch.removed(row)
    entry = journal.record(
        event.studio, by=by, verb="event.removed", subject=event, albums=[row.album_id for row in rows],
        changes=watch.changes(), title=event.title,
    )  # fmt: skip
    EventAlbum.objects.for_studio(event.studio_id).filter(event=event).delete()
    Event.objects.for_studio(event.studio_id).filter(pk=event.pk).delete()
    return entry


def undo(undoing: Undoing) -> None:
    """Take back an act on an event. Raises ChangedSince, Erased."""
    journal.write(undoing.studio, undoing.changes)


def follow(studio: Studio, sets: Collection[tuple[str, str]], *, by: User) -> list[HolidaySet]:
    """Read the holidays of these countries and regions ("" for all of a country) at photos, and of no others.

    Raises BadEvent.
    """
    wanted = list(dict.fromkeys(sets))
    if len(wanted) > MOST_SETS:
        raise BadEvent(f"At most {MOST_SETS} calendars.")
    known = calendars.countries()
    for country, region in wanted:
        if country not in known or (region and region not in known[country]):
            raise BadEvent(f"No holidays are known of “{f'{country} {region}'.strip()[:40]}”.")
    HolidaySet.objects.for_studio(studio).delete()
    rows = [HolidaySet(studio=studio, country=country, region=region) for country, region in wanted]
    HolidaySet.objects.for_studio(studio).bulk_create(rows)
    note(studio, by, "holidays.followed", None, sets=[str(row) for row in rows])
    return rows


def galleries_of(studio: Studio, starts: datetime, ends: datetime) -> list[UUID]:
    """Galleries in which photos of a time lie."""
    taken = LibraryPhoto.objects.for_studio(studio).filter(is_dated=True, wall__gte=starts, wall__lte=ends)
    lies = Placement.objects.for_studio(studio).filter(
        photo_id__in=taken.values("pk"), trashed_at__isnull=True, album__trashed_at__isnull=True
    )
    return sorted(lies.order_by().values_list("album_id", flat=True).distinct())


def _known(studio: Studio, albums: Collection[UUID]) -> list[UUID]:
    there = set(
        Album.objects.for_studio(studio).filter(pk__in=albums, trashed_at__isnull=True).values_list("pk", flat=True)
    )
    if there != set(albums):
        raise BadEvent("One of these galleries is not there.")
    return sorted(there)


def _check(starts: datetime, ends: datetime) -> None:
    if not starts <= ends <= starts + LONGEST:
        raise BadEvent("An event ends after it begins, within a year.")
