"""Parts that are forked: they come back, end with whoever forked them, and say what they say under their names."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from config.launcher.forked import Forked, title
from config.launcher.process import Child, started_at
from config.launcher.supervisor import Supervisor

FOREVER = partial(time.sleep, 300)


def until(done: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def name_of(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()


def test_a_part_has_a_name_a_session_and_a_pid_file_and_ends_when_asked(tmp_path: Path) -> None:
    part = Forked("worker", FOREVER, tmp_path)
    part.start()
    assert part.process is not None
    pid = part.process.pid
    assert pid is not None
    until(lambda: name_of(pid) == title("worker"))
    assert os.getsid(pid) == pid
    assert (tmp_path / "worker.pid").read_text().split() == [str(pid), started_at(pid)]
    assert part.ended() is None
    part.stop()
    assert not started_at(pid)
    assert list(tmp_path.iterdir()) == []


def test_a_part_that_dies_is_forked_again(tmp_path: Path) -> None:
    pids = []

    def start() -> Forked:
        part = Forked("web", FOREVER, tmp_path)
        part.start()
        assert part.process is not None
        pids.append(part.process.pid or 0)
        return part

    supervisor = Supervisor()
    supervisor.add("web", start)
    os.kill(pids[0], signal.SIGKILL)

    def is_back() -> bool:
        supervisor.check()
        return len(pids) == 2

    until(is_back)
    supervisor.stop()
    assert not any(map(started_at, pids))


def test_the_exit_code_of_a_part_is_told(tmp_path: Path) -> None:
    part = Forked("web", partial(sys.exit, 3), tmp_path)
    part.start()
    until(lambda: part.ended() is not None)
    assert part.ended() == 3


def test_a_part_ends_with_whoever_forked_it(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from config.launcher.forked import Forked; "
        f"part = Forked('web', lambda: time.sleep(300), Path({str(tmp_path)!r})); part.start(); "
        "print(part.process.pid, flush=True); time.sleep(300)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    until(lambda: name_of(pid) == title("web"))
    parent.kill()
    parent.wait()
    until(lambda: not started_at(pid))


def test_lines_of_parts_stand_behind_their_names(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    program = (
        "import os, sys; parts = dict(one.split('=') for one in sys.argv[1:]); "
        "[os.write(int(number), f'I am {name}\\n'.encode()) for name, number in parts.items()]"
    )
    app = Child("app", [sys.executable, "-c", program], tmp_path, parts=("worker", "web"))
    app.start()
    said = ""

    def is_said() -> bool:
        nonlocal said
        said += capfd.readouterr().out
        return said.count("\n") >= 2

    until(is_said)
    app.stop()
    assert sorted(said.splitlines()) == ["web      | I am web", "worker   | I am worker"]
