"""The supervisor: back-off, a restart that fails, the order of a stop."""

import errno
import time
from pathlib import Path

import pytest

from config.launcher.process import Child, LaunchError
from config.launcher.supervisor import Supervised, Supervisor
from tests.config.services import child


def test_a_child_that_dies_is_started_again_after_a_growing_pause(tmp_path: Path) -> None:
    supervised = Supervised("web", lambda: child(tmp_path, "raise SystemExit(3)"), delay=0.1)
    supervised.start_child()
    pauses: list[float] = []
    deadline = time.monotonic() + 20
    while len(pauses) < 3 and time.monotonic() < deadline:
        supervised.check()
        if supervised.delay not in [0.1, *pauses]:
            pauses.append(supervised.delay)
        time.sleep(0.01)
    assert pauses == [0.2, 0.4, 0.8]


@pytest.mark.parametrize("failure", [LaunchError("It did not start."), OSError(errno.ENOSPC, "No space left")])
def test_a_restart_that_fails_is_tried_again(tmp_path: Path, failure: Exception) -> None:
    starts = []

    def start() -> Child:
        starts.append(time.monotonic())
        if len(starts) == 2:
            raise failure
        return child(tmp_path, "raise SystemExit(1)" if len(starts) == 1 else "import time; time.sleep(300)")

    supervised = Supervised("web", start, delay=0.05)
    supervisor = Supervisor([supervised])
    supervised.start_child()
    deadline = time.monotonic() + 20
    while len(starts) < 3 and time.monotonic() < deadline:
        supervisor.check()
        time.sleep(0.01)
    assert supervised.child is not None
    supervisor.stop()
    assert len(starts) == 3


def test_the_supervisor_stops_its_children_last_in_first_out(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    script = (
        "import signal, sys, time\n"
        "signal.signal(15, lambda *a: (print('bye', flush=True), sys.exit(0)))\n"
        "print('up', flush=True); time.sleep(300)"
    )
    supervisor = Supervisor()
    for name in ("redis", "worker", "web"):
        supervisor.add(name, lambda name=name: child(tmp_path, script, name))  # type: ignore[misc]
    deadline = time.monotonic() + 20
    said = ""
    while said.count("| up") < 3 and time.monotonic() < deadline:
        said += capfd.readouterr().out
        time.sleep(0.05)
    supervisor.stop()
    time.sleep(0.2)
    byes = [line.split()[0] for line in capfd.readouterr().out.splitlines() if line.endswith("| bye")]
    assert byes == ["web", "worker", "redis"]


def test_a_child_that_waits_keeps_its_place_in_the_order_of_a_stop(tmp_path: Path) -> None:
    started = []

    def start(name: str) -> Child:
        started.append(name)
        return child(tmp_path, "import time; time.sleep(300)", name)

    supervisor = Supervisor()
    supervisor.add("video", lambda: start("video"), waits=True)
    supervisor.add("web", lambda: start("web"))
    supervisor.check()
    assert started == ["web"]
    supervisor.start_waiting()
    assert started == ["web", "video"]
    assert [one.name for one in supervisor.children] == ["video", "web"]
    supervisor.stop()
