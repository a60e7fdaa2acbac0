"""Whether a server listens, and how tests find the ones that are kept running."""

import os
import socket
from contextlib import suppress
from pathlib import Path

from config.launcher.paths import APP, OWNER, Paths


def is_listening(host: str, port: int) -> bool:
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


def use_running_servers(data: Path) -> None:
    """Put the URLs of the servers of `data` into the environment, if they run and it names none."""
    paths = Paths(data)
    if "DATABASE_URL" in os.environ or not is_listening(str(paths.sockets), 5432):
        return
    os.environ["DATABASE_URL"] = paths.database_url(APP)
    os.environ["DATABASE_OWNER_URL"] = paths.database_url(OWNER)
    os.environ.setdefault("REDIS_URL", paths.redis_url)
