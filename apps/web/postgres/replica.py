"""A second PostgreSQL that follows the first one, and may be read in its place (`DATABASE_REPLICA_URL`).

It is behind by what has not reached it yet, so only whoever can tell that by what it reads may ask there: see
`sharing.gallery.kept_pages`, which compares the version of the album.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connections

log = logging.getLogger(__name__)
R = TypeVar("R")

ALIAS: Final = "replica"
#: Seconds for which nobody asks a replica that failed.
LEFT_ALONE: Final = 10.0
#: Milliseconds that it may take for one statement: whoever waits has the first server, too.
LONGEST: Final = 2_000
_alone_until: dict[str, float] = {}


def is_there() -> bool:
    """True if this installation has one."""
    return ALIAS in connections


def instead(read: Callable[[], R | None]) -> R | None:
    """What `read` finds at the replica; None without one, or if it fails, which is logged."""
    if not is_there() or time.monotonic() < _alone_until.get(ALIAS, 0.0):
        return None
    try:
        with _asked():
            return read()
    except (DatabaseError, InterfaceError) as error:
        log.warning("the replica is left alone for %g s: %s", LEFT_ALONE, str(error).strip())
        _alone_until[ALIAS] = time.monotonic() + LEFT_ALONE
        return None


def lag() -> float:
    """Seconds since the last change that reached it was made at the first server; 0 when nothing is on its way.

    Raises DatabaseError or InterfaceError when it does not answer, or follows nobody.
    """
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_LAG)
        is_following, seconds = cursor.fetchone()
    if not is_following:
        raise DatabaseError("the server of DATABASE_REPLICA_URL follows no other one")
    return float(seconds)


# What was received and applied already is no lag, however long ago it was made.
_LAG = """
    select pg_is_in_recovery(), case
        when pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() then 0
        else coalesce(extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp()), 0)
    end
"""


@contextmanager
def _asked() -> Iterator[None]:
    """Whatever this thread asks inside of the block is asked there."""
    first = connections[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = connections[ALIAS]
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = first
