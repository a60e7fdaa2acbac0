"""Opaque WebP pictures decoded by libwebp into one memory. Runs in the jail only.

Pillow has each picture decoded as a film's frame: two canvases, a copy of one, and its own picture, four bytes a pixel
each. Here it lies there once; the pixels are the same. What moves, is transparent or shows a fault is left to Pillow.
"""

from __future__ import annotations

import ctypes
import mmap
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from PIL import Image, _webp

# Of libwebp 1.x (src/webp/decode.h). It refuses a caller with another first byte, whose structures differ.
_ABI = 0x0209


class _Features(ctypes.Structure):
    """WebPBitstreamFeatures."""

    _fields_: ClassVar[Any] = [
        ("width", ctypes.c_int),
        ("height", ctypes.c_int),
        ("has_alpha", ctypes.c_int),
        ("has_animation", ctypes.c_int),
        ("format", ctypes.c_int),
        ("pad", ctypes.c_uint32 * 5),
    ]


def loaded(image: Image.Image, source: Path) -> Image.Image | None:
    """The pixels of an opened WebP, with what Pillow told of it, in mode RGBX; None if Pillow has to decode it.

    Raises MemoryError.
    """
    library = _library()
    if library is None or image.mode != "RGB":
        return None
    # Before the file is mapped: while an error is on its way, what looks at a map keeps it from being closed.
    pixels = np.empty((image.height, image.width, 4), np.uint8)
    with source.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if not _decode_into(library, np.frombuffer(content, np.uint8), pixels):
            return None
    picture = Image.frombuffer("RGBX", image.size, pixels, "raw", "RGBX", 0, 1)
    picture.info = dict(image.info)
    return picture


def _decode_into(library: Any, content: np.ndarray, pixels: np.ndarray) -> bool:
    """False if the picture is of another size, transparent, moves or is not whole.

    pixels: uint8 (height, width, 4), to be written.
    """
    height, width, _ = pixels.shape
    features, data = _Features(), (content.ctypes.data, content.size)
    if library.WebPGetFeaturesInternal(*data, ctypes.byref(features), _ABI) != 0:
        return False
    if (features.width, features.height) != (width, height) or features.has_alpha:
        return False
    return bool(library.WebPDecodeRGBAInto(*data, pixels.ctypes.data, pixels.size, pixels.strides[0]))


@cache
def _library() -> Any:
    """libwebp; None where Pillow holds it in another way."""
    try:
        # A module's handle finds the names of the libraries that it was linked with.
        library = ctypes.CDLL(_webp.__file__)
        features, into = library.WebPGetFeaturesInternal, library.WebPDecodeRGBAInto
    except (OSError, AttributeError):
        return None
    features.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.POINTER(_Features), ctypes.c_int)
    into.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    into.restype = ctypes.c_void_p
    return library
