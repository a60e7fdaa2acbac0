"""Moments as the server writes them in UTC, read by Python's own C code.

psycopg's reader for Django is Python with a regular expression: three to five microseconds for each moment, of which a
page of the library has more than two hundred.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db.backends.postgresql.psycopg_any import BaseTzLoader
from psycopg.adapt import AdaptersMap


class UtcLoader(BaseTzLoader):
    """As Django's for UTC, by which name it knows that it need not set another one."""

    timezone = UTC

    def load(self, data: Any) -> datetime:
        text = bytes(data)
        # Of year 1 to 9999; whatever else there is ("infinity", years before Christ) is psycopg's to refuse.
        if text.endswith(b"+00"):
            try:
                return datetime.fromisoformat(text.decode())
            except ValueError:
                pass
        loaded: datetime = super().load(data)
        return loaded


@lru_cache(maxsize=4)
def reading_utc(context: AdaptersMap) -> AdaptersMap:
    """The same adapters, with this reader."""
    adapters = AdaptersMap(context)
    adapters.register_loader("timestamptz", UtcLoader)
    return adapters
