"""Supervises child processes: starts them in order, restarts those that die with back-off, stops in reverse order."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from config.launcher.process import LaunchError, write_line

# Seconds. Short, because clients wait meanwhile; a child that cannot start says why each time.
FIRST_DELAY, LONGEST_DELAY = 0.5, 5.0
# A child that ran this long (seconds) was healthy: the back-off begins anew.
HEALTHY = 60.0


class Running(Protocol):
    """A child that was started: a `Child`, or a `Forked` part."""

    def ended(self) -> int | None: ...

    def stop(self) -> None: ...


@dataclass
class Supervised:
    """One child and how to start it again.

    since: when it started. due: when it is started again, while it is down. Both in monotonic seconds.
    delay: seconds before the next restart.
    """

    name: str
    start: Callable[[], Running]
    child: Running | None = None
    since: float = 0.0
    delay: float = FIRST_DELAY
    due: float = 0.0

    def start_child(self) -> None:
        self.child = self.start()
        self.since = time.monotonic()

    def check(self) -> None:
        """Notice that it ended, or start it again when it is due."""
        if self.child is None:
            self._retry()
            return
        code = self.child.ended()
        if code is None:
            return
        if time.monotonic() - self.since > HEALTHY:
            self.delay = FIRST_DELAY
        self._schedule_restart(f"ended with code {code}")

    def _retry(self) -> None:
        if time.monotonic() < self.due:
            return
        try:
            self.start_child()
        except (LaunchError, OSError) as error:
            # A full disk, or no memory for another process, is over some day: the others must not end with this one.
            self._schedule_restart(str(error))

    def _schedule_restart(self, why: str) -> None:
        write_line(self.name, f"{why}; it starts again in {self.delay:g} s")
        self.child = None
        self.due = time.monotonic() + self.delay
        self.delay = min(2 * self.delay, LONGEST_DELAY)


@dataclass
class Supervisor:
    """All children of one run. Use it from the main thread only: see `Child.start`."""

    children: list[Supervised] = field(default_factory=list)

    def add(self, name: str, start: Callable[[], Running], *, waits: bool = False) -> None:
        """Start a child and supervise it from now on. Raises LaunchError when even the first start fails.

        waits: it keeps its place in the order of a stop, but starts with `start_waiting`.
        """
        supervised = Supervised(name, start, due=math.inf if waits else 0.0)
        if not waits:
            supervised.start_child()
        self.children.append(supervised)

    def start_waiting(self) -> None:
        """Start those that waited. One that fails is tried again, as after a death."""
        for supervised in self.children:
            if supervised.due == math.inf:
                supervised.due = 0.0
        self.check()

    def check(self) -> None:
        """Restart what died. Call it several times a second."""
        for supervised in self.children:
            supervised.check()

    def stop(self) -> None:
        """Stop all, the last one first."""
        for supervised in reversed(self.children):
            if supervised.child is not None:
                supervised.child.stop()
        self.children.clear()
