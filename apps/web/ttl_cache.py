"""An in-memory cache with a time to live and a largest size."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class TtlCache(Generic[K, V]):
    """At most `size` values, each for at most `seconds`; the longest unused goes first.

    Used from one thread (an event loop). `clock` counts seconds and never runs backwards.
    """

    def __init__(self, *, seconds: float, size: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self.size = size
        self.clock = clock
        self._kept: OrderedDict[K, tuple[float, V]] = OrderedDict()

    def get(self, key: K) -> V | None:
        """The value, or None if there is none or it is too old."""
        entry = self._kept.get(key)
        if entry is None:
            return None
        if self.clock() >= entry[0]:
            del self._kept[key]
            return None
        self._kept.move_to_end(key)
        return entry[1]

    def put(self, key: K, value: V, *, since: float) -> None:
        """Keep a value that was true at `since`, by `clock`: reading it may have taken a while."""
        self._kept[key] = (since + self.seconds, value)
        self._kept.move_to_end(key)
        while len(self._kept) > self.size:
            self._kept.popitem(last=False)

    def clear(self) -> None:
        self._kept.clear()
