"""Taking back what was done to collections: their rows are written as they were."""

from __future__ import annotations

from typing import Final

from apps.accounts import journal
from apps.accounts.journal import Undoing
from apps.smart_collections.models import Collection, SmartCollection
from apps.smart_collections.shareable import Shareable

_KINDS: Final[tuple[type[Shareable], ...]] = (Collection, SmartCollection)


def rows(undoing: Undoing) -> None:
    """Write them, and let the galleries of those that are shared follow. Raises ChangedSince, Erased."""
    journal.write(undoing.studio, undoing.changes)
    for kind in _KINDS:
        for collection_id in undoing.changes.ids(kind._meta.label_lower):
            kind.follow(undoing.studio, collection_id)
