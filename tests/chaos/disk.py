"""A small disk of its own that can be filled to the last byte."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# More than Glassine wants to be free for arriving files, and than the databases come to.
SIZE = 4 << 30


class Disk:
    """The folder `path`. It can be filled only where this process may mount: `can_be_full`."""

    def __init__(self, path: Path, *, can_be_full: bool) -> None:
        self.path, self.can_be_full = path, can_be_full
        self._filler = path / "filler"

    def fill(self) -> None:
        """Leave less than a page free. Others write meanwhile, so it is taken in steps that become smaller."""
        step = 64 << 20
        with self._filler.open("wb") as file:
            while step > 2048:
                try:
                    os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), step)
                except OSError:
                    step //= 2

    def free(self) -> None:
        self._filler.unlink(missing_ok=True)


@contextmanager
def disk(path: Path) -> Iterator[Disk]:
    """A disk in memory mounted at `path`, or the plain folder where mounting is not allowed."""
    path.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=755", "tmpfs", str(path)]
    mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    try:
        yield Disk(path, can_be_full=mounted)
    finally:
        if mounted:
            # Lazily: a process that is on its way out may still have a file open.
            subprocess.run(["umount", "-l", str(path)], check=True)
