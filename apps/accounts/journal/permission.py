"""Who may read and take back what: whoever may do the act itself."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db.models import Q

from apps.accounts.access import Entered
from apps.accounts.journal.models import JournalEntry
from apps.accounts.journal.undo import inverses, root_of

# Who was invited, removed or signed in, the keys and the studio's own settings are the owners' business.
OWNERS_ONLY = ("member.", "api_key.", "studio.")


def readable(entered: Entered) -> Q:
    """Which entries this member may read."""
    if entered.may_manage:
        return Q()
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
    entered.require(inverse.role)
    if scopes is not None and inverse.scope not in scopes:
        raise PermissionDenied(f"This needs the scope {inverse.scope}.")
