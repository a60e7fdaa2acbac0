"""Guests' passes: one for each link, bound to the link's version.

A pass proves that this browser was let in once; whether the link still opens is asked of its row every time.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from apps.sharing.access.cookies import SignedCookie

# What a plan of a download belongs to is a digest of the pass (see `downloads.archive.plan.holder`), so it is a secret.
_BROWSER_BITS: Final = 60


class Pass(NamedTuple):
    """What a guest's cookie says. browser: random, so that no two browsers hold the same pass, whenever they came."""

    link_id: UUID
    shown_id: UUID
    version: int
    browser: int


def new(link_id: UUID, shown_id: UUID, version: int) -> Pass:
    """A pass for a browser that holds none."""
    return Pass(link_id, shown_id, version, secrets.randbits(_BROWSER_BITS))


COOKIE: Final = SignedCookie("guest", Pass, lifetime=timedelta(days=30), most=12)


def is_held(cookies: Mapping[str, str], link_id: UUID, version: int, *, now: datetime) -> bool:
    """True if the browser holds a pass of this link and version."""
    held = COOKIE.read(cookies, link_id, now=now)
    return held is not None and (held.link_id, held.version) == (link_id, version)
