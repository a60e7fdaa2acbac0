"""Two studios with a row in every table, another installation to move to, and shared galleries."""

from __future__ import annotations

from tests.backups.conftest import Elsewhere, elsewhere, furnished, migrated_scratch, own_storage
from tests.sharing.conftest import fresh_memory, shared, shared_kind

__all__ = [
    "Elsewhere",
    "elsewhere",
    "fresh_memory",
    "furnished",
    "migrated_scratch",
    "own_storage",
    "shared",
    "shared_kind",
]
