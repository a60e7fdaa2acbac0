"""A watched folder on the disk, looked at without ever leaving it: whoever fills it may be anybody.

Folders are held open and names are opened relative to them, and links are never followed, so a folder that is
swapped for a link in between leads nowhere.
"""

from __future__ import annotations

import fcntl
import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath
from typing import BinaryIO

REJECTED, DUPLICATES = "_rejected", "_duplicates"
_ASIDE = {REJECTED, DUPLICATES}
# What other programs call a file until it is whole, and what computers leave everywhere.
_UNFINISHED = (".part", ".partial", ".tmp", ".crdownload", ".download", ".filepart", ".!sync", ".~tmp~")
_LITTER = {"thumbs.db", "desktop.ini"}
_SAME_NAMES_MOST = 1000


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in the folder. folder: open while the walk stands there.  name: as the disk has it.

    path: below the watched folder, readable also where the name is no UTF-8.
    """

    folder: int
    name: str
    path: str
    status: os.stat_result

    @property
    def fault(self) -> str:
        """Why this can never be taken, in a sentence, or ""."""
        if stat.S_ISLNK(self.status.st_mode):
            return "This is a link to another place. Please copy the file itself."
        if not stat.S_ISREG(self.status.st_mode):
            return "This is no file."
        if self.status.st_nlink > 1:
            return "This file has a second name elsewhere (a hard link). Please copy the file itself."
        return ""

    @property
    def folders(self) -> tuple[str, ...]:
        """Names of the folders in which it lies, the outermost first."""
        return PurePosixPath(self.path).parts[:-1]

    @property
    def facts(self) -> tuple[int, int]:
        """Bytes, and when it was last written to: both stand still once the file is whole."""
        return self.status.st_size, self.status.st_mtime_ns

    @contextmanager
    def held(self) -> Iterator[BinaryIO | None]:
        """The open file, as the only worker that has it; None if another has, or if it changed."""
        try:
            handle = self.open()
        except FileNotFoundError:
            yield None
            return
        with os.fdopen(handle, "rb") as file:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield None
                return
            yield file if self.is_still(handle) else None

    def is_as_it_was(self, file: BinaryIO) -> bool:
        """True if nobody wrote to the file while it was read."""
        return self.is_still(file.fileno())

    def open(self) -> int:
        """A handle to read it. Raises OSError when it became a link or went."""
        return os.open(self.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=self.folder)

    def is_still(self, handle: int) -> bool:
        """True if the open file is the one that was looked at, and nobody wrote to it since."""
        now = os.fstat(handle)
        return all(
            getattr(now, name) == getattr(self.status, name) for name in ("st_dev", "st_ino", "st_size", "st_mtime_ns")
        )

    def remove(self) -> None:
        """Take it out of the folder."""
        os.unlink(self.name, dir_fd=self.folder)


@dataclass(frozen=True, slots=True)
class DiskFolder:
    """A watched folder on a disk (see `inbox.WatchedFolder`)."""

    root: Path

    def walk(self) -> Iterator[Entry]:
        return walk(self.root)

    def put_aside(self, entry: Entry, where: str, note: str = "") -> str:
        return put_aside(self.root, entry, where, note)

    def take_back(self, aside: str, path: str) -> None:
        take_back(self.root, aside, path)


def walk(root: Path) -> Iterator[Entry]:
    """Files, links and what else lies in the folder and below, by name; hidden, unfinished and put aside left out."""
    for place, folders, names, handle in os.fwalk(root):
        below = Path(place).relative_to(root)
        links = [name for name in folders if stat.S_ISLNK(_status(name, handle).st_mode)]
        folders[:] = sorted(name for name in folders if name not in links and not is_skipped(name, below))
        for name in sorted([*names, *links]):
            if is_skipped(name, below):
                continue
            try:
                status = _status(name, handle)
            except FileNotFoundError:
                continue
            yield Entry(handle, name, _readable(str(below / name)), status)


def _status(name: str, folder: int) -> os.stat_result:
    return os.stat(name, dir_fd=folder, follow_symlinks=False)


def is_skipped(name: str, below: PurePath) -> bool:
    """True for a file or folder of the folder `below` that is hidden, not whole yet, put aside or a computer's own."""
    lower = name.lower()
    return (
        name.startswith((".", "~$"))
        or lower.endswith(_UNFINISHED)
        or lower in _LITTER
        or (name in _ASIDE and not below.parts)
    )


def _readable(path: str) -> str:
    """The path with "%E9" for a byte that is no UTF-8, which Python reads as U+DCE9 (PEP 383)."""
    return re.sub("[\udc80-\udcff]", lambda odd: f"%{ord(odd[0]) - 0xDC00:02X}", path)


def put_aside(root: Path, entry: Entry, where: str, note: str = "") -> str:
    """Move it to the same place below `where` (see REJECTED), with a text beside it. Returns its new path."""
    with _folder(root, (where, *entry.folders)) as handle:
        name = _free_name(PurePosixPath(entry.path).name, handle)
        os.rename(entry.name, name, src_dir_fd=entry.folder, dst_dir_fd=handle)
        if note:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            with os.fdopen(os.open(f"{name}.txt", flags, 0o644, dir_fd=handle), "w") as text:
                text.write(f"{note}\n")
    return str(PurePosixPath(where, *entry.folders, name))


def take_back(root: Path, aside: str, path: str) -> None:
    """Move what was put aside back to its place, without the text. Raises OSError when it is there no more."""
    source, target = PurePosixPath(aside), PurePosixPath(path)
    with _folder(root, source.parts[:-1]) as old, _folder(root, target.parts[:-1]) as new:
        os.rename(source.name, _free_name(target.name, new), src_dir_fd=old, dst_dir_fd=new)
        try:
            os.unlink(f"{source.name}.txt", dir_fd=old)
        except FileNotFoundError:
            # Whoever read it may have thrown it away.
            return


@contextmanager
def _folder(root: Path, parts: Sequence[str]) -> Iterator[int]:
    """A handle to a folder below `root`, made if it is not there; never through a link (OSError)."""
    handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in parts:
            with suppress(FileExistsError):
                os.mkdir(part, dir_fd=handle)
            inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=handle)
            os.close(handle)
            handle = inner
        yield handle
    finally:
        os.close(handle)


def _free_name(name: str, folder: int) -> str:
    """The name, or "name (2)" and so on if it is taken. Raises FileExistsError after very many."""
    stem, ending = os.path.splitext(name)
    for number in range(1, _SAME_NAMES_MOST):
        free = name if number == 1 else f"{stem} ({number}){ending}"
        try:
            _status(free, folder)
        except FileNotFoundError:
            return free
    raise FileExistsError(name)
