"""The coded parts of a HEIF file's main picture and how they lie beside each other (ISO/IEC 23008-12, 6.6.2.3).

Only what phones write is read: HEVC, one picture or a grid of equal tiles, turned or not. All else is None.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from apps.media.formats import Damaged
from apps.media.metadata.isobmff import Box, boxes, extents_of, items_of
from apps.media.metadata.nclx import number_at, properties_of
from apps.media.metadata.pieces import Content, Span

# Properties that change no pixel, beside those that are read. A picture with another one is left to others.
_TELLING = {b"pixi", b"colr", b"clli", b"mdcv", b"amve", b"cclv", b"auxl", b"rref"}
_READ = {b"ispe", b"hvcC", b"irot"}
# 1,024 tiles of 512 px are as many pixels as any picture may have.
_MOST_TILES = 1024
_Properties: TypeAlias = dict[bytes, list[bytes]]


@dataclass(frozen=True, slots=True)
class CodedTiles:
    """tiles: row by row, HEVC access units in the form of `setup`, which is an HEVCDecoderConfigurationRecord.

    size: of the picture as it is coded.  tile: of each tile in pixels.  turns: quarter turns to the left.
    matrix and full_range: by which numbers of H.273 colours become RGB; None where the file does not tell.
    """

    tiles: list[bytes]
    columns: int
    size: tuple[int, int]
    tile: tuple[int, int]
    setup: bytes
    turns: int
    matrix: int | None
    full_range: bool | None


def coded_tiles(content: Content) -> CodedTiles | None:
    """Those of the main picture; None if it is of another kind or not as it should be. Never raises for content."""
    try:
        return _read(content)
    except (Damaged, struct.error, IndexError, KeyError, ValueError):
        return None


def _read(content: Content) -> CodedTiles | None:
    [meta] = [box for box in boxes(content, 0, len(content)) if box.kind == b"meta"]
    parts = {box.kind: box for box in boxes(content, meta.body + 4, meta.end)}
    main = number_at(content, parts[b"pitm"].body + 4, 4 if content[parts[b"pitm"].body] else 2)
    kinds = {item.id: item.kind for item in items_of(content, parts[b"iinf"])}
    extents = dict(extents_of(content, parts[b"iloc"], parts.get(b"idat")))
    properties = _Table(content, parts[b"iprp"])
    told = properties.of(main)
    if kinds[main] == b"grid":
        numbers = _tiles_of(content, parts[b"iref"], main)
        rows, columns, size = _grid(_joined(content, extents[main]))
        each = [properties.of(number) for number in numbers]
    else:
        numbers, rows, columns, size, each = [main], 1, 1, _size(told), [told]
    if len(numbers) != rows * columns or any(kinds[number] != b"hvc1" for number in numbers):
        return None
    if size != _size(told) or not _fits(each, rows, columns, size):
        return None
    tiles = [_joined(content, extents[number]) for number in numbers]
    if sum(map(len, tiles)) > len(content):
        return None
    [setup], [tile, *_] = each[0][b"hvcC"], map(_size, each)
    matrix, full_range = _colours(told) or _colours(each[0]) or (None, None)
    turns = sum(turn[0] & 3 for turn in told.get(b"irot", [])) % 4
    return CodedTiles(tiles, columns, size, tile, setup, turns, matrix, full_range)


def _fits(each: list[_Properties], rows: int, columns: int, size: tuple[int, int]) -> bool:
    """Whether tiles are alike and fill the picture without one too many."""
    wide, high = _size(each[0])
    if len(each) > 1:
        # They are laid out as they are, colours at half size too: only the whole picture may be turned.
        alike = all(one[b"hvcC"] == each[0][b"hvcC"] and _size(one) == (wide, high) for one in each)
        if not alike or len(each) > _MOST_TILES or wide % 2 or high % 2 or any(b"irot" in one for one in each):
            return False
    return wide * (columns - 1) < size[0] <= wide * columns and high * (rows - 1) < size[1] <= high * rows


class _Table:
    """What the items of a file are, by number."""

    def __init__(self, content: Content, iprp: Box) -> None:
        inside = list(boxes(content, iprp.body, iprp.end))
        self._content = content
        self._boxes = [one for box in inside if box.kind == b"ipco" for one in boxes(content, box.body, box.end)]
        self._tables = [box for box in inside if box.kind == b"ipma"]

    def of(self, item: int) -> _Properties:
        """An item's properties by kind. Raises ValueError for one that may change pixels in a way not known here."""
        found: _Properties = {}
        for table in self._tables:
            for index in properties_of(self._content, table, item):
                box = self._boxes[index - 1]
                if box.kind not in _TELLING | _READ:
                    raise ValueError(f"a property of another kind: {box.kind!r}")
                found.setdefault(box.kind, []).append(bytes(self._content[box.body : box.end]))
        return found


def _size(told: _Properties) -> tuple[int, int]:
    [ispe] = told[b"ispe"]
    width, height = struct.unpack_from(">II", ispe, 4)
    return width, height


def _colours(told: _Properties) -> tuple[int, bool] | None:
    """Matrix and range of the first nclx."""
    for colr in told.get(b"colr", []):
        if colr[:4] == b"nclx":
            return struct.unpack_from(">H", colr, 8)[0], bool(colr[10] & 0x80)
    return None


def _grid(data: bytes) -> tuple[int, int, tuple[int, int]]:
    """Rows, columns and size of the whole."""
    version, flags, rows, columns = data[:4]
    width, height = struct.unpack_from(">II" if flags & 1 else ">HH", data, 4)
    if version:
        raise ValueError("a grid of another version")
    return rows + 1, columns + 1, (width, height)


def _tiles_of(content: Content, iref: Box, main: int) -> list[int]:
    """The numbers of the items that the main one is derived from, in its order."""
    wide = 4 if content[iref.body] else 2
    return [
        number_at(content, at, wide)
        for box in boxes(content, iref.body + 4, iref.end)
        if box.kind == b"dimg" and number_at(content, box.body, wide) == main
        for at in _references(content, box, wide)
    ]


def _references(content: Content, box: Box, wide: int) -> Iterator[int]:
    """Where each number stands."""
    first = box.body + wide + 2
    count = number_at(content, box.body + wide, 2)
    if first + count * wide > box.end:
        raise Damaged
    return iter(range(first, first + count * wide, wide))


def _joined(content: Content, spans: list[Span]) -> bytes:
    return b"".join(bytes(content[span.start : span.end]) for span in spans)
