"""TIFF as Pillow misreads it or does not know it: set right where its decoder can, named where it cannot.

The tags are those of TIFF 6.0: 258 BitsPerSample, 259 Compression, 262 PhotometricInterpretation, 284
PlanarConfiguration, 338 ExtraSamples, 339 SampleFormat.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageFile, TiffImagePlugin

from apps.media.formats import Damaged, UnknownKind
from apps.media.metadata import ifd

_BITS, _PACKING, _PHOTOMETRIC, _SAMPLES, _PLANAR, _EXTRA, _SAMPLE_FORMAT = 258, 259, 262, 277, 284, 338, 339
_PLACES = {273: 279, 324: 325}
_WHITE_IS_ZERO, _SEPARATE, _UNPACKED = 0, 2, 1
_UNSIGNED, _SIGNED, _FLOAT = 1, 2, 3
_COLOURS = {
    0: "grey",
    1: "grey",
    2: "RGB",
    3: "palette",
    4: "mask",
    5: "CMYK",
    6: "YCbCr",
    8: "Lab",
    9: "Lab",
    10: "Lab",
}
_INKS = {2: 3, 5: 4, 6: 3, 8: 3, 9: 3, 10: 3}
_PACKINGS = {1, 2, 3, 4, 5, 6, 7, 8, 32773, 32946}
_PACKING_NAMES = {
    34661: "JBIG", 34712: "JPEG 2000", 34887: "LERC", 34925: "LZMA", 34933: "PNG", 34934: "JPEG XR", 50000: "Zstandard",
    50001: "WebP", 50002: "JPEG XL", 52546: "JPEG XL",
}  # fmt: skip
_BAND = 256


def know_more_layouts() -> None:
    """Teach Pillow the layouts that its unpackers know and its table lacks.

    CMYK with any kind of alpha channel: that is a selection of the program that wrote it, and printers pass over it.
    Deep grey where white is zero, and unsigned 32 bits in the other byte order: `eight_bit` reads them by the tags.
    """
    known: dict[Any, tuple[str, str]] = TiffImagePlugin.OPEN_INFO
    big, little = TiffImagePlugin.MM, TiffImagePlugin.II
    for order in (big, little):
        for kinds, unpacker in {(1,): "CMYKX", (2,): "CMYKX", (1, 0): "CMYKXX", (2, 0): "CMYKXX"}.items():
            known.setdefault((order, 5, (1,), 1, (8,) * (4 + len(kinds)), kinds), ("CMYK", unpacker))
    known.setdefault((big, 1, (1,), 1, (32,), ()), ("I", "I;32B"))
    for order, photometric, *rest in list(known):
        mode, _ = known[order, photometric, *rest]
        is_read_by_tags = mode in ("I", "F") or mode.startswith("I;16") or (mode, rest[0]) == ("L", (_SIGNED,))
        if photometric == 1 and is_read_by_tags:
            known.setdefault((order, _WHITE_IS_ZERO, *rest), known[order, photometric, *rest])


@contextmanager
def opened(source: Path) -> Iterator[ImageFile.ImageFile]:
    """The TIFF `source`, not yet decoded. Raises Damaged, or UnknownKind for a sound file that cannot be read."""
    know_more_layouts()
    try:
        image = Image.open(source, formats=["TIFF"])
        if _is_misread(image):
            image.close()
            image = _by_libtiff(source)
    except (OSError, SyntaxError, TypeError, ValueError) as error:
        refuse_unknown_kind(source)
        raise Damaged from error
    # libtiff unpacks into the order of this machine, whatever that of the file.
    image.tile = [
        tile._replace(args=_native(tile.args)) if tile.codec_name == "libtiff" else tile for tile in image.tile
    ]
    with image:
        yield image


_NATIVE = {"I;32B": "I;32N", "I;32BS": "I;32NS", "F;32BF": "F;32NF", "I;16BS": "I;16NS", "F;64BF": "F;64NF"}


def _native(args: Any) -> Any:
    return (_NATIVE.get(args[0], args[0]), *args[1:]) if isinstance(args, tuple) and args else args


def _is_misread(image: Image.Image) -> bool:
    """Whether Pillow's own reader of uncompressed planes takes each sample of 16 bits for two of 8."""
    tags = _tags(image)
    return (
        _first(tags.get(_PLANAR)) == _SEPARATE and _first(tags.get(_BITS)) > 8 and image.mode not in ("I;16", "I", "F")
    )


def _by_libtiff(source: Path) -> ImageFile.ImageFile:
    before, TiffImagePlugin.READ_LIBTIFF = TiffImagePlugin.READ_LIBTIFF, True
    try:
        return Image.open(source, formats=["TIFF"])
    finally:
        TiffImagePlugin.READ_LIBTIFF = before


def _tags(image: Image.Image) -> dict[int, object]:
    tags = getattr(image, "tag_v2", None)
    return {tag: tags.get(tag) for tag in (_BITS, _PHOTOMETRIC, _PLANAR, _SAMPLE_FORMAT)} if tags is not None else {}


def _first(value: object, default: int = 1) -> int:
    value = value[0] if isinstance(value, tuple) and value else value
    return value if isinstance(value, int) else default


