"""Two studios with a row in every table, and another installation to move to."""

from __future__ import annotations

from tests.backups.conftest import Elsewhere, elsewhere, furnished, migrated_scratch, own_storage

__all__ = ["Elsewhere", "elsewhere", "furnished", "migrated_scratch", "own_storage"]
