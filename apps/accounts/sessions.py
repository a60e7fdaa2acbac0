"""API sessions: a family of refresh tokens, each spent once for the next.

The session lives as long as no row of its family is revoked. One revoked row ends it, also for a successor that is
being made at the same moment.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, Max, Min, OuterRef
from django.http import Http404
from django.utils import timezone

from apps.accounts.access import Entered, member_of
from apps.accounts.credentials import access_token
from apps.accounts.models import RefreshToken, User, secret_hash
from apps.accounts.tenancy import across_studios, acting_in
from apps.web.ids import first_uuid7, uuid7
from apps.web.refusal import Refusal

# Within this time a second use is taken for a client that sent twice; later, for a thief.
GRACE = timedelta(seconds=10)
# However often a token is traded for the next, the password is asked for again after this.
LONGEST = timedelta(days=90)


class NotSpendable(Refusal):
    """The refresh token is unknown, spent, too old, or its session has ended."""

    status = 401
    code = "refresh_token_refused"
    sentence = "This refresh token cannot be used. Please sign in again."


@dataclass(frozen=True, slots=True)
class Pair:
    """What a client keeps."""

    entered: Entered
    access: str
    refresh: str


def begin(entered: Entered) -> Pair:
    """A new session for a person whose password was right."""
    return _next(entered, uuid7())


def _next(entered: Entered, family: UUID) -> Pair:
    secret = secrets.token_urlsafe(32)
    row = RefreshToken(
        studio=entered.studio,
        user=entered.user,
        family=family,
        token_hash=secret_hash(secret),
        expires_at=timezone.now() + RefreshToken.LIFETIME,
    )
    with acting_in(entered.studio):
        row.save(force_insert=True)
    return Pair(entered, access_token(entered.user, entered.studio, family), secret)


def spend(secret: str) -> Pair:
    """Trade a refresh token for the next pair; of any number of parallel tries one wins. Raises NotSpendable."""
    with across_studios():
        pair = _spend(secret_hash(secret))
    if pair is None:
        # Raised only now: what `_spend` wrote about a replay has to be committed.
        raise NotSpendable
    return pair


def _spend(token_hash: str) -> Pair | None:
    now = timezone.now()
    tokens = RefreshToken.objects.filter(token_hash=token_hash)
    ended = RefreshToken.objects.filter(studio=OuterRef("studio"), family=OuterRef("family"), revoked_at__isnull=False)
    # The row's own lock decides: the second UPDATE waits for the first and then matches nothing.
    # A family is named by the moment in which it began.
    young = tokens.filter(family__gte=first_uuid7(now - LONGEST))
    won = young.filter(~Exists(ended), spent_at__isnull=True, expires_at__gt=now).update(spent_at=now)
    row = tokens.select_related("user").first()
    if row is None:
        return None
    if not won:
        if row.spent_at is not None and now - row.spent_at > GRACE:
            row.end_session()
        return None
    try:
        return _next(member_of(row.user, row.studio_id), row.family)
    except Http404:
        return None


def end(secret: str) -> None:
    """Sign out: end the session of this refresh token. An unknown one is as good as ended."""
    with across_studios():
        row = RefreshToken.objects.filter(token_hash=secret_hash(secret)).first()
        if row is not None:
            row.end_session()


def end_all(user: User) -> None:
    """End every API session of a person, in all studios: the password has changed."""
    with across_studios():
        RefreshToken.objects.filter(user=user, revoked_at__isnull=True).update(revoked_at=timezone.now())


@dataclass(frozen=True, slots=True)
class Living:
    """A session that has not ended. seen_at: when its token was last traded for the next."""

    family: UUID
    began_at: datetime
    seen_at: datetime


def living(user: User, most: int) -> list[Living]:
    """API sessions of a person in all studios, the last used first."""
    with across_studios():
        rows = (
            RefreshToken.objects.filter(user=user)
            .values("family")
            .annotate(
                began_at=Min("created_at"),
                seen_at=Max("created_at"),
                ends_at=Max("expires_at"),
                revoked=Count("revoked_at"),
            )
            .filter(revoked=0, ends_at__gt=timezone.now())
            .order_by("-seen_at")[:most]
        )
        return [Living(row["family"], row["began_at"], row["seen_at"]) for row in rows]


def end_family(user: User, family: UUID) -> None:
    """End one API session of a person. Raises Http404 when there is no such session."""
    with across_studios():
        rows = RefreshToken.objects.filter(user=user, family=family, revoked_at__isnull=True)
        if not rows.update(revoked_at=timezone.now()):
            raise Http404
