"""A cluster of Glassine on one machine: web and worker machines as processes of their own, each with its own folder and
port, behind nginx; PostgreSQL behind PgBouncer, and a replica of it; one Redis, one S3 server. Nothing is shared but
what `GLASSINE_PARTIAL` names."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import boto3
import httpx
import psycopg

from config.launcher.paths import APP, DATABASE, OWNER, POSTGRES_PORT, SUPERUSER, Paths
from config.launcher.postgres import find_run_as, program
from config.launcher.process import die_with_parent
from tests.installation import EMAIL, PASSWORD, ROOT, Installation, Visited, bare_environment, free_port
from tests.nginx import NGINX, render, write_certificate

BUCKET = "cluster"
KEYS = {"AWS_ACCESS_KEY_ID": "cluster", "AWS_SECRET_ACCESS_KEY": "cluster"}
# Debian's, where an ordinary user's PATH does not lead.
PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
# Where programs look for certificates that they trust.
TRUSTED = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
# Seconds. What a machine may take to end what it is doing, beside others that are as busy.
GRACE = 120.0


class Program:
    """One process with a log; all that it started ends with it."""

    def __init__(
        self, name: str, command: list[str], log: Path, environment: dict[str, str], run_as: str = "plain"
    ) -> None:
        """run_as: see config/launcher/die_with_parent.py."""
        self.name = name
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                die_with_parent(command, death_signal=signal.SIGKILL, run_as=run_as),
                cwd=ROOT,
                env=environment,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def stop(self, grace: float = GRACE) -> float:
        """End it as an operator does; how many seconds that took. Raises AssertionError after `grace`."""
        began = time.monotonic()
        self.process.terminate()
        try:
            self.process.wait(grace)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.name} did not end within {grace:g} s") from None
        return time.monotonic() - began

    def kill(self) -> None:
        """kill -9 of it and of all that it started."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Pooler:
    """PgBouncer in transaction mode: each transaction may meet another of its few connections."""

    def __init__(self, folder: Path, paths: Paths) -> None:
        self.folder, self.paths, self.port = folder, paths, free_port()
        self.program: Program | None = None
        folder.mkdir()

    @property
    def url(self) -> str:
        return f"postgresql://{APP}:{self.paths.password(APP)}@127.0.0.1:{self.port}/{DATABASE}"

    def start(self) -> None:
        users, config = self.folder / "users", self.folder / "pgbouncer.ini"
        users.write_text(f'"{APP}" "{self.paths.password(APP)}"\n')
        config.write_text(
            f"""[databases]
{DATABASE} = host={self.paths.sockets} port={POSTGRES_PORT} dbname={DATABASE}
[pgbouncer]
pool_mode = transaction
listen_addr = 127.0.0.1
listen_port = {self.port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {users}
max_client_conn = 500
default_pool_size = 12
server_login_retry = 1
"""
        )
        assert PGBOUNCER
        log = self.folder / "log"
        self.program = Program("pgbouncer", [PGBOUNCER, str(config)], log, {}, run_as=find_run_as())
        wait_for(lambda: _answers_at(self.url), 60, lambda: log.read_text())

    def kill(self) -> None:
        assert self.program
        self.program.kill()


class Replica:
    """A PostgreSQL that follows the first one."""

    def __init__(self, folder: Path, paths: Paths) -> None:
        self.folder, self.paths, self.port = folder, paths, free_port()
        self.program: Program | None = None
        folder.mkdir()

    @property
    def url(self) -> str:
        return self._url(APP)

    def _url(self, role: str) -> str:
        return f"postgresql://{role}:{self.paths.password(role)}@127.0.0.1:{self.port}/{DATABASE}"

    def make(self) -> None:
        """Copy the first server, with where it is to be followed."""
        command = [
            str(program("pg_basebackup")), "--pgdata", str(self.folder / "data"), "--write-recovery-conf",
            "--checkpoint=fast", "--dbname", self.paths.database_url(SUPERUSER, database="postgres"),
        ]  # fmt: skip
        subprocess.run(
            die_with_parent(command, death_signal=signal.SIGKILL, run_as=find_run_as()), check=True, capture_output=True
        )

    def start(self) -> None:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "100",
            "shared_buffers": "64MB",
        }
        flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command, log = [str(program("postgres")), "-D", str(self.folder / "data"), *flags], self.folder / "log"
        # Of one that was killed; the number in it may be another program's by now.
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)
        self.program = Program("replica", command, log, bare_environment(), run_as=find_run_as())
        wait_for(lambda: _answers_at(self.url), 60, lambda: log.read_text())

    @contextmanager
    def held(self) -> Iterator[None]:
        """What reaches it meanwhile is not applied: it falls behind."""
        with psycopg.connect(self._url(SUPERUSER), autocommit=True) as connection:
            connection.execute("select pg_wal_replay_pause()")
            try:
                yield
            finally:
                connection.execute("select pg_wal_replay_resume()")

    def pages(self) -> int:
        """Transactions that it has answered so far."""
        with psycopg.connect(self._url(SUPERUSER), autocommit=True) as connection:
            connection.execute("select pg_stat_force_next_flush()")
            row = connection.execute(
                "select xact_commit from pg_stat_database where datname = current_database()"
            ).fetchone()
            assert row
            return int(row[0])

    def kill(self) -> None:
        assert self.program
        self.program.kill()


