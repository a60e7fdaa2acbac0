"""How much of its tables the database looks at for a statement."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import PropertyMock, patch

from django.db import connection

from apps.web.postgres.base import DatabaseWrapper

READS = ("SELECT", "with found")


def plans(sql: str, params: Any, reads: tuple[str, ...] = READS) -> list[dict[str, Any]]:
    """The plans of those of the statements in a text that begin so, as they were carried out."""
    parts, left = sql.split(";\n"), list(params or ())
    found: list[dict[str, Any]] = []
    if not any(part.startswith(reads) for part in parts):
        return found
    with connection.connection.cursor() as cursor:
        for part in parts:
            count = part.replace("%%", "").count("%s")
            some, left = left[:count], left[count:]
            if not part.startswith(reads):
                # A role or a setting, which holds for what follows.
                cursor.execute(part, some)
                continue
            cursor.execute(f"explain (analyze, buffers, format json) {part}", some)
            told = cursor.fetchone()[0]
            found.append((json.loads(told) if isinstance(told, str) else told)[0]["Plan"])
    return found


@contextmanager
def reading(reads: tuple[str, ...] = READS) -> Iterator[list[int]]:
    """How many pages each SELECT of the block has the database look at, also of those that are sent together.

    reads: how the statements begin that count.
    """
    pages: list[int] = []

    def explain(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        pages.extend(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] for plan in plans(sql, params, reads))
        return execute(sql, params, many, context)

    # What is prepared is sent by its name alone.
    with (
        patch.object(DatabaseWrapper, "prepared", PropertyMock(return_value=None)),
        connection.execute_wrapper(explain),
    ):
        yield pages
