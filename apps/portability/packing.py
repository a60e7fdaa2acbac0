"""The archives of an export: entries in order, parts of a size that downloads survive, and their bytes.

Nothing is copied: rows lie in the store as files of their own, originals where they always do, and an archive is read
from there while it leaves.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from apps.accounts.tenancy import acting_in
from apps.portability.models import ExportPart, packed, unpacked
from apps.sharing.downloads.archive import body
from apps.sharing.downloads.archive.layout import ZipEntry, ZipLayout

# FAT32 and some programs end at 4 GiB.
PART_BYTES: Final = 4_000_000_000


@dataclass(frozen=True, slots=True)
class PackedFile:
    """A file of an archive that lies in the store. modified: seconds since 1970."""

    path: str
    blob_id: UUID
    size: int
    sha256: str
    modified: int
    crc32: int


@dataclass(frozen=True, slots=True)
class MadeText:
    """A file of an archive that is made for it."""

    path: str
    text: str

    @property
    def size(self) -> int:
        return len(self.text.encode())

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True)
class PackedPart:
    """One archive. moment: of its texts, seconds since 1970.  zone: the time zone of its entries."""

    number: int
    parts: int
    moment: int
    zone: str
    files: tuple[PackedFile, ...]
    texts: tuple[MadeText, ...]

    @cached_property
    def layout(self) -> ZipLayout:
        """Its bytes: the files, then what is made for it, the manifest last."""
        zone = ZoneInfo(self.zone)
        entries = [
            ZipEntry(one.path, one.size, one.crc32, datetime.fromtimestamp(one.modified, zone)) for one in self.files
        ]
        now = datetime.fromtimestamp(self.moment, zone)
        entries += [ZipEntry.of(one.path, one.text.encode(), now) for one in self.texts]
        entries.append(ZipEntry.of(manifest_name(self.number, self.parts), self._manifest(), now))
        return ZipLayout(entries)

    def _manifest(self) -> bytes:
        """Path, size and SHA-256 of each file of this archive, as JSON lines."""
        inside: list[PackedFile | MadeText] = [*self.files, *self.texts]
        rows = [{"path": one.path, "size": one.size, "sha256": one.sha256} for one in inside]
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()

    def plan(self) -> bytes:
        """What a row keeps of it."""
        files = [[f.path, f.blob_id.hex, f.size, f.sha256, f.modified, f.crc32] for f in self.files]
        texts = [[text.path, text.text] for text in self.texts]
        return packed([self.number, self.parts, self.moment, self.zone, files, texts])

    @classmethod
    def of(cls, row: ExportPart) -> PackedPart:
        """The archive that a row keeps."""
        number, parts, moment, zone, files, texts = unpacked(bytes(row.plan))
        return cls(
            number, parts, moment, zone,
            tuple(PackedFile(path, UUID(blob), *rest) for path, blob, *rest in files),
            tuple(MadeText(*text) for text in texts),
        )  # fmt: skip

    def chunks(self, studio_id: UUID, start: int, end: int) -> Iterator[bytes]:
        """The bytes from `start` to `end`, both included. Raises sizes.Unwhole, body.Broken.

        The store is read outside of any transaction.
        """
        blobs = [one.blob_id for one in self.files]
        touched = self.layout.touched(start, end)
        with acting_in(studio_id):
            where = body.places(studio_id, blobs[touched])
        return iter(body.Pouring(self.layout, blobs, where, start, end))


def manifest_name(number: int, parts: int) -> str:
    """In each part another, so that all parts can be unpacked into one folder."""
    return f"manifest-{number}-of-{parts}.jsonl"


def split(files: Sequence[PackedFile], limit: int) -> list[list[PackedFile]]:
    """Parts of at most `limit` bytes, in order; a file that alone is larger is a part of its own."""
    parts: list[list[PackedFile]] = [[]]
    room = limit
    for file in files:
        if file.size > room and parts[-1]:
            parts.append([])
            room = limit
        parts[-1].append(file)
        room -= file.size
    return parts
