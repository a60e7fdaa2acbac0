"""The session engine of the pages: Django's database engine, in a table that knows whose its rows are.

So a person can see their sessions and end one of them (see `browser_sessions`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.db.models import QuerySet
from django.utils import timezone

from apps.accounts.models import BrowserSession
from apps.web.compiled_queries import Compiled

# In the session's data: on what it began, and when (Unix seconds).
DEVICE, BEGAN = "device", "began"


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

    _row: BrowserSession | None = None

    def has_row(self, row: BrowserSession) -> None:
        """Take the session's row, read a moment ago by its key, instead of reading it."""
        self._row = row

    @property
    def is_read(self) -> bool:
        """Whether what is in the session is known already."""
        return hasattr(self, "_session_cache")

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
        row, self._row = self._row, None
        if row is None and self.session_key:
            row = next(iter(_BY_KEY(_Living(self.session_key, timezone.now()))), None)
        if row is None:
            self._session_key = None
            return None
        if not row.user_id:
            return row
        if not row.is_living:
            self._session_key = None
            return None
        if not row.is_recent:
            BrowserSession.objects.filter(pk=row.pk).update(seen_at=timezone.now())
        return row
