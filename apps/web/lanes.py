"""Lanes: pools of threads for what waits for a neighbour that may be slow, so that pages never wait with it.

A call takes a place in its lane and then a thread. Places are fewer than page threads, no owner (a studio, a link)
holds all of them, and the owner that was served longest ago comes next. Who gets no place within its patience is
told so in words.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from functools import partial
from typing import ParamSpec, TypeVar

from django.utils.translation import gettext_noop as _

from apps.web.pages_first import PAGES
from apps.web.refusal import Refusal
from apps.web.threads import WarmThreads, with_fresh_connection

P = ParamSpec("P")
R = TypeVar("R")

PATIENCE = 10.0


class LaneFull(Refusal):
    """Too many wait for the same slow neighbour."""

    status = 503
    code = "busy"
    sentence = _("The photo storage is very busy at the moment. Nothing was lost. Please try again in a minute.")
    wait = 30


class StoreLane:
    """places: calls at one time.  share: most of them for one owner.  behind_pages: calls stand back for pages."""

    def __init__(self, name: str, *, places: int, share: int, behind_pages: bool = False) -> None:
        self.places, self.share, self.behind_pages = places, share, behind_pages
        self._pool = WarmThreads(places, name)
        self._lock = threading.Lock()
        self._taken: Counter[Hashable] = Counter()
        # The owner whose turn it is comes first.
        self._waiting: OrderedDict[Hashable, deque[Future[None]]] = OrderedDict()

    async def run(self, owner: Hashable, func: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a function that may block or query on a thread of the lane. Raises LaneFull."""
        return await self.run_patiently(PATIENCE, owner, partial(func, *args, **kwargs))

    async def run_patiently(self, patience: float, owner: Hashable, call: Callable[[], R]) -> R:
        """`run` of a call without arguments that may wait for its place for so many seconds."""
        await self._take_place(owner, patience)
        try:
            if self.behind_pages:
                await PAGES.let_pass()
            done = self._pool.submit(partial(with_fresh_connection, call))
        except BaseException:
            self._leave(owner)
            raise
        # The thread is busy until the call ends, and so is the place, whatever becomes of who waits for it.
        done.add_done_callback(lambda _: self._leave(owner))
        try:
            return await asyncio.wrap_future(done)
        except asyncio.CancelledError:
            if not done.done():
                await asyncio.wait([asyncio.wrap_future(done)])
            raise

    async def _take_place(self, owner: Hashable, patience: float) -> None:
        """Wait for a place, which is to be left. Raises LaneFull."""
        with self._lock:
            if not self._waiting and self._has_place(owner):
                self._taken[owner] += 1
                return
            ticket: Future[None] = Future()
            self._waiting.setdefault(owner, deque()).append(ticket)
            self._call_next()
        try:
            if not ticket.done():
                await asyncio.wait([asyncio.wrap_future(ticket)], timeout=patience)
        except asyncio.CancelledError:
            if not self._gave_up(owner, ticket):
                self._leave(owner)
            raise
        if self._gave_up(owner, ticket):
            raise LaneFull

    def _has_place(self, owner: Hashable) -> bool:
        """True if a call of this owner may begin. Ask it with the lock."""
        return self._taken.total() < self.places and self._taken[owner] < self.share

    def _gave_up(self, owner: Hashable, ticket: Future[None]) -> bool:
        """Take the ticket back; False if its turn came at the same moment."""
        with self._lock:
            queue = self._waiting.get(owner)
            if queue is None or ticket not in queue:
                return False
            queue.remove(ticket)
            if not queue:
                del self._waiting[owner]
            return True

    def _leave(self, owner: Hashable) -> None:
        with self._lock:
            self._taken[owner] -= 1
            if not self._taken[owner]:
                del self._taken[owner]
            self._call_next()

    def _call_next(self) -> None:
        """Give free places to who waits. Call it with the lock."""
        while self._taken.total() < self.places:
            owner = next((one for one in self._waiting if self._taken[one] < self.share), None)
            if owner is None:
                return
            queue = self._waiting[owner]
            ticket = queue.popleft()
            if queue:
                self._waiting.move_to_end(owner)
            else:
                del self._waiting[owner]
            self._taken[owner] += 1
            ticket.set_result(None)


# What arrives for the store, and what leaves it. Six of each are fewer than the threads of pages, and one studio gets
# as many as one browser sends files at once.
ARRIVING = StoreLane("arriving", places=6, share=4, behind_pages=True)
LEAVING = StoreLane("leaving", places=6, share=4)
