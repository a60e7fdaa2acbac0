"""Guessing a link's secrets is bounded, and the owners hear of it: its password, and its download PIN.

Guests who are in already hold a pass and never come here, so an attacker cannot disturb them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from apps.accounts import outbox
from apps.accounts.journal import note
from apps.accounts.models import Role
from apps.accounts.tenancy import acting_in
from apps.sharing.models import ShareLink
from apps.web.rate_limit import RateLimit, give_back, reserve

HOUR = 3600
# One address that tries the passwords of many links. Wider than a link's own, since a wedding party may share one.
PER_IP = RateLimit("link-address", 30, HOUR)

TELL_LEFT_FROM = 3
ALARM_AT = 5


@dataclass(frozen=True, slots=True)
class Lockout:
    """What bounds the guesses at one kind of secret, and what the owners are told of them.

    per_hour, per_day: for each secret, over all addresses.  failed: counts failures only; it never refuses.
    verb: in the journal.  subject, template: of the email.
    """

    per_hour: RateLimit
    per_day: RateLimit
    failed: RateLimit
    verb: str
    subject: str
    template: str

    @classmethod
    def of(cls, name: str, verb: str, subject: str, template: str) -> Lockout:
        return cls(
            RateLimit(f"{name}-hour", 10, HOUR),
            RateLimit(f"{name}-day", 50, 24 * HOUR),
            RateLimit(f"{name}-failed", 1_000_000_000, HOUR),
            verb,
            subject,
            template,
        )


PASSWORD = Lockout.of("link", "link.guessed", "Wrong passwords on the link “{}”", "sharing/access/guessed.txt")


class Wrong(Exception):
    """Not the secret. tries_left: what may still be tried this hour; None while it is not worth telling."""

    def __init__(self, tries_left: int | None) -> None:
        self.tries_left = tries_left
        super().__init__("That is not the secret.")


def check_password(link: ShareLink, password: str, *, client_ip: str) -> None:
    """Compare one guess at the password. A new password is a new secret with a limit of its own.

    Raises Wrong, or RateLimited when nothing was compared. Call it outside of a transaction: the comparison is slow.
    """
    reserve(PER_IP, client_ip)
    try_once(PASSWORD, link, link.version, lambda: link.is_password(password))
    give_back(PER_IP, client_ip)


def try_once(lockout: Lockout, link: ShareLink, version: int, is_right: Callable[[], bool]) -> None:
    """One guess: counted before it is compared; a right one is not counted in the end.

    version: of the secret; another one has a limit of its own. Raises Wrong, or RateLimited when nothing was
    compared.
    """
    secret = f"{link.pk}:{version}"
    left = min(reserve(lockout.per_hour, secret), reserve(lockout.per_day, secret))
    if is_right():
        for limit in (lockout.per_hour, lockout.per_day):
            give_back(limit, secret)
        return
    failures = lockout.failed.tries - reserve(lockout.failed, secret)
    if failures == ALARM_AT:
        _tell_owners(lockout, link, version)
    raise Wrong(left if failures >= TELL_LEFT_FROM else None)


def _tell_owners(lockout: Lockout, link: ShareLink, version: int) -> None:
    with acting_in(link.studio_id):
        note(link.studio, None, lockout.verb, link, failures=ALARM_AT)
        words = outbox.rendered(
            lockout.subject.format(link.label),
            lockout.template,
            link=link,
            failures=ALARM_AT,
            per_hour=lockout.per_hour.tries,
            per_day=lockout.per_day.tries,
            address=settings.PUBLIC_URL + reverse("sharing:links", args=[link.studio.slug, link.album_id]),
        )
        # Failures are counted by the hour, so a second alarm within one could only come of counters that were wiped.
        hour = int(time.time()) // HOUR
        outbox.tell(link.studio, [Role.OWNER], f"{lockout.verb}:{link.pk}:{version}:{hour}", words)
