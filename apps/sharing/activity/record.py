"""The activity log is written here. Run in `acting_in(grant.studio)`, in the transaction of the act."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.utils import timezone

from apps.sharing.access import Grant
from apps.sharing.models import Activity, ActivityKind, ShareLink, Visitor
from apps.web.compiled_queries import Asked, together
from apps.web.device import device_of
from apps.web.raw_rows import inserting

# What can be done again and again without end, and how many of a kind about one photo (for archives: of one link) tell
# the studio enough within `WHILE`. Guests without a name count as one, so downloads have more room.
WHILE: Final = timedelta(minutes=10)
MOST_IN_A_WHILE: Final = {
    ActivityKind.FAVOURITE: 5,
    ActivityKind.UNFAVOURITE: 5,
    ActivityKind.MARKED: 5,
    ActivityKind.HID: 5,
    ActivityKind.SHOWED: 5,
    ActivityKind.DOWNLOADED: 50,
}


def record(
    grant: Grant,
    kind: ActivityKind,
    *,
    visitor: Visitor | None = None,
    photo_id: UUID | None = None,
    user_agent: str = "",
    **detail: object,
) -> None:
    """Add one act of a guest to the log; a member's preview adds none.

    What is done again and again is left out after a while.
    detail: JSON-able facts; never a password, never an address.
    """
    together(*recording(grant, kind, visitor=visitor, photo_id=photo_id, user_agent=user_agent, **detail))


def recording(
    grant: Grant,
    kind: ActivityKind,
    *,
    visitor: Visitor | None = None,
    photo_id: UUID | None = None,
    user_agent: str = "",
    **detail: object,
) -> list[Asked]:
    """What `record` sends, to go `together` with other statements of the act."""
    if grant.is_preview:
        return []
    now = timezone.now()
    row = Activity(
        studio=grant.studio,
        shown_id=grant.shown.pk,
        link_id=grant.link_id,
        visitor=visitor,
        photo_id=photo_id,
        kind=kind,
        device=device_of(user_agent) if user_agent else "",
        detail=detail,
        at=now,
    )
    most = MOST_IN_A_WHILE.get(kind)
    if most is None:
        return [inserting(row)]
    # The same about nobody, or about no photo, is the same too.
    about = ("studio_id", "visitor_id", "kind", "link_id", "photo_id")
    facts: dict[str, object] = {name: getattr(row, name) for name in about}
    same = " and ".join(f"{name} is null" if value is None else f"{name} = %s" for name, value in facts.items())
    lately = f"select from sharing_activity where {same} and at > %s limit %s"
    known = [value for value in facts.values() if value is not None]
    where = f"(select count(*) from ({lately}) lately) < %s"
    return [inserting(row, where=where, values=[*known, now - WHILE, most, most])]


def record_failure(link: ShareLink, *, user_agent: str) -> None:
    """Log a wrong password. The link's rate limit bounds how many there are."""
    Activity(
        studio=link.studio,
        shown_id=link.shown_id,
        link_id=link.pk,
        kind=ActivityKind.FAILED,
        device=device_of(user_agent) if user_agent else "",
    ).save(force_insert=True)
