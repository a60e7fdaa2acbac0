"""Identifiers."""

import secrets
import time
from datetime import datetime
from uuid import UUID


def uuid7() -> UUID:
    """A time-ordered UUID (RFC 9562, section 5.7): 48 bits of Unix milliseconds, 74 random bits.

    Ordered keys keep new rows side by side in an index; the random part is too large to guess.
    """
    value = (time.time_ns() // 1_000_000 & 0xFFFF_FFFF_FFFF) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)


def first_uuid7(moment: datetime) -> UUID:
    """The smallest time-ordered UUID of this millisecond or of any later one."""
    return UUID(int=(max(0, int(moment.timestamp() * 1000)) & 0xFFFF_FFFF_FFFF) << 80)
