"""Every file of another system becomes a photo here: read whole, compared with the hash that it has there, kept."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from http.client import HTTPException
from typing import Any, BinaryIO, Protocol, cast

from apps.accounts.models import Studio, User
from apps.media import cas
from apps.uploads import limits
from apps.uploads.intake import ImportedFile, Intake, told_dry
from apps.uploads.remote.http import RemoteAway, RemoteFault
from apps.web.refusal import Refusal

DIFFERS = "The bytes that came are not those that it has there. Run the import again."


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One file there.

    path: where its bytes are.  sha1, sha256: hex, "" where it is not told.  marks: as photos have.
    """

    gallery: str
    name: str
    path: str
    sha1: str = ""
    sha256: str = ""
    section: str = ""
    position: float | None = None
    marks: dict[str, Any] = field(default_factory=dict)


class RemoteSource(Protocol):
    """Another system, or an archive of it."""

    def open(self, path: str) -> AbstractContextManager[BinaryIO]:
        """The bytes of a file, to be read once. Raises RemoteFault."""
        ...

    def files(self) -> Iterator[RemoteFile]:
        """All files, gallery after gallery, as far as lists tell of them. Raises RemoteFault."""
        ...

    def described(self, file: RemoteFile) -> RemoteFile:
        """The same with all that is known of it there, for which one file may have to be asked. Raises RemoteFault."""
        ...


class _Hashing:
    """A file that is read once, and its SHA-1."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.sha1 = file, hashlib.sha1(usedforsecurity=False)

    def read(self, size: int) -> bytes:
        data = self.file.read(size)
        self.sha1.update(data)
        return data


@dataclass(slots=True)
class RemoteImport:
    """An import for a member. is_dry: read everything, tell what would become of it, keep nothing."""

    studio: Studio
    by: User
    source: RemoteSource
    is_dry: bool = False

    def run(self) -> Iterator[ImportedFile]:
        """Take file after file, then put galleries into their order.

        What is refused is told, and does not stop the others. Raises RemoteFault if no list can be had.
        """
        intake = Intake(self.studio, self.by)
        for file in self.source.files():
            yield self.take(file, intake)
        intake.arrange()

    def take(self, file: RemoteFile, intake: Intake, *, waits: bool = False) -> ImportedFile:
        """Keep one file, or tell why not. waits: raise RemoteAway instead, so that it can be tried later."""
        try:
            file = self.source.described(file)
            with self.source.open(file.path) as opened:
                hashing = _Hashing(opened)
                stored = cas.receive(cast(BinaryIO, hashing), limit=limits.most_bytes(file.name))
        except RemoteAway as away:
            if waits:
                raise
            return replace(_found(file), outcome="rejected", reason=str(away))
        except (RemoteFault, Refusal, OSError, HTTPException, zipfile.BadZipFile) as error:
            return replace(_found(file), outcome="rejected", reason=str(error))
        found = _found(file)
        try:
            found = replace(found, sha256=stored.sha256)
            if file.sha1 not in ("", hashing.sha1.hexdigest()) or file.sha256 not in ("", stored.sha256):
                return replace(found, outcome="rejected", reason=DIFFERS)
            return told_dry(self.studio, found) if self.is_dry else intake.keep(found, stored)
        finally:
            stored.discard()


def _found(file: RemoteFile) -> ImportedFile:
    return ImportedFile(
        f"{file.gallery}/{file.name}", file.gallery, file.section, "", "", "", file.marks, file.name, file.position
    )
