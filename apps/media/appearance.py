"""How a picture looks, in few bytes: a perceptual hash and one colour. In the jail only."""

import importlib.util
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image

# Of imagehash.phash: the lowest 8 by 8 of 32 by 32 frequencies.
_SIDE, _LOW = 32, 8
_TYPE = 2


def preload() -> None:
    """Load what `phash` needs. Not at import: it takes a while."""
    import imagehash  # noqa: F401

    _frequencies()


def phash(picture: Image.Image) -> str:
    """The 64-bit perceptual hash as 16 hex digits: which of the lowest frequencies lie above their median.

    The very bits of imagehash.phash, which would load all of SciPy for one function: 30 MB in each decoders' server.
    """
    import imagehash
    import numpy as np

    grey = np.asarray(picture.convert("L").resize((_SIDE, _SIDE), Image.Resampling.LANCZOS), np.float64)
    of = _frequencies()
    low = of(of(grey, 0), 1)[:_LOW, :_LOW]
    # numpy.median would first load a large module, in each process anew: a twentieth of a photo's work.
    ordered = np.sort(low, axis=None)
    median = (ordered[len(ordered) // 2 - 1] + ordered[len(ordered) // 2]) / 2
    return str(imagehash.ImageHash(low > median))


@cache
def _frequencies() -> Callable[[Any, int], Any]:
    """SciPy's discrete cosine transform (type II) along an axis: its compiled part alone, if it lies where we know."""
    scipy = importlib.util.find_spec("scipy")
    places = [] if scipy is None else scipy.submodule_search_locations or []
    parts = [part for place in places for part in Path(place).glob("fft/_pocketfft/pypocketfft.*.so")]
    spec = importlib.util.spec_from_file_location("pypocketfft", parts[0]) if len(parts) == 1 else None
    if spec is None or spec.loader is None:
        from scipy.fftpack import dct

        return lambda numbers, axis: dct(numbers, type=_TYPE, axis=axis)
    compiled = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(compiled)
    return lambda numbers, axis: compiled.dct(numbers, _TYPE, (axis,))


def dominant_color(picture: Image.Image) -> str:
    """The colour that covers most of an RGB picture, as "#rrggbb"."""
    small = picture.resize((24, 24), Image.Resampling.BOX).quantize(6, Image.Quantize.MEDIANCUT)
    palette = small.getpalette() or [0, 0, 0]
    counts = small.histogram()
    most = counts.index(max(counts))
    red, green, blue = palette[3 * most : 3 * most + 3]
    return f"#{red:02x}{green:02x}{blue:02x}"
