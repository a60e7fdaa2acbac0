"""A worker that was told to keeps the schedule, and does not outlive it."""

from __future__ import annotations

import logging
import os
import signal
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from celery.beat import Service

from config.celery import app
from config.clock import Clock
from config.launcher.application import FORKED, Application


@pytest.fixture
def worker() -> Any:
    return SimpleNamespace(app=app)


def test_only_the_worker_of_one_machine_keeps_the_schedule(tmp_path: Path) -> None:
    glassine = Application(tmp_path, tmp_path, "127.0.0.1", 8000, 1, 1, tmp_path / "faces.sock")
    told = {name: "--clock" in glassine.command(name, keeps_schedule=True) for name in (*FORKED, "faces")}
    assert told == {"worker": True, "video": False, "web": False, "faces": False}
    assert "--clock" not in glassine.command("worker")


def test_a_worker_that_was_not_told_keeps_none(worker: Any, tmp_path: Path) -> None:
    assert not Clock(worker).enabled
    assert Clock(worker, clock=str(tmp_path / "schedule")).enabled


def test_a_worker_whose_clock_stops_ends(worker: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ValueError("no schedule can be read")

    ended: list[tuple[int, int]] = []
    monkeypatch.setattr(Service, "start", fail)
    monkeypatch.setattr(os, "kill", lambda pid, number: ended.append((pid, number)))
    Clock(worker, clock=str(tmp_path / "schedule"))._run()
    assert ended == [(os.getpid(), signal.SIGTERM)]


def test_the_clock_is_silent_while_all_is_well(worker: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rung = threading.Event()
    monkeypatch.setattr(Service, "start", lambda *_, **__: rung.set())
    Clock(worker, clock=str(tmp_path / "schedule")).start(worker)
    assert rung.wait(5)
    assert not logging.getLogger("celery.beat").isEnabledFor(logging.INFO)
