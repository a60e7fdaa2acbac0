"""Pictures in planes of brightness and colour, made small as RGB by FFmpeg's swscale. Runs in the jail only."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter
from PIL import Image

#: Numbers of H.273 and FFmpeg.
BT601: Final = 6
LIMITED, FULL = 1, 2
_SMOOTHLY = Interpolation.BICUBIC | Interpolation.FULL_CHR_H_INT | Interpolation.ACCURATE_RND


def pixels(plane: Any) -> np.ndarray:
    """uint8 (height, width), the frame's own memory."""
    return np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]


def as_rgb(frame: Any, size: tuple[int, int], matrix: int, levels: int) -> Image.Image:
    """An 8-bit frame of YCbCr as RGB of this size. matrix: BT.601's number or that of another which swscale knows.

    The frame goes as soon as it can, if nobody else holds it.
    """
    # In planes, which swscale fills three times as fast as it mixes pixels; colours come at full size in both.
    made = VideoReformatter().reformat(
        frame,
        *size,
        "gbrp",
        src_colorspace=matrix,
        src_color_range=levels,
        dst_color_range=FULL,
        interpolation=_SMOOTHLY,
        threads=1,
    )
    del frame
    planes: Any = made.planes
    green, blue, red = (Image.frombuffer("L", size, one, "raw", "L", one.line_size, 1) for one in planes)
    return Image.merge("RGB", (red, green, blue))
