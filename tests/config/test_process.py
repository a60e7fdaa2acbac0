"""Child processes: they die with their parent, and so does what they started."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config.launcher import process
from config.launcher.process import die_with_parent, end_leftover, find_tagged, started_at
from tests.config.services import child, until_ended


def test_a_program_ends_with_its_parent() -> None:
    command = die_with_parent(["sleep", "300"], death_signal=signal.SIGKILL)
    script = f"import subprocess; print(subprocess.Popen({command!r}).pid, flush=True); input()"
    parent = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    while process.command_line(pid)[:1] != ["sleep"]:
        time.sleep(0.02)
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 10
    while started_at(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not started_at(pid)


def test_a_child_whose_pid_file_cannot_be_written_runs_and_is_found_later(tmp_path: Path) -> None:
    """As on a full disk: a part that died there has to come back, and a later run has to end it."""
    started = child(tmp_path / "missing", "import time; time.sleep(300)")
    assert started.process is not None
    deadline = time.monotonic() + 10
    while not (found := find_tagged(tmp_path / "missing", "web")) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert found == [started.process.pid]
    started.stop()


def test_what_a_child_started_ends_with_it(tmp_path: Path) -> None:
    script = "import subprocess; print(subprocess.Popen(['sleep', '300']).pid, flush=True)"
    until_ended(child(tmp_path, script))
    deadline = time.monotonic() + 10
    while find_tagged(tmp_path, "web") and time.monotonic() < deadline:
        time.sleep(0.02)
    assert find_tagged(tmp_path, "web") == []


@pytest.mark.slow
def test_a_child_that_ignores_the_request_is_ended_hard(tmp_path: Path) -> None:
    stubborn = child(tmp_path, "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(300)")
    assert stubborn.process is not None
    pid = stubborn.process.pid
    time.sleep(0.5)
    stubborn.stop()
    assert not started_at(pid)


def test_descendants_of_a_killed_run_are_found_though_their_parent_is_gone(tmp_path: Path) -> None:
    tag = {process.TAG: process.tag(tmp_path, "web")}
    orphan = subprocess.Popen(["sleep", "300"], env={**os.environ, **tag}, start_new_session=True)
    stranger = subprocess.Popen(["sleep", "300"], start_new_session=True)
    end_leftover(tmp_path, "web", signal.SIGTERM)
    fates = orphan.wait(5), stranger.poll()
    stranger.kill()
    stranger.wait()
    assert fates == (-signal.SIGKILL, None)
