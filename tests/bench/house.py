"""Whole installations and bare servers that live as long as a row needs them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.bench import Context
from tests.installation import ROOT, Installation, free_port


@contextmanager
def installed(context: Context, name: str, **environment: str) -> Iterator[Installation]:
    """A Glassine with empty data, started as `make run` starts it. Its data are removed at the end."""
    data = context.folder / name
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True)
    glassine = Installation(data, **environment)
    glassine.log.unlink(missing_ok=True)
    try:
        with glassine:
            yield glassine
    finally:
        shutil.rmtree(data, ignore_errors=True)


def environment_of(glassine: Installation) -> dict[str, str]:
    """The environment with which a program reaches the installation's databases and files."""
    services = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "STORAGE")
    inherited = {name: value for name, value in os.environ.items() if name not in services}
    return {**inherited, "GLASSINE_DATA": str(glassine.data), "GLASSINE_PORT": str(glassine.port)}


def family(glassine: Installation) -> list[psutil.Process]:
    """All processes of an installation."""
    assert glassine.process
    root = psutil.Process(glassine.process.pid)
    return [root, *root.children(recursive=True)]


def share(process: psutil.Process) -> int:
    """Bytes of memory that a process has, what it shares with others divided among them (PSS). 0 once it is gone."""
    try:
        told = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in told.splitlines() if line.startswith("Pss:")), 0)


def cpu_seconds(processes: list[psutil.Process]) -> float:
    """User and system seconds so far, with those of children that ended."""
    total = 0.0
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            total += sum(process.cpu_times()[:4])
    return total


@dataclass(frozen=True)
class Server:
    """A bare server on a loopback port."""

    port: int
    process: psutil.Process

    def family(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]


@contextmanager
def floor(directory: Path) -> Iterator[Server]:
    """The bare loop of floor.py writing below `directory`."""
    with _server(["-m", "tests.bench.floor"], lambda port: [str(port), str(directory)], {}) as server:
        yield server
    shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def bare(directory: Path) -> Iterator[Server]:
    """The bare file server of bare.py, two processes like ours."""
    command = ["-m", "granian", "--interface", "asginl", "--workers", "2", "--log-level", "warning"]

    def options(port: int) -> list[str]:
        return ["--host", "127.0.0.1", "--port", str(port), "tests.bench.bare:application"]

    with _server(command, options, {"GLASSINE_BENCH_FILES": str(directory)}) as server:
        yield server


@contextmanager
def _server(command: list[str], options: Callable[[int], list[str]], environment: dict[str, str]) -> Iterator[Server]:
    port = free_port()
    process = subprocess.Popen([sys.executable, *command, *options(port)], cwd=ROOT, env={**os.environ, **environment})
    try:
        _wait_for(port)
        yield Server(port, psutil.Process(process.pid))
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(port: int) -> None:
    end = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=2).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
