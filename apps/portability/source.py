"""An export as it lies there: one archive, the folder of its archives, or the folder into which they were unpacked."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any, BinaryIO, Final, Self, cast

from apps.backups.envelope import BackupDamaged, Encrypted
from apps.portability.layout import DATA, FORMAT, HEAD, SECRETS_FILE
from apps.web.refusal import Refusal

CHUNK: Final = 1 << 20
_MANIFEST = re.compile(r"manifest-(\d+)-of-(\d+)\.jsonl")


class BadExport(Refusal):
    """This is no export, or it was altered, or a part of it is missing. The message says which."""

    code = "bad_export"


@dataclass(slots=True)
class Source:
    """An export that is open for reading.

    head: what it says about itself.  listed: size and SHA-256 of each file, by its path, as the manifests have them.
    """

    head: dict[str, Any] = field(default_factory=dict)
    listed: dict[str, tuple[int, str]] = field(default_factory=dict)
    _archives: list[zipfile.ZipFile] = field(default_factory=list)
    _folder: Path | None = None
    _where: dict[str, zipfile.ZipFile] = field(default_factory=dict)
    _open: ExitStack = field(default_factory=ExitStack)

    @classmethod
    def of(cls, path: Path) -> Self:
        """Open an export. Raises BadExport."""
        source = cls()
        zips = [path] if path.is_file() else sorted(path.glob("*.zip"))
        if path.is_dir() and (path / HEAD).is_file():
            source._folder = path
        elif zips:
            source._take(zips)
        else:
            raise BadExport(f"{path} is no export: there is neither {HEAD} nor an archive.")
        source._read()
        return source

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def chunks(self, path: str) -> Iterator[bytes]:
        """A file, compared with its hash before its end. Raises BadExport."""
        size, sha256 = self._said(path)
        digest, left = hashlib.sha256(), size
        try:
            with self._file(path) as file:
                while chunk := file.read(CHUNK):
                    left -= len(chunk)
                    digest.update(chunk)
                    yield chunk
        except (OSError, KeyError, zipfile.BadZipFile) as error:
            raise BadExport(f"{path} cannot be read ({error}).") from error
        if left or digest.hexdigest() != sha256:
            raise BadExport(f"{path} was altered.")

    def lines(self, path: str) -> Iterator[bytes]:
        """The lines of a file, without their ends. Raises BadExport."""
        left = b""
        for chunk in self.chunks(path):
            *whole, left = (left + chunk).split(b"\n")
            yield from whole
        if left:
            raise BadExport(f"{path} ends within a line.")

    def rows(self, table: str) -> Iterator[dict[str, Any]]:
        """The rows of a table. Raises BadExport."""
        return map(json.loads, self.lines(f"{DATA}{table}.jsonl"))

    def by_hash(self) -> dict[str, str]:
        """Path of each file by its SHA-256."""
        return {sha256: path for path, (_size, sha256) in self.listed.items()}

    def secrets(self, passphrase: str) -> Iterator[bytes]:
        """The lines of the encrypted file. Raises BadExport, also for another passphrase."""
        said = self.head.get("secrets")
        if said is None:
            raise BadExport("This export was made without a passphrase.")
        key = Encrypted.of(passphrase, bytes.fromhex(said["salt"]))
        if key.check != said["check"]:
            raise BadExport("The passphrase does not open this export.")
        try:
            with self._file(SECRETS_FILE) as file:
                opened = b"".join(key.opened(cast(BinaryIO, file), SECRETS_FILE))
        except (BackupDamaged, OSError, KeyError) as error:
            raise BadExport(f"{SECRETS_FILE} cannot be read ({error}).") from error
        return iter(opened.splitlines())

    # -- opening -------------------------------------------------------------------------------------

    def _take(self, paths: list[Path]) -> None:
        for path in paths:
            try:
                archive = self._open.enter_context(zipfile.ZipFile(path))
            except (OSError, zipfile.BadZipFile) as error:
                raise BadExport(f"{path.name} is no whole archive ({error}).") from error
            self._archives.append(archive)
            self._where |= dict.fromkeys(archive.namelist(), archive)

    def _read(self) -> None:
        names = self._where if self._folder is None else {one.name for one in self._folder.iterdir()}
        manifests = {name: match for name in names if (match := _MANIFEST.fullmatch(name))}
        if HEAD not in names or not manifests:
            raise BadExport(f"This is no export: {HEAD} or the manifest is missing. Is the first part there?")
        parts = {int(match[2]) for match in manifests.values()}
        missing = set(range(1, max(parts) + 1)) - {int(match[1]) for match in manifests.values()}
        if len(parts) > 1:
            raise BadExport("These are parts of different exports.")
        if missing:
            raise BadExport(f"Part {min(missing)} of {max(parts)} is missing.")
        for name in sorted(manifests):
            self._list(name)
        with self._file(HEAD) as file:
            self.head = json.loads(file.read())
        if self.head.get("format") != FORMAT:
            raise BadExport(f"This export has the format {self.head.get('format')}; this version reads {FORMAT}.")

    def _list(self, name: str) -> None:
        with self._file(name) as file:
            for line in file:
                said = json.loads(line)
                path = PurePosixPath(said["path"])
                # What a stranger wrote must not lead out of the folder.
                if path.is_absolute() or ".." in path.parts:
                    raise BadExport(f"{name} names a file outside of the export.")
                self.listed[said["path"]] = (int(said["size"]), str(said["sha256"]))

    def _said(self, path: str) -> tuple[int, str]:
        try:
            return self.listed[path]
        except KeyError:
            raise BadExport(f"{path} is missing.") from None

    def _file(self, path: str) -> IO[bytes]:
        if self._folder is not None:
            return (self._folder / path).open("rb")
        return self._where[path].open(path)
