"""Which visitor a browser's cookie names. Asked at the door, so it knows nothing of grants."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer

from apps.accounts.models import Studio
from apps.sharing.models import Visitor
from apps.web.compiled_queries import Compiled

REMEMBERED = timedelta(days=365)


signer = Signer(salt="glassine.visitor")


def cookie_name(shown_id: UUID) -> str:
    """Name of the cookie that tells who looks at what is shown."""
    return f"{settings.VISITOR_COOKIE_NAME}_{shown_id.hex[-16:]}"


def named_by(cookies: Mapping[str, str], shown_id: UUID, *, now: datetime) -> tuple[UUID, int] | None:
    """Id and version of the visitor that a browser's cookie names there, or None. Asks no database."""
    try:
        visitor_id, version, moment = signer.unsign(cookies.get(cookie_name(shown_id), "")).split(".")
        named, age = (UUID(visitor_id), int(version)), now.timestamp() - int(moment)
    except (BadSignature, ValueError):
        return None
    return named if 0 <= age < REMEMBERED.total_seconds() else None


def known(studio: Studio, shown_id: UUID, cookies: Mapping[str, str], *, now: datetime) -> Visitor | None:
    """The person a browser is known as there. Run it in `acting_in(studio)`."""
    named = named_by(cookies, shown_id, now=now)
    if named is None:
        return None
    visitor_id, version = named
    found = _KNOWN(studio=studio.pk, shown=shown_id, visitor=visitor_id, version=version)
    return found[0] if found else None


_KNOWN: Final = Compiled(
    lambda *, studio, shown, visitor, version: Visitor.objects.for_studio(studio).filter(
        shown_id=shown, pk=visitor, version=version
    )
)
