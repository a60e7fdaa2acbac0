"""HEIC pictures of phones made small while they are decoded, by FFmpeg. Runs in the jail only.

libheif decodes and colours every pixel before one can be left out, which takes twice the time. What is not exactly as
phones write it, or shows the least fault here, is left to it: its word on a file is the one that counts.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image

from apps.media.heif_kinds import NotAsPhonesWrite
from apps.media.metadata.coded_tiles import CodedTiles, coded_tiles
from apps.media.planes import BT601, Decoded
from apps.media.raster import YUV420, Raster
from apps.media.swscale import FULL, LIMITED

_PIXELS = {"yuv420p", "yuvj420p"}
# Numbers of H.273 and FFmpeg: matrices that swscale knows by these numbers (BT.709 and two names of BT.601).
_UNKNOWN = 2
_MATRICES = {1, 5, BT601}
_TURNS = {1: Image.Transpose.ROTATE_90, 2: Image.Transpose.ROTATE_180, 3: Image.Transpose.ROTATE_270}


def reduced(source: Path, whole: tuple[int, int], size: tuple[int, int]) -> Decoded | None:
    """The main picture, upright, for `size`; None if libheif has to be asked.

    Its tiles are decoded when it is made small, which raises NotAsPhonesWrite if libheif has to be asked after all.
    whole: width and height that libheif told.  size: smaller, in the same proportion.
    """
    with source.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        coded = coded_tiles(content)
    if coded is None or _turned(coded.size, coded.turns) != whole:
        return None
    try:
        picture = _begun(coded, _turned(size, coded.turns))
    except (av.FFmpegError, ValueError):
        return None
    return picture and (picture.transpose(_TURNS[coded.turns]) if coded.turns else picture)


def _turned(size: tuple[int, int], turns: int) -> tuple[int, int]:
    return size[::-1] if turns % 2 else size


def _begun(coded: CodedTiles, size: tuple[int, int]) -> Decoded | None:
    """By the first tile; None if it is not as it should be. Raises FFmpegError, ValueError."""
    if coded.tile[1] % 2 and coded.tile[1] < coded.size[1]:
        # Two rows of tiles would share a row of colours.
        return None
    frames = _frames(coded)
    first = next(frames, None)
    if first is None or not _is_right(first, coded):
        return None
    matrix, levels = _colours(first, coded)
    if matrix not in _MATRICES or levels not in (LIMITED, FULL):
        return None
    return Decoded(_Tiles(coded, chain([first], frames)), size, matrix, levels)


@dataclass(slots=True)
class _Tiles:
    """All tiles beside each other, a row of them at a time: the whole would be 18 MB of a phone's picture.

    begun: frames of which the first was looked at; None once they were used.
    """

    coded: CodedTiles
    begun: Iterator[Any] | None
    # Whether levels are limited is said by number: FFmpeg's other name for this layout would say it again.
    layout: str = YUV420

    @property
    def size(self) -> tuple[int, int]:
        return self.coded.size

    def bands(self) -> Iterator[tuple[int, int, Raster]]:
        frames, self.begun = self.begun or _frames(self.coded), None
        (width, height), rows = self.size, self.coded.tile[1]
        band = Raster.blank((width, rows), YUV420)
        try:
            for top in range(0, height, rows):
                for column in range(self.coded.columns):
                    _lay(self._right(next(frames, None)), band, column)
                yield top, min(rows, height - top), band
            if next(frames, None) is not None:
                raise NotAsPhonesWrite
        except (av.FFmpegError, ValueError) as error:
            raise NotAsPhonesWrite from error

    def _right(self, frame: Any) -> Any:
        if frame is None or not _is_right(frame, self.coded):
            raise NotAsPhonesWrite
        return frame


def _colours(frame: Any, coded: CodedTiles) -> tuple[int, int]:
    """Matrix and levels by the file, else by the coded picture. A matrix not told is BT.601, as libheif has it."""
    if coded.matrix is not None:
        matrix, levels = coded.matrix, FULL if coded.full_range else LIMITED
    else:
        matrix, levels = int(frame.colorspace), int(frame.color_range)
    return BT601 if matrix == _UNKNOWN else matrix, levels


def _is_right(frame: Any, coded: CodedTiles) -> bool:
    return not frame.is_corrupt and frame.format.name in _PIXELS and (frame.width, frame.height) == coded.tile


def _frames(coded: CodedTiles) -> Iterator[Any]:
    context: Any = av.CodecContext.create("hevc", "r")
    context.extradata = coded.setup
    # Threads cost more than they save on tiles this small, and processors are for other photos.
    context.thread_count = 1
    context.options = {"err_detect": "crccheck+bitstream+buffer+explode"}
    for tile in coded.tiles:
        yield from context.decode(av.Packet(tile))
    yield from context.decode(None)


def _lay(frame: Any, band: Raster, column: int) -> None:
    for part, whole in zip(frame.planes, band.planes, strict=True):
        place = whole.pixels[: part.height, column * part.width :][:, : part.width]
        tile = np.frombuffer(part, np.uint8).reshape(part.height, part.line_size)
        place[:] = tile[: place.shape[0], : place.shape[1]]
