"""Proving an address: 6 digits by email, so that a person finds the same lists on another device.

Run in `acting_in(grant.studio)`. Emails and guesses are counted before anything is sent or compared, by the address
that was typed and not by the row, so an unknown one costs the same.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.utils.translation import gettext as _

from apps.accounts import emails, outbox
from apps.accounts.models import Email
from apps.accounts.tenancy import StudioQuerySet
from apps.sharing.access import Grant
from apps.sharing.guests import visitors
from apps.sharing.models import Visitor
from apps.web.rate_limit import RateLimit, RateLimited, give_back, reserve

log = logging.getLogger(__name__)

HOUR = 3600
PER_VISITOR = RateLimit("link-code-visitor", 10, HOUR)
PER_LINK = RateLimit("link-code", 200, HOUR)
PER_IP = RateLimit("link-code-address", 30, HOUR)
EMAILS_PER_VISITOR = RateLimit("link-email-visitor", 5, HOUR)
EMAILS_PER_LINK = RateLimit("link-email", 200, HOUR)
EMAILS_PER_IP = RateLimit("link-email-address", 30, HOUR)


class WrongCode(Exception):
    """Not the code, or it has run out."""


def send(grant: Grant, visitor: Visitor, *, client_ip: str, now: datetime) -> None:
    """Email a new code; the one before it ends. client_ip: where the guest asks from. Raises RateLimited."""
    reserve(EMAILS_PER_IP, client_ip)
    reserve(EMAILS_PER_VISITOR, _subject(grant, visitor.email))
    reserve(EMAILS_PER_LINK, str(grant.link_id))
    code = visitor.new_code(now=now)
    words = outbox.rendered(
        # Subjects are kept, so the code stands in the text alone.
        _("Your code for the gallery by %(studio)s") % {"studio": grant.studio.name},
        "sharing/guests/email_code.txt",
        studio=grant.studio,
        album=grant.shown.album,
        code=code,
        minutes=int(visitor.CODE_VALID.total_seconds() // 60),
    )
    emails.cancel(codes_for(visitor))
    key = f"{_key(visitor)}{now.isoformat()}"
    outbox.put(grant.studio, key, visitor.email, words, useful_until=visitor.code_expires_at)


def offer(grant: Grant, email: str, *, client_ip: str, now: datetime) -> None:
    """Email a code to whose address it is. Too many in an hour are none, without a word, as for any other address."""
    owner = visitors.by_email(grant, email)
    if owner is None:
        return
    try:
        send(grant, owner, client_ip=client_ip, now=now)
    except RateLimited:
        log.info("no more codes by email for this link, address or person within the hour")


def codes_for(visitor: Visitor) -> StudioQuerySet[Email]:
    """The emails with codes of this person."""
    return Email.of(visitor.studio_id).filter(key__startswith=_key(visitor))


def _key(visitor: Visitor) -> str:
    return f"code:{visitor.pk}:"


def check(grant: Grant, *, email: str, code: str, client_ip: str, now: datetime) -> Visitor:
    """The person whose code this is; it works once. A right one is not counted as a guess in the end.

    Raises WrongCode, or RateLimited when nothing was compared.
    """
    subject = _subject(grant, email)
    limits = ((PER_IP, client_ip), (PER_VISITOR, subject), (PER_LINK, str(grant.link_id)))
    for limit, who in limits:
        reserve(limit, who)
    visitor = visitors.by_email(grant, email)
    if visitor is None or not visitor.is_code(code, now=now) or not visitor.spend_code():
        raise WrongCode
    for limit, who in limits:
        give_back(limit, who)
    return visitor


def _subject(grant: Grant, email: str) -> str:
    return f"{grant.shown.pk}:{email.strip().lower()}"
