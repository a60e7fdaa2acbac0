"""ZIP files whose every byte is known before the first one is sent.

Entries are stored, not compressed: photos are compressed already, and so the length, and what lies at any offset,
follow from names, sizes and CRCs alone. Pure: no files, no database.

    local header, bytes of the entry, ... central directory, end record        (APPNOTE.TXT 6.3, ZIP64 where needed)
"""

from __future__ import annotations

import re
import struct
import unicodedata
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import accumulate

# From these values on a field holds all ones and the true value stands in a ZIP64 record.
LIMIT_16, LIMIT_32 = 0xFFFF, 0xFFFFFFFF
_UTF8 = 0x800
_UNIX, _PLAIN, _ZIP64 = 3 << 8, 20, 45
_MODE = 0o100644 << 16
_ZIP64_TAG, _TIME_TAG = 0x0001, 0x5455

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_FINDER_64 = struct.Struct("<4sLQL")


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """One file of an archive. name: its path there, clean and distinct.  modified: aware; its wall time is told.

    data: the bytes themselves, for what is made here; None for what lies elsewhere.
    """

    name: str
    size: int
    crc32: int
    modified: datetime
    data: bytes | None = None

    @classmethod
    def of(cls, name: str, data: bytes, modified: datetime) -> ZipEntry:
        """An entry of bytes at hand."""
        return cls(name, len(data), zlib.crc32(data), modified, data)


@dataclass(frozen=True, slots=True)
class Piece:
    """`length` bytes of the entry number `entry`, from `offset` on."""

    entry: int
    offset: int
    length: int


class ZipLayout:
    """The archive of these entries, in this order."""

    def __init__(self, entries: Sequence[ZipEntry]) -> None:
        self.entries = entries
        lengths = [_lengths(entry) for entry in entries]
        self._heads = [head for head, _ in lengths]
        # Where each local header begins; the last is where the central directory does.
        ends = (head + entry.size for head, entry in zip(self._heads, entries, strict=True))
        self._starts = list(accumulate(ends, initial=0))
        directory = sum(length for _, length in lengths) + sum(map(_place_length, entries, self._starts))
        #: Bytes of the whole archive. (The directory itself is made when it leaves.)
        self.length = self._starts[-1] + directory + len(_end(len(entries), directory, self._starts[-1]))

    def touched(self, start: int, end: int) -> slice:
        """The entries of which header or bytes lie from `start` to `end`, both included."""
        first = max(0, bisect_right(self._starts, start) - 1)
        return slice(first, max(first, bisect_right(self._starts, end)))

    def segments(self, start: int, end: int) -> Iterator[bytes | Piece]:
        """The bytes from `start` to `end`, both included, in order.

        Raises ValueError for a range that does not lie within the archive.
        """
        if not 0 <= start <= end < self.length:
            raise ValueError("this range does not lie within the archive")
        number = max(0, bisect_right(self._starts, start) - 1)
        while number < len(self.entries) and self._starts[number] <= end:
            yield from self._entry(number, start, end)
            number += 1
        directory = self._starts[-1]
        if end >= directory:
            yield self._tail[max(0, start - directory) : end - directory + 1]

    def _entry(self, number: int, start: int, end: int) -> Iterator[bytes | Piece]:
        """What of one entry, header and bytes, lies within the range."""
        entry, begin = self.entries[number], self._starts[number]
        body = begin + self._heads[number]
        if start < body:
            yield _local(entry)[max(0, start - begin) : end - begin + 1]
        first, last = max(0, start - body), min(entry.size - 1, end - body)
        if first <= last:
            yield Piece(number, first, last - first + 1) if entry.data is None else entry.data[first : last + 1]

    @cached_property
    def _tail(self) -> bytes:
        directory = b"".join(_central(entry, start) for entry, start in zip(self.entries, self._starts, strict=False))
        return directory + _end(len(self.entries), len(directory), self._starts[-1])


def _lengths(entry: ZipEntry) -> tuple[int, int]:
    """Of its local header, and of its part of the directory but for `_place_length`."""
    shared = len(entry.name.encode()) + len(_time_extra(entry)) + len(_sizes_64(entry))
    return _LOCAL.size + shared, _CENTRAL.size + shared


def _place_length(entry: ZipEntry, start: int) -> int:
    """What a place beyond 4 GB takes in the directory: in the record of the sizes, or in one of its own."""
    if start < LIMIT_32:
        return 0
    return 8 if entry.size >= LIMIT_32 else 12


def _sizes_64(entry: ZipEntry) -> bytes:
    """The sizes for a local header that cannot hold them."""
    if entry.size < LIMIT_32:
        return b""
    return struct.pack("<2H2Q", _ZIP64_TAG, 16, entry.size, entry.size)


def _time_extra(entry: ZipEntry) -> bytes:
    """The moment itself: the DOS fields hold a wall time without a zone."""
    seconds = int(entry.modified.timestamp())
    return struct.pack("<2HBl", _TIME_TAG, 5, 1, seconds) if 0 <= seconds < 1 << 31 else b""


