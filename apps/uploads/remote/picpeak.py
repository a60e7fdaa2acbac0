"""The archive that PicPeak makes of an event: `<slug>.zip` with the photos in folders by category, and the feedback.

`feedback_data.json` is a row for each thing that a guest said: `filename`, `feedback_type` (rating, like, favorite,
comment), `rating`, `guest_name` ... What guests marked becomes the studio's own marks: a favourite is a pick, stars are
the mean of all. Comments stay in the archive.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Final, cast

from apps.media.formats import EXTENSIONS
from apps.uploads.remote.http import RemoteFault
from apps.uploads.remote.source import RemoteFile

FEEDBACK: Final = "feedback_data.json"
MOST_FEEDBACK: Final = 64 << 20
_TAKEN: Final = frozenset(f".{extension.lstrip('.').lower()}" for extension in EXTENSIONS)
_SECTION: Final = 120


class PicpeakArchive:
    """One event. title: of the gallery; the archive's name without one."""

    def __init__(self, file: Path, title: str = "") -> None:
        """Raises RemoteFault."""
        try:
            self.archive = zipfile.ZipFile(file)
        except (OSError, zipfile.BadZipFile) as error:
            raise RemoteFault(f"{file} is no archive: {error}") from error
        self.title = title or file.stem

    def files(self) -> Iterator[RemoteFile]:
        """Every photo and video, by its name in the archive. Raises RemoteFault."""
        said = self._feedback()
        for entry in sorted(self.archive.infolist(), key=lambda one: one.filename):
            path = PurePosixPath(entry.filename)
            if not entry.is_dir() and path.suffix.lower() in _TAKEN:
                section = " / ".join(part for part in path.parts[:-1] if part != "..")[:_SECTION]
                yield RemoteFile(self.title, path.name, entry.filename, section=section, marks=said.get(path.name, {}))

    def described(self, file: RemoteFile) -> RemoteFile:
        """The list says all."""
        return file

    def open(self, path: str) -> AbstractContextManager[BinaryIO]:
        """The bytes of one file; its CRC is compared when it ends. Raises RemoteFault."""
        try:
            return cast("AbstractContextManager[BinaryIO]", self.archive.open(path))
        except (OSError, RuntimeError, zipfile.BadZipFile) as error:
            raise RemoteFault(f"{path} cannot be read: {error}") from error

    def _feedback(self) -> dict[str, dict[str, Any]]:
        """File name -> marks."""
        if FEEDBACK not in self.archive.namelist():
            return {}
        try:
            with self.archive.open(FEEDBACK) as file:
                rows = json.loads(file.read(MOST_FEEDBACK))
            return _marks(rows)
        except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
            raise RemoteFault(f"{FEEDBACK} cannot be read: {error!r}") from error


def _marks(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    stars: dict[str, list[int]] = {}
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row["feedback_type"] == "favorite":
            found.setdefault(row["filename"], {})["flag"] = "pick"
        elif row["feedback_type"] == "rating" and 1 <= int(row["rating"] or 0) <= 5:
            stars.setdefault(row["filename"], []).append(int(row["rating"]))
    for name, given in stars.items():
        found.setdefault(name, {})["rating"] = round(sum(given) / len(given))
    return found
