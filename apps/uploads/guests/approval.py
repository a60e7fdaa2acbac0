"""The studio answers what guests sent: shown to guests, or into the trash. Run in `acting_in(studio)`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from apps.accounts.access import Entered
from apps.accounts.models import JournalEntry, User
from apps.albums import audiences, placements
from apps.albums.models import Album
from apps.uploads.guests.waiting import waiting, waiting_for
from apps.web.ids import uuid7

#: How many photos one answer is about at most.
MOST = 2000


def approve(album: Album, photos: Collection[UUID], *, by: User, act: UUID | None = None) -> JournalEntry | None:
    """Show those of these photos that wait to guests; None if none of them does.  act: see `answer_all`."""
    return audiences.hide(album, _waiting(album, photos), hidden=False, by=by, act=act)


def reject(album: Album, photos: Collection[UUID], *, by: User, act: UUID | None = None) -> JournalEntry | None:
    """Move those of these photos that wait to the trash; None if none of them does.  act: see `answer_all`."""
    return placements.take_out(album, _waiting(album, photos), by=by, act=act)


@dataclass(frozen=True, slots=True)
class Answered:
    """What an answer reached. photos: those that waited.  entry: takes all of it back, None if nothing waited."""

    photos: frozenset[UUID]
    entry: JournalEntry | None


def answer_all(member: Entered, photos: Collection[UUID], *, approved: bool) -> Answered:
    """Approve or reject photos in every gallery of the member's in which they wait, as one act with one undo."""
    places: dict[UUID, list[UUID]] = {}
    for album_id, photo_id in waiting_for(member).filter(photo_id__in=photos).values_list("album_id", "photo_id"):
        places.setdefault(album_id, []).append(photo_id)
    act = uuid7() if len(places) > 1 else None
    deed, entry = approve if approved else reject, None
    # Always in the same order: two answers at once must not wait for each other.
    for album in Album.objects.visible_to(member).filter(pk__in=places).order_by("pk"):
        album.studio = member.studio
        entry = deed(album, places[album.pk], by=member.user, act=act) or entry
    return Answered(frozenset(pk for many in places.values() for pk in many), entry)


def _waiting(album: Album, photos: Collection[UUID]) -> list[UUID]:
    found = waiting(album).filter(photo_id__in=photos).values_list("photo_id", flat=True)
    return [photo_id for photo_id in found[:MOST] if photo_id is not None]
