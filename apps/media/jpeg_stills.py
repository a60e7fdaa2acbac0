"""JPEGs made small in the planes that they are coded in. Runs in the jail only.

libjpeg would colour every pixel, and Pillow make three channels small without the processor's wide registers: together
a tenth of a photo's work. What is not the usual JPEG is left to them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from apps.media.planes import BT601, Decoded
from apps.media.raster import YUV444, Raster
from apps.media.swscale import FULL

# Numbers of the components by which libjpeg takes a file for YCbCr, whatever else stands in it; by JFIF, and of some
# cameras. Of others it guesses by its markers (jdapimin.c, `default_decompress_parms`).
_USUAL = {(1, 2, 3), (0, 1, 2)}
_YCBCR = 1
# Rows at a time, which stay near to the processor.
_BAND = 64
# What Pillow calls the planes of such a picture.
_NAMES = ("Y", "Cb", "Cr")


def reduced(image: Image.Image, size: tuple[int, int]) -> Decoded | None:
    """A JPEG that is not decoded yet, in planes, for `size`, which is smaller.

    None if it is not of the usual kind; then it is still not decoded. Raises what Pillow's decoder does.
    """
    layers = tuple(layer[0] for layer in getattr(image, "layer", ()))
    if image.mode != "RGB" or layers not in _USUAL or image.info.get("adobe_transform", _YCBCR) != _YCBCR:
        return None
    if image.draft("YCbCr", size) is None or image.mode != "YCbCr":
        return None
    image.load()
    return Decoded(_TakenApart(image), size, BT601, FULL)


@dataclass(frozen=True, slots=True)
class _TakenApart:
    """A decoded picture, whose planes are there for a band at a time."""

    image: Image.Image
    layout: str = YUV444

    @property
    def size(self) -> tuple[int, int]:
        return self.image.size

    def bands(self) -> Iterator[tuple[int, int, Raster]]:
        width, height = self.size
        parts = Raster.blank((width, min(height, _BAND)), YUV444)
        for top in range(0, height, _BAND):
            band = self.image.crop((0, top, width, min(height, top + _BAND)))
            for name, part in zip(_NAMES, parts.planes, strict=True):
                # Asked for as bytes, not as a picture of its own first: half the time.
                rows = np.frombuffer(band.tobytes("raw", name), np.uint8)
                part.pixels[: band.height] = rows.reshape(band.height, width)
            yield top, band.height, parts
