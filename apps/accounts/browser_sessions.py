"""Where a person is signed in: sessions of browsers, kept in a table that knows whose they are.

This is the session engine of the pages. It is Django's database engine with columns beside the signed data, so that
a person can see their sessions and end one of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from apps.accounts import sessions
from apps.accounts.models import BrowserSession, User
from apps.web.compiled_queries import Compiled
from apps.web.device import device_of

# In the session's data: on what it began, and when (Unix seconds).
DEVICE, BEGAN = "device", "began"
# How exactly it is known when a session was last used; each step costs one UPDATE.
STEP: Final = timedelta(minutes=10)
MOST_LISTED: Final = 100


@dataclass(frozen=True, slots=True)
class _Living:
    """The session with this key, unless it ended."""

    key: str
    now: datetime


def _by_key(asked: _Living) -> QuerySet[BrowserSession]:
    return BrowserSession.objects.filter(session_key=asked.key, expire_date__gt=asked.now)


# Every page of a member asks this first.
_BY_KEY: Final = Compiled(_by_key)


class SessionStore(db.SessionStore):
    """Sessions in `BrowserSession`. Must be called so: the salt of the signed data has the class's name in it."""

    @classmethod
    def get_model_class(cls) -> type[BrowserSession]:
        return BrowserSession

    def create_model_instance(self, data: dict[str, Any]) -> BrowserSession:
        now = timezone.now()
        return BrowserSession(
            session_key=self._get_or_create_session_key(),  # type: ignore[attr-defined]
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
            user_id=data.get(SESSION_KEY),
            device=data.get(DEVICE, ""),
            began_at=datetime.fromtimestamp(data[BEGAN], tz=now.tzinfo) if BEGAN in data else now,
            seen_at=now,
        )

    def _get_session_from_db(self) -> BrowserSession | None:
        found = _BY_KEY(_Living(self.session_key, timezone.now())) if self.session_key else []
        if not found:
            self._session_key = None
            return None
        [row] = found
        if not row.user_id:
            return row
        if not row.is_living:
            self._session_key = None
            return None
        if timezone.now() - row.seen_at > STEP:
            BrowserSession.objects.filter(pk=row.pk).update(seen_at=timezone.now())
        return row


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
        return timezone.now() - self.seen_at < STEP


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
