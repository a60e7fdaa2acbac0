"""Whether a goal is met, and what a slow machine excuses: times and rates, nothing else."""

from __future__ import annotations

import pytest

from tests.bench import Context
from tests.bench.goals import (
    MET,
    MET_AT_SPEED,
    SHORT,
    Goal,
    at_least,
    at_most,
    ratio_at_least,
    ratio_at_most,
)


@pytest.mark.parametrize(
    ("goal", "figure", "unit", "baseline", "speed", "verdict"),
    [
        (at_most(6), 6.0, "ms", None, 0.5, MET),
        (at_most(6), 12.0, "ms", None, 0.5, MET_AT_SPEED),
        (at_most(6), 12.1, "ms", None, 0.5, SHORT),
        # A machine that is faster than the other one takes nothing away, and gives nothing.
        (at_most(6), 6.1, "ms", None, 2.0, SHORT),
        # What a bare server took tells more of this row than how fast pictures are decoded.
        (at_most(6, reference=0.4), 8.9, "ms", 0.6, 1.0, MET_AT_SPEED),
        (at_most(6, reference=0.4), 9.0, "ms", 0.4, 0.5, SHORT),
        (at_least(5), 3.0, "photos/s", 4.0, 0.6, MET_AT_SPEED),
        (at_least(5), 2.9, "photos/s", 4.0, 0.6, SHORT),
        (at_least(400, reference=900), 300.0, "MB/s", 600.0, 1.0, MET_AT_SPEED),
        # Memory, bytes and counts are no smaller on a faster machine.
        (at_most(90), 136.0, "MB", None, 0.5, SHORT),
        (at_most(0), 1.0, "photos", None, 0.5, SHORT),
        (ratio_at_least(0.6), 300.0, "MB/s", 500.0, 0.5, MET),
        (ratio_at_least(0.6), 299.0, "MB/s", 500.0, 0.5, SHORT),
        (ratio_at_most(1.5), 15.0, "ms", 10.0, 1.0, MET),
        (ratio_at_most(1.5), 15.1, "ms", 10.0, 0.5, SHORT),
    ],
)
def test_what_is_met(goal: Goal, figure: float, unit: str, baseline: float | None, speed: float, verdict: str) -> None:
    assert goal.verdict(figure, unit, baseline, speed) == verdict


def test_a_row_of_two_goals_is_as_good_as_the_worse(tmp_path_factory: pytest.TempPathFactory) -> None:
    context = Context(tmp_path_factory.getbasetemp())
    context.machine.speed = 0.6
    row = context.row(2, "photos ready", 3.2, "photos/s", 4.0, ratio_at_least(0.75), at_least(5))
    assert (row.verdict, row.goal, row.ratio) == (MET_AT_SPEED, ">= 0.75 of it, >= 5", 0.8)
    assert context.row(2, "photos ready", 3.2, "photos/s", 4.0, ratio_at_least(0.9), at_least(5)).verdict == SHORT
    # Without the other side there is nothing to hold against it.
    assert context.row(1, "beside sharp", 0.4, "CPU s", None, ratio_at_most(0.5)).verdict == ""
