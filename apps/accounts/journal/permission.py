"""Who may read and take back what: whoever may do the act itself."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

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


def beyond(entered: Entered, acts: Collection[UUID]) -> set[UUID | None]:
    """Which of these long acts reached into a gallery that is not the member's, though a slice of them is readable."""
    if entered.album_ids is None or not acts:
        return set()
    slices = JournalEntry.objects.for_studio(entered.studio).filter(act__in=acts)
    return set(slices.exclude(albums__contained_by=sorted(entered.album_ids)).values_list("act", flat=True))


def require(entered: Entered, entry: JournalEntry, *, scopes: frozenset[str] | None = None) -> None:
    """Raises PermissionDenied unless the member may do the act that the entry tells of.

    scopes: what the API key holds, None where there is none.  An act that cannot be undone by anybody passes: `undo`
    has the better sentence for it.
    """
    root = root_of(entry)
    inverse = inverses().get(root.verb)
    if inverse is None:
        return
    if not entered.is_contributor:
        entered.require(inverse.role)
    elif root.verb not in CONTRIBUTED or entry.actor_id != entered.user.pk:
        raise PermissionDenied("You can only undo your own deletions.")
    if root.act is not None and beyond(entered, [root.act]):
        raise PermissionDenied("This changed galleries you can’t access. Ask someone who works in all of them.")
    # To take back what they sent, contributors need no more than to send it.
    scope = "upload" if entered.is_contributor else inverse.scope
    if scopes is not None and scope not in scopes:
        raise PermissionDenied(f"This needs the scope {scope}.")
