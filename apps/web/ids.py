"""Identifiers."""

import secrets
import threading
import time
from datetime import datetime
from uuid import UUID

_RANDOM_BITS = 62
_COUNTED_BITS = 12


class _Clock:
    """Moments that grow with every call of this process, in steps of 1/4096 ms: 60 bits, and no two are equal."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def tick(self) -> int:
        now = (time.time_ns() << _COUNTED_BITS) // 1_000_000
        with self._lock:
            # Also when the machine's clock was put back.
            self._last = max(now, self._last + 1)
            return self._last


_clock = _Clock()


def uuid7() -> UUID:
    """A time-ordered UUID (RFC 9562, section 5.7) that is larger than every one this process made before.

    48 bits of Unix milliseconds; 12 bits that go on counting within one (section 6.2, method 3, a finer clock, and
    a counter where that stands still); 62 random bits. Ordered keys keep new rows side by side in an index, rows of one
    moment stay in the order in which they were made, and the random part is too large to guess.
    """
    ticks = _clock.tick()
    milliseconds, counted = ticks >> _COUNTED_BITS & 0xFFFF_FFFF_FFFF, ticks & 0xFFF
    return UUID(int=milliseconds << 80 | 0x7 << 76 | counted << 64 | 0x2 << 62 | secrets.randbits(_RANDOM_BITS))


def first_uuid7(moment: datetime) -> UUID:
    """The smallest time-ordered UUID of this millisecond or of any later one."""
    return UUID(int=(max(0, int(moment.timestamp() * 1000)) & 0xFFFF_FFFF_FFFF) << 80)
