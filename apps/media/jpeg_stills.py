"""JPEGs made small in the planes that they are coded in. Runs in the jail only.

libjpeg would colour every pixel, and Pillow make three channels small without the processor's wide registers: together
a tenth of a photo's work. What is not the usual JPEG is left to them.
"""

from __future__ import annotations

from typing import Any

import av
import numpy as np
from PIL import Image

from apps.media import planes

# Numbers of the components by which libjpeg takes a file for YCbCr, whatever else stands in it; by JFIF, and of some
# cameras. Of others it guesses by its markers (jdapimin.c, `default_decompress_parms`).
_USUAL = {(1, 2, 3), (0, 1, 2)}
_YCBCR = 1
# Rows at a time.
_BAND = 256


def reduced(image: Image.Image, size: tuple[int, int]) -> Image.Image | None:
    """A JPEG that is not decoded yet, in 8-bit RGB of `size`, which is smaller; then the JPEG's own pixels are gone.

    None if it is not of the usual kind; then it is still not decoded. Raises what Pillow's decoder does.
    """
    layers = tuple(layer[0] for layer in getattr(image, "layer", ()))
    if image.mode != "RGB" or layers not in _USUAL or image.info.get("adobe_transform", _YCBCR) != _YCBCR:
        return None
    if image.draft("YCbCr", size) is None or image.mode != "YCbCr":
        return None
    image.load()
    return planes.as_rgb(_taken_apart(image), size, planes.BT601, planes.FULL)


def _taken_apart(image: Image.Image) -> Any:
    """The planes of a decoded picture, which is closed: neither is needed beside the other for longer than a band."""
    width, height = image.size
    frame = av.VideoFrame(width, height, "yuv444p")
    parts = [planes.pixels(plane) for plane in frame.planes]
    for top in range(0, height, _BAND):
        band = image.crop((0, top, width, min(height, top + _BAND)))
        for number, part in enumerate(parts):
            rows = np.frombuffer(band.getchannel(number).tobytes(), np.uint8)
            part[top : top + band.height] = rows.reshape(band.height, width)
    image.close()
    return frame
