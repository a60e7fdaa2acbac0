"""The figures of docs/performance.md: each row beside its baseline, in one run.

A module rowN_name.py has `run(ctx)` and gives rows. `python -m tests.bench` runs them all. A row looks at what it
measured first: where a count, a hash or an order is wrong it raises, and there is no figure.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from tests.bench.goals import MET, MET_AT_SPEED, SHORT, Goal
from tests.bench.machine import Machine


@dataclass(frozen=True)
class Row:
    """One figure.

    row: number in the table of goals. ratio: figure / baseline. load: of the machine. goal: in words, or "". verdict:
    of `goals`, or "". speed: of the machine when its module began (see `machine`).
    """

    row: int
    what: str
    figure: float
    unit: str
    baseline: float | None
    ratio: float | None
    load: float
    goal: str = ""
    verdict: str = ""
    speed: float = 1.0


@dataclass(frozen=True)
class Context:
    """Where the bench keeps its things, and how often it measures.

    kept: what several rows use is closed after the last one. machine: how fast it is.
    """

    folder: Path
    rounds: int = 5
    kept: ExitStack = field(default_factory=ExitStack)
    machine: Machine = field(default_factory=Machine)

    @property
    def is_quick(self) -> bool:
        """Few turns, for work on the bench itself: such figures are not for print."""
        return self.rounds < 5

    def row(
        self,
        row: int,
        what: str,
        figure: float,
        unit: str,
        baseline: float | None = None,
        *goals: Goal,
    ) -> Row:
        """A row with its ratio, the machine's load of the last minute, and whether it keeps to all its goals."""
        ratio = round(figure / baseline, 3) if baseline else None
        # A goal on a ratio is none where the baseline cannot be had.
        asked = [goal for goal in goals if baseline or not goal.of_ratio]
        verdicts = {goal.verdict(figure, unit, baseline, self.machine.speed) for goal in asked}
        return Row(
            row, what, round(figure, 4), unit, baseline and round(baseline, 4), ratio, os.getloadavg()[0],
            goal=", ".join(map(str, goals)),
            verdict=next((one for one in (SHORT, MET_AT_SPEED, MET) if one in verdicts), ""),
            speed=round(self.machine.speed, 2),
        )  # fmt: skip

    def alternate(self, sides: Sequence[Callable[[int], float]]) -> list[float]:
        """The median figure of each side. All take turns 0, 1, 2 ...; one turn before that warms up."""
        for side in sides:
            side(0)
        turns = [[side(turn) for side in sides] for turn in range(self.rounds)]
        return [median(turn[place] for turn in turns) for place in range(len(sides))]
