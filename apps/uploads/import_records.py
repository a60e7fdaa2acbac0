"""The records that another system kept of its files, as it wrote them out: CSV, a JSON list, or JSON lines.

Each system calls its columns in its own way (`file_hash` and `final_path`, `original_filename` and `file_path`, a
`metadata` object with the rest); what they mean is one small table. Records are found by the hash of the file, else by
its path, of which either side may know less: "D:/Vault/Originals/2026/a.jpg" is "2026/a.jpg".
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from apps.albums import marks

SHA256 = re.compile(r"[0-9a-f]{64}")
# What a record may be called; the first that says something counts. Compared without case, "_" and spaces.
_NAMES: Final = {
    "sha256": ("sha256", "file hash", "hash", "checksum"),
    "path": ("path", "final path", "file path", "relative path", "storage path", "source file"),
    "name": ("camera name", "original name", "original filename", "original file name", "filename", "file name"),
    "gallery": ("gallery", "gallery title", "album", "album title", "album name"),
    "section": ("section", "section title", "set"),
    "position": ("position", "order", "sort order", "rank"),
    "caption": ("caption", "description"),
    "rating": ("rating", "stars"),
    "label": ("label", "color label"),
    "favourite": ("favourite", "favorite", "is favourite", "is favorite"),
    "keywords": ("keywords", "tags", "ai tags"),
    "people": ("people", "persons", "people names"),
}
_LISTS: Final = ("photos", "results", "records", "files", "media assets", "items", "assets")
_YES: Final = frozenset(("1", "true", "t", "yes", "y"))
_CAPTION, _WORD, _WORDS, _TITLE = 500, 80, 100, 120


class BadRecords(ValueError):
    """The file of records cannot be read; the message says where."""


@dataclass(frozen=True, slots=True)
class Record:
    """One file, as its system knew it. "" and None: it did not say.

    marks: rating, label, caption, keywords, flag; only what was said.  position: in its gallery, the least first.
    """

    sha256: str = ""
    path: str = ""
    name: str = ""
    gallery: str = ""
    section: str = ""
    position: float | None = None
    marks: dict[str, Any] = field(default_factory=dict)


class Records:
    """All records of an import."""

    def __init__(self, rows: Iterable[Record] = ()) -> None:
        self.all = list(rows)
        self._by_hash = {row.sha256: row for row in self.all if row.sha256}
        self._by_name: dict[str, list[Record]] = {}
        for row in self.all:
            if row.path:
                self._by_name.setdefault(_last(row.path), []).append(row)

    @classmethod
    def read(cls, file: Path) -> Records:
        """Raises BadRecords."""
        try:
            text = file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise BadRecords(f"{file} cannot be read: {error}") from error
        rows = _rows_of_csv(text) if file.suffix.lower() in (".csv", ".tsv") else _rows_of_json(text)
        return cls(_record(row, number) for number, row in enumerate(rows, start=1))

    def of(self, path: str, sha256: str) -> Record | None:
        """The record of a file. path: below the imported folder.  sha256: of its bytes."""
        if sha256 in self._by_hash:
            return self._by_hash[sha256]
        alike = [row for row in self._by_name.get(_last(path), ()) if _ends_alike(row.path, path)]
        return alike[0] if len(alike) == 1 else None


def _last(path: str) -> str:
    return path.rpartition("/")[2].casefold()


def _ends_alike(one: str, other: str) -> bool:
    short, long = sorted((f"/{one.strip('/')}".casefold(), f"/{other.strip('/')}".casefold()), key=len)
    return long.endswith(short)


def _rows_of_csv(text: str) -> list[Any]:
    try:
        dialect = csv.Sniffer().sniff(text[:4096], delimiters=",;\t")
    except csv.Error:
        # One column, or nothing to go by: commas, as RFC 4180 says.
        return list(csv.DictReader(text.splitlines()))
    return list(csv.DictReader(text.splitlines(), dialect=dialect))


def _rows_of_json(text: str) -> list[Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return [_line(line, number) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if isinstance(found, dict):
        found = next((found[name] for name in found if _plain(name) in _LISTS), [found])
    if not isinstance(found, list):
        raise BadRecords("The records are no list.")
    return found


def _line(line: str, number: int) -> Any:
    try:
        return json.loads(line)
    except ValueError as error:
        raise BadRecords(f"Line {number} is no JSON: {error}") from None


def _record(row: Any, number: int) -> Record:
    if not isinstance(row, Mapping):
        raise BadRecords(f"Record {number} has no named fields.")
    said = _said(row)
    sha256 = _text(said.get("sha256")).lower()
    if sha256 and not SHA256.fullmatch(sha256):
        # Other systems hash by other rules; only SHA-256 is compared.
        sha256 = ""
    return Record(
        sha256=sha256,
        path=_text(said.get("path")).replace("\\", "/"),
        name=_text(said.get("name")).replace("\\", "/").rpartition("/")[2],
        gallery=_text(said.get("gallery"))[:_TITLE],
        section=_text(said.get("section"))[:_TITLE],
        position=_number(said.get("position")),
        marks=_marks(said),
    )


def _said(row: Mapping[str, Any]) -> dict[str, Any]:
    """The fields by our names; those of an inner `metadata` where the outer ones say nothing."""
    plain = {_plain(str(name)): value for name, value in row.items()}
    inner = plain.pop("metadata", None)
    if isinstance(inner, str) and inner.startswith("{"):
        try:
            inner = json.loads(inner)
        except ValueError:
            inner = None
    said = _said(inner) if isinstance(inner, Mapping) else {}
    for ours, theirs in _NAMES.items():
        value = next((plain[name] for name in theirs if plain.get(name) not in (None, "", [])), None)
        if value is not None:
            said[ours] = value
    return said


def _plain(name: str) -> str:
    """ "sortOrder", "sort_order" and "Sort order" are one name."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[_\s-]+", " ", name).strip().lower()


def _marks(said: Mapping[str, Any]) -> dict[str, Any]:
    rating, label = _number(said.get("rating")) or 0, _text(said.get("label")).lower()
    words = [*_words(said.get("keywords")), *_words(said.get("people"))]
    found = {
        "rating": int(rating) if 0 < rating <= marks.MOST_STARS else 0,
        "label": label if label in marks.LABELS else "",
        "caption": _text(said.get("caption"))[:_CAPTION],
        "keywords": list(dict.fromkeys(word[:_WORD] for word in words))[:_WORDS],
        "flag": "pick" if _text(said.get("favourite")).lower() in _YES else "",
    }
    return {name: value for name, value in found.items() if value}


def _text(value: Any) -> str:
    """A text, or the title of what has one."""
    if isinstance(value, Mapping):
        value = value.get("title") or value.get("name")
    return "" if value is None else str(value).strip()


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _words(value: Any) -> list[str]:
    """A list, or a text with commas, semicolons or bars between the words; a list written as JSON is one too."""
    if isinstance(value, str) and value.startswith("["):
        try:
            value = json.loads(value)
        except ValueError:
            value = value.strip("[]")
    parts = value if isinstance(value, list) else re.split(r"[;,|]", value) if isinstance(value, str) else []
    return [word for word in map(_text, parts) if word]
