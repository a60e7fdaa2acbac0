"""Making and changing albums."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify

from apps.accounts.journal import note
from apps.accounts.models import Studio, User
from apps.albums import counts, ordering, placements
from apps.albums.design import relooked
from apps.albums.models import Album, AlbumState, Ordering

CHANGEABLE = ("title", "event_date", "description")
SLUG_LENGTH = 70
SLUG_TRIES = 5


def create(studio: Studio, *, by: User, title: str, event_date: date | None = None, description: str = "") -> Album:
    """A new draft with an address of its own, made from its title."""
    album = Album(studio=studio, title=title, event_date=event_date, description=description)
    for attempt in range(SLUG_TRIES):
        album.slug = free_slug(studio, title)
        try:
            with transaction.atomic():
                album.save(force_insert=True)
            break
        except IntegrityError:
            # Somebody took the same slug at this moment; the next look sees it.
            if attempt == SLUG_TRIES - 1:
                raise
    note(studio, by, "album.created", album, title=title)
    return album


def free_slug(studio: Studio, title: str) -> str:
    """ "Anna & Tom" -> "anna-tom", or "anna-tom-2" if that is taken in the studio."""
    base = slugify(title)[:SLUG_LENGTH].strip("-") or "gallery"
    taken = set(Album.objects.for_studio(studio).filter(slug__startswith=base).values_list("slug", flat=True))
    if base not in taken:
        return base
    number = 2
    while f"{base}-{number}" in taken:
        number += 1
    return f"{base}-{number}"


def change(album: Album, *, by: User, **values: Any) -> None:
    """Change title, event date or description. The slug stays, because it may stand in somebody's notes."""
    changed = {name: value for name, value in values.items() if name in CHANGEABLE and getattr(album, name) != value}
    if not changed:
        return
    for name, value in changed.items():
        setattr(album, name, value)
    _save(album, *changed)
    note(album.studio, by, "album.changed", album, fields=sorted(changed))


def set_design(album: Album, design: dict[str, str], *, by: User) -> None:
    """How this gallery looks where it differs from the studio's look (see `design.understood`)."""
    album.design = relooked(album.design, design)
    _save(album, "design")
    note(album.studio, by, "album.design", album, **design)


def set_studio_design(studio: Studio, design: dict[str, str], *, by: User) -> None:
    """How the studio's galleries look unless they choose otherwise."""
    studio.design = relooked(studio.design, design)
    studio.save(update_fields=["design"])
    note(studio, by, "studio.design", studio, **design)


def set_state(album: Album, state: AlbumState, *, by: User) -> None:
    """Draft, live or archived. Share links open live albums only; the first time that it is live is remembered."""
    if album.state == state:
        return
    before, album.state = album.state, state
    if state == AlbumState.LIVE and album.published_at is None:
        album.published_at = timezone.now()
    _save(album, "state", "published_at")
    note(album.studio, by, "album.state", album, before=before, after=state.value)


def set_more_coming(album: Album, on: bool, *, by: User) -> None:
    """Whether clients read that photos will follow."""
    if album.more_coming == on:
        return
    album.more_coming = on
    _save(album, "more_coming")
    note(album.studio, by, "album.more_coming", album, on=on)


def set_cover(album: Album, photo_id: UUID, *, by: User, focal_x: float = 0.5, focal_y: float = 0.4) -> bool:
    """Choose the cover and the point of it that is always seen (0..1 from left and top).

    False if the photo does not lie in the album.
    """
    album.hold()
    if not album.placements.live().filter(photo_id=photo_id).exists():
        return False
    album.cover_id = photo_id
    album.focal_x, album.focal_y = min(1.0, max(0.0, focal_x)), min(1.0, max(0.0, focal_y))
    _save(album, "cover", "focal_x", "focal_y")
    note(album.studio, by, "album.cover", album, photo=str(photo_id))
    return True


def sort(album: Album, how: Ordering, *, by: User) -> None:
    """Order the album by hand, by time or by name."""
    if album.ordering != how:
        ordering.reorder(album, how)
        note(album.studio, by, "album.reordered", album, ordering=how.value)


def move(album: Album, moving: list[UUID], *, before: UUID | None, section_id: UUID | None, by: User) -> int:
    """`ordering.move`, written down."""
    moved = ordering.move(album, moving, before=before, section_id=section_id)
    if moved:
        counts.forget(album.pk)
        note(album.studio, by, "album.reordered", album, ordering=Ordering.MANUAL.value, moved=moved)
    return moved


def arrange(album: Album, photo_ids: list[UUID], *, by: User) -> None:
    """`ordering.arrange`, written down."""
    ordering.arrange(album, photo_ids)
    note(album.studio, by, "album.reordered", album, ordering=Ordering.MANUAL.value, moved=len(photo_ids))


def order_sections(album: Album, ids: list[UUID], *, by: User) -> None:
    """`placements.order_sections`, written down."""
    placements.order_sections(album, ids)
    note(album.studio, by, "sections.reordered", album)


def _save(album: Album, *fields: str) -> None:
    album.updated_at = timezone.now()
    album.save(update_fields=[*fields, "updated_at"])