def _dos(moment: datetime) -> tuple[int, int]:
    """Time and date as DOS knew them: from 1980 to 2107, in steps of two seconds."""
    if moment.year < 1980:
        return 0, (1 << 5) | 1
    if moment.year > 2107:
        return (23 << 11) | (59 << 5) | 29, (127 << 9) | (12 << 5) | 31
    time = (moment.hour << 11) | (moment.minute << 5) | (moment.second // 2)
    return time, ((moment.year - 1980) << 9) | (moment.month << 5) | moment.day


def _local(entry: ZipEntry) -> bytes:
    name, large = entry.name.encode(), _sizes_64(entry)
    extra = large + _time_extra(entry)
    size = LIMIT_32 if large else entry.size
    version = _ZIP64 if large else _PLAIN
    fixed = _LOCAL.pack(
        b"PK\3\4", version, _UTF8, 0, *_dos(entry.modified), entry.crc32, size, size, len(name), len(extra)
    )
    return fixed + name + extra


def _central(entry: ZipEntry, start: int) -> bytes:
    name = entry.name.encode()
    large = b""
    size, offset = entry.size, start
    if size >= LIMIT_32:
        large += struct.pack("<2Q", size, size)
        size = LIMIT_32
    if offset >= LIMIT_32:
        large += struct.pack("<Q", offset)
        offset = LIMIT_32
    extra = (struct.pack("<2H", _ZIP64_TAG, len(large)) + large if large else b"") + _time_extra(entry)
    version = _ZIP64 if large else _PLAIN
    fixed = _CENTRAL.pack(
        b"PK\1\2", _UNIX | version, version, _UTF8, 0, *_dos(entry.modified), entry.crc32, size, size,
        len(name), len(extra), 0, 0, 0, _MODE, offset,
    )  # fmt: skip
    return fixed + name + extra


def _end(count: int, size: int, offset: int) -> bytes:
    """The end records of a directory of `count` entries and `size` bytes that begins at `offset`."""
    records = b""
    if count >= LIMIT_16 or size >= LIMIT_32 or offset >= LIMIT_32:
        here = offset + size
        version = _UNIX | _ZIP64
        records = _END_64.pack(b"PK\6\6", 44, version, _ZIP64, 0, 0, count, count, size, offset)
        records += _FINDER_64.pack(b"PK\6\7", 0, here, 1)
    few = min(count, LIMIT_16)
    return records + _END.pack(b"PK\5\6", 0, 0, few, few, min(size, LIMIT_32), min(offset, LIMIT_32), 0)


# -- names -------------------------------------------------------------------------------------------

NAME_BYTES = 200
# What Windows refuses in names, and marks that make a name read otherwise than it is written.
_REFUSED = frozenset('<>:"|?*\\/')
_TURNING = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_DEVICES = frozenset(
    ["CON", "PRN", "AUX", "NUL", *(f"{kind}{number}" for kind in ("COM", "LPT") for number in range(1, 10))]
)


# What cameras write: nothing to clean, unless it is the name of a device.
_CLEAN = re.compile(r"[0-9A-Za-z_(][0-9A-Za-z_()-]{0,90}(\.[0-9A-Za-z]{1,4})?", re.ASCII)


def clean(name: str, *, empty: str = "photo") -> str:
    """A name for one file or folder that every system takes as it is: no path, nothing hidden, not too long."""
    if _CLEAN.fullmatch(name) and name.partition(".")[0].upper() not in _DEVICES:
        return name
    kept = "".join(
        "_" if letter in _REFUSED else letter
        for letter in unicodedata.normalize("NFC", name)
        if letter not in _TURNING and unicodedata.category(letter) not in ("Cc", "Cs", "Zl", "Zp")
    )
    stem, suffix = _split(kept.strip(". ") or empty)
    if stem.split(".")[0].strip().upper() in _DEVICES:
        stem = f"_{stem}"
    return _shortened(stem, NAME_BYTES - len(suffix.encode())) + suffix


def distinct(paths: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """The same paths, those that some system would take for equal told apart: "IMG_1.JPG", "img_1 (2).jpg".

    taken: paths that are in use already.
    """
    used = {_folded(path) for path in taken}
    counts: dict[str, int] = {}
    out = []
    for path in paths:
        folder, slash, name = path.rpartition("/")
        stem, suffix = _split(name)
        chosen, key = path, _folded(path)
        number = counts.get(key, 1)
        while _folded(chosen) in used:
            number += 1
            chosen = f"{folder}{slash}{stem} ({number}){suffix}"
        counts[key] = number
        used.add(_folded(chosen))
        out.append(chosen)
    return out


def _split(name: str) -> tuple[str, str]:
    """Stem and suffix: "IMG_1", ".JPG". What is longer than a suffix ever is belongs to the stem."""
    stem, dot, suffix = name.rpartition(".")
    return (stem, dot + suffix) if stem and len(suffix) <= 5 else (name, "")


def _shortened(stem: str, size: int) -> str:
    return stem.encode()[:size].decode("utf-8", "ignore").rstrip() or "photo"


def _folded(path: str) -> str:
    if path.isascii():
        return path.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", path).casefold())