class Machine:
    """One machine of the cluster. part: "web", "worker" or "video" (see config.launcher.serve)."""

    def __init__(self, name: str, part: str, folder: Path, environment: dict[str, str]) -> None:
        self.name, self.part, self.folder, self.port = name, part, folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **environment,
            "GLASSINE_DATA": str(folder / "data"),
            "GLASSINE_PORT": str(self.port),
            "TMPDIR": str(folder),
        }
        self.program: Program | None = None
        folder.mkdir(parents=True)

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def upgrade(self) -> None:
        """From its next start on it is of the next version."""
        self.environment["DJANGO_SETTINGS_MODULE"] = "tests.cluster.next_settings"

    def start(self) -> None:
        """Set it up, if it is a web machine, and wait until it is there."""
        command = [sys.executable, "-m", "config.launcher.serve"]
        if self.part == "web":
            subprocess.run([*command, "set-up"], cwd=ROOT, env=self.environment, check=True, capture_output=True)
        before = self.log.read_text(errors="replace").count(" ready.") if self.log.exists() else 0
        self.program = Program(self.name, [*command, self.part], self.log, self.environment)
        wait_for(self._answers if self.part == "web" else lambda: self._is_ready(before), 240, lambda: self.tail())

    def _answers(self) -> bool:
        try:
            # Loopback is a host that is always answered.
            return httpx.get(f"{self.url}/api/system/health", timeout=5).status_code in (200, 503)
        except httpx.HTTPError:
            return False

    def _is_ready(self, before: int) -> bool:
        return self.log.read_text(errors="replace").count(" ready.") > before

    def stop(self) -> float:
        assert self.program
        return self.program.stop()

    def kill(self) -> None:
        assert self.program
        self.program.kill()

    def tail(self) -> str:
        return self.log.read_text(errors="replace")[-3000:]


class Proxy:
    """nginx with the configuration of docker/ before the web machines."""

    def __init__(self, folder: Path, https: int, machines: list[Machine]) -> None:
        self.folder, self.machines, self.http, self.https = folder, machines, free_port(), https
        self.down: set[str] = set()
        self.program: Program | None = None

    def start(self) -> None:
        assert NGINX
        config = self._render()
        errors = str(self.folder / "error.log")
        self.program = Program(
            "nginx", [NGINX, "-p", str(self.folder), "-e", errors, "-c", str(config)], self.folder / "log", {}
        )
        wait_for(lambda: bool(self._workers()), 20, lambda: Path(errors).read_text())

    def take_out(self, machine: Machine) -> None:
        """Send it no new requests, as docs/operations.md says; back when nginx has none of it open."""
        self._change({*self.down, machine.name})

    def put_back(self, machine: Machine) -> None:
        self._change(self.down - {machine.name})

    def _change(self, down: set[str]) -> None:
        old = self._workers()
        self.down = down
        self._render()
        assert self.program
        self.program.process.send_signal(signal.SIGHUP)
        wait_for(lambda: not old & self._workers(), 60, lambda: "nginx' old processes did not end")

    def _render(self) -> Path:
        upstreams = [f"127.0.0.1:{one.port}{' down' if one.name in self.down else ''}" for one in self.machines]
        return render(self.folder, upstreams, self.http, self.https)

    def _workers(self) -> set[int]:
        """Processes of nginx that answer, or still end what they began."""
        assert self.program
        children = Path(f"/proc/{self.program.process.pid}/task/{self.program.process.pid}/children")
        with suppress(OSError):
            return {int(pid) for pid in children.read_text().split()}
        return set()