# -- grey with another meaning of its numbers ----------------------------------------------------------


def is_deep(image: Image.Image) -> bool:
    """Whether the numbers of a grey picture are not simply 0 (black) to 255 (white)."""
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return True
    return image.mode == "L" and _first(_tags(image).get(_SAMPLE_FORMAT)) == _SIGNED


def eight_bit(image: Image.Image) -> Image.Image:
    """Grey of another depth, sign or direction as 8 bits.

    Unsigned numbers keep their brightness: white is the largest that their bits can say. Floats of 0..1 too; other
    floats and signed numbers have no white of their own and are stretched from the least to the greatest.
    """
    tags = _tags(image)
    bits, kind = _first(tags.get(_BITS), 16), _first(tags.get(_SAMPLE_FORMAT))
    views: dict[tuple[str, int, int], type[np.generic]] = {
        ("I", 32, _UNSIGNED): np.uint32,
        ("L", 8, _SIGNED): np.int8,
    }
    as_type = views.get((image.mode, bits, kind)) if tags else None
    low, high = _range(image, bits, as_type)
    inverted = bool(tags) and _first(tags.get(_PHOTOMETRIC)) == _WHITE_IS_ZERO
    made = Image.new("L", image.size)
    for top, band in _bands(image, as_type):
        # Not finite: what a program left out. Black, as what lies below the least.
        part = np.nan_to_num((band.astype(np.float64) - low) / (high - low), nan=0.0, posinf=1.0, neginf=0.0)
        part = np.clip(1 - part if inverted else part, 0, 1)
        made.paste(Image.fromarray((part * 255 + 0.5).astype(np.uint8)), (0, top))
    return made


def _bands(image: Image.Image, as_type: type[np.generic] | None) -> Iterator[tuple[int, np.ndarray]]:
    """Rows by rows, so that the picture is not held in memory once more with eight bytes for each pixel."""
    for top in range(0, image.height, _BAND):
        band = np.asarray(image.crop((0, top, image.width, min(top + _BAND, image.height))))
        yield top, band if as_type is None else band.view(as_type)


def _range(image: Image.Image, bits: int, as_type: type[np.generic] | None) -> tuple[float, float]:
    """What is black and what is white."""
    if image.mode.startswith("I;16"):
        return 0.0, float((1 << bits) - 1) if bits in (12, 16) else 65535.0
    low, high = np.inf, -np.inf
    for _, band in _bands(image, as_type):
        finite = band[np.isfinite(band)] if band.dtype.kind == "f" else band
        if finite.size:
            low, high = min(low, float(finite.min())), max(high, float(finite.max()))
    if image.mode == "I" and low >= 0 and high <= 65535:
        return 0.0, 65535.0
    if as_type is np.uint32:
        return 0.0, float(2**32 - 1)
    if image.mode == "F" and low >= 0 and high <= 1:
        return 0.0, 1.0
    return (low, high) if low < high else (min(low, 0.0), min(low, 0.0) + 1.0)


# -- naming what cannot be read ------------------------------------------------------------------------


def refuse_unknown_kind(source: Path) -> None:
    """Raise UnknownKind if the file is a whole TIFF of a kind that cannot be shown; return if it is merely broken."""
    with source.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        try:
            page = _first_page(content)
        except (Damaged, struct.error):
            return
    if page is None:
        return
    packing = page.get(_PACKING, [1])[0]
    if packing not in _PACKINGS:
        raise UnknownKind(
            f"a TIFF compressed with {_PACKING_NAMES.get(packing, f'method {packing}')}", "uncompressed TIFF"
        )
    raise UnknownKind(f"a TIFF in {_described(page)}")


def _described(page: dict[int, list[int]]) -> str:
    photometric = page.get(_PHOTOMETRIC, [0])[0]
    bits = page.get(_BITS, [1])
    samples = page.get(_SAMPLES, [len(bits)])[0]
    kind = {_SIGNED: "-bit signed numbers", _FLOAT: "-bit floating point"}.get(
        page.get(_SAMPLE_FORMAT, [1])[0], " bits"
    )
    extra = samples - _INKS.get(photometric, 1)
    colours = _COLOURS.get(photometric, f"colour model {photometric}")
    more = f" and {extra} more channel{'s' if extra > 1 else ''}" if extra > 0 else ""
    return f"{colours}{more} with {bits[0]}{kind} per channel"


def _first_page(content: mmap.mmap) -> dict[int, list[int]] | None:
    """The numbers of the first directory; None when the pixels that it speaks of are not all in the file."""
    found = ifd.layout_of(content)
    if found is None:
        return None
    layout, at = found
    entries, _ = ifd.read(content, layout, at)
    wanted = {_BITS, _PACKING, _PHOTOMETRIC, _SAMPLES, _SAMPLE_FORMAT, *_PLACES, *_PLACES.values()}
    page = {entry.tag: ifd.integers(content, layout, entry) for entry in entries if entry.tag in wanted}
    page = {tag: values for tag, values in page.items() if values}
    for places, sizes in _PLACES.items():
        if places in page and len(page[places]) == len(page.get(sizes, [])):
            ends = [at + size for at, size in zip(page[places], page[sizes], strict=True)]
            return page if max(ends) <= len(content) else None
    return None
