"""Directories of tags, as TIFF and EXIF have them: reading hostile ones, writing small ones."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from apps.media.formats import Damaged
from apps.media.metadata.pieces import Content

SHORT, LONG, ASCII, UNDEFINED, LONG8 = 3, 4, 2, 7, 16
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_INTEGERS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
MOST_ENTRIES = 4_000


@dataclass(frozen=True, slots=True)
class IfdEntry:
    """One tag as it stands in a file. at: where its value lies; is_inline: inside of the entry itself."""

    tag: int
    kind: int
    count: int
    at: int
    size: int
    is_inline: bool


@dataclass(frozen=True, slots=True)
class Value:
    """One tag to be written: its bytes, or the place in the file where they lie already."""

    tag: int
    kind: int
    count: int
    data: bytes = b""
    at: int | None = None


@dataclass(frozen=True, slots=True)
class IfdLayout:
    """order: "<" or ">".  big: offsets of eight bytes (BigTIFF)."""

    order: str
    big: bool = False

    @property
    def word(self) -> int:
        return 8 if self.big else 4

    def number(self, value: int) -> bytes:
        """An offset as this layout writes it. Raises Damaged for one beyond its reach."""
        try:
            return struct.pack(self.order + ("Q" if self.big else "I"), value)
        except struct.error as error:
            raise Damaged from error

    def pointer(self, tag: int, at: int) -> Value:
        """A tag that leads to another directory."""
        return Value(tag, LONG8 if self.big else LONG, 1, self.number(at))

    def short(self, tag: int, value: int) -> Value:
        return Value(tag, SHORT, 1, struct.pack(self.order + "H", value))


def layout_of(content: Content, at: int = 0) -> tuple[IfdLayout, int] | None:
    """Layout of the TIFF structure at `at` and where its first directory lies (from `at`), or None."""
    head = content[at : at + 16]
    order = {b"II": "<", b"MM": ">"}.get(head[:2])
    if order is None or len(head) < 8:
        return None
    (version,) = struct.unpack_from(order + "H", head, 2)
    if version == 42:
        return IfdLayout(order), struct.unpack_from(order + "I", head, 4)[0]
    if version == 43 and len(head) == 16:
        return IfdLayout(order, big=True), struct.unpack_from(order + "Q", head, 8)[0]
    return None


def read(content: Content, layout: IfdLayout, at: int, base: int = 0) -> tuple[list[IfdEntry], int]:
    """The entries of the directory at `base + at`, and where the next one lies (0: nowhere).

    Entries whose values reach beyond the file are left out. Raises Damaged for what is no directory.
    """
    counting, form, entry_size = ("Q", "HHQ", 20) if layout.big else ("H", "HHI", 12)
    try:
        (count,) = struct.unpack_from(layout.order + counting, content, base + at)
        if count > MOST_ENTRIES:
            raise Damaged
        first = base + at + struct.calcsize("=" + counting)
        entries = list(_entries(content, layout, base, range(first, first + count * entry_size, entry_size), form))
        next_at = _offset(content, layout, first + count * entry_size)
    except struct.error as error:
        raise Damaged from error
    return entries, next_at


def _offset(content: Content, layout: IfdLayout, at: int) -> int:
    # The last directory of some EXIF blocks ends without the word that would say so.
    if at + layout.word > len(content):
        return 0
    return int(struct.unpack_from(layout.order + ("Q" if layout.big else "I"), content, at)[0])


def _entries(content: Content, layout: IfdLayout, base: int, places: range, form: str) -> Iterator[IfdEntry]:
    head = struct.calcsize("=" + form)
    for place in places:
        tag, kind, count = struct.unpack_from(layout.order + form, content, place)
        if place + head + layout.word > len(content):
            raise Damaged
        size = _SIZES.get(kind, 0) * count
        inline = size <= layout.word
        at = place + head if inline else base + _offset(content, layout, place + head)
        if size and at + size <= len(content):
            yield IfdEntry(tag, kind, count, at, size, inline)


def integers(content: Content, layout: IfdLayout, entry: IfdEntry) -> list[int]:
    """The numbers of an entry; [] when it holds something else."""
    letter = _INTEGERS.get(entry.kind)
    if letter is None:
        return []
    return list(struct.unpack_from(f"{layout.order}{entry.count}{letter}", content, entry.at))


def write(layout: IfdLayout, values: Sequence[Value], at: int, next_at: int = 0) -> bytes:
    """A directory that lies at `at`, with those values behind it that do not fit into their entries."""
    counting, form, entry_size = ("Q", "HHQ", 20) if layout.big else ("H", "HHI", 12)
    table = bytearray(struct.pack(layout.order + counting, len(values)))
    behind = bytearray()
    free = at + len(table) + entry_size * len(values) + layout.word
    for value in sorted(values, key=lambda one: one.tag):
        table += struct.pack(layout.order + form, value.tag, value.kind, value.count)
        if value.at is not None:
            table += layout.number(value.at)
        elif len(value.data) <= layout.word:
            table += value.data.ljust(layout.word, b"\0")
        else:
            table += layout.number(free + len(behind))
            behind += value.data + b"\0" * (len(value.data) % 2)
    return bytes(table + layout.number(next_at) + behind)
