"""The download PIN of a link: 6 digits, asked before the first download and never before looking.

Guessing is bounded for each link over all addresses, and the owners hear of it. Whoever gave the right PIN holds a
pass and never comes here again, so an attacker cannot disturb them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpResponseBase
from django.utils.translation import gettext_noop as _

from apps.sharing.access import Grant
from apps.sharing.access.cookies import give_cookie
from apps.sharing.access.lockout import Guard, try_once
from apps.sharing.links import secrets
from apps.sharing.models import ShareLink
from apps.web.refusal import Refusal

GUARD = Guard.of(
    "link-pin", "link.pin_guessed", "Wrong download PINs on the link “{}”", "sharing/downloads/pin_guessed.txt"
)
DIGITS = 6
LIFETIME = timedelta(days=7)

_signer = Signer(salt="glassine.pin")


class Needed(Refusal):
    """The link asks for its PIN before a download."""

    status = 403
    code = "pin"
    sentence = _("Please give the download PIN first.")


def without_blanks(text: str) -> str:
    """What was typed, without the blanks and hyphens that people put between digits."""
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
    """Compare one guess. A new PIN is a new secret with a budget of its own.

    Raises guarding.Wrong, or TooManyGuesses when nothing was compared.
    """
    typed = without_blanks(pin)
    try_once(GUARD, link, link.pin_version, lambda: link.has_pin and secrets.is_password(typed, link.pin_hash))


# -- the pass ----------------------------------------------------------------------------------------


def _cookie_name(link_id: UUID) -> str:
    # A name of its own, which the look at guests' passes does not meet.
    return f"{settings.GUEST_COOKIE_NAME.replace('guest', 'pin')}_{link_id.hex[-16:]}"


def is_held(link: ShareLink, cookies: Mapping[str, str], *, now: datetime) -> bool:
    """True if the browser gave the right PIN, and neither it nor the link's password changed since."""
    try:
        said, moment = _signer.unsign(cookies.get(_cookie_name(link.pk), "")).rsplit(".", 1)
        age = now.timestamp() - int(moment)
    except (BadSignature, ValueError):
        return False
    return said == _said(link) and 0 <= age < LIFETIME.total_seconds()


def hand_over(response: HttpResponseBase, link: ShareLink, *, now: datetime) -> None:
    """Set the cookie that says that the right PIN was given."""
    give_cookie(response, _cookie_name(link.pk), _signer.sign(f"{_said(link)}.{int(now.timestamp())}"), lives=LIFETIME)


def _said(link: ShareLink) -> str:
    return f"{link.pk.hex}.{link.version}.{link.pin_version}"
