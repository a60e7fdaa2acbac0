"""`main --only postgres,redis`: started, stopped, killed, started again, with a command."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from config.launcher.process import started_at, working_in
from tests.config.services import MAIN, ROOT, Services, bare, gone

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


def test_a_stop_ends_both_in_good_order_with_exit_code_0(services: Services) -> None:
    pids = [services.pid("postgres"), services.pid("redis")]
    assert services.stop(signal.SIGINT) == 0
    assert not any(started_at(pid) for pid in pids)
    assert "database system is shut down" in services.said[-1]


def test_a_killed_supervisor_takes_its_children_along(services: Services) -> None:
    pids = [services.pid("postgres"), services.pid("redis")]
    services.stop(signal.SIGKILL)
    assert all(gone(pid) for pid in pids)


def test_after_everything_was_killed_the_next_run_has_all_rows(data: Path) -> None:
    first = Services(data).wait_until_up()
    first.keep(1, 2, 3)
    pids = [first.process.pid, first.pid("postgres"), first.pid("redis")]
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    first.stop()
    second = Services(data).wait_until_up()
    rows = second.rows()
    second.stop()
    assert rows == [1, 2, 3]


def test_what_a_killed_server_had_started_is_ended_first(data: Path) -> None:
    """It goes by itself, but a busy machine takes its time for that."""
    first = Services(data).wait_until_up()
    first.keep(5)
    server = first.pid("postgres")
    slow = next(pid for pid in working_in(data / "postgres") if pid != server)
    os.kill(slow, signal.SIGSTOP)
    for pid in (first.process.pid, server, first.pid("redis")):
        os.kill(pid, signal.SIGKILL)
    first.stop()
    second = Services(data).wait_until_up()
    rows = second.rows()
    second.stop()
    assert rows == [5]
    assert gone(slow)


def test_servers_left_by_a_killed_run_are_ended_first(data: Path) -> None:
    first = Services(data).wait_until_up()
    first.keep(7)
    left = [first.pid("postgres"), first.pid("redis")]
    # Stopped, they cannot obey the signal that the death of their parent sends.
    for pid in left:
        os.kill(pid, signal.SIGSTOP)
    first.stop(signal.SIGKILL)
    for pid in left:
        os.kill(pid, signal.SIGCONT)
    second = Services(data).wait_until_up()
    rows = second.rows()
    second.stop()
    assert rows == [7]
    assert all(gone(pid) for pid in left)


def test_a_stranger_with_a_number_from_our_pid_files_is_left_alone(data: Path) -> None:
    Services(data).wait_until_up().stop()
    stranger = subprocess.Popen(["sleep", "300"])
    (data / "postgres" / "postmaster.pid").write_text(f"{stranger.pid}\n{data}/postgres\n")
    (data / "run" / "redis.pid").write_text(f"{stranger.pid} 1\n")
    Services(data).wait_until_up().stop()
    alive = stranger.poll() is None
    stranger.kill()
    stranger.wait()
    assert alive


def test_a_command_gets_the_urls_and_gives_its_exit_code(data: Path) -> None:
    script = "import os, psycopg; psycopg.connect(os.environ['DATABASE_URL']); print('reached'); exit(7)"
    done = subprocess.run(
        [*MAIN, "--data", str(data), "--", sys.executable, "-c", script],
        cwd=ROOT, env=bare(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout.splitlines()[-1]) == (7, "reached")


def test_a_server_that_was_named_is_not_started(data: Path) -> None:
    done = subprocess.run(
        [*MAIN, "--data", str(data), "--", "sh", "-c", "echo $REDIS_URL"],
        cwd=ROOT,
        env=bare() | {"REDIS_URL": "redis://127.0.0.1:1/0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines()[-1] == "redis://127.0.0.1:1/0"
    assert not (data / "redis").exists()
