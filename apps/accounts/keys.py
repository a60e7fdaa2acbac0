"""API keys: made, listed, ended."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from apps.accounts.access import Entered
from apps.accounts.credentials import SCOPES_OF
from apps.accounts.journal import note
from apps.accounts.models import ApiKey
from apps.web.refusal import Refusal


class TooWide(Refusal):
    """A key may not get scopes that its maker does not hold."""

    status = 403
    code = "scope_not_held"


class EndIsPast(Refusal):
    """A key that never worked would help nobody."""

    status = 422
    code = "end_is_past"
    sentence = "A key must work for a while: choose a time in the future."


def make_key(
    entered: Entered,
    *,
    name: str,
    scopes: Iterable[str],
    held: frozenset[str] | None = None,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """A new key for the member's own use, and its secret. Call it in the studio's transaction.

    held: the scopes of the credential that asks, when it is narrower than the member's role.
    expires_at: when it stops working.  Raises TooWide, EndIsPast.
    """
    if expires_at is not None and expires_at <= timezone.now():
        raise EndIsPast
    wanted = frozenset(scopes)
    allowed = SCOPES_OF[entered.role] if held is None else SCOPES_OF[entered.role] & held
    if wide := wanted - allowed:
        raise TooWide(f"You cannot give the scope {', '.join(sorted(wide))}: you do not hold it yourself.")
    in_order = [scope for scope in ApiKey.SCOPES if scope in wanted]
    key, secret = ApiKey.make(entered.studio, entered.user, name=name, scopes=in_order, expires_at=expires_at)
    note(entered.studio, entered.user, "api_key.made", key, name=name, scopes=in_order)
    return key, secret


def end_key(entered: Entered, key: ApiKey) -> None:
    """The key works no more, from the next request on."""
    note(entered.studio, entered.user, "api_key.ended", key, name=key.name)
    key.delete()
