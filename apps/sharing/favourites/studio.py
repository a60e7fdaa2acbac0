"""What the studio does with the photos of a client's list: works on them, adds some. Run in the studio's transaction.

The visitor's side is in `hearts`; both lock the list's row.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from apps.accounts.journal import note
from apps.accounts.models import User
from apps.sharing.emails import writing
from apps.sharing.models import Pick, Selection, Work
from apps.smart_collections.asked import photos_of

DONE = (Work.READY, Work.DELIVERED)


class Worked(NamedTuple):
    """How many photos changed, and whether the visitor gets an email that all of the list are ready."""

    photos: int
    is_emailed: bool


def set_work(selection: Selection, photos: Collection[UUID] | None, work: Work, *, by: User) -> Worked:
    """How far the studio is with these photos of a list (None: with all).

    When the last photo of a sent list is done, one by one or all at once, the visitor gets an email, once a round.
    """
    selection.hold()
    picks = Pick.objects.for_studio(selection.studio_id).filter(selection=selection).exclude(work=work)
    if photos is not None:
        picks = picks.filter(photo_id__in=photos)
    changed = picks.update(work=work)
    if changed:
        selection.touch()
        note(selection.studio, by, "selection.worked", selection, work=work.value, photos=changed)
    return Worked(changed, bool(changed) and _tell_if_done(selection))


def _tell_if_done(selection: Selection) -> bool:
    left = Pick.objects.for_studio(selection.studio_id).filter(selection=selection).exclude(work__in=DONE)
    if not selection.is_sent or left.exists():
        return False
    return writing.all_ready(selection) is not None


def add_for(selection: Selection, photos: Collection[UUID], *, by: User) -> int:
    """Put photos into a client's list for them, as when they wrote names in an email; any number, sent or open.

    What is not in the album, or is there already, is left out. Returns how many were added.
    """
    selection.hold()
    there = photos_of(selection.album).live().filter(photo_id__in=photos)
    known = Pick.objects.for_studio(selection.studio_id).filter(selection=selection).values("photo_id")
    fresh = [
        Pick(studio_id=selection.studio_id, selection=selection, photo_id=photo_id, round=selection.round)
        for photo_id in there.exclude(photo_id__in=known).values_list("photo_id", flat=True)
    ]
    Pick.objects.for_studio(selection.studio_id).bulk_create(fresh, ignore_conflicts=True)
    if fresh:
        selection.touch()
        note(selection.studio, by, "selection.added", selection, photos=len(fresh))
    return len(fresh)
