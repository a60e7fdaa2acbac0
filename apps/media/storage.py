"""Where bytes lie: a local disk or an S3 bucket, behind one small interface.

Keys are made in `cas` only. A key is written once and never again, so no reader sees a half-written
or changed object. Django's file storage and django-storages know where an object lies and how to reach it;
the writing is ours, because theirs neither syncs to the disk nor sends checksums nor refuses to replace.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import shutil
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, cast

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.utils.translation import gettext_noop as _
from storages.backends.s3 import S3Storage

from apps.web.refusal import Refusal

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client
    from types_boto3_s3.type_defs import CopySourceTypeDef, GetObjectRequestTypeDef

log = logging.getLogger(__name__)


class StorageAway(Refusal):
    """The store cannot be reached, is overloaded, or stopped in the middle. It says nothing about the bytes in it."""

    status = 503
    code = "storage_away"
    sentence = _("The photo storage does not answer at the moment. Nothing was lost. Please try again in a minute.")
    wait = 30


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One stored object. size in bytes."""

    key: str
    size: int
    written_at: datetime


class Store(Protocol):
    """Durable bytes by key."""

    def put(self, temp: Path, key: str, *, sha256: str) -> None:
        """Put the bytes of `temp` under a new key and consume `temp`. Then a power cut loses nothing."""

    def open(self, key: str, *, start: int = 0) -> BinaryIO:
        """The object for reading, from this byte on. Raises FileNotFoundError."""

    def delete(self, key: str) -> None:
        """Remove; a missing object is fine."""

    def size(self, key: str) -> int | None:
        """Bytes, or None if there is no such object."""

    def entries(self, prefix: str = "") -> Iterator[StoredObject]:
        """All objects in the folder `prefix` ("" or ending in "/"), in no order, but for those set aside."""

    def set_aside(self, key: str) -> None:
        """Move an object below `.quarantine/`, where nobody looks but a human. Raises FileNotFoundError."""

    def forget_aside(self, prefix: str) -> None:
        """Remove all that was set aside below a prefix for ever."""

    def local_path(self, key: str) -> Path | None:
        """Where the object lies on this machine's disk, or None if it does not."""

    def signed_url(self, key: str, *, seconds: int, headers: dict[str, str]) -> str | None:
        """An address from which a client may fetch it for a while, or None if the store has none."""


