"""The whole installation under one process: ready line, stop, kill -9, deaths of parts, junk in the environment."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.config.services import ROOT
from tests.installation import PROCESSES, Installation, free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def family(glassine: Installation) -> list[psutil.Process]:
    assert glassine.process
    root = psutil.Process(glassine.process.pid)
    return [root, *root.children(recursive=True)]


def living(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those that still run 20 seconds later. A zombie waits only for somebody to count it."""
    _, alive = psutil.wait_procs(processes, timeout=20)
    return [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]


def test_one_ready_line_and_a_stop_in_good_order(tmp_path: Path) -> None:
    glassine = Installation(tmp_path / "data").move_in()
    with glassine:
        glassine.wait_well()
        all_of_it = family(glassine)
        assert glassine.process
        glassine.process.send_signal(signal.SIGTERM)
        code = glassine.process.wait(60)
    said = glassine.log.read_text()
    assert code == 0
    assert said.count(f"Glassine is ready at http://127.0.0.1:{glassine.port}\n") == 1
    assert living(all_of_it) == []
    ends = ("Granian shutdown completed", "worker: Warm shutdown", "database system is shut down")
    # It was set up before: starting Django for nothing would take seconds.
    assert "setup " not in said
    assert [said.find(end) for end in ends] == sorted(said.find(end) for end in ends)
    assert -1 not in [said.find(end) for end in ends]


def test_every_part_that_dies_comes_back(tmp_path: Path) -> None:
    with Installation(tmp_path / "data").move_in() as glassine:
        for name in PROCESSES:
            before = glassine.wait_part(name)
            glassine.kill(name)
            glassine.wait_well(120)
            assert not before & glassine.wait_part(name), name


def test_an_installation_killed_with_its_web_process_leaves_nothing_in_the_way_of_the_next(tmp_path: Path) -> None:
    """granian's own workers outlive a killed granian, and hold the port."""
    glassine = Installation(tmp_path / "data").move_in()
    glassine.start()
    all_of_it = family(glassine)
    assert glassine.process
    main = int((tmp_path / "data" / "run" / "web.pid").read_text().split()[0])
    for pid in (glassine.process.pid, main):
        os.kill(pid, signal.SIGKILL)
    glassine.process.wait()
    glassine.start()
    glassine.wait_well()
    glassine.stop()
    assert living(all_of_it) == []


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GLASSINE_")}
    return subprocess.run(
        [sys.executable, "-m", "config.launcher.main"],
        cwd=ROOT, env=inherited | environment, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_junk_in_the_environment_ends_the_start_with_one_sentence(tmp_path: Path) -> None:
    done = start(GLASSINE_DATA=str(tmp_path), GLASSINE_PORT="http")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "GLASSINE_PORT is 'http', but must be a whole number from 1 to 65535.\n"


def test_a_taken_port_ends_the_start_with_one_sentence(tmp_path: Path) -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        done = start(GLASSINE_DATA=str(tmp_path), GLASSINE_PORT=str(port))
    assert done.returncode == 1
    assert done.stderr.startswith(f"Glassine cannot listen on 127.0.0.1 port {port} (Address already in use). Stop ")
    assert "Traceback" not in done.stderr


def test_junk_ends_a_command_with_one_sentence_too(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT, env=os.environ | {"GLASSINE_DEBUG": "maybe"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, "GLASSINE_DEBUG is 'maybe', but must be on or off.\n")
