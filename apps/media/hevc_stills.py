"""HEIC pictures of phones made small while they are decoded, by FFmpeg. Runs in the jail only.

libheif decodes and colours every pixel before one can be left out, which takes twice the time. What is not exactly as
phones write it, or shows the least fault here, is left to it: its word on a file is the one that counts.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
from PIL import Image

from apps.media.metadata.coded_tiles import CodedTiles, coded_tiles
from apps.media.planes import BT601, FULL, LIMITED, as_rgb, pixels

_PIXELS = {"yuv420p", "yuvj420p"}
# Numbers of H.273 and FFmpeg: matrices that swscale knows by these numbers (BT.709 and two names of BT.601).
_UNKNOWN = 2
_MATRICES = {1, 5, BT601}
_TURNS = {1: Image.Transpose.ROTATE_90, 2: Image.Transpose.ROTATE_180, 3: Image.Transpose.ROTATE_270}


def reduced(source: Path, whole: tuple[int, int], size: tuple[int, int]) -> Image.Image | None:
    """The main picture, upright, of `size`, in 8-bit RGB; None if libheif has to be asked.

    whole: width and height that libheif told.  size: smaller, in the same proportion.
    """
    with source.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        coded = coded_tiles(content)
    if coded is None or _turned(coded.size, coded.turns) != whole:
        return None
    try:
        picture = _drawn(coded, _turned(size, coded.turns))
    except (av.FFmpegError, ValueError):
        return None
    return picture and (picture.transpose(_TURNS[coded.turns]) if coded.turns else picture)


def _turned(size: tuple[int, int], turns: int) -> tuple[int, int]:
    return size[::-1] if turns % 2 else size


def _drawn(coded: CodedTiles, size: tuple[int, int]) -> Image.Image | None:
    """All tiles beside each other, made small; None if one is not as it should be. Raises FFmpegError, ValueError."""
    # Whether levels are limited is said by number: FFmpeg's other name for this format would say it again.
    canvas = av.VideoFrame(*coded.size, "yuv420p")
    number, matrix, levels = 0, 0, 0
    for frame in _frames(coded):
        if number == 0:
            matrix, levels = _colours(frame, coded)
        if matrix not in _MATRICES or levels not in (LIMITED, FULL) or not _is_right(frame, coded):
            return None
        _lay(frame, canvas, *divmod(number, coded.columns))
        number += 1
    return as_rgb(canvas, size, matrix, levels) if number == len(coded.tiles) else None


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


def _lay(frame: Any, canvas: Any, row: int, column: int) -> None:
    for part, whole in zip(frame.planes, canvas.planes, strict=True):
        place = pixels(whole)[row * part.height :, column * part.width :][: part.height, : part.width]
        place[:] = pixels(part)[: place.shape[0], : place.shape[1]]
