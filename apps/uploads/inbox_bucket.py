"""A watched prefix of a bucket. Imported only where there is one: its libraries are large.

    <prefix>/<slug>/Anna & Ben/Ceremony/IMG_1.JPG

An object is there whole or not at all. Which one is meant is told by its ETag: what was put in its place meanwhile is
neither read for it nor deleted with it.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from botocore.exceptions import ClientError
from django.conf import settings

from apps.media.bucket import S3Store, told
from apps.uploads.inbox_files import is_skipped

_SAME_NAMES_MOST = 1000
# The object is gone, or another one lies in its place.
_GONE = {404, 412}


@cache
def _bucket(where: tuple[str, ...], temp: str) -> S3Store:
    _, bucket, prefix, endpoint, region = where
    return S3Store(bucket, prefix, endpoint, region, Path(temp))


def _store() -> S3Store:
    return _bucket(settings.INBOX_BUCKET, settings.STORAGE_TEMP)


def slugs() -> list[str]:
    """Of which studios there is something."""
    store = _store()
    pages = store.client.get_paginator("list_objects_v2").paginate(
        Bucket=store.bucket, Prefix=store.prefix, Delimiter="/"
    )
    with told():
        found = [one["Prefix"] for page in pages for one in page.get("CommonPrefixes", [])]
    return [prefix.removeprefix(store.prefix).rstrip("/") for prefix in found]


@dataclass(frozen=True, slots=True)
class BucketEntry:
    """One object below the studio's prefix. path: below it.  facts: bytes, and what changes whenever it is replaced."""

    store: S3Store
    key: str
    path: str
    etag: str
    facts: tuple[int, int]

    #: An object can always be read.
    fault = ""

    @property
    def folders(self) -> tuple[str, ...]:
        return PurePosixPath(self.path).parts[:-1]

    @contextmanager
    def held(self) -> Iterator[BinaryIO | None]:
        """The bytes of this object and no other; None if it is there no more. Which worker takes it the row decides."""
        try:
            with told():
                answer = self.store.client.get_object(Bucket=self.store.bucket, Key=self.key, IfMatch=self.etag)
        except ClientError as error:
            if _status(error) not in _GONE:
                raise
            yield None
            return
        body = self.store.reading(answer["Body"])
        try:
            yield body
        finally:
            body.close()

    def is_as_it_was(self, file: BinaryIO) -> bool:
        """Always: what is read is one object from its beginning to its end."""
        return True

    def remove(self) -> None:
        """Delete it, unless another lies in its place. Raises FileNotFoundError."""
        _require(self.store, self.key, self.etag)
        with told():
            self.store.client.delete_object(Bucket=self.store.bucket, Key=self.key)


@dataclass(frozen=True, slots=True)
class BucketFolder:
    """The prefix of a studio (see `inbox.WatchedFolder`)."""

    slug: str

    @property
    def _base(self) -> str:
        return f"{_store().prefix}{self.slug}/"

    def walk(self) -> Iterator[BucketEntry]:
        store, base = _store(), self._base
        pages = iter(store.client.get_paginator("list_objects_v2").paginate(Bucket=store.bucket, Prefix=base))
        while True:
            with told():
                page = next(pages, None)
            if page is None:
                return
            for item in page.get("Contents", []):
                path = item["Key"].removeprefix(base)
                if not _is_left_out(path):
                    # Moments are told in whole seconds: the rest tells apart what was replaced within one.
                    moment = int(item["LastModified"].timestamp()) * 10**9 + zlib.crc32(item["ETag"].encode()) % 10**9
                    yield BucketEntry(store, item["Key"], path, item["ETag"], (item["Size"], moment))

    def put_aside(self, entry: BucketEntry, where: str, note: str = "") -> str:
        """Move it to the same place below `where`, with a text beside it. Returns its new path."""
        path = self._free(str(PurePosixPath(where, entry.path)))
        self._move(entry.key, self._base + path, entry.etag)
        if note:
            with told():
                entry.store.client.put_object(
                    Bucket=entry.store.bucket, Key=f"{self._base}{path}.txt", Body=f"{note}\n".encode()
                )
        return path

    def take_back(self, aside: str, path: str) -> None:
        """Move what was put aside back to its place, without the text. Raises FileNotFoundError."""
        store, source = _store(), self._base + aside
        self._move(source, self._base + self._free(path), _etag(store, source))
        with told():
            store.client.delete_object(Bucket=store.bucket, Key=f"{source}.txt")

    def _move(self, source: str, target: str, etag: str) -> None:
        store = _store()
        try:
            with told():
                store.client.copy_object(
                    Bucket=store.bucket, Key=target, CopySource={"Bucket": store.bucket, "Key": source},
                    CopySourceIfMatch=etag,
                )  # fmt: skip
        except ClientError as error:
            raise FileNotFoundError(source) from error
        with told():
            store.client.delete_object(Bucket=store.bucket, Key=source)

    def _free(self, path: str) -> str:
        """The path, or with "name (2)" and so on where it is taken. Raises FileExistsError after very many."""
        place = PurePosixPath(path)
        for number in range(1, _SAME_NAMES_MOST):
            free = place if number == 1 else place.with_name(f"{place.stem} ({number}){place.suffix}")
            if not _etag(_store(), f"{self._base}{free}", default=""):
                return str(free)
        raise FileExistsError(path)


def _is_left_out(path: str) -> bool:
    parts = PurePosixPath(path).parts
    # What some programs put there for a folder has its name with a slash behind; other keys are no paths at all.
    if not parts or path.endswith("/") or re.search(r"(^|/)\.{0,2}(/|$)", path):
        return True
    return any(is_skipped(name, PurePosixPath(*parts[:place])) for place, name in enumerate(parts))


def _etag(store: S3Store, key: str, default: str | None = None) -> str:
    """Raises FileNotFoundError without a default."""
    try:
        with told():
            return store.client.head_object(Bucket=store.bucket, Key=key)["ETag"]
    except ClientError as error:
        if _status(error) != 404:
            raise
        if default is None:
            raise FileNotFoundError(key) from error
        return default


def _require(store: S3Store, key: str, etag: str) -> None:
    if _etag(store, key) != etag:
        raise FileNotFoundError(key)


def _status(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