class Cluster(Visited):
    """Two web machines behind nginx, two workers, one for videos, one scheduler. Whoever visits it comes through nginx.

    Web machines and workers reach PostgreSQL through PgBouncer; only migrations, which need a session, do not.
    """

    def __init__(self, folder: Path) -> None:
        self.https = free_port()
        super().__init__(f"https://127.0.0.1:{self.https}")
        self.folder = folder
        database = Installation(folder / "database").move_in()
        self.paths = Paths(database.data)
        s3 = free_port()
        self.s3_url = f"http://127.0.0.1:{s3}"
        (folder / "shared").mkdir()
        self.pooler, self.replica = Pooler(folder / "pooler", self.paths), Replica(folder / "replica", self.paths)
        self.environment = {
            **bare_environment(),
            **KEYS,
            "DJANGO_SETTINGS_MODULE": "config.settings.prod",
            "DATABASE_URL": self.pooler.url,
            "DATABASE_REPLICA_URL": self.replica.url,
            "DATABASE_OWNER_URL": self.paths.database_url(OWNER),
            "REDIS_URL": self.paths.redis_url,
            "STORAGE": f"s3://{BUCKET}?endpoint={self.s3_url}",
            "GLASSINE_SECRET_KEY": (database.data / "secret_key").read_text().strip(),
            "GLASSINE_URL": self.url,
            "GLASSINE_TRUSTED_PROXY": "127.0.0.1/32",
            "GLASSINE_PARTIAL": str(folder / "shared"),
            "GLASSINE_ADMIN_EMAIL": EMAIL,
            "GLASSINE_ADMIN_PASSWORD": PASSWORD,
        }
        self.webs = [Machine(name, "web", folder / name, self.environment) for name in ("web-1", "web-2")]
        self.workers = [Machine(name, "worker", folder / name, self.environment) for name in ("worker-1", "worker-2")]
        self.workers.append(Machine("worker-3", "video", folder / "worker-3", self.environment))
        self.scheduler = Machine("scheduler", "beat", folder / "scheduler", self.environment)
        (folder / "nginx").mkdir()
        self.proxy = Proxy(folder / "nginx", self.https, self.webs)
        self.s3_port = s3
        self.services: Program | None = None
        self.s3: Program | None = None

    def start(self) -> None:
        self._start_services()
        for machine in (*self.webs, *self.workers):
            machine.start()
        command = [sys.executable, "-m", "config.launcher.serve", "beat"]
        self.scheduler.program = Program("beat", command, self.scheduler.log, self.scheduler.environment)
        write_certificate(self.folder / "nginx")
        # Read by httpx and requests: the certificate of this nginx is the only one that counts.
        for name in TRUSTED:
            os.environ[name] = str(self.folder / "nginx" / "fullchain.pem")
        self.proxy.start()
        wait_for(self.is_well, 240, lambda: self.webs[0].tail())

    def _start_services(self) -> None:
        launcher = [sys.executable, "-m", "config.launcher.main", "--only", "postgres,redis"]
        environment = {**bare_environment(), "GLASSINE_DATA": str(self.paths.data)}
        self.services = Program("services", launcher, self.folder / "services.log", environment)
        moto = [str(Path(sys.executable).with_name("moto_server")), "-H", "127.0.0.1", "-p", str(self.s3_port)]
        self.s3 = Program("s3", moto, self.folder / "s3.log", bare_environment())
        client = boto3.client(
            "s3",
            endpoint_url=self.s3_url,
            region_name="us-east-1",
            aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
        )
        wait_for(lambda: _can(lambda: client.create_bucket(Bucket=BUCKET)), 60, lambda: "no S3 server")
        wait_for(self.paths.postgres_socket.exists, 60, lambda: "no PostgreSQL")
        wait_for(self.paths.redis_socket.exists, 60, lambda: "no Redis")
        wait_for(lambda: _answers_at(self.paths.database_url(APP)), 60, lambda: "PostgreSQL does not answer")
        self.pooler.start()
        self.replica.make()
        self.replica.start()

    def kill_service(self, name: str) -> None:
        """kill -9 of "postgres" or "redis" and of nothing else; the launcher starts it again."""
        pid = int((self.paths.run / f"{name}.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)

    @contextmanager
    def stalled_bucket(self) -> Iterator[None]:
        """The S3 server takes connections and says nothing."""
        assert self.s3
        os.killpg(self.s3.process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(self.s3.process.pid, signal.SIGCONT)

    def stop(self) -> None:
        """End everything at once; the services in good order, as they have shared memory to give back."""
        for machine in (*self.webs, *self.workers, self.scheduler):
            if machine.program is not None:
                machine.kill()
        if self.s3 is not None:
            self.s3.kill()
        for part in (self.proxy, self.pooler, self.replica):
            if part.program is not None:
                part.program.kill()
        if self.services is not None:
            self.services.stop(60)
        for name in TRUSTED:
            os.environ.pop(name, None)

    def is_well(self) -> bool:
        """True if it says so, and a statement that comes by the pooler is answered."""
        if not _answers_at(self.pooler.url):
            return False
        try:
            return httpx.get(f"{self.url}/api/system/health", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def links(self, album: str) -> list[dict[str, Any]]:
        """The links of an album."""
        with self.api() as api:
            answer = api.get(f"/api/albums/{album}/share")
            answer.raise_for_status()
            return list(answer.json()["results"])


@contextmanager
def running(folder: Path) -> Iterator[Cluster]:
    """A cluster that is up, and is gone afterwards."""
    cluster = Cluster(folder)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder / "database", ignore_errors=True)


def wait_for(is_so: Callable[[], bool], seconds: float, say: Callable[[], str]) -> None:
    """Wait until it is so. Raises AssertionError with what `say` says."""
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            raise AssertionError(f"not so within {seconds:g} s: {say()}")
        time.sleep(0.1)


def _answers_at(url: str) -> bool:
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            connection.execute("select 1")
    except psycopg.OperationalError:
        return False
    return True


def _can(act: Callable[[], object]) -> bool:
    try:
        act()
    except Exception:
        return False
    return True
