"""Which visitor a browser's cookie names. Asked at the door, so it knows nothing of grants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
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
    return next(iter(_VISITORS(_Named(studio.pk, shown_id, named.visitor_id, named.version))), None)


@dataclass(frozen=True, slots=True)
class _Named:
    """Whom a cookie names, and where."""

    studio_id: UUID
    shown_id: UUID
    visitor_id: UUID
    version: int


def _by_name(named: _Named) -> QuerySet[Any]:
    rows = Visitor.objects.for_studio(named.studio_id)
    return rows.filter(shown_id=named.shown_id, pk=named.visitor_id, version=named.version)


# Each deed of a guest asks this.
_VISITORS: Final = Compiled(_by_name)
