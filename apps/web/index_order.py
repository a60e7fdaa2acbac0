"""Planner settings of PostgreSQL for single statements."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from apps.web.compiled_queries import Asked, together, written

# Ways to read everything before the first row is known.
_WAYS = ("enable_sort", "enable_incremental_sort", "enable_hashjoin", "enable_mergejoin", "enable_material")
# What an index over words is read by; beside an index in order it reads all that a studio has, for each row.
_BITMAPS = "enable_bitmapscan"


def _setting(*ways: str) -> str:
    return "select " + ", ".join(f"set_config('{way}', %s, true)" for way in ways)


_OFF, _ON = (written(_setting(*_WAYS).replace("%s", f"'{switch}'"), {}) for switch in ("off", "on"))


@contextmanager
def in_index_order(*, bitmaps: bool = True) -> Iterator[None]:
    """Within it the planner reads by an index in its order with nested loops, and stops at the LIMIT.

    For the first rows of many. Row-level security names the studio at each joined table, and the planner takes those
    for independent conditions: it expects one row where thousands are, and reads and sorts all of them for a page of
    forty. Run it in a transaction, whose end forgets the settings as well.

    bitmaps: False where nothing is looked for in words or arrays.
    """
    ways = _WAYS if bitmaps else (*_WAYS, _BITMAPS)
    _tell(ways, "off")
    yield
    # Not after an error: then the transaction, or its savepoint, is rolled back.
    _tell(ways, "on")


def together_in_index_order(*asked: Asked, ask: Callable[..., list[list[Any]]] = together) -> list[list[Any]]:
    """As `together` within `in_index_order`, in one exchange. ask: `together`, or as it."""
    [_, *found, _] = ask(_OFF, *asked, _ON)
    return found


def _tell(ways: tuple[str, ...], switch: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_setting(*ways), [switch] * len(ways))
