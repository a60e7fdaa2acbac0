"""What a store of bytes is: the interface of `storage.LocalStore` and `bucket.S3Store`, and what both keep to."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from django.utils.translation import gettext_noop as _

from apps.web.refusal import Refusal

# A key leads down from our root: no empty, hidden or climbing part, nothing that a shell or a URL would bend.
_KEY = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]*(/[0-9A-Za-z][0-9A-Za-z._-]*)*")
QUARANTINE = ".quarantine"


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


class DeletionRefused(Exception):
    """The store keeps an object that was to be deleted: it is locked, or the store's key may not."""


class Store(Protocol):
    """Durable bytes by key.

    temp, partial: see `temp_directory` and `partial_directory`.
    """

    temp: Path
    partial: Path

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


def checked_key(key: str) -> str:
    """The key itself. Raises ValueError for one that `cas` cannot have made."""
    if not _KEY.fullmatch(key):
        raise ValueError("a storage key stays below its root")
    return key


def sha256_of(file: BinaryIO) -> str:
    """SHA-256 (hex) of what is left to read."""
    digest = hashlib.sha256()
    while chunk := file.read(1 << 20):
        digest.update(chunk)
    return digest.hexdigest()
