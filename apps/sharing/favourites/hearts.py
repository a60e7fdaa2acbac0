"""Hearts, and the rounds in which a visitor sends them. Run in `acting_in(grant.studio)`.

Each heart names the photo and the wanted state, so that two tabs or a repeated request end alike. Limits are decided
while the list's row is locked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts import outbox
from apps.accounts.emails import Words
from apps.accounts.models import Role
from apps.albums.models import Photo
from apps.sharing.access import Grant
from apps.sharing.activity import record
from apps.sharing.emails import writing
from apps.sharing.favourites import lists
from apps.sharing.favourites.lists import ListRefused
from apps.sharing.models import Activity, ActivityKind, Pick, Selection, SelectionState, Visitor, Work
from apps.web.compiled_queries import together, written
from apps.web.raw_rows import inserting

LONGEST_NOTE = 2000
ASK_AGAIN_AFTER = timedelta(days=1)
# Each sending is an email to the studio and one to an address that nobody may have proved.
SENDS_A_DAY = 20


@dataclass(frozen=True, slots=True)
class HeartTally:
    """A list after a heart."""

    on: bool
    count: int
    maximum: int | None
    selection: Selection


def heart(
    grant: Grant,
    visitor: Visitor,
    photo_id: UUID,
    *,
    on: bool,
    selection_id: UUID | None = None,
    user_agent: str = "",
) -> HeartTally:
    """Put a photo into a list (without an id the first open one) or take it out; again changes nothing.

    Raises PermissionDenied if the link has no favourites; Http404 if it does not show the photo; ListRefused "locked"
    when the list was sent, "full" with the maximum at its limit, "working" when the studio has begun on the photo.
    """
    _require(grant)
    held = lists.hold_for(grant, visitor, photo_id, selection_id)
    selection, maximum, count = held.selection, held.selection.maximum, held.count
    if (held.pick_id is not None) != on:
        if selection.is_sent:
            raise _locked(grant, visitor)
        if held.pick_id is None:
            if maximum is not None and count >= maximum:
                raise lists.full(maximum)
            pick = Pick(studio=grant.studio, selection=selection, photo_id=photo_id, round=selection.round)
            changing = inserting(pick)
        else:
            if held.work != Work.SELECTED:
                raise ListRefused("working", _("Your photographer is already working on this photo."))
            changing = written(_OUT, {"studio": grant.studio.pk, "id": held.pick_id})
        count += 1 if on else -1
        touching = written(_TOUCH, {"studio": grant.studio.pk, "id": selection.pk, "now": timezone.now()})
        kind = ActivityKind.FAVOURITE if on else ActivityKind.UNFAVOURITE
        told = record.recording(
            grant, kind, visitor=visitor, photo_id=photo_id, user_agent=user_agent, selection=selection.title
        )
        together(changing, touching, *told)
    return HeartTally(on, count, maximum, selection)


# Guests send hearts more than anything else that writes: decision 13.
_OUT: Final = "delete from sharing_pick where studio_id = %(studio)s and id = %(id)s returning 1"
_TOUCH: Final = """
    update sharing_selection set updated_at = %(now)s where studio_id = %(studio)s and id = %(id)s returning 1
