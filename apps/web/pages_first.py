"""Uploads stand back while a page is made: who looks at photos does not wait for who sends them.

Both are read, hashed and written on the same processors, and an upload takes as much of them as it gets. So its next
step begins between two pages, of this process and of those that were forked from the same one, which tell each other
in memory that they share. And for a second after a guest asked for something all uploads together take their steps one
by one, with pauses: else one in two pages meets a step at work on its processor. How long a step stands back is
bounded, so nobody who looks can hold up who sends; on a line of half a gigabit a second the sender does not notice.
Where files come faster than that, what is decoded of them waits too (`apps.media.jail`): each of the three leaves room
for the others by itself, and all at once do not.
"""

from __future__ import annotations

import asyncio
import mmap
import os
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from typing import Any

Event = dict[str, Any]

#: Seconds that one request counts as a page that is made. What takes longer is a download, or waits for something.
LONGEST = 0.1
#: Seconds that one step stands back at most: twice what a page takes on an idle machine.
PATIENCE = 0.03
#: Bytes of a body that are one step.
STEP = 2 << 20
#: Seconds after a request of a guest for which uploads take turns.
LOOKED_AT = 1.0
#: Seconds between the beginnings of two steps then, of all uploads together. A step keeps a processor busy for 7 ms,
#: in the web process, the database and the kernel together; so they are a fifth of the time of all processors.
TURN = 0.036 / len(os.sched_getaffinity(0))
#: Seconds that one step waits for its turn at most, however many uploads there are.
LONGEST_TURN = 0.25
#: Seconds after which a step that has to wait for so long tells that files come faster than their turns. The last two
#: of one file follow each other at once, whatever its line.
CROWDED = 1.5 * TURN
# Seconds after which it is looked again: a page that took less is not waited for much longer.
_LOOK = 0.002
# Each process writes to one of these, by its number; two that share one only stand back a little less.
_PLACES = 64


class PagesFirst:
    """Which processes make pages now. One that is killed in the middle is forgotten after `LONGEST`."""

    def __init__(self) -> None:
        shared = memoryview(mmap.mmap(-1, 8 * (_PLACES + 3))).cast("d")
        # Until when, by the clock that all processes share; zero for a process that makes none.
        self._until = shared[:_PLACES]
        # When a guest asked for something last, when the next step of an upload has its turn, and when one had to wait
        # for long. Two processes that write at the same moment only begin two steps at once.
        self._turns = shared[_PLACES:]
        self._made_here = 0
        self._blocks = _Block(self, of_guest=False), _Block(self, of_guest=True)

    def page(self, *, of_guest: bool = False) -> AbstractContextManager[None]:
        """A page is made in this block. On the event loop only."""
        return self._blocks[of_guest]

    def _begin(self, *, of_guest: bool) -> None:
        now = time.monotonic()
        self._made_here += 1
        self._until[os.getpid() % _PLACES] = now + LONGEST
        if of_guest:
            self._turns[0] = now

    def _end(self) -> None:
        self._made_here -= 1
        if not self._made_here:
            self._until[os.getpid() % _PLACES] = 0.0

    @property
    def are_made(self) -> bool:
        """True while some process makes a page."""
        return max(self._until) > time.monotonic()

    @property
    def are_crowded(self) -> bool:
        """True for a second after a guest looked while files came faster than their turns."""
        looked, _, waited = self._turns
        return min(looked, waited) + LOOKED_AT > time.monotonic()

    async def let_pass(self) -> None:
        """Stand back until it is the turn of a step and no page is made, or patience ends."""
        if wait := self.turn():
            await asyncio.sleep(wait)
        if not self.are_made:
            return
        end = time.monotonic() + PATIENCE
        while self.are_made and time.monotonic() < end:
            await asyncio.sleep(_LOOK)

    def turn(self) -> float:
        """Seconds until the turn of a step, which the caller takes with this call."""
        now = time.monotonic()
        looked, free, _ = self._turns
        if now - looked > LOOKED_AT:
            return 0.0
        turn = min(max(now, free), now + LONGEST_TURN)
        self._turns[1] = turn + TURN
        if turn - now > CROWDED:
            self._turns[2] = now
        return turn - now

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


class _Block(AbstractContextManager[None]):
    """The block of a page. It holds nothing, so one serves all: each of thousands of pictures a second is in one."""

    def __init__(self, pages: PagesFirst, *, of_guest: bool) -> None:
        self._pages, self._of_guest = pages, of_guest

    def __enter__(self) -> None:
        self._pages._begin(of_guest=self._of_guest)

    def __exit__(self, *error: object) -> None:
        self._pages._end()


PAGES = PagesFirst()
