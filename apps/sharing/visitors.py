"""Guests as persons: who a browser belongs to. Run in `acting_in(grant.studio)`.

A browser holds one signed cookie per album, for a year. It names the visitor and the visitor's version; whether the
link still opens is asked of the link (see `access`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpResponseBase

from apps.sharing.access import Grant
from apps.sharing.models import Visitor

REMEMBERED = timedelta(days=365)

_signer = Signer(salt="glassine.visitor")


def cookie_name(album_id: UUID) -> str:
    """Name of the cookie that tells who looks at an album."""
    return f"{settings.VISITOR_COOKIE_NAME}_{album_id.hex[-16:]}"


def of(grant: Grant, cookies: Mapping[str, str], *, now: datetime) -> Visitor | None:
    """The person this browser belongs to, or None as long as nobody has said who it is."""
    try:
        visitor_id, version, moment = _signer.unsign(cookies.get(cookie_name(grant.album.pk), "")).split(".")
        wanted = {"pk": UUID(visitor_id), "version": int(version)}
        age = now.timestamp() - int(moment)
    except (BadSignature, ValueError):
        return None
    if not 0 <= age < REMEMBERED.total_seconds():
        return None
    known = Visitor.objects.for_studio(grant.studio).filter(album_id=grant.album.pk, **wanted)
    visitor: Visitor | None = known.first()
    return visitor


def remember(response: HttpResponseBase, visitor: Visitor, *, now: datetime) -> None:
    """Set the cookie by which the browser is known as this visitor."""
    response.set_cookie(
        cookie_name(visitor.album_id),
        _signer.sign(f"{visitor.pk.hex}.{visitor.version}.{int(now.timestamp())}"),
        max_age=REMEMBERED,
        path="/",
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )
