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
_SET: Final[Callable[[int, int], int] | None] = getattr(ctypes.CDLL(None), "mallopt", None)
# From malloc.h.
_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
#: Bytes. What eight files that arrive at once have in memory: two megabytes each.
KEPT: Final = 16 << 20
#: Bytes of a block from which on it has pages of its own, which go back when it is freed: more than any piece has.
ALONE: Final = 4 << 20


def give_back() -> None:
    """Give it back. Python runs on meanwhile; a thread that just then asks the C library for memory waits for it."""
    if _TRIM is not None:
        _TRIM(0)


def keep_for_reuse() -> None:
    """Have each thread's room keep up to `KEPT` freed bytes until `give_back`.

    Where pieces of a megabyte come and go, glibc returns each to the system when it is freed, and the next costs a page
    fault for every 4 KB: 115,000 for an archive of 1.5 GB, a third of its speed, and 1,000 for a photo that arrives.
    """
    if _SET is not None:
        _SET(_MMAP_THRESHOLD, ALONE)
        _SET(_TRIM_THRESHOLD, KEPT)
