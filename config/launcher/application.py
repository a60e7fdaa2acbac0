"""The application's own processes: how web, worker, video, faces and beat are started, and what comes before them."""

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
from config.launcher.process import ROOT, Child, LaunchError, die_with_parent, end_leftover, write_line

NAMES = ("web", "worker", "video", "faces", "beat")
# On one machine these are forked from one process, which has loaded what they share (`config.together`). Its only
# worker keeps the schedule.
FORKED = ("worker", "video", "web")
APP = "app"
TOGETHER = ("faces", APP)
# Seconds.
PORT_TIMEOUT = 3.0
# Bytes of an upload that are read at once where they come so fast; each piece wakes three threads. It is also what the
# head of a request may have, so not more; and a write of more than it takes the kernel longer (docs/performance.md).
BODY_PIECE = 1 << 20


@dataclass(frozen=True)
class Application:
    """How its processes are started. workers: number of web processes. threads: of the one worker process.
    faces: the socket at which selfies are looked at.

    data: files that must be kept. run: pid files, and the schedule of beat.
    """

    data: Path
    run: Path
    host: str
    port: int
    workers: int
    threads: int
    faces: Path

    @classmethod
    def of(cls, env: Env, run: Path) -> Self:
        return cls(env.data, run, env.host, env.port, env.workers, env.worker_threads, env.faces_socket)

    def end_leftover(self) -> None:
        """End processes that a killed run left behind."""
        for name in (APP, *NAMES):
            end_leftover(self.run, name, signal.SIGTERM)

    def check_port(self) -> None:
        """Raises LaunchError when the port is in use, or the address is none of this machine.

        Tried for a few seconds: the kernel may take a moment to free the port of a process that was just ended.
        """
        deadline = time.monotonic() + PORT_TIMEOUT
        while (error := self._bind_error()) is not None:
            if time.monotonic() > deadline:
                raise LaunchError(
                    f"Glassine cannot listen on {self.host} port {self.port} ({error}). Stop the program that uses "
                    f"the port, or choose another one: GLASSINE_PORT={self.port + 1} make run"
                )
            time.sleep(0.1)

    def _bind_error(self) -> str | None:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as error:
                return error.strerror or str(error)
        return None

    def set_up(self, *, demo: bool = False) -> None:
        """Migrations and the first owner, by one process. It may run again at every start.

        demo: the demo's owner is the first one, so nobody is asked for a code. Raises LaunchError when it fails.
        """
        # Django's checks are of the code, which was checked before it came here: two seconds of computing at a start.
        manage("set_up", *(["--demo"] if demo else []), "--skip-checks")

    def collect_static(self) -> None:
        """Only when a source changed: hashing and packing all files costs seconds. Raises LaunchError when it fails."""
        kept, digest = self.data / "static" / ".sources", _digest_of_sources()
        with suppress(OSError):
            if kept.read_text() == digest:
                return
        manage("collectstatic", "--no-input", "--verbosity", "0")
        kept.write_text(digest)

    def command(self, name: str, *, keeps_schedule: bool = False) -> list[str]:
        """The command line of `web`, `worker`, `video`, `faces` or `beat`. keeps_schedule: a worker is beat too."""
        parts = {
            "web": self._web,
            "worker": self._worker,
            "video": self._video,
            "faces": self._faces,
            "beat": self._beat,
        }
        clock = ["--clock", self._schedule] if keeps_schedule and name == "worker" else []
        return [sys.executable, "-m", *parts[name](), *clock]

    def start(self, name: str) -> Child:
        """Start one of `TOGETHER`."""
        if name == APP:
            # What one left behind that was killed has the port.
            end_leftover(self.run, APP, signal.SIGTERM)
            command = [sys.executable, "-m", "config.together", str(self.run)]
            # Its parts end one after the other, each in its own time.
            child = Child(APP, command, self.run, grace=60.0, parts=FORKED)
        else:
            child = Child(name, self.command(name), self.run)
        child.start()
        return child

    def _web(self) -> list[str]:
        return [
            "config.granian", "--interface", "asginl", "--host", self.host, "--port", str(self.port),
            "--workers", str(self.workers), "--respawn-failed-workers", "--http1-buffer-size", str(BODY_PIECE),
            "config.served:application",
        ]  # fmt: skip

    def _worker(self) -> list[str]:
        return self._queues("worker", "images,faces,default", self.threads)

    def _video(self) -> list[str]:
        # A process of its own, one video at a time: what takes an hour must not hold the threads of the photos.
        return self._queues("video", "video", 1)

    def _queues(self, name: str, queues: str, threads: int) -> list[str]:
        return [
            "celery", "--quiet", "-A", "config", "worker", "--pool", "threads", "--concurrency", str(threads),
            "--hostname", f"{name}@%h", "--queues", queues, "--loglevel", "INFO", "--without-mingle",
            "--without-gossip",
        ]  # fmt: skip

    def _faces(self) -> list[str]:
        return ["apps.faces.engine_server", str(self.faces)]

    def _beat(self) -> list[str]:
        # No pid file of its own: after a kill -9 it would refuse to start beside the stale one.
        return [
            "celery",
            "--quiet",
            "-A",
            "config",
            "beat",
            "--schedule",
            self._schedule,
            "--pidfile=",
            "--loglevel",
            "WARNING",
        ]

    @property
    def _schedule(self) -> str:
        return str(self.run / "beat-schedule")

    def is_healthy(self) -> bool:
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
    """Run a command of manage.py and wait for it. Raises LaunchError when it fails."""
    with subprocess.Popen(
        die_with_parent([sys.executable, "manage.py", *arguments], death_signal=signal.SIGTERM),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as step:
        assert step.stdout is not None
        for line in step.stdout:
            write_line("setup", line.rstrip())
    if step.returncode != 0:
        raise LaunchError(f"`manage.py {arguments[0]}` failed; the lines above say why.")


def _digest_of_sources() -> str:
    """SHA-256 over the names, sizes and times of the static files and the list of packages, which bring some too."""
    digest = hashlib.sha256((ROOT / "requirements" / "base.txt").read_bytes())
    for path in sorted((ROOT / "static").rglob("*")):
        facts = path.stat()
        digest.update(os.fsencode(path) + f"{facts.st_size}:{facts.st_mtime_ns}".encode())
    return digest.hexdigest()
