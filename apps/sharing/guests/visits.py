"""Visits are counted and logged here, by the pages and by the API alike. Run in `acting_in(grant.studio)`."""

from __future__ import annotations

from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from apps.sharing.access import Grant
from apps.sharing.access.lockout import HOUR
from apps.sharing.activity import record
from apps.sharing.guests import machines
from apps.sharing.models import ActivityKind, ShareLink, Visitor
from apps.web.client_ip import client_ip
from apps.web.rate_limit import RateLimit, is_left

# By one address, which a whole wedding party may share.
OPENINGS = RateLimit("link-opened", 300, HOUR)
UNLOCKINGS = RateLimit("link-unlocked", 300, HOUR)


def opened(request: HttpRequest, grant: Grant, visitor: Visitor | None, *, by_app: bool = False) -> None:
    """A guest opened the link for the first time in this browser or app. visitor: who it is, if known.

    by_app: it is asked by the API, where a program behind which a person is looks like any other.
    """
    if not _counts(request, grant, OPENINGS, by_app):
        return
    ShareLink.objects.for_studio(grant.studio).filter(pk=grant.link_id).update(
        views=F("views") + 1, last_opened_at=timezone.now()
    )
    record.record(grant, ActivityKind.OPENED, visitor=visitor, user_agent=_agent(request))


def unlocked(request: HttpRequest, grant: Grant, visitor: Visitor | None, *, by_app: bool = False) -> None:
    """The password was right. by_app: as above."""
    if _counts(request, grant, UNLOCKINGS, by_app):
        record.record(grant, ActivityKind.UNLOCKED, visitor=visitor, user_agent=_agent(request))


def _counts(request: HttpRequest, grant: Grant, limit: RateLimit, by_app: bool) -> bool:
    """False for a machine, and for one more visit than people behind one address can make: it keeps no cookies."""
    return (by_app or not machines.is_machine(request)) and is_left(limit, f"{grant.link_id}:{client_ip(request)}")


def _agent(request: HttpRequest) -> str:
    return request.headers.get("User-Agent", "")
