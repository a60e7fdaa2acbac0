"""Guessing a link's password is bounded, and the owners hear of it.

Guests who are in already hold a pass and never come here, so an attacker cannot disturb them.
"""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from apps.accounts.guesses import Budget, give_back, reserve
from apps.accounts.journal import note
from apps.accounts.mail import send_later
from apps.accounts.models import Membership, Role
from apps.accounts.tenancy import acting_in
from apps.sharing import seals
from apps.sharing.models import ShareLink

HOUR = 3600
PER_HOUR = Budget("link-hour", 10, HOUR)
PER_DAY = Budget("link-day", 50, 24 * HOUR)
# One address that tries many links. Wider than a link's own, since a wedding party may share one address.
PER_ADDRESS = Budget("link-address", 30, HOUR)
# Counts failures only; it never refuses.
FAILED = Budget("link-failed", 1_000_000_000, HOUR)

TELL_LEFT_FROM = 3
ALARM_AT = 5


class Wrong(Exception):
    """Not the password. tries_left: what may still be tried this hour; None while it is not worth telling."""

    def __init__(self, tries_left: int | None) -> None:
        self.tries_left = tries_left
        super().__init__("That is not the password.")


def check_password(link: ShareLink, password: str, *, address: str) -> None:
    """Compare one guess. Each is counted before it is compared; a right one is not counted in the end.

    A new password is a new secret with a budget of its own. Raises Wrong, or TooManyGuesses when nothing was
    compared. Call it outside of a transaction: the comparison is slow.
    """
    secret = f"{link.pk}:{link.version}"
    reserve(PER_ADDRESS, address)
    left = min(reserve(PER_HOUR, secret), reserve(PER_DAY, secret))
    if seals.is_password(password, link.password_hash):
        for budget, subject in ((PER_ADDRESS, address), (PER_HOUR, secret), (PER_DAY, secret)):
            give_back(budget, subject)
        return
    failures = FAILED.tries - reserve(FAILED, secret)
    if failures == ALARM_AT:
        _tell_owners(link)
    raise Wrong(left if failures >= TELL_LEFT_FROM else None)


def _tell_owners(link: ShareLink) -> None:
    with acting_in(link.studio_id):
        note(link.studio, None, "link.guessed", link, failures=ALARM_AT)
        owners = Membership.objects.for_studio(link.studio_id).filter(role=Role.OWNER)
        for owner in owners.values_list("user__email", flat=True):
            send_later(
                owner,
                f"Wrong passwords on the link “{link.label}”",
                "sharing/guessed.txt",
                link=link,
                failures=ALARM_AT,
                per_hour=PER_HOUR.tries,
                per_day=PER_DAY.tries,
                address=settings.PUBLIC_URL + reverse("sharing:links", args=[link.studio.slug, link.album_id]),
            )
