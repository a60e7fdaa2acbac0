"""Where bytes lie: a local disk or an S3 bucket, behind one small interface.

Keys are made in `cas` only. A key is written once and never again, so no reader sees a half-written
or changed object. Django's file storage and django-storages know where an object lies and how to reach it;
the writing is ours, because theirs neither syncs to the disk nor sends checksums nor refuses to replace.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO, cast

from django.conf import settings
from django.core.files.storage import FileSystemStorage

from apps.media.store import QUARANTINE, Store, StoredObject, checked_key


def sync_directory(path: Path) -> None:
    """Make the names in a directory durable (POSIX: fsync of the file does not cover its name)."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


SYNCED_DIRECTORIES = 50_000


class LocalStore:
    """Objects as files below one directory."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.temp = root / ".tmp"
        self.partial = root / ".partial"
        self._files = FileSystemStorage(location=root)
        self._prefix = f"{root}/"
        self._synced: set[Path] = {root}

    def put(self, temp: Path, key: str, *, sha256: str) -> None:
        target = self._path(key)
        made = self._make_directories(target.parent)
        # A hard link fails where a rename would replace: a key is never written twice.
        os.link(temp, target)
        try:
            # The content last made, first synced: the journals of ext4 and XFS write the names along with it, and
            # have little left to do for the directories.
            with target.open("rb") as file:
                os.fsync(file.fileno())
            for directory in [target.parent, *(one.parent for one in made)]:
                sync_directory(directory)
        except OSError:
            target.unlink(missing_ok=True)
            raise
        if len(self._synced) > SYNCED_DIRECTORIES:
            self._synced = {self.root}
        self._synced.update(made)
        temp.unlink()

    def _make_directories(self, directory: Path) -> list[Path]:
        """Make a directory and its parents; returns those whose names are to be synced, the deepest first.

        One that exists may have been made a moment ago by somebody who has not synced it yet, so its name is
        synced here too, once per process.
        """
        if directory in self._synced and directory.is_dir():
            return []
        above = self._make_directories(directory.parent)
        directory.mkdir(mode=0o700, exist_ok=True)
        return [directory, *above]

    def open(self, key: str, *, start: int = 0) -> BinaryIO:
        # The bare file: the wrapper around it knows no BinaryIO.
        file = cast(BinaryIO, self._files.open(checked_key(key)).file)
        file.seek(start)
        return file

    def delete(self, key: str) -> None:
        path = self._path(key)
        self._files.delete(key)
        if path.parent.is_dir():
            sync_directory(path.parent)

    def size(self, key: str) -> int | None:
        try:
            # An archive asks this of thousands; to put a Path together takes longer than to ask.
            return os.stat(f"{self._prefix}{checked_key(key)}").st_size  # noqa: PTH116
        except FileNotFoundError:
            return None

    def set_aside(self, key: str) -> None:
        source, target = self._path(key), self.root / QUARANTINE / key
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        source.rename(target)
        sync_directory(target.parent)
        sync_directory(source.parent)

    def forget_aside(self, prefix: str) -> None:
        shutil.rmtree(self.root / QUARANTINE / checked_key(prefix.removesuffix("/")), ignore_errors=True)

    def entries(self, prefix: str = "") -> Iterator[StoredObject]:
        base = self._path(prefix.removesuffix("/")) if prefix else self.root
        for folder, names, files in os.walk(base):
            if Path(folder) == self.root:
                names[:] = [name for name in names if name not in (self.temp.name, self.partial.name, QUARANTINE)]
            for name in files:
                path = Path(folder, name)
                try:
                    facts = path.stat()
                except FileNotFoundError:
                    continue
                written = datetime.fromtimestamp(facts.st_mtime, tz=UTC)
                yield StoredObject(str(path.relative_to(self.root)), facts.st_size, written)

    def local_path(self, key: str) -> Path | None:
        return self._path(key)

    def signed_url(self, key: str, *, seconds: int, headers: dict[str, str]) -> str | None:
        return None

    def _path(self, key: str) -> Path:
        return Path(self._files.path(checked_key(key)))


@cache
def make_store(kind: str, *parts: str | None) -> Store:
    """The store of these settings; made once per process."""
    temp = Path(settings.STORAGE_TEMP)
    temp.mkdir(parents=True, exist_ok=True, mode=0o700)
    if kind == "local":
        store = LocalStore(Path(str(parts[0])))
        for folder in (store.temp, store.partial):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return store
    bucket, prefix, endpoint, region = parts
    Path(settings.STORAGE_PARTIAL).mkdir(parents=True, exist_ok=True, mode=0o700)
    # Megabytes of libraries, which an installation with a disk never needs.
    from apps.media.bucket import S3Store

    return S3Store(str(bucket), prefix or "", endpoint, region, temp)


def store() -> Store:
    """The installation's store."""
    return make_store(*settings.STORAGE)


def temp_directory() -> Path:
    """Where uploads are received: on the store's own volume if it is a disk, so that a rename suffices."""
    return store().temp


def partial_directory() -> Path:
    """Where uploads that may be continued wait for days: on the store's own volume if it is a disk, else in a folder
    that all web machines see."""
    return store().partial


@contextmanager
def as_local_file(key: str) -> Iterator[Path]:
    """A path from which the object can be read: the file itself, or a copy for the time of the block."""
    path = store().local_path(key)
    if path is not None:
        yield path
        return
    with NamedTemporaryFile(dir=temp_directory()) as copy:
        with store().open(key) as source:
            shutil.copyfileobj(source, copy, 1 << 20)
        copy.flush()
        yield Path(copy.name)
