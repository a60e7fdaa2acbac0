"""The download PIN of a link: 6 digits, asked before the first download and never before looking.

Guessing is bounded for each link over all addresses, and the owners hear of it. Whoever gave the right PIN holds a
pass and never comes here again, so an attacker cannot disturb them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from django.http import HttpResponseBase
from django.utils.translation import gettext_noop as _

from apps.sharing.access import Grant
from apps.sharing.access.cookies import SignedCookie
from apps.sharing.access.lockout import Lockout, try_once
from apps.sharing.models import ShareLink
from apps.web.refusal import Refusal

LOCKOUT = Lockout.of(
    "link-pin", "link.pin_guessed", "Wrong download PINs on the link “{}”", "sharing/downloads/pin_guessed.txt"
)
DIGITS = 6


class PinPass(NamedTuple):
    """What the cookie of a link says: that the right PIN was given, until it or the link's password changes."""

    link_id: UUID
    version: int
    pin_version: int

    @classmethod
    def of(cls, link: ShareLink) -> PinPass:
        return cls(link.pk, link.version, link.pin_version)


COOKIE: Final = SignedCookie("pin", PinPass, lifetime=timedelta(days=7), most=3)


class Needed(Refusal):
    """The link asks for its PIN before a download."""

    status = 403
    code = "pin"
    sentence = _("Enter the download PIN first.")


def without_blanks(text: str) -> str:
    """The text without blanks and hyphens."""
    return re.sub(r"[\s\-\u2010-\u2015]", "", text)


def link_of(grant: Grant) -> ShareLink:
    """The grant's link, read afresh. Run in `acting_in(grant.studio)`."""
    found: ShareLink = ShareLink.objects.for_studio(grant.studio).select_related("studio").get(pk=grant.link_id)
    return found


def require(grant: Grant, cookies: Mapping[str, str], *, now: datetime) -> None:
    """Raises Needed unless the link has no PIN or this browser gave the right one. Run in `acting_in`."""
    if grant.rights.needs_pin and not is_held(link_of(grant), cookies, now=now):
        raise Needed


def check(link: ShareLink, pin: str) -> None:
    """Compare one guess. A new PIN is a new secret with a limit of its own.

    Raises lockout.Wrong, or RateLimited when nothing was compared.
    """
    typed = without_blanks(pin)
    try_once(LOCKOUT, link, link.pin_version, lambda: link.is_pin(typed))


def is_held(link: ShareLink, cookies: Mapping[str, str], *, now: datetime) -> bool:
    """True if the browser gave the right PIN, and neither it nor the link's password changed since."""
    return COOKIE.read(cookies, link.pk, now=now) == PinPass.of(link)


def hand_over(response: HttpResponseBase, cookies: Mapping[str, str], link: ShareLink, *, now: datetime) -> None:
    """Set the cookie that says that the right PIN was given."""
    COOKIE.give(response, cookies, PinPass.of(link), link.pk, now=now)