"""


def swap(
    grant: Grant, visitor: Visitor, photo_id: UUID, *, selection_id: UUID | None = None, user_agent: str = ""
) -> HeartTally:
    """Let a photo take the place of the frame of its stack that is in the list; the list stays as long as it was.

    Raises PermissionDenied, Http404, and ListRefused "locked", "working", or "alone" without another frame in the list.
    """
    _require(grant)
    grant.require(photo_id)
    selection = lists.hold(grant, visitor, selection_id)
    if selection.is_sent:
        raise _locked(grant, visitor)
    stack = Photo.objects.for_studio(grant.studio).filter(pk=photo_id).values("stack_id")
    shown = lists.shown_picks(grant, selection)
    old = shown.filter(photo__stack_id__in=stack).exclude(photo_id=photo_id).order_by("pk").first()
    if old is None:
        raise ListRefused("alone", _("No other photo of this stack is in your list."))
    if old.work != Work.SELECTED:
        raise ListRefused("working", _("Your photographer is already working on this photo."))
    gone = old.photo_id
    if shown.filter(photo_id=photo_id).exists():
        old.delete()
    else:
        old.photo_id = photo_id
        old.save(update_fields=["photo"])
    selection.touch()
    for kind, photo in ((ActivityKind.UNFAVOURITE, gone), (ActivityKind.FAVOURITE, photo_id)):
        record.record(grant, kind, visitor=visitor, photo_id=photo, user_agent=user_agent, selection=selection.title)
    return HeartTally(True, lists.shown_picks(grant, selection).count(), selection.maximum, selection)


def send(
    grant: Grant, visitor: Visitor, selection_id: UUID, *, note: str, now: datetime, user_agent: str = ""
) -> Selection:
    """Send a list to the studio: it locks, owners and editors get an email. Sent already, it stays as it was sent.

    Raises PermissionDenied, Http404, and ListRefused "few" with what is missing, "full" when it holds too many, "note",
    "often".
    """
    _require(grant)
    selection = lists.hold(grant, visitor, selection_id)
    if selection.is_sent:
        return selection
    note = note.replace("\0", "").replace("\r\n", "\n").strip()
    if len(note) > LONGEST_NOTE:
        raise ListRefused("note", _("Use at most %(count)s characters.") % {"count": LONGEST_NOTE})
    count = lists.shown_picks(grant, selection).count()
    _check_limits(selection, count)
    _check_pace(grant, visitor, now)
    selection.state, selection.note, selection.sent_at = SelectionState.SENT, note, now
    selection.updated_at = now
    selection.save(update_fields=["state", "note", "sent_at", "updated_at"])
    facts: dict[str, Any] = {"selection": selection.title, "round": selection.round, "count": count}
    record.record(grant, ActivityKind.SENT, visitor=visitor, user_agent=user_agent, note=note, **facts)
    # The rows at hand spare the emails from reading them again.
    selection.visitor, selection.album = visitor, grant.shown.album
    subject = f"{visitor.name} has sent “{selection.title}”"
    words = _words(selection, subject, "sharing/favourites/selection_sent.txt", count=count)
    key = f"selection-sent:{selection.pk}:{selection.round}"
    outbox.tell(grant.studio, [Role.OWNER, Role.EDITOR], key, words, reply_to=visitor.email, album=selection.album_id)
    writing.selection_received(selection, count)
    return selection


def reopen(grant: Grant, visitor: Visitor, selection_id: UUID, *, user_agent: str = "") -> Selection:
    """Open a sent list again, which begins the next round; an open one stays. Raises PermissionDenied, Http404."""
    _require(grant)
    selection = lists.hold(grant, visitor, selection_id)
    if selection.is_sent:
        selection.begin_round()
        facts: dict[str, Any] = {"selection": selection.title, "round": selection.round}
        record.record(grant, ActivityKind.REOPENED, visitor=visitor, user_agent=user_agent, **facts)
    return selection


def ask_more(grant: Grant, visitor: Visitor, selection_id: UUID, *, now: datetime, user_agent: str = "") -> Selection:
    """Ask the owners for a larger limit, by email; asked again within a day, nothing is sent.

    Raises PermissionDenied, Http404, ListRefused "unlimited".
    """
    _require(grant)
    selection = lists.hold(grant, visitor, selection_id)
    maximum = selection.maximum
    if maximum is None:
        raise ListRefused("unlimited", _("This list has no limit."))
    asked = Activity.objects.for_studio(grant.studio).filter(
        shown_id=grant.shown.pk, visitor=visitor, kind=ActivityKind.ASKED_MORE, at__gt=now - ASK_AGAIN_AFTER
    )
    if asked.filter(detail__selection_id=str(selection.pk)).exists():
        return selection
    facts: dict[str, Any] = {"selection": selection.title, "selection_id": str(selection.pk), "maximum": maximum}
    selection.ask_for_more(now)
    record.record(grant, ActivityKind.ASKED_MORE, visitor=visitor, user_agent=user_agent, **facts)
    selection.visitor, selection.album = visitor, grant.shown.album
    subject = f"{visitor.name} asks for more than {maximum} photos"
    words = _words(selection, subject, "sharing/favourites/selection_more.txt", maximum=maximum)
    key = f"selection-more:{selection.pk}:{int(now.timestamp())}"
    outbox.tell(grant.studio, [Role.OWNER], key, words, reply_to=visitor.email)
    return selection


def _require(grant: Grant) -> None:
    if not grant.rights.favourite:
        raise PermissionDenied("This link has no favourites.")


def _locked(grant: Grant, visitor: Visitor) -> ListRefused:
    instead = lists.next_open(grant, visitor)
    return lists.locked(instead.title if instead else _("Favourites"))


def _check_limits(selection: Selection, count: int) -> None:
    maximum = selection.maximum
    if maximum is not None and count > maximum:
        raise lists.over(maximum)
    missing = max(selection.minimum, 1) - count
    if missing > 0:
        raise ListRefused("few", lists.missing_words(missing), missing=missing)


def _check_pace(grant: Grant, visitor: Visitor, now: datetime) -> None:
    sent = Activity.objects.for_studio(grant.studio).filter(
        shown_id=grant.shown.pk, visitor=visitor, kind=ActivityKind.SENT, at__gt=now - timedelta(days=1)
    )
    if sent[:SENDS_A_DAY].count() == SENDS_A_DAY:
        raise ListRefused("often", _("You’ve sent your lists too often today. Please try again tomorrow."))


def _words(selection: Selection, subject: str, template: str, **context: object) -> Words:
    """An email to the studio about a list, with the address of the list's page."""
    album, visitor = selection.album, selection.visitor
    path = reverse("sharing:selection", args=[album.studio.slug, album.pk, selection.pk])
    address = settings.PUBLIC_URL + path
    return outbox.rendered(
        subject, template, selection=selection, album=album, visitor=visitor, address=address, **context
    )
