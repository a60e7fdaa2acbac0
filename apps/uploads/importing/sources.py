"""What a studio may import: names in `GLASSINE_IMPORT_FOLDER/<studio slug>/`, and systems on named hosts.

No path comes from a member: a name is looked for in the list of what is there, links and hidden files are not in it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Protocol, cast
from urllib.parse import urlsplit

from django.conf import settings

from apps.accounts.models import Studio, User
from apps.uploads.folder_import import FolderImport
from apps.uploads.import_records import BadRecords, Records
from apps.uploads.intake import ImportedFile, Intake
from apps.uploads.models import ImportRun, ImportSource
from apps.uploads.remote import lychee
from apps.uploads.remote.http import RemoteApi, RemoteFault
from apps.uploads.remote.immich import Immich
from apps.uploads.remote.picpeak import PicpeakArchive
from apps.uploads.remote.picpeak_server import PicpeakServer
from apps.uploads.remote.source import RemoteFile, RemoteImport, RemoteSource
from apps.web import sealed
from apps.web.refusal import Refusal

PURPOSE: Final = "import"
GONE: Final = "It is there no more."
KEY_GONE: Final = "The key is not kept any longer. Begin the import again."
_RECORDS: Final = (".csv", ".tsv", ".json", ".jsonl")
# More would be no list that anybody reads.
_MOST_NAMES: Final = 1_000


class UnknownPlace(Refusal):
    """What is to be imported is not among what the operator offers."""

    status = 422
    code = "unknown_source"


@dataclass(frozen=True, slots=True)
class OfferedPlace:
    """What lies there for a studio. sources: as what it can be imported; none for a file of records."""

    name: str
    sources: tuple[ImportSource, ...]


def offered(studio: Studio) -> list[OfferedPlace]:
    """Folders, archives and files of records that the operator put there for the studio, by name."""
    if not settings.IMPORT_FOLDER:
        return []
    try:
        with os.scandir(Path(settings.IMPORT_FOLDER) / studio.slug) as entries:
            found = [one for one in (_offer(entry) for entry in entries) if one is not None]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(found, key=lambda one: one.name)[:_MOST_NAMES]


def _offer(entry: os.DirEntry[str]) -> OfferedPlace | None:
    if entry.name.startswith(".") or not entry.name.isprintable():
        return None
    mode, suffix = entry.stat(follow_symlinks=False).st_mode, Path(entry.name).suffix.lower()
    if stat.S_ISDIR(mode):
        is_lychee = lychee.database_of(Path(entry.path)) is not None
        also = (ImportSource.LYCHEE,) if is_lychee else ()
        return OfferedPlace(entry.name, (*also, ImportSource.FOLDER))
    if stat.S_ISREG(mode) and suffix == ".zip":
        return OfferedPlace(entry.name, (ImportSource.PICPEAK,))
    return OfferedPlace(entry.name, ()) if stat.S_ISREG(mode) and suffix in _RECORDS else None


def check(studio: Studio, source: ImportSource, place: str, records: str) -> None:
    """Raise UnknownPlace unless the operator offers this to the studio."""
    known = {one.name: one for one in offered(studio)}
    if is_address(place):
        _check_address(source, place)
    elif place not in known or source not in known[place].sources:
        raise UnknownPlace("Nothing of this name lies there to be imported.", fields={"source": ["Unknown."]})
    if records and (records not in known or known[records].sources):
        raise UnknownPlace("There is no file of records of this name.", fields={"records": ["Unknown."]})


def is_address(place: str) -> bool:
    return "://" in place


def _check_address(source: ImportSource, place: str) -> None:
    parts = urlsplit(place)
    try:
        if source not in _REMOTE or parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc:
            raise UnknownPlace(f"{place} cannot be imported.", fields={"url": ["Give a server's name alone."]})
        RemoteApi(place, {})
    except RemoteFault as fault:
        raise UnknownPlace(str(fault), fields={"url": [str(fault)]}) from fault


# -- taking it ---------------------------------------------------------------------------------------


class Importable(Protocol):
    """What can be taken file by file. Both raise RemoteFault, and RemoteAway when it is worth trying later."""

    def listed(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Path and facts of each file, in their order. The facts are JSON."""

    def take(self, some: Mapping[int, dict[str, Any]], intake: Intake | None) -> Iterator[tuple[int, ImportedFile]]:
        """Take files by their facts, told by their numbers. intake: None says only what would become of them."""


@dataclass(slots=True)
class _Folder:
    job: FolderImport

    def listed(self) -> Iterator[tuple[str, dict[str, Any]]]:
        return ((path, {"path": path}) for path, _size in self.job.files())

    def take(self, some: Mapping[int, dict[str, Any]], intake: Intake | None) -> Iterator[tuple[int, ImportedFile]]:
        numbers: dict[str, int] = {facts["path"]: number for number, facts in some.items()}
        wanted: Collection[str] = numbers.keys()
        for found in self.job.take(wanted, intake):
            yield numbers.pop(found.path), found
        for path, number in numbers.items():
            yield number, ImportedFile(path, "", "", "rejected", GONE)


@dataclass(slots=True)
class _Remote:
    job: RemoteImport

    def listed(self) -> Iterator[tuple[str, dict[str, Any]]]:
        return ((f"{file.gallery}/{file.name}", asdict(file)) for file in self.job.source.files())

    def take(self, some: Mapping[int, dict[str, Any]], intake: Intake | None) -> Iterator[tuple[int, ImportedFile]]:
        kept = intake or Intake(self.job.studio, self.job.by)
        for number, facts in some.items():
            yield number, self.job.take(RemoteFile(**facts), kept, waits=True)


def opened(run: ImportRun, by: User) -> Importable:
    """What a run imports. Raises RemoteFault, UnknownPlace."""
    source = ImportSource(run.source)
    check(run.studio, source, run.place, run.records)
    if source == ImportSource.FOLDER:
        return _Folder(FolderImport(run.studio, by, _lies(run, run.place), run.title, _records(run)))
    return _Remote(RemoteImport(run.studio, by, _remote(run, source), run.is_dry))


def _lies(run: ImportRun, name: str) -> Path:
    """Where a place lies that `check` knows, which knows none where the operator set no folder."""
    return Path(cast(str, settings.IMPORT_FOLDER)) / run.studio.slug / name


def _records(run: ImportRun) -> Records:
    try:
        return Records.read(_lies(run, run.records)) if run.records else Records()
    except BadRecords as bad:
        raise RemoteFault(f"{run.records} cannot be read: {bad}") from bad


def _remote(run: ImportRun, source: ImportSource) -> RemoteSource:
    if not is_address(run.place):
        place = _lies(run, run.place)
        return lychee.LycheeFolder(place) if source == ImportSource.LYCHEE else PicpeakArchive(place, run.title)
    key = sealed.unseal(run.key_sealed, PURPOSE)
    if not key:
        raise RemoteFault(KEY_GONE)
    return _REMOTE[source](run.place, key)


_REMOTE: Final[dict[ImportSource, Callable[[str, str], RemoteSource]]] = {
    ImportSource.IMMICH: Immich,
    ImportSource.PICPEAK: PicpeakServer,
}
