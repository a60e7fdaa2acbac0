"""One file of a download, as it is handed from the sizes to the archive. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class File:
    """One photo to be packed. section: id and title of the set it lies in.  modified: seconds since 1970.

    storage_key: where its bytes lie at this moment.
    """

    photo_id: UUID
    blob_id: UUID
    section: tuple[UUID, str] | None
    camera_name: str
    mime: str
    size: int
    crc32: int
    sha256: str
    modified: int
    storage_key: str
