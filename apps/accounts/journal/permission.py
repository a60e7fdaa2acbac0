"""Who may read and take back what: whoever may do the act itself."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db.models import Q

from apps.accounts.access import Entered
from apps.accounts.journal.models import JournalEntry
from apps.accounts.journal.undo import inverses, root_of

# Who was invited, removed or signed in, the keys and the studio's own settings are the owners' business.
OWNERS_ONLY = ("member.", "api_key.", "studio.")


# What contributors may take back of what they did themselves.
CONTRIBUTED = ("photos.deleted",)


def readable(entered: Entered) -> Q:
    """Which entries this member may read: those of galleries that are all the member's; a contributor's own."""
    if entered.may_manage:
        return Q()
    if entered.album_ids is not None:
        return _public() & ~Q(albums=[]) & Q(albums__contained_by=sorted(entered.album_ids)) & _own(entered)
    return _public()


def _own(entered: Entered) -> Q:
    return Q(actor=entered.user) if entered.is_contributor else Q()


def _public() -> Q:
    private = Q()
    for prefix in OWNERS_ONLY:
        private |= Q(verb__startswith=prefix)
    return ~private


def require(entered: Entered, entry: JournalEntry, *, scopes: frozenset[str] | None = None) -> None:
    """Raises PermissionDenied unless the member may do the act that the entry tells of.

    scopes: what the API key holds, None where there is none.  An act that cannot be undone by anybody passes: `undo`
    has the better sentence for it.
    """
    inverse = inverses().get(root_of(entry).verb)
    if inverse is None:
        return
    if not entered.is_contributor:
        entered.require(inverse.role)
    elif root_of(entry).verb not in CONTRIBUTED or entry.actor_id != entered.user.pk:
        raise PermissionDenied("You can take back only what you deleted yourself.")
    # To take back what they sent, contributors need no more than to send it.
    scope = "upload" if entered.is_contributor else inverse.scope
    if scopes is not None and scope not in scopes:
        raise PermissionDenied(f"This needs the scope {scope}.")
