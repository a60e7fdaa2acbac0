"""Colours that a file tells otherwise than by an ICC profile, as one.

nclx in HEIF and AVIF and cICP in PNG number them (ITU-T H.273); PNG's gAMA and cHRM measure them; EXIF's
interoperability index R03 means Adobe RGB (DCF 2.0). Curves that go beyond white (PQ, HLG) are brought down to sRGB.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image

from apps.media import icc
from apps.media.formats import AVIF, HEIF, JPEG, PNG, TIFF, Damaged, Format
from apps.media.icc import ADOBE_RGB, D65, SRGB, Primaries
from apps.media.metadata.nclx import primary_nclx

_DCI_WHITE, _C_WHITE, _E_WHITE = (0.314, 0.351), (0.310, 0.316), (1 / 3, 1 / 3)
_PRIMARIES = {
    1: SRGB,
    4: Primaries((0.67, 0.33), (0.21, 0.71), (0.14, 0.08), _C_WHITE),
    5: Primaries((0.64, 0.33), (0.29, 0.60), (0.15, 0.06)),
    6: Primaries((0.630, 0.340), (0.310, 0.595), (0.155, 0.070)),
    7: Primaries((0.630, 0.340), (0.310, 0.595), (0.155, 0.070)),
    8: Primaries((0.681, 0.319), (0.243, 0.692), (0.145, 0.049), _C_WHITE),
    9: Primaries((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),
    11: Primaries((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _DCI_WHITE),
    12: Primaries((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
    22: Primaries((0.630, 0.340), (0.295, 0.605), (0.155, 0.077)),
}
# Curves of video (1, 6, 14, 15) are shown as sRGB, as browsers do; what is unknown or not told is sRGB too.
_GAMMAS = {4: 2.2, 5: 2.8, 8: 1.0, 17: 2.6}
PQ, HLG = 16, 18
_ADOBE_GAMMA = 563 / 256
_NAMES = {9: "Rec. 2020", 11: "DCI-P3", 12: "Display P3"}
_BAND = 256


@dataclass(frozen=True, slots=True)
class ToldColours:
    """What a file says of its colours. gamma: None for the curve of sRGB.  transfer: PQ, HLG or 0."""

    primaries: Primaries = SRGB
    gamma: float | None = None
    transfer: int = 0
    name: str = "RGB"

    @property
    def is_srgb(self) -> bool:
        return self.primaries == SRGB and self.gamma is None and not self.transfer

    def profile(self) -> bytes:
        """An ICC profile that says the same; b"" for sRGB, which needs none, and for primaries that are none."""
        if self.is_srgb or self.transfer:
            return b""
        try:
            return icc.profile(self.name, self.primaries, self.gamma)
        except ValueError:
            return b""


def numbered(primaries: int, transfer: int) -> ToldColours:
    """By the code points of H.273."""
    return ToldColours(
        _PRIMARIES.get(primaries, SRGB),
        _GAMMAS.get(transfer),
        transfer if transfer in (PQ, HLG) else 0,
        _NAMES.get(primaries, "RGB"),
    )


def told(image: Image.Image, source: Path, format: Format) -> ToldColours:
    """What a file without an ICC profile says of its colours. Never raises for what a file holds."""
    if format == HEIF:
        return _from_nclx(image.info.get("nclx_profile"))
    if format == AVIF:
        return _from_boxes(source)
    if format == PNG:
        return _from_chunks(source)
    return ToldColours(ADOBE_RGB, _ADOBE_GAMMA, name="Adobe RGB (1998)") if _is_adobe(image, format) else ToldColours()


def _is_adobe(image: Image.Image, format: Format) -> bool:
    if format not in (JPEG, TIFF):
        return False
    try:
        index = image.getexif().get_ifd(ExifTags.IFD.Interop).get(1)
    except Exception:  # hostile tags raise anything: TypeError, struct.error, RecursionError ...
        return False
    return isinstance(index, str) and index.rstrip("\0 ") == "R03"


def _from_nclx(nclx: object) -> ToldColours:
    if not isinstance(nclx, Mapping):
        return ToldColours()
    primaries, transfer = (nclx.get(key) for key in ("color_primaries", "transfer_characteristics"))
    return numbered(int(primaries or 0), int(transfer or 0))


def _from_boxes(source: Path) -> ToldColours:
    try:
        with source.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            numbers = primary_nclx(content)
    except (Damaged, struct.error, IndexError):
        return ToldColours()
    return numbered(*numbers) if numbers else ToldColours()


def _from_chunks(source: Path) -> ToldColours:
    """cICP, else sRGB, else gAMA and cHRM together (PNG, third edition, 4.3; one of the two alone says too little)."""
    chunks = _chunks(source)
    if len(numbers := chunks.get(b"cICP", b"")) == 4:
        return numbered(numbers[0], numbers[1])
    gamma, points = chunks.get(b"gAMA", b""), chunks.get(b"cHRM", b"")
    if b"sRGB" in chunks or len(gamma) != 4 or len(points) != 32 or not any(gamma):
        return ToldColours()
    x_white, y_white, *rest = (number / 100_000 for number in struct.unpack(">8I", points))
    red, green, blue = zip(rest[::2], rest[1::2], strict=True)
    found = Primaries(red, green, blue, (x_white, y_white))
    exponent = 100_000 / int.from_bytes(gamma, "big")
    near = np.allclose([x_white, y_white, *rest], [*D65, *SRGB.red, *SRGB.green, *SRGB.blue], atol=0.002)
    # Encoders write the numbers of sRGB, rounded, for readers who do not know its chunk.
    if near and 2.15 < exponent < 2.25:
        return ToldColours()
    return ToldColours(found, exponent) if 0.2 < exponent < 10 else ToldColours()


def _chunks(source: Path) -> dict[bytes, bytes]:
    """The small chunks in front of the pixels."""
    found: dict[bytes, bytes] = {}
    with source.open("rb") as file:
        file.seek(8)
        while len(head := file.read(8)) == 8:
            size, kind = struct.unpack(">I4s", head)
            if kind == b"IDAT":
                break
            if size <= 64:
                found[kind] = file.read(size)
                file.seek(4, 1)
            else:
                file.seek(size + 4, 1)
    return found


# -- beyond white ----------------------------------------------------------------------------------------

# ITU-R BT.2408: diffuse white at 203 cd/m2; masters reach 1000, which is also HLG's nominal peak (BT.2100).
_WHITE, _PEAK = 203.0, 1000.0
# Points of each side of a table of colours: PQ and HLG are even enough for straight lines between them.
_STEPS = 33
_LUMA = np.array([0.2627, 0.6780, 0.0593], np.float32)


def brought_down(picture: Image.Image, colours: ToldColours) -> Image.Image:
    """An RGB picture with a PQ or HLG curve as sRGB of 8 bits."""
    made = Image.new("RGB", picture.size)
    for top in range(0, picture.height, _BAND):
        band = picture.crop((0, top, picture.width, min(top + _BAND, picture.height)))
        coded = _as_srgb(np.asarray(band, np.float32) / 255, colours)
        made.paste(Image.fromarray((coded * 255 + 0.5).astype(np.uint8)), (0, top))
    return made


def cube(colours: ToldColours) -> str:
    """The same curve as a table for filters of videos, in the format .cube (Adobe, Cube LUT Specification 1.0)."""
    steps = np.linspace(0, 1, _STEPS, dtype=np.float32)
    # Red changes fastest.
    blue, green, red = np.meshgrid(steps, steps, steps, indexing="ij")
    coded = _as_srgb(np.stack([red, green, blue], axis=-1).reshape(-1, _STEPS, 3), colours)
    rows = (f"{r:.6f} {g:.6f} {b:.6f}" for r, g, b in coded.reshape(-1, 3))
    return "\n".join([f"LUT_3D_SIZE {_STEPS}", *rows, ""])


def _as_srgb(coded: np.ndarray, colours: ToldColours) -> np.ndarray:
    """coded: float32 (rows, columns, 3), 0..1, by the curve and primaries told.  Returns the same coded as sRGB."""
    to_srgb = np.linalg.inv(SRGB.to_xyz()) @ colours.primaries.to_xyz()
    light = _light(coded, colours.transfer) / _WHITE
    shown = np.clip((light * _compression(light)) @ to_srgb.T.astype(np.float32), 0, 1)
    srgb: np.ndarray = np.where(shown <= 0.0031308, 12.92 * shown, 1.055 * np.maximum(shown, 1e-6) ** (1 / 2.4) - 0.055)
    return srgb


def _compression(light: np.ndarray) -> np.ndarray:
    """By how much each pixel is dimmed so that the peak becomes white: Reinhard's curve (2002, equation 4).

    light: float32 (rows, columns, 3), 1 is diffuse white.  Returns float32 (rows, columns, 1).
    """
    luminance = (light @ _LUMA)[..., None]
    return np.asarray((1 + luminance / (_PEAK / _WHITE) ** 2) / (1 + luminance))


def _light(coded: np.ndarray, transfer: int) -> np.ndarray:
    """Coded 0..1 as cd/m2 on a display: SMPTE ST 2084 for PQ, ITU-R BT.2100 for HLG."""
    if transfer == PQ:
        m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
        power = coded ** (1 / m2)
        return np.asarray(10_000 * (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1))
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(coded <= 0.5, coded**2 / 3, (np.exp((coded - c) / a) + b) / 12)
    luminance = np.maximum(scene @ _LUMA, 1e-6)[..., None]
    return np.asarray(_PEAK * luminance**0.2 * scene)
