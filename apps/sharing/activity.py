"""Writing down what guests do. Run in `acting_in(grant.studio)`, in the transaction of the deed it tells of."""

from __future__ import annotations

import re
from uuid import UUID

from apps.sharing.access import Grant
from apps.sharing.models import Activity, ActivityKind, ShareLink, Visitor

_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"),
             ("SamsungBrowser", "Samsung Internet"), ("Chrome", "Chrome"), ("Safari", "Safari"))  # fmt: skip


def device_of(user_agent: str) -> str:
    """Kind of device and browser, like "Phone, Safari": enough to recognise one's own visit, too little to track."""
    agent = user_agent[:400]
    if re.search(r"iPad|Tablet|Android(?!.*Mobile)", agent):
        kind = "Tablet"
    elif re.search(r"Mobi|iPhone|Android", agent):
        kind = "Phone"
    else:
        kind = "Computer"
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    return f"{kind}, {browser}" if browser else kind


def record(
    grant: Grant,
    kind: ActivityKind,
    *,
    visitor: Visitor | None = None,
    photo_id: UUID | None = None,
    user_agent: str = "",
    **detail: object,
) -> None:
    """Note one deed of a guest; a member's preview leaves no trace.

    detail: JSON-able facts; never a password, never an address.
    """
    if grant.is_preview:
        return
    Activity(
        studio=grant.studio,
        album=grant.album,
        link_id=grant.link_id,
        visitor=visitor,
        photo_id=photo_id,
        kind=kind,
        device=device_of(user_agent) if user_agent else "",
        detail=detail,
    ).save(force_insert=True)


def record_failure(link: ShareLink, *, user_agent: str) -> None:
    """Note that somebody gave a wrong password. There are no more of these than guesses in the link's budget."""
    Activity(
        studio=link.studio,
        album_id=link.album_id,
        link_id=link.pk,
        kind=ActivityKind.FAILED,
        device=device_of(user_agent) if user_agent else "",
    ).save(force_insert=True)
