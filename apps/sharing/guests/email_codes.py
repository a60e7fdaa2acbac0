"""Proving an address: 6 digits by email, so that a person finds the same lists on another device.

Run in `acting_in(grant.studio)`. Emails and guesses are counted before anything is sent or compared, by the address
that was typed and not by the row, so an unknown one costs the same.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from apps.accounts import emails, outbox
from apps.accounts.models import Email
from apps.accounts.tenancy import StudioQuerySet
from apps.sharing.access import Grant
from apps.sharing.guests import visitors
from apps.sharing.models import Visitor
from apps.web.rate_limit import Budget, give_back, reserve

VALID = timedelta(minutes=15)
DIGITS = 6

HOUR = 3600
PER_VISITOR = Budget("link-code-visitor", 10, HOUR)
PER_LINK = Budget("link-code", 200, HOUR)
PER_ADDRESS = Budget("link-code-address", 30, HOUR)
EMAILS_PER_VISITOR = Budget("link-email-visitor", 5, HOUR)
EMAILS_PER_LINK = Budget("link-email", 200, HOUR)
EMAILS_PER_ADDRESS = Budget("link-email-address", 30, HOUR)


class WrongCode(Exception):
    """Not the code, or it has run out."""


def send(grant: Grant, visitor: Visitor, *, address: str, now: datetime) -> None:
    """Email a new code; the one before it ends. address: where the guest asks from. Raises TooManyGuesses."""
    reserve(EMAILS_PER_ADDRESS, address)
    reserve(EMAILS_PER_VISITOR, _subject(grant, visitor.email))
    reserve(EMAILS_PER_LINK, str(grant.link_id))
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    visitor.code_hash = _hash(visitor, code)
    visitor.code_expires_at = now + VALID
    visitor.save(update_fields=["code_hash", "code_expires_at"])
    words = outbox.rendered(
        # Subjects are kept, so the code stands in the text alone.
        _("Your code for the gallery of %(studio)s") % {"studio": grant.studio.name},
        "sharing/guests/email_code.txt",
        studio=grant.studio,
        album=grant.shown.album,
        code=code,
        minutes=int(VALID.total_seconds() // 60),
    )
    emails.cancel(codes_for(visitor))
    key = f"{_key(visitor)}{now.isoformat()}"
    outbox.put(grant.studio, key, visitor.email, words, useful_until=visitor.code_expires_at)


def codes_for(visitor: Visitor) -> StudioQuerySet[Email]:
    """The emails with codes of this person."""
    return Email.of(visitor.studio_id).filter(key__startswith=_key(visitor))


def _key(visitor: Visitor) -> str:
    return f"code:{visitor.pk}:"


def check(grant: Grant, *, email: str, code: str, address: str, now: datetime) -> Visitor:
    """The person whose code this is; it works once. A right one is not counted as a guess in the end.

    Raises WrongCode, or TooManyGuesses when nothing was compared.
    """
    subject = _subject(grant, email)
    budgets = ((PER_ADDRESS, address), (PER_VISITOR, subject), (PER_LINK, str(grant.link_id)))
    for budget, who in budgets:
        reserve(budget, who)
    visitor = visitors.by_email(grant, email)
    if visitor is None or not is_code(visitor, code, now=now) or not _spend(visitor):
        raise WrongCode
    for budget, who in budgets:
        give_back(budget, who)
    return visitor


def _spend(visitor: Visitor) -> bool:
    """End the code; False if somebody else was faster with it, or another one was emailed meanwhile."""
    rows = Visitor.objects.for_studio(visitor.studio_id).filter(pk=visitor.pk, code_hash=visitor.code_hash)
    return bool(rows.update(code_hash="", code_expires_at=None))


def is_code(visitor: Visitor, code: str, *, now: datetime) -> bool:
    """True if this is the code that was emailed last and is still good. Reserve a guess before."""
    if not visitor.code_hash or visitor.code_expires_at is None or visitor.code_expires_at <= now:
        return False
    return constant_time_compare(visitor.code_hash, _hash(visitor, code))


def _subject(grant: Grant, email: str) -> str:
    return f"{grant.shown.pk}:{email.strip().lower()}"


def _hash(visitor: Visitor, code: str) -> str:
    # Keyed with the installation's secret: a stolen table does not tell six digits. A slow hash would add little to
    # what lives for a quarter of an hour.
    return salted_hmac(
        "glassine.visitor.code", f"{visitor.pk.hex}:{visitor.version}:{code}", algorithm="sha256"
    ).hexdigest()
