"""The embedded PostgreSQL and Redis as they are really run: started, killed, started again."""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from redis import Redis

from config.launcher.paths import APP, OWNER, Places
from config.launcher.process import started_at

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
ROOT = Path(__file__).resolve().parents[2]
ADDRESSES = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")
UP = [sys.executable, "-m", "config.launcher.main", "--only", "postgres,redis"]


class Run:
    """One `up --only postgres,redis` on a data directory."""

    def __init__(self, data: Path, *, before: tuple[str, ...] = ()) -> None:
        self.places = Places(data)
        self.process = subprocess.Popen(
            [*before, *UP, "--data", str(data)],
            cwd=ROOT, env=bare(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self.said: list[str] = []
        self.addresses: dict[str, str] = {}

    def wait_until_up(self) -> "Run":
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if line.startswith("export "):
                name, value = shlex.split(line)[1].split("=", 1)
                self.addresses[name] = value
            if len(self.addresses) == len(ADDRESSES):
                return self
        raise AssertionError("it ended early:\n" + "".join(self.said))

    def rows(self) -> list[int]:
        with psycopg.connect(self.addresses["DATABASE_OWNER_URL"], connect_timeout=10) as connection:
            return [row[0] for row in connection.execute("select n from kept order by n")]

    def keep(self, *numbers: int) -> None:
        with psycopg.connect(self.addresses["DATABASE_OWNER_URL"]) as connection:
            connection.execute("create table if not exists kept (n int)")
            for number in numbers:
                connection.execute("insert into kept values (%s)", [number])

    def pid(self, name: str) -> int:
        return int((self.places.run / f"{name}.pid").read_text().split()[0])

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(how)
        with suppress(subprocess.TimeoutExpired):
            self.said.append(self.process.communicate(timeout=60)[0] or "")
        return self.process.wait(1)


def bare() -> dict[str, str]:
    """The environment without the suite's own servers."""
    return {name: value for name, value in os.environ.items() if name not in (*ADDRESSES, "GLASSINE_DATA")}


def gone(pid: int, seconds: float = 30.0) -> bool:
    deadline = time.monotonic() + seconds
    while started_at(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not started_at(pid)


@pytest.fixture
def data() -> Iterator[Path]:
    """A data directory that any user may be let into, unlike pytest's own."""
    directory = Path(tempfile.mkdtemp(prefix="glassine-test-"))
    yield directory
    shutil.rmtree(directory)


@pytest.fixture(scope="module")
def made_once() -> Iterator[Path]:
    """Data directories of a first run that was stopped: initdb takes longer than the rest of most tests here."""
    directory = Path(tempfile.mkdtemp(prefix="glassine-test-"))
    assert Run(directory).wait_until_up().stop() == 0
    yield directory
    shutil.rmtree(directory)


@pytest.fixture
def run(data: Path, made_once: Path) -> Iterator[Run]:
    subprocess.run(["cp", "-a", f"{made_once}/.", str(data)], check=True)
    up = Run(data).wait_until_up()
    yield up
    up.stop()


def test_the_application_role_cannot_change_structure_but_rows(run: Run) -> None:
    run.keep(1)
    with psycopg.connect(run.addresses["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("update kept set n = 2")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("alter table kept add column m int")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("create table mine ()")


def test_the_roles_are_bound_by_row_security_and_system_must_be_stepped_into(run: Run) -> None:
    with psycopg.connect(run.addresses["DATABASE_URL"]) as connection:
        roles = connection.execute(
            "select rolname, rolsuper, rolbypassrls, rolcanlogin, rolcreatedb from pg_roles"
            " where rolname like 'glassine%' order by rolname"
        ).fetchall()
        grant = connection.execute(
            "select inherit_option, set_option from pg_auth_members where member = %s::regrole", [APP]
        )
        assert grant.fetchall() == [(False, True)]
    assert roles == [
        ("glassine_app", False, False, True, False),
        ("glassine_owner", False, False, True, True),
        ("glassine_system", False, False, False, False),
    ]


def test_a_test_database_begins_with_the_same_rights_and_vectors(run: Run) -> None:
    with psycopg.connect(run.addresses["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute("create database test_rights")
    with psycopg.connect(run.places.database_url(OWNER, "test_rights")) as owner:
        owner.execute("create table pictures (id serial primary key, v vector(3))")
    with psycopg.connect(run.places.database_url(APP, "test_rights")) as app:
        app.execute("insert into pictures (v) values ('[1,2,3]')")


def test_a_wrong_password_opens_nothing(run: Run) -> None:
    right = run.addresses["DATABASE_URL"]
    wrong = right.replace(run.places.password(APP), "guess")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_nothing_listens_on_the_network_and_other_users_are_kept_out(run: Run) -> None:
    with psycopg.connect(run.addresses["DATABASE_URL"]) as connection:
        assert connection.execute("show listen_addresses").fetchone() == ("",)
    assert Redis.from_url(run.addresses["REDIS_URL"]).config_get("port") == {"port": "0"}
    for private in (
        run.places.data,
        run.places.run,
        run.places.postgres,
        run.places.redis,
        run.places.secrets,
    ):
        assert private.stat().st_mode & 0o777 == 0o700, private


def test_redis_drops_nothing_and_writes_a_log(run: Run) -> None:
    client = Redis.from_url(run.addresses["REDIS_URL"])
    assert client.config_get("appendonly") == {"appendonly": "yes"}
    assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_a_stop_ends_both_in_good_order_with_exit_code_0(run: Run) -> None:
    pids = [run.pid("postgres"), run.pid("redis")]
    assert run.stop(signal.SIGINT) == 0
    assert not any(started_at(pid) for pid in pids)
    assert "database system is shut down" in run.said[-1]


def test_a_killed_postgres_comes_back_with_every_committed_row(run: Run) -> None:
    run.keep(*range(100))
    before = run.pid("postgres")
    os.kill(before, signal.SIGKILL)
    assert gone(before)
    deadline = time.monotonic() + 60
    rows: list[int] = []
    while not rows and time.monotonic() < deadline:
        with suppress(psycopg.OperationalError):
            rows = run.rows()
        time.sleep(0.1)
    assert rows == list(range(100))


def test_a_killed_redis_comes_back_with_its_queue(run: Run) -> None:
    client = Redis.from_url(run.addresses["REDIS_URL"])
    client.rpush("queue", *range(100))
    # The log is flushed each second, so a kill may cost the last one.
    time.sleep(1.5)
    before = run.pid("redis")
    os.kill(before, signal.SIGKILL)
    assert gone(before)
    deadline = time.monotonic() + 30
    length = 0
    while not length and time.monotonic() < deadline:
        with suppress(Exception):
            length = int(client.llen("queue"))
        time.sleep(0.1)
    assert length == 100


def test_a_killed_supervisor_takes_its_children_along(run: Run) -> None:
    pids = [run.pid("postgres"), run.pid("redis")]
    run.stop(signal.SIGKILL)
    assert all(gone(pid) for pid in pids)


def test_after_everything_was_killed_the_next_run_has_all_rows(data: Path) -> None:
    first = Run(data).wait_until_up()
    first.keep(1, 2, 3)
    pids = [first.process.pid, first.pid("postgres"), first.pid("redis")]
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    first.stop()
    second = Run(data).wait_until_up()
    rows = second.rows()
    second.stop()
    assert rows == [1, 2, 3]


def test_servers_left_by_a_killed_run_are_ended_first(data: Path) -> None:
    first = Run(data).wait_until_up()
    first.keep(7)
    left = [first.pid("postgres"), first.pid("redis")]
    # Stopped, they cannot obey the signal that the death of their parent sends.
    for pid in left:
        os.kill(pid, signal.SIGSTOP)
    first.stop(signal.SIGKILL)
    for pid in left:
        os.kill(pid, signal.SIGCONT)
    second = Run(data).wait_until_up()
    rows = second.rows()
    second.stop()
    assert rows == [7]
    assert all(gone(pid) for pid in left)


def test_a_second_run_on_the_same_data_is_refused_with_a_sentence(run: Run) -> None:
    second = subprocess.run(
        [*UP, "--data", str(run.places.data)],
        cwd=ROOT,
        env=bare(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert second.stderr.strip() == (
        f"Another Glassine (process {run.process.pid}) already runs on {run.places.data}. "
        "Stop it first, or set GLASSINE_DATA to another directory."
    )


def test_a_stranger_with_a_number_from_our_pid_files_is_left_alone(data: Path) -> None:
    Run(data).wait_until_up().stop()
    stranger = subprocess.Popen(["sleep", "300"])
    (data / "postgres" / "postmaster.pid").write_text(f"{stranger.pid}\n{data}/postgres\n")
    (data / "run" / "redis.pid").write_text(f"{stranger.pid} 1\n")
    Run(data).wait_until_up().stop()
    alive = stranger.poll() is None
    stranger.kill()
    stranger.wait()
    assert alive


def test_a_deep_data_directory_works(data: Path) -> None:
    up = Run(data / ("d" * 60) / ("e" * 60)).wait_until_up()
    up.keep(1)
    sockets = up.places.sockets
    assert sockets.stat().st_mode & 0o777 == 0o700
    assert up.stop() == 0
    shutil.rmtree(sockets)


def test_a_short_socket_directory_of_somebody_else_is_refused(data: Path) -> None:
    deep = data / ("d" * 60) / ("e" * 60)
    sockets = Places(deep).sockets
    sockets.symlink_to("/tmp")
    refused = subprocess.run(
        [*UP, "--data", str(deep)], cwd=ROOT, env=bare(), capture_output=True, text=True, check=False
    )
    sockets.unlink()
    assert refused.returncode == 1
    assert "belongs to somebody else" in refused.stderr


def test_a_command_gets_the_addresses_and_gives_its_exit_code(data: Path) -> None:
    script = "import os, psycopg; psycopg.connect(os.environ['DATABASE_URL']); print('reached'); exit(7)"
    done = subprocess.run(
        [*UP, "--data", str(data), "--", sys.executable, "-c", script],
        cwd=ROOT, env=bare(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout.splitlines()[-1]) == (7, "reached")


def test_a_server_that_was_named_is_not_started(data: Path) -> None:
    done = subprocess.run(
        [*UP, "--data", str(data), "--", "sh", "-c", "echo $REDIS_URL"],
        cwd=ROOT,
        env=bare() | {"REDIS_URL": "redis://127.0.0.1:1/0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines()[-1] == "redis://127.0.0.1:1/0"
    assert not (data / "redis").exists()


def test_an_ordinary_user_runs_it(data: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("every other test here runs as an ordinary user already")
    nobody = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    ask = [*nobody, sys.executable, "-c", "import sys; print(sys.base_prefix)"]
    told = subprocess.run(ask, cwd="/", capture_output=True, text=True, check=False)
    # With a Python below a private home the name may lead elsewhere, or nowhere.
    if told.returncode or told.stdout.strip() != sys.base_prefix:
        pytest.skip("the user nobody cannot read the Python of this virtual environment")
    os.chown(data, 65534, 65534)
    up = Run(data, before=nobody).wait_until_up()
    up.keep(5)
    assert up.rows() == [5]
    assert up.stop() == 0


def test_a_dump_of_all_rows_is_restored_on_another_machine(run: Run, tmp_path: Path) -> None:
    """The two commands of docs/operations.md. Forced row security would hide the rows from the owner's own dump."""
    run.keep(1, 2)
    with psycopg.connect(run.addresses["DATABASE_OWNER_URL"]) as owner:
        owner.execute("alter table kept enable row level security, force row level security")
    dump = tmp_path / "glassine.dump"
    client(run.places.data, "pg_dump", "--format=custom", f"--file={dump}", "glassine")
    fresh = Run(tmp_path / "fresh").wait_until_up()
    client(fresh.places.data, "dropdb", "glassine")
    client(fresh.places.data, "pg_restore", "--create", "--dbname=postgres", str(dump))
    rows = client(fresh.places.data, "psql", "-XAt", "-c", "select n from kept order by n", "glassine").split()
    with psycopg.connect(fresh.addresses["DATABASE_URL"]) as app:
        seen = app.execute("select count(*) from kept").fetchone()
    fresh.stop()
    assert rows == ["1", "2"]
    assert seen == (0,)


def client(data: Path, *command: str) -> str:
    """Run a client program as the superuser of the server on `data`; gives what it printed."""
    return subprocess.run(
        [sys.executable, "-m", "config.launcher.postgres_client", *command],
        cwd=ROOT,
        env=bare() | {"GLASSINE_DATA": str(data)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
