"""Guest cookies: one signed pass per link, bound to the link's version.

A pass proves that this browser was let in once; whether the link still opens is asked of its row every time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpResponseBase

from apps.sharing.access.cookies import give_cookie

LIFETIME = timedelta(days=30)
# More cookies than this are not looked at, so that a long header costs no more than a short one.
MOST = 20

_signer = Signer(salt="glassine.guest")


@dataclass(frozen=True, slots=True)
class Pass:
    """What a guest's cookie says."""

    link_id: UUID
    album_id: UUID
    version: int
    unlocked_at: datetime


def cookie_name(link_id: UUID) -> str:
    """Name of the cookie of one link. The last 16 digits of a UUIDv7 are random."""
    return f"{settings.GUEST_COOKIE_NAME}_{link_id.hex[-16:]}"


def held(cookies: Mapping[str, str], *, now: datetime) -> list[Pass]:
    """The passes of a browser, without forged, broken and outlived ones."""
    names = [name for name in cookies if name.startswith(f"{settings.GUEST_COOKIE_NAME}_")]
    found = (_read(name, cookies[name]) for name in names[:MOST])
    return [one for one in found if one and one.unlocked_at <= now < one.unlocked_at + LIFETIME]


def held_for(cookies: Mapping[str, str], link_id: UUID, version: int, *, now: datetime) -> bool:
    """True if the browser holds a pass of this link and version."""
    name = cookie_name(link_id)
    if name not in cookies:
        return False
    return any((one.link_id, one.version) == (link_id, version) for one in held({name: cookies[name]}, now=now))


def _read(name: str, value: str) -> Pass | None:
    try:
        link, album, version, moment = _signer.unsign(value).split(".")
        one = Pass(UUID(link), UUID(album), int(version), datetime.fromtimestamp(int(moment), tz=UTC))
    except (BadSignature, ValueError, OverflowError, OSError):
        return None
    return one if cookie_name(one.link_id) == name else None


def hand_over(response: HttpResponseBase, cookies: Mapping[str, str], given: Pass) -> None:
    """Set the cookie of a pass, and drop the browser's oldest ones beyond `MOST`."""
    fields = (given.link_id.hex, given.album_id.hex, given.version, int(given.unlocked_at.timestamp()))
    own = cookie_name(given.link_id)
    give_cookie(response, own, _signer.sign(".".join(str(field) for field in fields)), lives=LIFETIME)
    for name in _superfluous(cookies, own):
        response.delete_cookie(name, path="/", samesite="Lax")


def _superfluous(cookies: Mapping[str, str], own: str) -> list[str]:
    others = [name for name in cookies if name.startswith(f"{settings.GUEST_COOKIE_NAME}_") and name != own]
    if len(others) < MOST:
        return []
    ages = {name: one.unlocked_at.timestamp() if (one := _read(name, cookies[name])) else 0.0 for name in others}
    return sorted(others, key=ages.__getitem__)[: len(others) - MOST + 1]
