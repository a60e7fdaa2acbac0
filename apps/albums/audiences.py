"""To whom photos are shown: to all links or chosen ones, to no client at all, to none but the client's own link.

Run the deeds in `acting_in(studio)`. Ids of links are the caller's to check.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from apps.accounts.journal import note
from apps.accounts.models import User
from apps.albums import counts
from apps.albums.models import Album, Section


def show_section_to(section: Section, links: Collection[UUID] | None, *, by: User) -> None:
    """Show a section to these links only; None: to all."""
    section.audience = _ids(links)
    section.save(update_fields=["audience"])
    note(section.album.studio, by, "section.audience", section, links=_texts(links))
    counts.forget(section.album_id)


def show_photos_to(album: Album, photos: Iterable[UUID], links: Collection[UUID] | None, *, by: User) -> int:
    """Show photos of the album to these links only; None: to all that show their section. Returns how many."""
    ids = list(photos)
    shown = album.placements.live().filter(photo_id__in=ids).update(audience=_ids(links))
    if shown:
        note(album.studio, by, "photos.audience", album, photos=[str(pk) for pk in ids], links=_texts(links))
        counts.forget(album.pk)
    return shown


def hide(album: Album, photos: Iterable[UUID], *, hidden: bool, by: User) -> int:
    """Keep photos of the album from every client, or show them again. Returns how many were meant."""
    ids = list(photos)
    changed = album.placements.live().filter(photo_id__in=ids).update(is_hidden=hidden)
    if changed:
        note(album.studio, by, "photos.hidden" if hidden else "photos.shown", album, photos=[str(pk) for pk in ids])
        counts.forget(album.pk)
    return changed


def withhold(album: Album, photo_id: UUID, *, withheld: bool) -> bool:
    """Keep a photo from all links but the client's own, or show it again. False if it is so already."""
    placements = album.placements.live().filter(photo_id=photo_id, is_withheld=not withheld)
    changed = placements.update(is_withheld=withheld) > 0
    if changed:
        counts.forget(album.pk)
    return changed


def _ids(links: Collection[UUID] | None) -> list[UUID] | None:
    return None if links is None else sorted(links)


def _texts(links: Collection[UUID] | None) -> list[str] | None:
    return None if links is None else [str(pk) for pk in sorted(links)]
