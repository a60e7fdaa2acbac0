"""Where a person is signed in: sessions of browsers (`session_store` keeps them) and of programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from apps.accounts import sessions
from apps.accounts.models import BrowserSession, User
from apps.accounts.session_store import BEGAN, DEVICE
from apps.web.device import device_of

MOST_LISTED: Final = 100


@dataclass(frozen=True, slots=True)
class SignedIn:
    """One place where a person is signed in. device: like "Phone, Safari"; "Program" for a session of the API."""

    handle: str
    device: str
    began_at: datetime
    seen_at: datetime
    is_here: bool

    @property
    def is_recent(self) -> bool:
        """Whether the last use is too near to be told more exactly."""
        return timezone.now() - self.seen_at < BrowserSession.STEP


def describe(session: Any, user_agent: str) -> None:
    """Note in a session that begins on what it does."""
    session[DEVICE] = device_of(user_agent)
    session[BEGAN] = int(timezone.now().timestamp())


def signed_in(user: User, here: str | None) -> list[SignedIn]:
    """Where a person is signed in, this place first, then the last used; `here` is the key of the session that asks."""
    found = [
        SignedIn(row.handle, row.device or "Browser", row.began_at, row.seen_at, row.session_key == here)
        for row in _living(user).order_by("-seen_at")[:MOST_LISTED]
    ]
    found += [
        SignedIn(one.family.hex, "Program", one.began_at, one.seen_at, is_here=False)
        for one in sessions.living(user, MOST_LISTED)
    ]
    return sorted(found, key=lambda one: (one.is_here, one.seen_at), reverse=True)[:MOST_LISTED]


def end(user: User, handle: str, here: str | None) -> None:
    """End one session of a person, but not the one that asks. Raises Http404 when there is no such session."""
    for row in _living(user).exclude(session_key=here):
        if row.handle == handle:
            row.delete()
            return
    for one in sessions.living(user, MOST_LISTED):
        if one.family.hex == handle:
            sessions.end_family(user, one.family)
            return
    raise Http404


def end_others(user: User, here: str | None) -> None:
    """End every session of a person, of browsers and of programs, except the one that asks."""
    _living(user).exclude(session_key=here).delete()
    sessions.end_all(user)


def _living(user: User) -> QuerySet[BrowserSession]:
    now = timezone.now()
    return BrowserSession.objects.filter(
        user=user, expire_date__gt=now, seen_at__gt=now - BrowserSession.IDLE, began_at__gt=now - BrowserSession.LONGEST
    )
