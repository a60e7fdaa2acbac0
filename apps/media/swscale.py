"""Pictures in planes made small by the libswscale that comes with PyAV. Runs in the jail only.

PyAV hands it whole pictures, and is loaded with all of FFmpeg. Here it alone is loaded, a twentieth of that memory, and
takes a picture in bands, so that the whole needs not lie beside the one that it is taken from. The pixels are the same.
"""

from __future__ import annotations

import ctypes
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np

from apps.media.raster import Banded, Plane, Raster

#: Numbers of FFmpeg: limited and full levels.
LIMITED, FULL = 1, 2
# Flags of libswscale/swscale.h: colours at full size are mixed from all of them, and sums are rounded, not cut off.
_EXACTLY = 0x2000 | 0x40000
#: How pixels are weighed.
BICUBIC, LANCZOS = 0x4 | _EXACTLY, 0x200 | _EXACTLY

# The only version whose pixels were compared with PyAV's.
_MAJOR = 9
_ONE = 1 << 16
_NO_MEMORY = -12
_context, _table, _number = ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int
_addresses, _numbers = ctypes.c_void_p * 4, ctypes.c_int * 4
# Of libswscale/swscale.h, and, for it stands on that, libavutil/opt.h and pixdesc.h.
_FUNCTIONS: Final[dict[str, tuple[Any, tuple[Any, ...]]]] = {
    "sws_alloc_context": (_context, ()),
    "sws_init_context": (_number, (_context, _context, _context)),
    "sws_freeContext": (None, (_context,)),
    "sws_getCoefficients": (_table, (_number,)),
    "sws_setColorspaceDetails": (_number, (_context, _table, _number, _table, _number, _number, _number, _number)),
    "sws_scale": (_number, (_context, _addresses, _numbers, _number, _number, _addresses, _numbers)),
    "av_opt_set_int": (_number, (_context, ctypes.c_char_p, ctypes.c_int64, _number)),
    "av_get_pix_fmt": (_number, (ctypes.c_char_p,)),
}


def _loaded() -> Any:
    """libswscale; None where PyAV has it elsewhere, or another version."""
    package = find_spec("av")
    if package is None or package.origin is None:
        return None
    place = Path(package.origin).parent.with_name("av.libs")
    for file in sorted(place.glob(f"libswscale*.so.{_MAJOR}.*")):
        try:
            library = ctypes.CDLL(str(file))
            for name, (result, arguments) in _FUNCTIONS.items():
                function = getattr(library, name)
                function.restype, function.argtypes = result, arguments
        except (OSError, AttributeError):
            continue
        return library if library.swscale_version() >> 16 == _MAJOR else None
    return None


# At once: the decoders' server loads this module for all that it forks.
_LIBRARY: Final = _loaded()


def scaled(picture: Banded, size: tuple[int, int], layout: str, *, matrix: int, levels: int, how: int) -> Raster:
    """The picture in another size and layout.

    matrix: H.273's number of the colours' matrix.  levels: LIMITED or FULL, which brightness and colours keep; green,
    blue and red are full always.  how: BICUBIC or LANCZOS.
    Raises ValueError if libswscale does not take such a picture, MemoryError.
    """
    made = Raster.blank(size, layout)
    if _LIBRARY is None:
        _by_pyav(picture, made, matrix, levels, how)
        return made
    context = _set_up(picture, made, matrix, levels, how)
    try:
        addresses, strides = _told(made.planes)
        for top, rows, band in picture.bands():
            _check(_LIBRARY.sws_scale(context, *_told(band.planes), top, rows, addresses, strides))
    finally:
        _LIBRARY.sws_freeContext(context)
    return made


def _set_up(picture: Banded, made: Raster, matrix: int, levels: int, how: int) -> int:
    """A context, to be freed."""
    context = _LIBRARY.sws_alloc_context()
    if not context:
        raise MemoryError
    try:
        for name, number in (
            (b"srcw", picture.size[0]),
            (b"srch", picture.size[1]),
            (b"src_format", _LIBRARY.av_get_pix_fmt(picture.layout.encode())),
            (b"src_range", levels == FULL),
            (b"dstw", made.size[0]),
            (b"dsth", made.size[1]),
            (b"dst_format", _LIBRARY.av_get_pix_fmt(made.layout.encode())),
            (b"dst_range", levels == FULL),
            (b"sws_flags", how),
        ):
            _check(_LIBRARY.av_opt_set_int(context, name, number, 0))
        _check(_LIBRARY.sws_init_context(context, None, None))
        table = _LIBRARY.sws_getCoefficients(matrix)
        # It says -1 where no matrix is needed, which is no fault.
        _LIBRARY.sws_setColorspaceDetails(context, table, levels == FULL, table, levels == FULL, 0, _ONE, _ONE)
    except BaseException:
        _LIBRARY.sws_freeContext(context)
        raise
    return int(context)


def _told(planes: tuple[Plane, ...]) -> tuple[ctypes.Array[Any], ctypes.Array[Any]]:
    return _addresses(*(plane.address for plane in planes)), _numbers(*(plane.stride for plane in planes))


def _check(answer: int) -> None:
    if answer < 0:
        raise MemoryError if answer == _NO_MEMORY else ValueError(f"libswscale: error {answer}")


def _by_pyav(picture: Banded, made: Raster, matrix: int, levels: int, how: int) -> None:
    """The same with a whole picture in PyAV's hands."""
    import av
    from av.video.reformatter import Interpolation, VideoReformatter

    whole = av.VideoFrame(*picture.size, picture.layout)
    for top, rows, band in picture.bands():
        for part, plane, halved in zip(whole.planes, band.planes, band.halved, strict=True):
            place = _memory(part)[top >> halved :][: (rows + halved) >> halved]
            place[:] = plane.pixels[: len(place)]
    small = VideoReformatter().reformat(
        whole,
        *made.size,
        made.layout,
        src_colorspace=matrix,
        src_color_range=levels,
        dst_color_range=levels,
        interpolation=Interpolation(how),
        threads=1,
    )
    for part, plane in zip(small.planes, made.planes, strict=True):
        plane.pixels[:] = _memory(part)


def _memory(part: Any) -> np.ndarray:
    """The pixels of a frame's plane, where they lie."""
    return np.frombuffer(part, np.uint8).reshape(part.height, part.line_size)[:, : part.width]
