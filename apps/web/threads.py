"""The thread pool for whatever blocks: views, queries, disk.

A fixed number of threads keeps a fixed number of database connections, each open for as long as it works
(Django gives every thread a connection of its own).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from django.db import close_old_connections

P = ParamSpec("P")
R = TypeVar("R")

THREADS = 12
POOL = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="web")


def with_fresh_connection(call: Callable[[], R]) -> R:
    """Run a call on a thread of a pool."""
    # A connection that the database dropped (a restart) is replaced before and after, never met by the caller.
    close_old_connections()
    try:
        return call()
    finally:
        close_old_connections()


async def in_thread(func: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a function that may block or query on a thread of the pool and wait for its result."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(POOL, with_fresh_connection, partial(func, *args, **kwargs))
