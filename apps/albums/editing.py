"""Making and changing albums."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify

from apps.accounts import journal
from apps.accounts.journal import note
from apps.accounts.models import JournalEntry, Studio, User
from apps.albums import counts, ordering
from apps.albums.design import relooked
from apps.albums.models import Album, AlbumState, Ordering, Placement

CHANGEABLE = ("title", "event_date", "promised_on", "description", "state", "brand_id")
SLUG_LENGTH = 70
SLUG_TRIES = 5


def create(
    studio: Studio,
    *,
    by: User | None,
    title: str,
    event_date: date | None = None,
    promised_on: date | None = None,
    description: str = "",
    slug: str = "",
) -> Album:
    """A new draft with an address of its own, made from its title, or `slug`. Raises QuotaExceeded; IntegrityError if
    the studio has that slug.
    """
    _take_gallery(studio)
    album = Album(studio=studio, title=title, event_date=event_date, promised_on=promised_on, description=description)
    for attempt in range(SLUG_TRIES):
        album.slug = slug or free_slug(studio, title)
        try:
            with transaction.atomic():
                album.save(force_insert=True)
            break
        except IntegrityError:
            # Somebody took the same slug at this moment; the next look sees it.
            if slug or attempt == SLUG_TRIES - 1:
                raise
    note(studio, by, "album.created", album, title=title)
    return album


def _take_gallery(studio: Studio) -> None:
    """Raises QuotaExceeded. Of a plan with a number of galleries two are not made at once: each counts the others."""
    plan = Studio.objects.only("quota_albums", "trial_ends_at", "time_zone").get(pk=studio.pk)
    if plan.quota_albums is not None:
        plan = (
            Studio.objects.only("quota_albums", "trial_ends_at", "time_zone")
            .select_for_update(no_key=True)
            .get(pk=studio.pk)
        )
    if plan.quota_albums is not None or plan.trial_ends_at is not None:
        plan.check_galleries(Album.objects.for_studio(studio).filter(trashed_at__isnull=True).count())


def free_slug(studio: Studio, title: str) -> str:
    """ "Anna & Tom" -> "anna-tom", or "anna-tom-2" if that is taken in the studio."""
    base = slugify(title)[:SLUG_LENGTH].strip("-") or "gallery"
    taken = set(Album.every.for_studio(studio).filter(slug__startswith=base).values_list("slug", flat=True))
    if base not in taken:
        return base
    number = 2
    while f"{base}-{number}" in taken:
        number += 1
    return f"{base}-{number}"


def change(album: Album, *, by: User, **values: Any) -> JournalEntry | None:
    """Change title, event date, promised date, description, state or brand (its id). None if nothing changes.

    The slug stays, because it may stand in somebody's notes. Share links open live albums only; the first time that
    it is live is remembered.
    """
    changed = {name: value for name, value in values.items() if name in CHANGEABLE and getattr(album, name) != value}
    if not changed:
        return None
    columns, before = list(changed), album.state
    if changed.get("state") == AlbumState.LIVE and album.published_at is None:
        changed["published_at"] = timezone.now()
    watch = _watched(album, *changed)
    for name, value in changed.items():
        setattr(album, name, value)
    _save(album, *changed)
    if columns == ["state"]:
        return _record(album, "album.state", watch, by=by, before=before, after=str(album.state))
    return _record(album, "album.changed", watch, by=by, fields=sorted(columns), title=album.title)


def set_design(album: Album, design: dict[str, Any], *, by: User) -> JournalEntry:
    """How this gallery looks where it differs from the studio's look (see `design.understood`)."""
    watch = _watched(album, "design")
    album.design = relooked(album.design, design)
    _save(album, "design")
    return _record(album, "album.design", watch, by=by, **design)


def set_studio_design(studio: Studio, design: dict[str, str], *, by: User) -> None:
    """How the studio's galleries look unless they choose otherwise."""
    studio.design = relooked(studio.design, design)
    studio.save(update_fields=["design"])
    note(studio, by, "studio.design", studio, **design)


def set_state(album: Album, state: AlbumState, *, by: User) -> JournalEntry | None:
    """Draft, live or archived (see `change`)."""
    return change(album, by=by, state=state)


def set_more_coming(album: Album, on: bool, *, by: User) -> JournalEntry | None:
    """Whether clients read that photos will follow."""
    if album.more_coming == on:
        return None
    watch = _watched(album, "more_coming")
    album.more_coming = on
    _save(album, "more_coming")
    return _record(album, "album.more_coming", watch, by=by, on=on)


def set_cover(
    album: Album, photo_id: UUID, *, by: User, focal_x: float = 0.5, focal_y: float = 0.4
) -> JournalEntry | None:
    """Choose the cover and the point of it that is always seen (0..1 from left and top).

    None if the photo does not lie in the album.
    """
    album.hold()
    if not album.placements.live().filter(photo_id=photo_id).exists():
        return None
    watch = _watched(album, "cover_id", "focal_x", "focal_y")
    album.cover_id = photo_id
    album.focal_x, album.focal_y = min(1.0, max(0.0, focal_x)), min(1.0, max(0.0, focal_y))
    _save(album, "cover", "focal_x", "focal_y")
    return _record(album, "album.cover", watch, by=by, things=[photo_id])


def sort(album: Album, how: Ordering, *, by: User) -> JournalEntry | None:
    """Order the album by hand, by time or by name. None if it is ordered so already."""
    if album.ordering == how:
        return None
    watch = _watched(album, "ordering")
    ordering.reorder(album, how)
    return _record(album, "album.reordered", watch, by=by, ordering=how.value)


def move(
    album: Album, moving: list[UUID], *, before: UUID | None, section_id: UUID | None, by: User
) -> JournalEntry | None:
    """`ordering.move`, written down. None if no photo of the album was named."""
    watch = _watched(album, "ordering")
    moved = ordering.move(album, moving, before=before, section_id=section_id, watch=watch)
    if not moved:
        return None
    counts.forget(album.pk)
    section = album.sections.get(pk=section_id).title if section_id else ""
    changes = watch.changes()
    verb = "photos.moved" if any("section_id" in (row.before or {}) for _, row in changes) else "photos.ordered"
    return journal.record(album.studio, by=by, verb=verb, subject=album, things=moved, changes=changes, section=section)


def arrange(album: Album, photo_ids: list[UUID], *, by: User) -> JournalEntry:
    """`ordering.arrange`, written down."""
    watch = _watched(album, "ordering")
    watch.rows(Placement.objects.for_studio(album.studio_id).filter(album_id=album.pk), "manual_key")
    ordering.arrange(album, photo_ids)
    return _record(album, "album.reordered", watch, by=by, ordering=Ordering.MANUAL.value)


def _watched(album: Album, *columns: str) -> journal.Watch:
    """The album's row, held."""
    watch = journal.Watch(album.studio)
    watch.rows(Album.objects.for_studio(album.studio_id).filter(pk=album.pk), *columns)
    return watch


def _record(
    album: Album, verb: str, watch: journal.Watch, *, by: User, things: Iterable[UUID] = (), **detail: Any
) -> JournalEntry:
    return journal.record(
        album.studio, by=by, verb=verb, subject=album, things=things, changes=watch.changes(), **detail
    )


def _save(album: Album, *fields: str) -> None:
    album.updated_at = timezone.now()
    album.save(update_fields=[*fields, "updated_at"])
