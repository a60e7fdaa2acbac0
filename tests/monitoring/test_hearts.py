"""What a process does at each beat of its heart."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest

from apps.monitoring import hearts, judge, outage
from apps.web import free_memory


class OneBeat(Exception):
    """Enough of the heart."""


@pytest.mark.parametrize("goes_well", [True, False])
def test_a_beat_gives_free_memory_back(monkeypatch: pytest.MonkeyPatch, goes_well: bool) -> None:
    done: list[str] = []

    def beat(services: Sequence[str]) -> None:
        done.append("beat")
        if not goes_well:
            raise ValueError

    def wait(seconds: float) -> None:
        raise OneBeat

    monkeypatch.setattr(hearts, "beat", beat)
    monkeypatch.setattr(outage, "is_over", lambda: False)
    monkeypatch.setattr(judge, "look_if_due", lambda *, is_starting: None)
    monkeypatch.setattr(free_memory, "give_back", lambda: done.append("given back"))
    monkeypatch.setattr(time, "sleep", wait)
    with pytest.raises(OneBeat):
        hearts._live(["worker:images"])
    assert done == ["beat", "given back"]
