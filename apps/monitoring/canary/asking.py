"""Requests to this installation's own code, without a network: what is tried is the doors, not the wires."""

from __future__ import annotations

import io
import json
import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.handlers.base import BaseHandler
from django.core.handlers.wsgi import WSGIRequest
from django.db import transaction

from apps.accounts.models import User
from apps.accounts.session_store import SessionStore

_asking: ContextVar[bool] = ContextVar("canary is asking", default=False)


class _Silent(logging.Filter):
    """A thousand refusals that were meant are not worth a line of the log each."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not _asking.get()


_silent = _Silent()


@contextmanager
def silence() -> Iterator[None]:
    """Refusals of requests are not logged inside; those of other threads are."""
    logger = logging.getLogger("django.request")
    logger.addFilter(_silent)
    token = _asking.set(True)
    try:
        yield
    finally:
        _asking.reset(token)
        logger.removeFilter(_silent)


@dataclass(frozen=True, slots=True)
class CanaryAnswer:
    """said: body and headers.  location: where a redirect leads, or ""."""

    status: int
    said: str
    location: str


def all_middleware() -> BaseHandler:
    """What answers a request. Made once for many strangers: whitenoise looks at every static file when it begins."""
    handler = BaseHandler()
    handler.load_middleware()
    return handler


class Stranger:
    """Sends requests through all middleware, each in a savepoint that is rolled back."""

    def __init__(self, handler: BaseHandler) -> None:
        self._handler = handler
        site = urlsplit(settings.PUBLIC_URL)
        self._environ = {
            "wsgi.url_scheme": site.scheme,
            "HTTP_HOST": site.netloc,
            "SERVER_NAME": site.hostname or "localhost",
            "SERVER_PORT": str(site.port or (443 if site.scheme == "https" else 80)),
            "SERVER_PROTOCOL": "HTTP/1.1",
            # 198.18.0.0/15 is for tests (RFC 2544). Another one for each asking: refusals count per address.
            "REMOTE_ADDR": f"198.{18 + secrets.randbelow(2)}.{secrets.randbelow(256)}.{secrets.randbelow(256)}",
        }

    def ask(self, method: str, path: str, **headers: str) -> CanaryAnswer:
        """What is answered to a request with these headers, named as in a WSGI environment."""
        body = json.dumps({}).encode() if path.startswith("/api/") else b""
        environ = {
            **self._environ,
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "CONTENT_TYPE": "application/json" if body else "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            **headers,
        }
        with transaction.atomic():
            try:
                request = WSGIRequest(environ)
                # Django's own way to say so; without it every POST would be refused for the wrong reason.
                request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
                response: Any = self._handler.get_response(request)
                content = b"".join(response.streaming_content) if response.streaming else response.content
                said = content.decode("utf-8", "replace") + str(response.headers)
                return CanaryAnswer(response.status_code, said, response.headers.get("location", ""))
            finally:
                transaction.set_rollback(True)


def session_of(user: User) -> str:
    """The header with which a browser of this person asks."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
