"""Pictures in planes of 8 bits, in memory that FFmpeg's libraries read and write. Runs in the jail only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol, Self

import numpy as np
from PIL import Image

#: FFmpeg's names of how planes lie: colours at full size, at half of both sides, and green, blue, red.
YUV444, YUV420, GBR = "yuv444p", "yuv420p", "gbrp"
_HALVED: Final = {YUV444: (0, 0, 0), YUV420: (0, 1, 1), GBR: (0, 0, 0)}
# Bytes: where the widest registers begin to read and write, and as far beyond the last pixel as they may do so.
_STEP = 64
# Rows that are turned at a time: no other picture of the whole is needed, and it takes no longer.
_TURNED = 256
_SIDEWAYS = {
    Image.Transpose.ROTATE_90,
    Image.Transpose.ROTATE_270,
    Image.Transpose.TRANSPOSE,
    Image.Transpose.TRANSVERSE,
}
# Their first row becomes the last one, or the last column.
_FROM_THE_END = {
    Image.Transpose.ROTATE_180,
    Image.Transpose.FLIP_TOP_BOTTOM,
    Image.Transpose.ROTATE_270,
    Image.Transpose.TRANSVERSE,
}


@dataclass(frozen=True, slots=True)
class Plane:
    """rows: uint8 (height, width or more), without gaps; what lies beyond `width` means nothing."""

    width: int
    rows: np.ndarray

    @classmethod
    def blank(cls, width: int, height: int) -> Self:
        """One whose pixels are still to be written."""
        each = -(-width // _STEP) * _STEP
        room = np.empty(each * height + 2 * _STEP, np.uint8)
        start = -room.ctypes.data % _STEP
        return cls(width, room[start : start + each * height].reshape(height, each))

    @property
    def pixels(self) -> np.ndarray:
        """uint8 (height, width), the plane's own memory."""
        return self.rows[:, : self.width]

    @property
    def address(self) -> int:
        """Where its first pixel lies."""
        return int(self.rows.ctypes.data)

    @property
    def stride(self) -> int:
        """Bytes from a row to the next."""
        return int(self.rows.strides[0])

    def as_grey(self) -> Image.Image:
        """As a picture of grey levels, in the plane's own memory."""
        return Image.frombuffer("L", (self.width, len(self.rows)), self.rows, "raw", "L", self.stride, 1)

    def turn_into(self, place: np.ndarray, turn: Image.Transpose) -> None:
        """Write the same pixels turned. place: uint8, with the height and width that they have then."""
        grey = self.as_grey()
        width, height = grey.size
        for top in range(0, height, _TURNED):
            bottom = min(height, top + _TURNED)
            turned = np.asarray(grey.crop((0, top, width, bottom)).transpose(turn))
            there = slice(height - bottom, height - top) if turn in _FROM_THE_END else slice(top, bottom)
            place[(slice(None), there) if turn in _SIDEWAYS else there] = turned


@dataclass(frozen=True, slots=True)
class Raster:
    """A whole picture. size: width and height in pixels.  layout: one of the three above."""

    size: tuple[int, int]
    layout: str
    planes: tuple[Plane, ...]

    @classmethod
    def blank(cls, size: tuple[int, int], layout: str) -> Self:
        """One whose pixels are still to be written."""
        planes = (Plane.blank(*((side + halved) >> halved for side in size)) for halved in _HALVED[layout])
        return cls(size, layout, tuple(planes))

    @property
    def halved(self) -> tuple[int, int, int]:
        """How often the sides of each plane are halved, rounded up."""
        return _HALVED[self.layout]

    def turned(self, turn: Image.Transpose) -> Raster:
        """The same picture turned."""
        turned = Raster.blank(self.size[::-1] if turn in _SIDEWAYS else self.size, self.layout)
        for plane, new in zip(self.planes, turned.planes, strict=True):
            plane.turn_into(new.pixels, turn)
        return turned

    def bands(self) -> Iterator[tuple[int, int, Raster]]:
        """All of it at once."""
        yield 0, self.size[1], self


class Banded(Protocol):
    """A picture that is there from top to bottom, one band after the other. size, layout: as a Raster's.

    Of colours at half size each band but the last has an even number of rows.
    """

    @property
    def size(self) -> tuple[int, int]: ...

    @property
    def layout(self) -> str: ...

    def bands(self) -> Iterator[tuple[int, int, Raster]]:
        """First row, number of rows, and planes that begin with them; these hold until the next are asked for."""
