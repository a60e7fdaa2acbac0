"""The data directory: made private, and locked, so that one run at a time uses it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.launcher.paths import Paths
from config.launcher.process import LaunchError


class InUse(LaunchError):
    """Another run has locked the data directory."""


def prepare_directories(data: Path) -> Paths:
    """Make the private directories under `data`.

    Raises LaunchError when one cannot be made or belongs to another user.
    """
    paths = Paths(data.resolve())
    try:
        if not paths.run.exists():
            # Mode 0700 at first only: whoever lets a server like nginx in later is not overruled.
            paths.data.mkdir(parents=True, exist_ok=True)
            paths.data.chmod(0o700)
        for directory in (paths.run, paths.secrets):
            directory.mkdir(mode=0o700, exist_ok=True)
            directory.chmod(0o700)
    except OSError as error:
        raise LaunchError(f"The data directory {paths.data} cannot be written: {error.strerror}.") from error
    if paths.sockets != paths.run:
        _private_directory(paths.sockets)
    return paths


def _private_directory(path: Path) -> None:
    """Make a directory under /tmp with mode 0700. Raises LaunchError when another user made it before."""
    path.mkdir(mode=0o700, exist_ok=True)
    facts = path.lstat()
    # PostgreSQL's fall-back user owns it after its first start; root may still use it then.
    if path.is_symlink() or facts.st_uid not in (os.geteuid(), 65534 if os.geteuid() == 0 else os.geteuid()):
        raise LaunchError(f"{path} belongs to someone else; remove it, or choose a shorter GLASSINE_DATA.")
    path.chmod(0o700)


@contextmanager
def lock(paths: Paths) -> Iterator[None]:
    """Hold the lock of the data directory. The kernel releases it however the process ends.

    Raises InUse when another run holds it already.
    """
    with (paths.run / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise InUse(
                f"Another Glassine (process {file.read().strip()}) already runs on {paths.data}. "
                "Stop it first, or set GLASSINE_DATA to another directory."
            ) from error
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield
