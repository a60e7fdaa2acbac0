"""PostgreSQL and Redis together on one data directory, held by one run at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.launcher.paths import Places
from config.launcher.process import Trouble


class Taken(Trouble):
    """Another run holds the data directory."""


def prepare(data: Path) -> Places:
    """The private directories under `data`. Raises Trouble when they cannot be made or are not ours."""
    places = Places(data.resolve())
    try:
        if not places.run.exists():
            # Ours alone at first. Who lets a server like nginx in later is not overruled.
            places.data.mkdir(parents=True, exist_ok=True)
            places.data.chmod(0o700)
        for directory in (places.run, places.secrets):
            directory.mkdir(mode=0o700, exist_ok=True)
            directory.chmod(0o700)
    except OSError as error:
        raise Trouble(f"The data directory {places.data} cannot be written: {error.strerror}.") from error
    if places.sockets != places.run:
        _private_directory(places.sockets)
    return places


def _private_directory(path: Path) -> None:
    """A directory under /tmp that nobody else made before us, or could look into."""
    path.mkdir(mode=0o700, exist_ok=True)
    facts = path.lstat()
    # PostgreSQL's fall-back user owns it after its first start; root may still use it then.
    if path.is_symlink() or facts.st_uid not in (os.geteuid(), 65534 if os.geteuid() == 0 else os.geteuid()):
        raise Trouble(f"{path} belongs to somebody else; remove it, or choose a shorter GLASSINE_DATA.")
    path.chmod(0o700)


@contextmanager
def held(places: Places) -> Iterator[None]:
    """The data directory for this process alone. The kernel lets go of it however the process ends.

    Raises Taken when another run holds it.
    """
    with (places.run / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise Taken(
                f"Another Glassine (process {file.read().strip()}) already runs on {places.data}. "
                "Stop it first, or set GLASSINE_DATA to another directory."
            ) from error
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield
