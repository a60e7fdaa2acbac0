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
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from apps.accounts.guesses import Budget, give_back, reserve
from apps.accounts.journal import note
from apps.accounts.mail import send_later
from apps.accounts.models import Membership, Role
from apps.accounts.tenancy import acting_in
from apps.sharing import seals
from apps.sharing.access import Grant
from apps.sharing.models import ShareLink
from apps.web.refusal import Refusal

HOUR = 3600
PER_HOUR = Budget("link-pin-hour", 10, HOUR)
PER_DAY = Budget("link-pin-day", 50, 24 * HOUR)
# Counts failures only; it never refuses.
FAILED = Budget("link-pin-failed", 1_000_000_000, HOUR)
TELL_LEFT_FROM = 3
ALARM_AT = 5
DIGITS = 6
LIFETIME = timedelta(days=7)

_signer = Signer(salt="glassine.pin")


class Needed(Refusal):
    """The link asks for its PIN before a download."""

    status = 403
    code = "pin"
    sentence = _("Please give the download PIN first.")


class Wrong(Exception):
    """Not the PIN. tries_left: what may still be tried this hour; None while it is not worth telling."""

    def __init__(self, tries_left: int | None) -> None:
        self.tries_left = tries_left
        super().__init__(gettext("That is not the PIN."))


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
    """Compare one guess. Each is counted before it is compared; a right one is not counted in the end.

    A new PIN is a new secret with a budget of its own. Raises Wrong, or TooManyGuesses when nothing was compared.
    """
    secret = f"{link.pk}:{link.pin_version}"
    left = min(reserve(PER_HOUR, secret), reserve(PER_DAY, secret))
    if link.has_pin and seals.is_password(without_blanks(pin), link.pin_hash):
        for budget in (PER_HOUR, PER_DAY):
            give_back(budget, secret)
        return
    failures = FAILED.tries - reserve(FAILED, secret)
    if failures == ALARM_AT:
        _tell_owners(link)
    raise Wrong(left if failures >= TELL_LEFT_FROM else None)


def _tell_owners(link: ShareLink) -> None:
    with acting_in(link.studio_id):
        note(link.studio, None, "link.pin_guessed", link, failures=ALARM_AT)
        owners = Membership.objects.for_studio(link.studio_id).filter(role=Role.OWNER)
        for owner in owners.values_list("user__email", flat=True):
            send_later(
                owner,
                f"Wrong download PINs on the link “{link.label}”",
                "sharing/pin_guessed.txt",
                link=link,
                failures=ALARM_AT,
                per_hour=PER_HOUR.tries,
                per_day=PER_DAY.tries,
                address=settings.PUBLIC_URL + reverse("sharing:links", args=[link.studio.slug, link.album_id]),
            )


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
    response.set_cookie(
        _cookie_name(link.pk),
        _signer.sign(f"{_said(link)}.{int(now.timestamp())}"),
        max_age=LIFETIME,
        path="/",
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )


def _said(link: ShareLink) -> str:
    return f"{link.pk.hex}.{link.version}.{link.pin_version}"
