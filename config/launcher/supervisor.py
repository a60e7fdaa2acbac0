"""Children that are kept alive together: started in order, restarted when they die, stopped in reverse."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from config.launcher.process import Child, Trouble, say

# Seconds. Short, because clients wait meanwhile; a child that cannot start says why each time.
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 5.0
# A child that ran this long (seconds) was well: its next fall is a first one again.
WELL = 60.0


@dataclass
class Kept:
    """One child and how to start it again. `due` is when (monotonic seconds), while it is down."""

    name: str
    start: Callable[[], Child]
    child: Child | None = None
    since: float = 0.0
    pause: float = FIRST_PAUSE
    due: float = 0.0

    def bring_up(self) -> None:
        self.child = self.start()
        self.since = time.monotonic()

    def look(self) -> None:
        """Notice a death, or start again when the pause is over."""
        if self.child is None:
            self._retry()
            return
        code = self.child.ended()
        if code is None:
            return
        if time.monotonic() - self.since > WELL:
            self.pause = FIRST_PAUSE
        self._wait(f"ended with code {code}")

    def _retry(self) -> None:
        if time.monotonic() < self.due:
            return
        try:
            self.bring_up()
        except Trouble as trouble:
            self._wait(str(trouble))

    def _wait(self, why: str) -> None:
        say(self.name, f"{why}; it starts again in {self.pause:g} s")
        self.child = None
        self.due = time.monotonic() + self.pause
        self.pause = min(2 * self.pause, LONGEST_PAUSE)


@dataclass
class House:
    """All children of one run. Use it from the main thread only."""

    kept: list[Kept] = field(default_factory=list)

    def add(self, name: str, start: Callable[[], Child]) -> None:
        """Start a child and keep it from now on. Raises Trouble when even the first start fails."""
        kept = Kept(name, start)
        kept.bring_up()
        self.kept.append(kept)

    def look(self) -> None:
        for kept in self.kept:
            kept.look()

    def stop(self) -> None:
        for kept in reversed(self.kept):
            if kept.child is not None:
                kept.child.stop()
        self.kept.clear()
