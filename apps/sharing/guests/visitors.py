"""Guests as persons: who a browser belongs to. Run in `acting_in(grant.studio)`.

A browser holds one signed cookie per album, for a year. It names the visitor and the visitor's version; whether the
link still opens is asked of the link (see `access`).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, connection, transaction
from django.http import HttpResponseBase

from apps.sharing.access import Grant
from apps.sharing.access import known as access_known
from apps.sharing.models import Visitor
from apps.web.rate_limit import RateLimit, reserve

log = logging.getLogger(__name__)

SEEN_EVERY = timedelta(minutes=10)

HOUR = 3600
# A whole wedding party may sit behind one address; a program that makes people up is stopped all the same.
NEW_PER_IP = RateLimit("link-visitors-address", 120, HOUR)
NEW_PER_LINK = RateLimit("link-visitors", 600, HOUR)


def of(grant: Grant, cookies: Mapping[str, str], *, now: datetime) -> Visitor | None:
    """The person this browser belongs to, or None as long as nobody has said who it is.

    In a preview it is the visitor in whose place the member looks, whatever the member's own browser holds.
    """
    if grant.is_preview:
        return _by_id(grant)
    return access_known.known(grant.studio, grant.shown.pk, cookies, now=now)


def rater_of(grant: Grant, cookies: Mapping[str, str], *, now: datetime) -> Visitor | None:
    """Whose ratings this browser's are: the person, or whoever rated photos here without saying who it is."""
    if grant.is_preview:
        return _by_id(grant)
    return access_known.anyone(grant.studio, grant.shown.pk, cookies, now=now)


def anonymous(grant: Grant, *, client_ip: str) -> Visitor:
    """Somebody rates the first photo without having said who it is. Raises RateLimited."""
    reserve(NEW_PER_IP, client_ip)
    reserve(NEW_PER_LINK, str(grant.link_id))
    visitor = Visitor(
        studio=grant.studio, shown_id=grant.shown.pk, link_id=grant.link_id, name=Visitor.ANONYMOUS, email=""
    )
    visitor.save(force_insert=True)
    return visitor


def _by_id(grant: Grant) -> Visitor | None:
    if grant.shown_as is None:
        return None
    rows = Visitor.objects.for_studio(grant.studio).filter(shown_id=grant.shown.pk, pk=grant.shown_as)
    visitor: Visitor | None = rows.first()
    return visitor


def remember(response: HttpResponseBase, cookies: Mapping[str, str], visitor: Visitor, *, now: datetime) -> None:
    """Let the browser with these cookies be known as this visitor."""
    named = access_known.VisitorPass(visitor.pk, visitor.version)
    access_known.COOKIE.give(response, cookies, named, visitor.shown_id, now=now)


def introduce(grant: Grant, *, name: str, email: str, me: Visitor | None, client_ip: str) -> Visitor:
    """A guest says who they are. me: who the browser is known as so far; client_ip: where it asks from.

    The same address as before only corrects the name. An address that is another visitor's already is only claimed,
    and nothing in the answer tells: a code by email proves it (see `email_codes`). Raises RateLimited when too many
    people were introduced within the hour.
    """
    email, name = email.strip().lower(), " ".join(name.split())
    if me is not None and email == me.given_email:
        me.name = name
        me.save(update_fields=["name"])
        return me
    reserve(NEW_PER_IP, client_ip)
    reserve(NEW_PER_LINK, str(grant.link_id))
    visitor = me if me is not None and me.is_anonymous else None
    if by_email(grant, email) is None:
        try:
            with transaction.atomic():
                return _named(grant, visitor, name=name, email=email)
        except IntegrityError:
            # Two browsers at the same moment: the second one claims the address.
            log.info("an address was given twice at the same moment")
    return _named(grant, visitor, name=name, claimed_email=email)


def _named(grant: Grant, visitor: Visitor | None, **values: str) -> Visitor:
    """A new person, or the one who rated photos before they said who they are."""
    if visitor is None:
        visitor = Visitor(studio=grant.studio, shown_id=grant.shown.pk, link_id=grant.link_id)
    for field, value in values.items():
        setattr(visitor, field, value)
    visitor.save()
    return visitor


def by_email(grant: Grant, email: str) -> Visitor | None:
    """The visitor of the grant's album with this address."""
    rows = Visitor.objects.for_studio(grant.studio).filter(shown_id=grant.shown.pk, email=email.strip().lower())
    visitor: Visitor | None = rows.first()
    return visitor


def seen(grant: Grant, cookies: Mapping[str, str], *, now: datetime) -> None:
    """Update `seen_at` of the visitor of this browser, at most once in ten minutes."""
    named = access_known.COOKIE.read(cookies, grant.shown.pk, now=now)
    if named is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(_SEEN, [now, grant.studio.pk, grant.shown.pk, *named, now - SEEN_EVERY])


# Every page asks this one: decision 13.
_SEEN: Final = """
    update sharing_visitor set seen_at = %s
    where studio_id = %s and shown_id = %s and id = %s and version = %s and seen_at < %s
"""
