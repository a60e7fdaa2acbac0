"""How photos become archives: folders, distinct names, parts of a size that downloads survive. Pure: no database."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from apps.sharing.downloads.archive.layout import clean, distinct
from apps.sharing.downloads.files import File
from apps.web import tables

PART_BYTES = 2_000_000_000
MANIFEST = "manifest.csv"


def paths(files: Sequence[File], name_of: Callable[[File], str]) -> list[str]:
    """Where each photo lies in the archive: its name, in a folder for its set if there are several."""
    sections = {file.section for file in files if file.section}
    has_folders = len({file.section for file in files}) > 1
    ordered = sorted(sections, key=[file.section for file in files].index) if has_folders else []
    # A folder must not carry the name of a photo that lies beside it, nor the manifest's.
    folders = dict(zip(ordered, distinct((clean(title, empty="set") for _, title in ordered), [MANIFEST]), strict=True))
    named = []
    for file in files:
        name = clean(name_of(file))
        folder = folders.get(file.section) if file.section else None
        named.append(f"{folder}/{name}" if folder else name)
    return distinct(named, [MANIFEST, *folders.values()])


def split(files: Sequence[File], limit: int = PART_BYTES) -> list[list[File]]:
    """Parts of at most `limit` bytes, in order. A set is never split, unless it alone is larger than a part.

    One photo that alone is larger is a part of its own.
    """
    parts: list[list[File]] = [[]]
    room = limit
    for _, group in groupby(files, key=lambda file: file.section):
        photos = list(group)
        size = sum(photo.size for photo in photos)
        if size <= limit:
            pieces = [(photos, size)]
        else:
            pieces = [([photo], photo.size) for photo in photos]
            if parts[-1]:
                parts.append([])
                room = limit
        for piece, length in pieces:
            if length > room and parts[-1]:
                parts.append([])
                room = limit
            parts[-1] += piece
            room -= length
    return parts


def manifest(rows: Iterable[tuple[str, int, str]]) -> bytes:
    """The list of what an archive holds: path, size and SHA-256 of each photo, as CSV with exact names."""
    return "".join(map(tables.exact_line, [("name", "size", "sha256"), *rows])).encode()


def archive_name(words: Sequence[str], part: int, parts: int) -> str:
    """File name of an archive: "Anna-Ben-1-of-4.zip"."""
    text = "-".join(re.sub(r"[\W_]+", "-", clean(word, empty="")).strip("-") for word in words if word)
    text = text.encode()[:100].decode("utf-8", "ignore").strip("-") or "photos"
    return f"{text}-{part}-of-{parts}.zip" if parts > 1 else f"{text}.zip"


def manifest_name(part: int, parts: int) -> str:
    """Name of the manifest; in each part another, so that all parts can be unpacked into one folder."""
    return f"manifest-{part}-of-{parts}.csv" if parts > 1 else MANIFEST
