"""Pictures in planes of brightness and colour, made small by FFmpeg's swscale. Runs in the jail only.

What becomes a WebP stays in planes, for those are what libwebp codes: as RGB it would be mixed, copied and taken apart.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from PIL import Image

from apps.media.raster import GBR, YUV420, Banded, Raster
from apps.media.swscale import BICUBIC, FULL, LANCZOS, LIMITED, scaled

#: Numbers of H.273 and FFmpeg; the second is another name of the first.
BT601, BT470BG = 6, 5
#: What libwebp takes: colours at half the size.
CODED: Final = YUV420

# A full level of brightness or of a colour becomes (factor * level + offset) / 255, cut off (BT.601, 8 bits).
_TO_LIMITED = ((219, 16 * 255 + 127), *[(224, 128 * (255 - 224) + 127)] * 2)
# Rows at a time, which stay near to the processor.
_ROWS = 32


@dataclass(frozen=True, slots=True)
class Planes:
    """A picture as WebP codes it: brightness, and colours at half the size, in limited levels of BT.601.

    raster: CODED.
    """

    raster: Raster

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.raster.size

    def as_rgb(self) -> Image.Image:
        """The same in 8-bit RGB."""
        return _as_rgb(self.raster, self.size, BT601, LIMITED)

    def resize(self, size: tuple[int, int]) -> Planes:
        """The same, smaller."""
        return Planes(scaled(self.raster, size, CODED, matrix=BT601, levels=LIMITED, how=LANCZOS))

    def transpose(self, turn: Image.Transpose) -> Planes:
        """The same picture turned."""
        return Planes(self.raster.turned(turn))


@dataclass(frozen=True, slots=True)
class Decoded:
    """A decoded picture that is to be made small, as RGB or in planes, as its reader needs it.

    source: planes of YCbCr.  size: width and height it shall have, smaller, before its turns.
    matrix: BT.601's number or that of another which swscale knows.  levels: LIMITED or FULL.
    """

    source: Banded
    size: tuple[int, int]
    matrix: int
    levels: int
    turns: tuple[Image.Transpose, ...] = ()

    @property
    def has_planes(self) -> bool:
        """Whether `as_planes` can be asked: swscale mixes no other matrix into planes."""
        return self.matrix in (BT601, BT470BG)

    def transpose(self, turn: Image.Transpose) -> Decoded:
        """The same picture turned, once it is small: for a tenth of the work."""
        return replace(self, turns=(*self.turns, turn))

    def as_rgb(self) -> Image.Image:
        """In 8-bit RGB."""
        picture = _as_rgb(self.source, self.size, self.matrix, self.levels)
        for turn in self.turns:
            picture = picture.transpose(turn)
        return picture

    def as_planes(self) -> Planes:
        """As WebP codes it."""
        levels = self.levels
        small = scaled(self.source, self.size, CODED, matrix=self.matrix, levels=levels, how=BICUBIC)
        if levels == FULL:
            _limit(small)
        picture = Planes(small)
        for turn in self.turns:
            picture = picture.transpose(turn)
        return picture


def _as_rgb(source: Banded, size: tuple[int, int], matrix: int, levels: int) -> Image.Image:
    # In planes, which swscale fills three times as fast as it mixes pixels; colours come at full size in both.
    made = scaled(source, size, GBR, matrix=matrix, levels=levels, how=BICUBIC)
    green, blue, red = (plane.as_grey() for plane in made.planes)
    return Image.merge("RGB", (red, green, blue))


def _limit(raster: Raster) -> None:
    """Full levels become limited ones. swscale would round all colours up: half a level of red and of blue."""
    for plane, (factor, offset) in zip(raster.planes, _TO_LIMITED, strict=True):
        levels = plane.pixels
        for top in range(0, len(levels), _ROWS):
            wide = levels[top : top + _ROWS].astype(np.uint16)
            wide *= factor
            wide += offset
            wide //= 255
            levels[top : top + _ROWS] = wide
