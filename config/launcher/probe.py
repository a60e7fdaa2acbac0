"""Whether a server answers, and how tests find one that is kept running."""

import os
import socket
from contextlib import suppress
from pathlib import Path

from config.launcher.paths import APP, OWNER, Places


def answers(host: str, port: int) -> bool:
    """Whether something listens there. host: a name, or the directory of PostgreSQL's Unix socket."""
    with suppress(OSError):
        if host.startswith("/"):
            with socket.socket(socket.AF_UNIX) as probe:
                probe.settimeout(5)
                probe.connect(f"{host}/.s.PGSQL.{port}")
        else:
            socket.create_connection((host, port), timeout=5).close()
        return True
    return False


def borrow(data: Path) -> None:
    """Put the servers of `data` into the environment, if they run and it names none."""
    places = Places(data)
    if "DATABASE_URL" in os.environ or not answers(str(places.sockets), 5432):
        return
    os.environ["DATABASE_URL"] = places.database_url(APP)
    os.environ["DATABASE_OWNER_URL"] = places.database_url(OWNER)
    os.environ.setdefault("REDIS_URL", places.redis_url)
