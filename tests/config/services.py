"""What the tests of the launcher start: the embedded services, or a single child process."""

import os
import shlex
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psycopg

from config.launcher.paths import Paths
from config.launcher.process import Child, started_at

ROOT = Path(__file__).resolve().parents[2]
URLS = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")
MAIN = [sys.executable, "-m", "config.launcher.main", "--only", "postgres,redis"]


class Services:
    """One `main --only postgres,redis` on a data directory."""

    def __init__(self, data: Path, *, before: tuple[str, ...] = ()) -> None:
        self.paths = Paths(data)
        self.process = subprocess.Popen(
            [*before, *MAIN, "--data", str(data)],
            cwd=ROOT, env=bare(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self.said: list[str] = []
        self.urls: dict[str, str] = {}

    def wait_until_up(self) -> "Services":
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if line.startswith("export "):
                name, value = shlex.split(line)[1].split("=", 1)
                self.urls[name] = value
            if len(self.urls) == len(URLS):
                return self
        raise AssertionError("it ended early:\n" + "".join(self.said))

    def rows(self) -> list[int]:
        with psycopg.connect(self.urls["DATABASE_OWNER_URL"], connect_timeout=10) as connection:
            return [row[0] for row in connection.execute("select n from kept order by n")]

    def keep(self, *numbers: int) -> None:
        with psycopg.connect(self.urls["DATABASE_OWNER_URL"]) as connection:
            connection.execute("create table if not exists kept (n int)")
            for number in numbers:
                connection.execute("insert into kept values (%s)", [number])

    def pid(self, name: str) -> int:
        return int((self.paths.run / f"{name}.pid").read_text().split()[0])

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(how)
        with suppress(subprocess.TimeoutExpired):
            self.said.append(self.process.communicate(timeout=60)[0] or "")
        return self.process.wait(1)


def bare() -> dict[str, str]:
    """The environment without the suite's own servers."""
    return {name: value for name, value in os.environ.items() if name not in (*URLS, "GLASSINE_DATA")}


def gone(pid: int, seconds: float = 30.0) -> bool:
    deadline = time.monotonic() + seconds
    while started_at(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not started_at(pid)


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
