"""Bytes in an S3 bucket, as a `storage.Store`. Imported only where a bucket is used: its libraries are large."""

from __future__ import annotations

import logging
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from storages.backends.s3 import S3Storage

from apps.media.store import QUARANTINE, DeletionRefused, StorageAway, StoredObject, checked_key, sha256_of

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client
    from types_boto3_s3.type_defs import CopySourceTypeDef, GetObjectRequestTypeDef

log = logging.getLogger(__name__)

# Shorter than a person's patience: with all tries it is over after half a minute.
CONNECT_SECONDS, ANSWER_SECONDS, TRIES = 3.0, 6.0, 4


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
def told() -> Iterator[None]:
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
        with told():
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
        with told(), temp.open("rb") as body:
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
            with told():
                answer = self.client.get_object(**where)
        except ClientError as error:
            if _status(error) == 404:
                raise FileNotFoundError(key) from error
            raise
        return self.reading(answer["Body"])

    def reading(self, body: Any) -> BinaryIO:
        """What comes of an answer of the bucket, as a file."""
        return cast(BinaryIO, _BucketFile(body))

    def delete(self, key: str) -> None:
        try:
            with told():
                self.client.delete_object(Bucket=self.bucket, Key=self._key(key))
        except ClientError as error:
            raise DeletionRefused(error.response.get("Error", {}).get("Code", "")) from error

    def size(self, key: str) -> int | None:
        try:
            with told():
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
            with told():
                self.client.copy_object(Bucket=self.bucket, Key=target, CopySource=came_from)
        except ClientError as error:
            if _status(error) == 404:
                raise FileNotFoundError(key) from error
            raise
        with told():
            self.client.delete_object(Bucket=self.bucket, Key=source)

    def forget_aside(self, prefix: str) -> None:
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=f"{self.prefix}{QUARANTINE}/{prefix}"
        )
        with told():
            for page in pages:
                for item in page.get("Contents", []):
                    self.client.delete_object(Bucket=self.bucket, Key=item["Key"])

    def entries(self, prefix: str = "") -> Iterator[StoredObject]:
        below = self.prefix + prefix
        pages = iter(self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=below))
        while True:
            with told():
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
        said = {f"Response{name.replace('-', '')}": value for name, value in headers.items()}
        return str(self._files.url(checked_key(key), parameters=said, expire=seconds))

    def _arrived(self, key: str, sha256: str) -> bool:
        """True if these very bytes lie under the key. Read back, because not every S3 server tells its checksum."""
        with self.open(key) as found:
            return sha256_of(found) == sha256

    def _key(self, key: str) -> str:
        return self.prefix + checked_key(key)


def _status(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
