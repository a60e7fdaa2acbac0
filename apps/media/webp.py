"""Pictures as WebP, by the libwebp that comes with Pillow. Runs in the jail only.

Pillow hands pixels over as ARGB, of which libwebp makes its planes when it encodes: a fifth of the time, and a copy of
four bytes a pixel. Here it makes them at once, and the file is the same, byte for byte; or it is handed planes.
"""

from __future__ import annotations

import ctypes
import io
import struct
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from PIL import Image, _webp

if TYPE_CHECKING:
    from apps.media.planes import Planes

# Of libwebp 1.x (src/webp/encode.h). It refuses a caller with another first byte, whose structures differ.
_ABI = 0x0210
_PHOTO_DEFAULT = 0
_OUT_OF_MEMORY = 1
_HAS_PROFILE = 0x20


class _Config(ctypes.Structure):
    """WebPConfig. Only what is set here has a name of its own."""

    _fields_: ClassVar[Any] = [
        ("lossless", ctypes.c_int),
        ("quality", ctypes.c_float),
        ("method", ctypes.c_int),
        ("others", ctypes.c_int * 26),
    ]


class _Picture(ctypes.Structure):
    """WebPPicture. Its planes are libwebp's own, or lie in the raster that it is handed."""

    _fields_: ClassVar[Any] = [
        ("use_argb", ctypes.c_int),
        ("colorspace", ctypes.c_int),
        ("width", ctypes.c_int),
        ("height", ctypes.c_int),
        ("planes", ctypes.c_void_p * 3),
        ("strides", ctypes.c_int * 2),
        ("alpha", ctypes.c_void_p),
        ("alpha_stride", ctypes.c_int),
        ("pad1", ctypes.c_uint32 * 2),
        ("argb", ctypes.c_void_p),
        ("argb_stride", ctypes.c_int),
        ("pad2", ctypes.c_uint32 * 3),
        ("writer", ctypes.c_void_p),
        ("custom", ctypes.c_void_p),
        ("extra_info_type", ctypes.c_int),
        ("extra_info", ctypes.c_void_p),
        ("stats", ctypes.c_void_p),
        ("error", ctypes.c_int),
        ("progress", ctypes.c_void_p),
        ("user_data", ctypes.c_void_p),
        ("pad3", ctypes.c_uint32 * 3),
        ("pad4", ctypes.c_void_p * 2),
        ("pad5", ctypes.c_uint32 * 8),
        ("memory", ctypes.c_void_p * 2),
        ("pad6", ctypes.c_void_p * 2),
    ]


class _Writer(ctypes.Structure):
    """WebPMemoryWriter."""

    _fields_: ClassVar[Any] = [
        ("content", ctypes.c_void_p),
        ("size", ctypes.c_size_t),
        ("room", ctypes.c_size_t),
        ("pad", ctypes.c_uint32),
    ]


def encoded(picture: Image.Image | Planes, *, quality: int, method: int, profile: bytes = b"") -> bytes:
    """The file of a picture. quality: 0..100.  method: 0 (fast) .. 6 (small).  profile: ICC, b"" for none.

    Raises ValueError if libwebp does not take the picture (a side above 16,383 px), MemoryError.
    """
    library = _library()
    if library is None:
        rgb = picture if isinstance(picture, Image.Image) else picture.as_rgb()
        return _by_pillow(rgb, quality, method, profile)
    plain = _plain(library, picture, quality, method)
    return _with_profile(plain, picture.size, profile) if profile else plain


def _by_pillow(picture: Image.Image, quality: int, method: int, profile: bytes) -> bytes:
    file = io.BytesIO()
    picture.save(file, "WEBP", quality=quality, method=method, icc_profile=profile, exif=b"", xmp=b"")
    return file.getvalue()


@cache
def _library() -> Any:
    """libwebp; None where Pillow holds it in another way, or one whose structures are others."""
    try:
        # A module's handle finds the names of the libraries that it was linked with.
        library = ctypes.CDLL(_webp.__file__)
        known = library.WebPConfigInitInternal(ctypes.byref(_Config()), _PHOTO_DEFAULT, ctypes.c_float(75), _ABI)
        _ = library.WebPPictureImportRGB, library.WebPEncode, library.WebPMemoryWrite
    except (OSError, AttributeError):
        return None
    return library if known else None


def _plain(library: Any, picture: Image.Image | Planes, quality: int, method: int) -> bytes:
    config, handed, writer = _Config(), _Picture(), _Writer()
    library.WebPConfigInitInternal(ctypes.byref(config), _PHOTO_DEFAULT, ctypes.c_float(quality), _ABI)
    config.method = method
    library.WebPPictureInitInternal(ctypes.byref(handed), _ABI)
    library.WebPMemoryWriterInit(ctypes.byref(writer))
    handed.width, handed.height = picture.size
    handed.writer = ctypes.cast(library.WebPMemoryWrite, ctypes.c_void_p)
    handed.custom = ctypes.addressof(writer)
    try:
        if not _hand(library, picture, handed) or not library.WebPEncode(ctypes.byref(config), ctypes.byref(handed)):
            raise MemoryError if handed.error == _OUT_OF_MEMORY else ValueError(f"libwebp: error {handed.error}")
        return ctypes.string_at(writer.content, writer.size)
    finally:
        library.WebPPictureFree(ctypes.byref(handed))
        library.WebPMemoryWriterClear(ctypes.byref(writer))


def _hand(library: Any, picture: Image.Image | Planes, handed: _Picture) -> bool:
    """Let libwebp make its planes of an RGB picture, or show it those that there are: it reads them only."""
    if isinstance(picture, Image.Image):
        pixels = picture.tobytes("raw", "RGB")
        return bool(library.WebPPictureImportRGB(ctypes.byref(handed), pixels, 3 * picture.width))
    parts = picture.raster.planes
    for number, part in enumerate(parts):
        handed.planes[number] = part.address
    handed.strides[0], handed.strides[1] = parts[0].stride, parts[1].stride
    return True


def _with_profile(plain: bytes, size: tuple[int, int], profile: bytes) -> bytes:
    """The same picture in the extended form (WebP Container Specification), with its profile."""
    width, height = ((side - 1).to_bytes(3, "little") for side in size)
    extended = struct.pack("<4sII", b"VP8X", 10, _HAS_PROFILE) + width + height
    told = struct.pack("<4sI", b"ICCP", len(profile)) + profile + bytes(len(profile) % 2)
    rest = b"WEBP" + extended + told + plain[12:]
    return struct.pack("<4sI", b"RIFF", len(rest)) + rest
