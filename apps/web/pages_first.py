"""Uploads stand back while a page is made: who looks at photos does not wait for who sends them.

Both are read, hashed and written on the same processors, and an upload takes as much of them as it gets. So its next
step begins between two pages, of this process and of those that were forked from the same one, which tell each other
in memory that they share. How long it stands back is bounded, so nobody who looks can hold up who sends; on a line of
less than a gigabit a second the sender does not notice.
"""

from __future__ import annotations

import asyncio
import mmap
import os
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

Event = dict[str, Any]

#: Seconds that one request counts as a page that is made. What takes longer is a download, or waits for something.
LONGEST = 0.1
#: Seconds that one step stands back at most: twice what a page takes on an idle machine.
PATIENCE = 0.03
#: Bytes of a body that are one step.
STEP = 2 << 20
# Seconds after which it is looked again: a page that took less is not waited for much longer.
_LOOK = 0.002
# Each process writes to one of these, by its number; two that share one only stand back a little less.
_PLACES = 64


class PagesFirst:
    """Which processes make pages now. One that is killed in the middle is forgotten after `LONGEST`."""

    def __init__(self) -> None:
        # Until when, by the clock that all processes share; zero for a process that makes none.
        self._until = memoryview(mmap.mmap(-1, 8 * _PLACES)).cast("d")
        self._made_here = 0

    @contextmanager
    def page(self) -> Iterator[None]:
        """A page is made in this block. On the event loop only."""
        place = os.getpid() % _PLACES
        self._made_here += 1
        self._until[place] = time.monotonic() + LONGEST
        try:
            yield
        finally:
            self._made_here -= 1
            if not self._made_here:
                self._until[place] = 0.0

    @property
    def are_made(self) -> bool:
        """True while some process makes a page."""
        return max(self._until) > time.monotonic()

    async def let_pass(self) -> None:
        """Stand back until no page is made, or `PATIENCE` ends."""
        if not self.are_made:
            return
        end = time.monotonic() + PATIENCE
        while self.are_made and time.monotonic() < end:
            await asyncio.sleep(_LOOK)

    def behind(self, receive: Callable[[], Awaitable[Event]]) -> Callable[[], Awaitable[Event]]:
        """`receive` of an upload, which stands back before each step of its body."""
        taken = STEP

        async def receive_behind() -> Event:
            nonlocal taken
            if taken >= STEP:
                taken = 0
                await self.let_pass()
            event = await receive()
            taken += len(event.get("body", b""))
            return event

        return receive_behind


PAGES = PagesFirst()
