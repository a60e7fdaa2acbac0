"""Periodic work is done by one at a time, and by somebody again when that one was killed."""

from __future__ import annotations

import time

import pytest

from apps.jobs.alone import alone
from apps.monitoring import tasks
from apps.monitoring.canary import rounds


def test_one_is_at_it_and_the_next_one_after_that() -> None:
    with alone("a", seconds=60) as first, alone("a", seconds=60) as second, alone("b", seconds=60) as other:
        assert (first, second, other) == (True, False, True)
    with alone("a", seconds=60) as again:
        assert again


def test_who_was_killed_stands_in_the_way_for_a_while_only() -> None:
    killed = alone("killed", seconds=1)
    assert killed.__enter__()
    with alone("killed", seconds=60) as early:
        assert not early
    time.sleep(1.1)
    with alone("killed", seconds=60) as late:
        assert late
        # Who took longer than it may does not let another one's turn go.
        killed.__exit__(None, None, None)
        with alone("killed", seconds=60) as third:
            assert not third


def test_a_round_of_the_canary_is_not_joined_by_a_second_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rounds hold both threads of a small worker for minutes, and then nobody shows that it lives."""
    begun: list[float] = []

    def keep_watch(pace: rounds.Pace) -> rounds.Round:
        begun.append(pace.rest)
        tasks.canary()
        return rounds.Round()

    monkeypatch.setattr(rounds, "keep_watch", keep_watch)
    tasks.canary()
    assert begun == [tasks.REST]
