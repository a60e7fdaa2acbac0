"""Memory that was freed and is given back to the system.

Threads that make large pages leave free room between blocks that live on, and glibc keeps it: 21 MB of a web process
after 1,600 pages of people, of which 13 went back at once (docs/performance.md).
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Final

#: glibc's; other C libraries have none.
_TRIM: Final[Callable[[int], int] | None] = getattr(ctypes.CDLL(None), "malloc_trim", None)


def give_back() -> None:
    """Give it back. Python runs on meanwhile; a thread that just then asks the C library for memory waits for it."""
    if _TRIM is not None:
        _TRIM(0)