def sync_directory(path: Path) -> None:
    """Make the names in a directory durable (POSIX: fsync of the file does not cover its name)."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# A key leads down from our root: no empty, hidden or climbing part, nothing that a shell or a URL would bend.
_KEY = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]*(/[0-9A-Za-z][0-9A-Za-z._-]*)*")
QUARANTINE = ".quarantine"
SYNCED_DIRECTORIES = 50_000
# Shorter than a person's patience: with all tries it is over after half a minute.
CONNECT_SECONDS, ANSWER_SECONDS, TRIES = 3.0, 6.0, 4


def checked_key(key: str) -> str:
    """The key itself. Raises ValueError for one that `cas` cannot have made."""
    if not _KEY.fullmatch(key):
        raise ValueError("a storage key stays below its root")
    return key


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


class _Bucket(S3Storage):  # type: ignore[misc]
    """A bucket as django-storages reaches it, by one connection for all threads.

    It would make one per thread, each with sessions and sockets of its own. What we use of a connection, its client,
    may be shared.
    """

    @cached_property
    def connection(self) -> object:
        return super().connection


# 501: a server that knows no conditional writes says so for the header. SlowDown of S3 is a 503.
_UNCONDITIONAL, _OVERLOADED = 501, 429


@contextmanager
def _told() -> Iterator[None]:
    """What a bucket's failure means. Raises StorageAway in place of a time-out, a broken line or an overloaded server.

    Botocore's time-outs are OSErrors too, which elsewhere stand for bytes that cannot be read.
    """
    try:
        yield
    except ClientError as error:
        status = _status(error)
        if status != _OVERLOADED and not (status >= 500 and status != _UNCONDITIONAL):
            raise
        log.warning("the bucket answered %s", status)
        raise StorageAway from error
    except BotoCoreError as error:
        log.warning("the bucket cannot be reached: %s", error)
        raise StorageAway from error


class _BucketFile:
    """An object on its way out of a bucket. Bytes that stop coming raise StorageAway, never end early."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def read(self, size: int = -1) -> bytes:
        with _told():
            return bytes(self._body.read(None if size < 0 else size))

    def close(self) -> None:
        self._body.close()

    def __enter__(self) -> _BucketFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class S3Store:
    """Objects in an S3 bucket. Writes carry their SHA-256 and never replace (`If-None-Match: *`).

    A server that does not know that condition gets the writes without it: a key is never used twice anyway.
    Raises StorageAway wherever the bucket does not answer.
    """

    is_conditional = True

    def __init__(self, bucket: str, prefix: str, endpoint: str | None, region: str | None, temp: Path) -> None:
        self.bucket = bucket
        self.prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self.temp = temp
        self.partial = Path(settings.STORAGE_PARTIAL)
        self._files = _Bucket(
            bucket_name=bucket,
            location=self.prefix,
            endpoint_url=endpoint,
            region_name=region or "us-east-1",
            client_config=Config(
                retries={"total_max_attempts": TRIES, "mode": "standard"},
                connect_timeout=CONNECT_SECONDS,
                read_timeout=ANSWER_SECONDS,
                signature_version="s3v4",
            ),
        )
        connection: Any = self._files.connection
        self.client: S3Client = connection.meta.client

    def put(self, temp: Path, key: str, *, sha256: str) -> None:
        try:
            self._put(temp, key, sha256)
        except ClientError as error:
            # The first try may have arrived although its answer was lost.
            if _status(error) != 412 or not self._arrived(key, sha256):
                raise
        temp.unlink()

    def _put(self, temp: Path, key: str, sha256: str) -> None:
        if self.is_conditional:
            try:
                self._send(temp, key, sha256, {"IfNoneMatch": "*"})
                return
            except ClientError as error:
                if _status(error) != _UNCONDITIONAL:
                    raise
                log.warning("this S3 server knows no If-None-Match; objects are written without it")
                self.is_conditional = False
        self._send(temp, key, sha256, {})

    def _send(self, temp: Path, key: str, sha256: str, condition: dict[str, Any]) -> None:
        with _told(), temp.open("rb") as body:
            self.client.put_object(
                Bucket=self.bucket,
                Key=self._key(key),
                Body=body,
                ChecksumSHA256=b64encode(bytes.fromhex(sha256)).decode(),
                ContentType="application/octet-stream",
                **condition,
            )

    def open(self, key: str, *, start: int = 0) -> BinaryIO:
        where: GetObjectRequestTypeDef = {"Bucket": self.bucket, "Key": self._key(key)}
        if start:
            where["Range"] = f"bytes={start}-"
        try:
            with _told():
                answer = self.client.get_object(**where)
        except ClientError as error:
            if _status(error) == 404:
                raise FileNotFoundError(key) from error
            raise
        return cast(BinaryIO, _BucketFile(answer["Body"]))

    def delete(self, key: str) -> None:
        with _told():
            self.client.delete_object(Bucket=self.bucket, Key=self._key(key))

    def size(self, key: str) -> int | None:
        try:
            with _told():
                return self.client.head_object(Bucket=self.bucket, Key=self._key(key))["ContentLength"]
        except ClientError as error:
            if _status(error) == 404:
                return None
            raise

    def set_aside(self, key: str) -> None:
        source = self._key(key)
        target = f"{self.prefix}{QUARANTINE}/{key}"
        came_from: CopySourceTypeDef = {"Bucket": self.bucket, "Key": source}
        try:
            with _told():
                self.client.copy_object(Bucket=self.bucket, Key=target, CopySource=came_from)
        except ClientError as error:
            if _status(error) == 404:
                raise FileNotFoundError(key) from error
            raise
        with _told():
            self.client.delete_object(Bucket=self.bucket, Key=source)

    def forget_aside(self, prefix: str) -> None:
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=f"{self.prefix}{QUARANTINE}/{prefix}"
        )
        with _told():
            for page in pages:
                for item in page.get("Contents", []):
                    self.client.delete_object(Bucket=self.bucket, Key=item["Key"])

    def entries(self, prefix: str = "") -> Iterator[StoredObject]:
        below = self.prefix + prefix
        pages = iter(self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=below))
        while True:
            with _told():
                page = next(pages, None)
            if page is None:
                return
            for item in page.get("Contents", []):
                key = item["Key"].removeprefix(self.prefix)
                if not key.startswith(f"{QUARANTINE}/"):
                    yield StoredObject(key, item["Size"], item["LastModified"])

    def local_path(self, key: str) -> Path | None:
        return None

    def signed_url(self, key: str, *, seconds: int, headers: dict[str, str]) -> str | None:
        told = {f"Response{name.replace('-', '')}": value for name, value in headers.items()}
        return str(self._files.url(checked_key(key), parameters=told, expire=seconds))

    def _arrived(self, key: str, sha256: str) -> bool:
        """True if these very bytes lie under the key. Read back, because not every S3 server tells its checksum."""
        with self.open(key) as found:
            return sha256_of(found) == sha256

    def _key(self, key: str) -> str:
        return self.prefix + checked_key(key)


def _status(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


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
    return S3Store(str(bucket), prefix or "", endpoint, region, temp)


def store() -> Store:
    """The installation's store."""
    return make_store(*settings.STORAGE)


def temp_directory() -> Path:
    """Where uploads are received: on the store's own volume if it is a disk, so that a rename suffices."""
    current = store()
    return current.temp if isinstance(current, LocalStore | S3Store) else Path(settings.STORAGE_TEMP)


def partial_directory() -> Path:
    """Where uploads that may be continued wait: on the volume of `temp_directory`, but kept for days."""
    current = store()
    return current.partial if isinstance(current, LocalStore | S3Store) else Path(settings.STORAGE_PARTIAL)


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


def sha256_of(file: BinaryIO) -> str:
    """SHA-256 (hex) of what is left to read."""
    digest = hashlib.sha256()
    while chunk := file.read(1 << 20):
        digest.update(chunk)
    return digest.hexdigest()
