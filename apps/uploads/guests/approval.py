"""The studio answers what guests sent: shown to guests, or into the trash. Run in `acting_in(studio)`."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from apps.accounts.models import JournalEntry, User
from apps.albums import audiences, placements
from apps.albums.models import Album
from apps.uploads.guests.waiting import waiting

#: How many photos one answer is about at most.
MOST = 2000


def approve(album: Album, photos: Collection[UUID], *, by: User) -> JournalEntry | None:
    """Show those of these photos that wait to guests; None if none of them does."""
    return audiences.hide(album, _waiting(album, photos), hidden=False, by=by)


def reject(album: Album, photos: Collection[UUID], *, by: User) -> JournalEntry | None:
    """Move those of these photos that wait to the trash; None if none of them does."""
    return placements.take_out(album, _waiting(album, photos), by=by)


def _waiting(album: Album, photos: Collection[UUID]) -> list[UUID]:
    found = waiting(album).filter(photo_id__in=photos).values_list("photo_id", flat=True)
    return [photo_id for photo_id in found[:MOST] if photo_id is not None]
