"""How a picture looks, in few bytes: a perceptual hash and one colour."""

import re

from PIL import Image

#: Raise this number whenever `phash` gives other bits: photos are then hashed again in the background
#: (apps.albums.stale_fingerprints). 1: imagehash.phash of the thumb; what was stored before has the same bits.
VERSION = 1


def preload() -> None:
    """Import what `phash` needs. Not at import: it takes half a second, and web processes never hash."""
    import imagehash  # noqa: F401
    import scipy.fftpack  # noqa: F401


def phash(picture: Image.Image) -> str:
    """The 64-bit perceptual hash as 16 hex digits: which of the lowest frequencies lie above their median."""
    import imagehash

    return str(imagehash.phash(picture))


def as_signed(phash: object) -> int:
    """The hash as a row holds it: PostgreSQL's integers have a sign. Raises ValueError unless it is 16 hex digits."""
    if not isinstance(phash, str) or not re.fullmatch("[0-9a-f]{16}", phash):
        raise ValueError("no perceptual hash")
    return int.from_bytes(bytes.fromhex(phash), signed=True)


def dominant_color(picture: Image.Image) -> str:
    """The colour that covers most of an RGB picture, as "#rrggbb"."""
    small = picture.resize((24, 24), Image.Resampling.BOX).quantize(6, Image.Quantize.MEDIANCUT)
    palette = small.getpalette() or [0, 0, 0]
    counts = small.histogram()
    most = counts.index(max(counts))
    red, green, blue = palette[3 * most : 3 * most + 3]
    return f"#{red:02x}{green:02x}{blue:02x}"
