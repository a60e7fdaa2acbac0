"""Who speaks on a raw ASGI path or a socket: the same session, the same CSRF rule, without a view."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import PermissionDenied
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware

from apps.accounts import hosts
from apps.accounts.models import User


def _nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


_session = SessionMiddleware(_nothing)
_auth = AuthenticationMiddleware(_nothing)
_csrf = CsrfViewMiddleware(_nothing)


def request_of(scope: dict[str, Any]) -> ASGIRequest:
    """A request with session and user, but without a body, for a raw HTTP path or a socket's handshake.

    Queries the database when the user is looked at: call it on a thread.
    """
    request = ASGIRequest({"method": "GET", **scope}, BytesIO())
    if scope.get("studio_host") is not None:
        hosts.welcome(request)
    _session.process_request(request)
    _auth.process_request(request)
    return request


def user_of(scope: dict[str, Any]) -> User | None:
    """The signed-in person, or None."""
    user = request_of(scope).user
    return user if isinstance(user, User) and user.is_active else None


def check_csrf(request: ASGIRequest) -> None:
    """Refuse a writing request that another site could have made. Raises PermissionDenied."""
    _csrf.process_request(request)
    if _csrf.process_view(request, _nothing, (), {}) is not None:
        raise PermissionDenied("This page has been open for too long. Reload it and try again.")
