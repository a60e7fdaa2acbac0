"""What the studio does with a client's list: work on it, open it again, grant more, add to it. Run in the studio.

The visitor's side is in `hearts`; both lock the list's row.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple
from uuid import UUID

from django.utils import timezone

from apps.accounts.journal import note
from apps.accounts.models import User
from apps.albums.models import Placement
from apps.sharing.emails import writing
from apps.sharing.favourites.hearts import begin_round
from apps.sharing.models import Pick, Selection, Work

MOST_EXTRA = 10_000
DONE = (Work.READY, Work.DELIVERED)


class Worked(NamedTuple):
    """How many photos changed, and whether the visitor gets an email that all of the list are ready."""

    photos: int
    is_emailed: bool


def set_work(selection: Selection, photos: Collection[UUID] | None, work: Work, *, by: User) -> Worked:
    """How far the studio is with these photos of a list (None: with all).

    When the last photo of a sent list is done, one by one or all at once, the visitor gets an email, once a round.
    """
    _hold(selection)
    picks = Pick.objects.for_studio(selection.studio_id).filter(selection=selection).exclude(work=work)
    if photos is not None:
        picks = picks.filter(photo_id__in=photos)
    changed = picks.update(work=work)
    if changed:
        _touch(selection)
        note(selection.studio, by, "selection.worked", selection, work=work.value, photos=changed)
    return Worked(changed, bool(changed) and _tell_if_done(selection))


def _tell_if_done(selection: Selection) -> bool:
    left = Pick.objects.for_studio(selection.studio_id).filter(selection=selection).exclude(work__in=DONE)
    if not selection.is_sent or left.exists():
        return False
    return writing.all_ready(selection) is not None


def reopen_by_studio(selection: Selection, *, by: User) -> bool:
    """Let the visitor change a sent list, in the next round; False if it was open already."""
    _hold(selection)
    if not selection.is_sent:
        return False
    begin_round(selection)
    note(selection.studio, by, "selection.reopened", selection, round=selection.round)
    return True


def grant_more(selection: Selection, extra: int, *, by: User) -> None:
    """How many photos the list may hold beyond the limit of its preset. extra: in all, not in addition."""
    if not 0 <= extra <= MOST_EXTRA:
        raise ValueError(f"Grant between 0 and {MOST_EXTRA:,} photos.")
    _hold(selection)
    if selection.extra == extra:
        return
    selection.extra = extra
    _touch(selection, "extra")
    note(selection.studio, by, "selection.granted", selection, extra=extra)


def add_for(selection: Selection, photos: Collection[UUID], *, by: User) -> int:
    """Put photos into a client's list for them, as when they wrote names in an email; any number, sent or open.

    What is not in the album, or is there already, is left out. Returns how many were added.
    """
    _hold(selection)
    there = Placement.objects.for_studio(selection.studio_id).filter(
        album_id=selection.album_id, trashed_at__isnull=True, photo_id__in=photos
    )
    known = Pick.objects.for_studio(selection.studio_id).filter(selection=selection).values("photo_id")
    fresh = [
        Pick(studio_id=selection.studio_id, selection=selection, photo_id=photo_id, round=selection.round)
        for photo_id in there.exclude(photo_id__in=known).values_list("photo_id", flat=True)
    ]
    Pick.objects.for_studio(selection.studio_id).bulk_create(fresh, ignore_conflicts=True)
    if fresh:
        _touch(selection)
        note(selection.studio, by, "selection.added", selection, photos=len(fresh))
    return len(fresh)


def _hold(selection: Selection) -> None:
    """Lock the row until the transaction ends and read afresh what the deeds depend on."""
    rows: Any = Selection.objects.for_studio(selection.studio_id).select_for_update(no_key=True)
    selection.refresh_from_db(fields=["state", "round", "extra"], from_queryset=rows)


def _touch(selection: Selection, *fields: str) -> None:
    selection.updated_at = timezone.now()
    selection.save(update_fields=[*fields, "updated_at"])
