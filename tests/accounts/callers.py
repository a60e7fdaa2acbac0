"""Programs that call the API in the tests."""

from __future__ import annotations

from typing import Any

from django.test import Client

from apps.accounts import sessions
from apps.accounts.access import member_of
from apps.accounts.models import User


class Caller(Client):
    """A client of the API: JSON in, JSON out, one Authorization header."""

    def __init__(self, authorization: str = "", **defaults: Any) -> None:
        super().__init__(headers={"authorization": authorization} if authorization else None, **defaults)

    def send(self, path: str, data: Any = None, **extra: Any) -> Any:
        """POST as JSON."""
        return self.post(path, data, content_type="application/json", **extra)


def session_of(user: User, slug: str) -> sessions.Pair:
    """Tokens as after a right password."""
    return sessions.begin(member_of(user, slug))


def bearer(user: User, slug: str) -> Caller:
    """A caller with a fresh access token."""
    return Caller(f"Bearer {session_of(user, slug).access}")
