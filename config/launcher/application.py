"""The application's own processes: how web, worker and beat are started, and what comes before them."""

import hashlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from config.env import Env
from config.launcher.process import ROOT, Child, Trouble, end_stale, leashed, say

NAMES = ("web", "worker", "beat")
# Seconds.
PORT_PATIENCE = 3.0


@dataclass(frozen=True)
class App:
    """What is started, and where it keeps its files. workers: web processes. threads: those of the worker."""

    data: Path
    run: Path
    host: str
    port: int
    workers: int
    threads: int

    @classmethod
    def of(cls, env: Env, run: Path) -> Self:
        return cls(env.data, run, env.host, env.port, env.workers, env.worker_threads)

    def end_stale(self) -> None:
        """End what a run that was killed has left of us."""
        for name in NAMES:
            end_stale(self.run, name, signal.SIGTERM)

    def check_port(self) -> None:
        """Raises Trouble when somebody else listens on our port, or the address is none of this machine.

        Asked for a few seconds: the kernel may take a moment to free the port of a process that was just ended.
        """
        end = time.monotonic() + PORT_PATIENCE
        while (trouble := self._port_trouble()) is not None:
            if time.monotonic() > end:
                raise Trouble(
                    f"Glassine cannot listen on {self.host} port {self.port} ({trouble}). "
                    "Set GLASSINE_PORT to a free port, or stop the program that holds it."
                )
            time.sleep(0.1)

    def _port_trouble(self) -> str | None:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as error:
                return error.strerror or str(error)
        return None

    def set_up(self) -> None:
        """Tables, static files and the first owner. Each step may run again at every start."""
        manage("migrate", "--database", "owner", "--no-input")
        self._collect_static()
        manage("first_owner")

    def _collect_static(self) -> None:
        """Only when a source changed: hashing and packing all files costs seconds."""
        stamp, mark = self.data / "static" / ".sources", _mark_of_sources()
        with suppress(OSError):
            if stamp.read_text() == mark:
                return
        manage("collectstatic", "--no-input", "--verbosity", "0")
        stamp.write_text(mark)

    def command(self, name: str) -> list[str]:
        """How `web`, `worker` or `beat` is started, here and on a server."""
        arguments = {"web": self._web, "worker": self._worker, "beat": self._beat}[name]()
        return [sys.executable, "-m", *arguments]

    def start(self, name: str) -> Child:
        child = Child(name, self.command(name), self.run)
        child.start()
        return child

    def _web(self) -> list[str]:
        return [
            "granian", "--interface", "asginl", "--host", self.host, "--port", str(self.port),
            "--workers", str(self.workers), "--respawn-failed-workers", "config.asgi:application",
        ]  # fmt: skip

    def _worker(self) -> list[str]:
        return [
            "celery", "--quiet", "-A", "config", "worker", "--pool", "threads", "--concurrency", str(self.threads),
            "--queues", "images,faces,default", "--loglevel", "INFO", "--without-mingle", "--without-gossip",
        ]  # fmt: skip

    def _beat(self) -> list[str]:
        # No pid file of its own: after a kill -9 it would refuse to start beside the stale one.
        schedule = str(self.run / "beat-schedule")
        return [
            "celery",
            "--quiet",
            "-A",
            "config",
            "beat",
            "--schedule",
            schedule,
            "--pidfile=",
            "--loglevel",
            "WARNING",
        ]

    def is_well(self) -> bool:
        """Whether the health page answers 200."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        connection = http.client.HTTPConnection(host, self.port, timeout=5)
        try:
            connection.request("GET", "/api/system/health", headers={"Host": f"127.0.0.1:{self.port}"})
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def manage(*arguments: str) -> None:
    """Run a command of manage.py to its end. Raises Trouble when it fails."""
    with subprocess.Popen(
        leashed([sys.executable, "manage.py", *arguments], death=signal.SIGTERM),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as step:
        assert step.stdout is not None
        for line in step.stdout:
            say("setup", line.rstrip())
    if step.returncode != 0:
        raise Trouble(f"`manage.py {arguments[0]}` failed; the lines above say why.")


def _mark_of_sources() -> str:
    """A digest of names, sizes and times of the static files, and of the packages that bring more of them."""
    digest = hashlib.sha256((ROOT / "requirements" / "base.txt").read_bytes())
    for path in sorted((ROOT / "static").rglob("*")):
        facts = path.stat()
        digest.update(os.fsencode(path) + f"{facts.st_size}:{facts.st_mtime_ns}".encode())
    return digest.hexdigest()
