"""The parts of the launcher, each alone: the fall-back user, the leash, the back-off, the port."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from config.launcher import process
from config.launcher.application import App
from config.launcher.data_directory import prepare
from config.launcher.paths import APP, keep_secret
from config.launcher.postgres import Postgres, binary
from config.launcher.process import Child, Trouble, end_stale, leashed, started_at, tagged
from config.launcher.supervisor import House, Kept

ROOT = Path(__file__).resolve().parents[2]


def child(run: Path, script: str, name: str = "web") -> Child:
    started = Child(name, [sys.executable, "-c", script], run, grace=2.0)
    started.start()
    return started


def until_ended(running: Child, seconds: float = 20.0) -> int:
    deadline = time.monotonic() + seconds
    while (code := running.ended()) is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return code


@pytest.mark.slow
def test_without_user_namespaces_root_runs_postgres_as_nobody() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root needs another user for PostgreSQL")
    probe = leashed([str(binary("postgres")), "--version"], death=signal.SIGTERM, way="nobody")
    if subprocess.run(probe, cwd="/", capture_output=True, check=False).returncode:
        pytest.skip("the user nobody cannot read the virtual environment")
    data = Path(tempfile.mkdtemp(prefix="glassine-test-"))
    places = prepare(data)
    running = Postgres(places, way="nobody").start()
    assert running.process is not None
    owner = os.stat(f"/proc/{running.process.pid}").st_uid
    with psycopg.connect(places.database_url(APP)) as connection:
        answer = connection.execute("select 1").fetchone()
    running.stop()
    # A second start on the same data, now owned by nobody.
    Postgres(places, way="nobody").start().stop()
    shutil.rmtree(data)
    assert (owner, answer) == (65534, (1,))


def test_a_leashed_program_ends_with_its_parent() -> None:
    command = leashed(["sleep", "300"], death=signal.SIGKILL)
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


def test_what_a_child_started_ends_with_it(tmp_path: Path) -> None:
    script = "import subprocess; print(subprocess.Popen(['sleep', '300']).pid, flush=True)"
    until_ended(child(tmp_path, script))
    deadline = time.monotonic() + 10
    while tagged(tmp_path, "web") and time.monotonic() < deadline:
        time.sleep(0.02)
    assert tagged(tmp_path, "web") == []


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
    end_stale(tmp_path, "web", signal.SIGTERM)
    fates = orphan.wait(5), stranger.poll()
    stranger.kill()
    stranger.wait()
    assert fates == (-signal.SIGKILL, None)


def test_a_child_that_dies_is_started_again_after_a_growing_pause(tmp_path: Path) -> None:
    kept = Kept("web", lambda: child(tmp_path, "raise SystemExit(3)"), pause=0.1)
    kept.bring_up()
    pauses: list[float] = []
    deadline = time.monotonic() + 20
    while len(pauses) < 3 and time.monotonic() < deadline:
        kept.look()
        if kept.pause not in [0.1, *pauses]:
            pauses.append(kept.pause)
        time.sleep(0.01)
    assert pauses == [0.2, 0.4, 0.8]


def test_a_restart_that_fails_is_tried_again(tmp_path: Path) -> None:
    starts = []

    def start() -> Child:
        starts.append(time.monotonic())
        if len(starts) == 2:
            raise Trouble("The disk is full.")
        return child(tmp_path, "raise SystemExit(1)" if len(starts) == 1 else "import time; time.sleep(300)")

    kept = Kept("web", start, pause=0.05)
    house = House([kept])
    kept.bring_up()
    deadline = time.monotonic() + 20
    while len(starts) < 3 and time.monotonic() < deadline:
        house.look()
        time.sleep(0.01)
    assert kept.child is not None
    house.stop()
    assert len(starts) == 3


def test_the_house_stops_its_children_last_in_first_out(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    script = (
        "import signal, sys, time\n"
        "signal.signal(15, lambda *a: (print('bye', flush=True), sys.exit(0)))\n"
        "print('up', flush=True); time.sleep(300)"
    )
    house = House()
    for name in ("redis", "worker", "web"):
        house.add(name, lambda name=name: child(tmp_path, script, name))  # type: ignore[misc]
    deadline = time.monotonic() + 20
    said = ""
    while said.count("| up") < 3 and time.monotonic() < deadline:
        said += capfd.readouterr().out
        time.sleep(0.05)
    house.stop()
    time.sleep(0.2)
    byes = [line.split()[0] for line in capfd.readouterr().out.splitlines() if line.endswith("| bye")]
    assert byes == ["web", "worker", "redis"]


@pytest.mark.slow
def test_a_taken_port_is_told_with_a_sentence(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        app = App(tmp_path, tmp_path, "127.0.0.1", other.getsockname()[1], 1, 1)
        with pytest.raises(Trouble, match="Set GLASSINE_PORT to a free port"):
            app.check_port()


def test_a_secret_read_by_many_at_once_is_one_secret(tmp_path: Path) -> None:
    read = "import pathlib, sys; from config.launcher.paths import keep_secret as keep"
    script = f"{read}; print(keep(pathlib.Path(sys.argv[1])))"
    command = [sys.executable, "-c", script, str(tmp_path / "deep" / "key")]
    readers = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    assert len({reader.communicate()[0] for reader in readers}) == 1


def test_an_empty_secret_file_is_not_a_secret(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("")
    with pytest.raises(OSError, match="is empty; put the secret back"):
        keep_secret(tmp_path / "key")
