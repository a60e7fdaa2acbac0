"""Which visitor a browser's cookie names. Asked at the door, so it knows nothing of grants."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from apps.accounts.models import Studio
from apps.sharing.access.cookies import SignedCookie
from apps.sharing.models import Visitor


class VisitorPass(NamedTuple):
    """What the cookie says, one for each thing that is shown: who looks, until the visitor is signed out."""

    visitor_id: UUID
    version: int


COOKIE: Final = SignedCookie("visitor", VisitorPass, lifetime=timedelta(days=365), most=9)


def known(studio: Studio, shown_id: UUID, cookies: Mapping[str, str], *, now: datetime) -> Visitor | None:
    """The person a browser is known as there, who has said who it is. Run it in `acting_in(studio)`."""
    visitor = anyone(studio, shown_id, cookies, now=now)
    return visitor if visitor and not visitor.is_anonymous else None


def anyone(studio: Studio, shown_id: UUID, cookies: Mapping[str, str], *, now: datetime) -> Visitor | None:
    """The same, also while it has only rated photos and nobody knows who it is."""
    named = COOKIE.read(cookies, shown_id, now=now)
    if named is None:
        return None
    mine = Visitor.objects.for_studio(studio).filter(shown_id=shown_id, pk=named.visitor_id, version=named.version)
    visitor: Visitor | None = mine.first()
    return visitor
