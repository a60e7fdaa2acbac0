"""Taking back what was done to smart collections: their rows are written as they were."""

from __future__ import annotations

from apps.accounts import journal
from apps.accounts.journal import Undoing


def rows(undoing: Undoing) -> None:
    """Raises ChangedSince, Erased."""
    journal.write(undoing.studio, undoing.changes)
