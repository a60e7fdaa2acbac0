"""Which visitor a browser's cookie names. Asked at the door, so it knows nothing of grants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from apps.accounts.models import Studio
from apps.sharing.access.cookies import SignedCookie
from apps.sharing.models import Visitor
from apps.web.compiled_queries import Compiled


class VisitorPass(NamedTuple):
    """What the cookie says, one for each thing that is shown: who looks, until the visitor is signed out."""

    visitor_id: UUID
    version: int


COOKIE: Final = SignedCookie("visitor", VisitorPass, lifetime=timedelta(days=365), most=10)


def known(studio: Studio, shown_id: UUID, cookies: Mapping[str, str], *, now: datetime) -> Visitor | None:
    """The person a browser is known as there. Run it in `acting_in(studio)`."""
    named = COOKIE.read(cookies, shown_id, now=now)
    if named is None:
        return None
    found = _VISITORS(_Asked(studio.pk, shown_id, named.visitor_id, named.version))
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class _Asked:
    studio_id: UUID
    shown_id: UUID
    visitor_id: UUID
    version: int


def _visitors(asked: _Asked) -> QuerySet[Visitor]:
    mine = Visitor.objects.for_studio(asked.studio_id)
    return mine.filter(shown_id=asked.shown_id, pk=asked.visitor_id, version=asked.version)


_VISITORS: Final = Compiled(_visitors)
