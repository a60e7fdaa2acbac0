"""The thread pool for whatever blocks: views, queries, disk.

A fixed number of threads keeps a fixed number of database connections, each open for as long as it works
(Django gives every thread a connection of its own).
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, Final, ParamSpec, TypeVar

from django.db import close_old_connections

P = ParamSpec("P")
R = TypeVar("R")

THREADS: Final = 12


class WarmThreads:
    """At most so many threads, of which the one that worked last works next.

    What a thread did before it does faster again: its connection's server has looked up the tables, and planned. In a
    pool of the standard library all idle threads take turns, so that at an installation with few visitors nearly every
    page comes to a thread that has not made it yet, which takes half as long again.
    """

    def __init__(self, most: int, name: str) -> None:
        self._lock = threading.Lock()
        # Of one thread each, begun when it first has something to do; the last is the warmest.
        self._idle = [ThreadPoolExecutor(1, thread_name_prefix=f"{name}-{number}") for number in reversed(range(most))]
        self._waiting: deque[tuple[Future[Any], Callable[[], Any]]] = deque()

    def submit(self, call: Callable[[], R]) -> Future[R]:
        """Run a call on a thread as soon as one is free; who came first is served first."""
        future: Future[R] = Future()
        with self._lock:
            if not self._idle:
                self._waiting.append((future, call))
                return future
            thread = self._idle.pop()
        thread.submit(self._work, thread, future, call)
        return future

    def _work(self, thread: ThreadPoolExecutor, future: Future[Any], call: Callable[[], Any]) -> None:
        upcoming: tuple[Future[Any], Callable[[], Any]] | None = (future, call)
        while upcoming is not None:
            tell = _outcome(*upcoming)
            with self._lock:
                upcoming = self._waiting.popleft() if self._waiting else None
                if upcoming is None:
                    self._idle.append(thread)
            # Told when it is known who is free: whoever comes back at once finds this thread.
            tell()


def _outcome(future: Future[Any], call: Callable[[], Any]) -> Callable[[], None]:
    """Run a call, unless nobody waits for it any more; how its future is told."""
    if not future.set_running_or_notify_cancel():
        return lambda: None
    try:
        result = call()
    except BaseException as error:
        return partial(future.set_exception, error)
    return partial(future.set_result, result)


POOL: Final = WarmThreads(THREADS, "web")


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
    call = partial(func, *args, **kwargs)
    return await asyncio.wrap_future(POOL.submit(partial(with_fresh_connection, call)))
