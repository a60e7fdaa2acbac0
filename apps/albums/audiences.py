"""To whom photos are shown: to all links or chosen ones, to no client at all, to none but the client's own link.

Run the deeds in `acting_in(studio)`. Ids of links are the caller's to check.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from apps.accounts import journal
from apps.accounts.models import JournalEntry, User
from apps.albums import counts
from apps.albums.models import Album, Placement, Section


def show_section_to(section: Section, links: Collection[UUID] | None, *, by: User) -> JournalEntry:
    """Show a section to these links only; None: to all."""
    studio = section.album.studio
    watch = journal.Watch(studio)
    watch.rows(Section.objects.for_studio(studio).filter(pk=section.pk), "audience")
    section.audience = _ids(links)
    section.save(update_fields=["audience"])
    counts.forget(section.album_id)
    return journal.record(
        studio,
        by=by,
        verb="section.audience",
        subject=section,
        changes=watch.changes(),
        links=_texts(links),
        title=section.title,
    )


def show_photos_to(
    album: Album, photos: Iterable[UUID], links: Collection[UUID] | None, *, by: User
) -> JournalEntry | None:
    """Show photos of the album to these links only; None: to all that show their section. Hidden ones come out.

    The entry counts the photos that were meant; None if none of them lies in the album.
    """
    told = {"links": _texts(links)}
    return _set(album, photos, "photos.audience", by=by, told=told, audience=_ids(links), is_hidden=False)


def hide(
    album: Album, photos: Iterable[UUID], *, hidden: bool, by: User, act: UUID | None = None
) -> JournalEntry | None:
    """Keep photos of the album from every client, or show them again (see `show_photos_to`).

    act: of which act over several albums this is a part.
    """
    return _set(
        album, photos, "photos.hidden" if hidden else "photos.shown", by=by, told={}, act=act, is_hidden=hidden
    )  # fmt: skip


def _set(
    album: Album,
    photos: Iterable[UUID],
    verb: str,
    *,
    by: User,
    told: dict[str, Any],
    act: UUID | None = None,
    **values: Any,
) -> JournalEntry | None:
    lying = Placement.objects.for_studio(album.studio_id).filter(album_id=album.pk)
    watch = journal.Watch(album.studio)
    rows = watch.rows(lying.filter(trashed_at__isnull=True, photo_id__in=list(photos)), *values)
    if not rows:
        return None
    meant = lying.filter(pk__in=rows)
    meant.update(**values)
    counts.forget(album.pk)
    things = meant.values_list("photo_id", flat=True)
    return journal.record(
        album.studio, by=by, verb=verb, subject=album, things=things, changes=watch.changes(), act=act, **told
    )


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
