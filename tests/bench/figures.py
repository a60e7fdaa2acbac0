"""How noisy runs become figures."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median


def percentile(values: Iterable[float], percent: int) -> float:
    """The value that `percent` (1..100) of all do not exceed (nearest rank). Raises ValueError when empty."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no values")
    return ordered[-(-len(ordered) * percent // 100) - 1]


def over_runs(runs: Iterable[Iterable[float]], percent: int) -> float:
    """The median over runs of a percentile within each run."""
    return median(percentile(run, percent) for run in runs)
