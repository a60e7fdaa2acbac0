"""What a figure is to keep to, and whether it does; on a slow machine, whether it would on the one the goals are of.

Goals are those of docs/performance.md. Ratios, counts, bytes and memory are the same on every machine. Times and rates
are of one machine; another one is told apart by a baseline: that of the row, where it is known how long the other
machine took for it, or else the decoding of a photo (see `machine`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

#: Units of which a slower machine has more, and fewer.
_TIMES: Final = frozenset({"ms", "s", "CPU s", "s/photo", "s/GB"})
_RATES: Final = frozenset({"/s", "MB/s", "photos/s"})

MET, MET_AT_SPEED, SHORT = "met", "met at this speed", "short"


@dataclass(frozen=True, slots=True)
class Goal:
    """A limit of a figure or of its ratio to the baseline.

    reference: the row's baseline on the machine that the goal is of, in the row's unit.
    """

    limit: float
    is_least: bool = False
    of_ratio: bool = False
    reference: float | None = None

    def __str__(self) -> str:
        sign = ">=" if self.is_least else "<="
        return f"{sign} {self.limit:g}{' of it' if self.of_ratio else ''}"

    def verdict(self, figure: float, unit: str, baseline: float | None, speed: float) -> str:
        """`MET`, `MET_AT_SPEED` or `SHORT`.

        speed: of this machine, as a part of that of the other one. Raises ValueError for a goal on a ratio without a
        baseline.
        """
        if self.of_ratio and not baseline:
            raise ValueError("a ratio to nothing")
        value = figure / baseline if self.of_ratio and baseline else figure
        if self._is_kept(value):
            return MET
        if not self.of_ratio and self._is_kept(self._elsewhere(value, unit, baseline, speed)):
            return MET_AT_SPEED
        return SHORT

    def _is_kept(self, value: float) -> bool:
        return value >= self.limit if self.is_least else value <= self.limit

    def _elsewhere(self, value: float, unit: str, baseline: float | None, speed: float) -> float:
        """What the figure would be on the other machine. A faster one than that is no excuse."""
        if self.reference and baseline:
            speed = self.reference / baseline if unit in _TIMES else baseline / self.reference
        speed = min(speed, 1.0)
        if unit in _TIMES:
            return value * speed
        return value / speed if unit in _RATES else value


def at_most(limit: float, *, reference: float | None = None) -> Goal:
    """The figure is to be no more."""
    return Goal(limit, reference=reference)


def at_least(limit: float, *, reference: float | None = None) -> Goal:
    """The figure is to be no less."""
    return Goal(limit, is_least=True, reference=reference)


def ratio_at_most(limit: float) -> Goal:
    """The figure is to be no more than so many times the baseline."""
    return Goal(limit, of_ratio=True)


def ratio_at_least(limit: float) -> Goal:
    """The figure is to be no less than so many times the baseline."""
    return Goal(limit, is_least=True, of_ratio=True)
