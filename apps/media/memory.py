"""How much memory decoding one picture takes, told by its header before anything is decoded. Runs in the jail.

A task that finds that it has too little says so and ends; `jail.run` starts it again with enough, in a heavy slot.
"""

import resource

from PIL import Image

from apps.media.formats import Format

#: Address space that a task finds taken by libraries, and what it may leave behind in fragments.
BASE = 400_000_000
# Bytes for each pixel of the file, the largest of what decoders, Pillow's copies and the reduction held at once for
# pictures of 42 megapixels (colours at half size in AVIF): WebP keeps two canvases beside its own planes where Pillow
# decodes it, which may still be found out (`webp_stills`).
_BYTES_EACH = {"JPEG": 1.0, "PNG": 6.5, "TIFF": 7.0, "GIF": 8.0, "HEIF": 12.5, "WEBP": 25.0, "AVIF": 14.0}
# Coefficients of all scans are kept until the last has come: two bytes for each of up to four components.
_PROGRESSIVE = 8.0
# Laying out transparent or palette pictures takes copies with four bytes for each pixel.
_SEE_THROUGH = 5.0
# A JPEG is decoded at up to twice the sides asked for, and reduced from there: two copies of four bytes and a rest.
_REDUCED = 10
# Developing RAW: the sensor's 16 bits, LibRaw's four channels of 16 bits, the picture and a copy; measured at 24 MP.
RAW_HALVED, RAW_WHOLE = 12, 28


class NeedsMore(Exception):
    """The task cannot be done with the memory it has. needed: address space in bytes.  pixels: 0 if unknown."""

    def __init__(self, needed: int, pixels: int = 0) -> None:
        super().__init__(f"{needed} bytes of memory are needed")
        self.needed = needed
        self.pixels = pixels

    @classmethod
    def than_there_was(cls) -> "NeedsMore":
        """A decoder ran out of memory although the header promised less."""
        return cls(2 * _limit())


def needed(image: Image.Image, format: Format, edge: int) -> int:
    """Address space in bytes for decoding an opened picture to a long side of `edge`."""
    each = _BYTES_EACH[format.name]
    if format.name == "JPEG":
        each += _PROGRESSIVE if image.info.get("progressive") else 0
    elif image.mode not in ("L", "RGB", "1") or image.has_transparency_data:
        each += _SEE_THROUGH
    width, height = image.size
    reduced = _REDUCED * min(width * height, 4 * edge * edge) if format.name == "JPEG" else 0
    return BASE + round(width * height * each) + reduced


def claim_pixels(pixels: int, each: int) -> None:
    """Raise NeedsMore unless this process may take `each` bytes for each of so many pixels."""
    most = BASE + pixels * each
    if most > _limit():
        raise NeedsMore(most, pixels)


def claim(image: Image.Image, format: Format, edge: int) -> None:
    """Raise NeedsMore unless this process may take the memory that the picture needs."""
    most = needed(image, format, edge)
    if most > _limit():
        raise NeedsMore(most, image.width * image.height)


def _limit() -> int:
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    return 1 << 62 if soft == resource.RLIM_INFINITY else soft
