"""ICC profiles written from a few numbers, for pictures that tell their colours otherwise. Pure.

Layout and tags: ICC.1:2010 (profile version 4.3), matrix and curve profiles (8.3), parametric curves (10.16).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

Chromaticity = tuple[float, float]
D65: Chromaticity = (0.3127, 0.3290)
# The profile connection space's white (ICC.1 7.2.16), and the Bradford matrix (ICC.1 annex E).
_D50 = np.array([0.9642, 1.0, 0.8249])
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
# IEC 61966-2-1: exponent, then the constants of the linear part.
_SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


@dataclass(frozen=True, slots=True)
class Primaries:
    """Where red, green, blue and white lie, as CIE xy."""

    red: Chromaticity
    green: Chromaticity
    blue: Chromaticity
    white: Chromaticity = D65

    def to_xyz(self) -> np.ndarray:
        """float64 (3, 3): linear RGB to XYZ with white at Y = 1. Raises ValueError if the three lie on one line."""
        points = np.array([_xyz(point) for point in (self.red, self.green, self.blue)]).T
        try:
            weights = np.linalg.solve(points, _xyz(self.white))
        except np.linalg.LinAlgError as error:
            raise ValueError("primaries without an area") from error
        return np.asarray(points * weights)


SRGB = Primaries((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
ADOBE_RGB = Primaries((0.64, 0.33), (0.21, 0.71), (0.15, 0.06))


def _xyz(point: Chromaticity) -> np.ndarray:
    x, y = point
    if not (0 < y <= 1 and 0 <= x <= 1):
        raise ValueError("no chromaticity")
    return np.array([x / y, 1.0, (1 - x - y) / y])


def profile(name: str, primaries: Primaries, gamma: float | None) -> bytes:
    """A display profile. gamma: the exponent of its curve, None for sRGB's. Raises ValueError for no primaries."""
    white = _xyz(primaries.white)
    cone = _BRADFORD @ _D50 / (_BRADFORD @ white)
    adapted = np.linalg.inv(_BRADFORD) @ np.diag(cone) @ _BRADFORD
    columns = (adapted @ primaries.to_xyz()).T
    curve = _parametric(3, _SRGB_CURVE) if gamma is None else _parametric(0, (gamma,))
    text = _text(name)
    tags = [
        (b"desc", text), (b"cprt", _text("No copyright")), (b"wtpt", _point(_D50)),
        (b"chad", b"sf32" + bytes(4) + b"".join(_fixed(number) for number in adapted.ravel())),
        *((key, _point(column)) for key, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns, strict=True)),
        *((key, curve) for key in (b"rTRC", b"gTRC", b"bTRC")),
    ]  # fmt: skip
    return _file(tags)


def _file(tags: list[tuple[bytes, bytes]]) -> bytes:
    table, body = struct.pack(">I", len(tags)), b""
    places: dict[bytes, int] = {}
    first = 128 + 4 + 12 * len(tags)
    for key, data in tags:
        if data not in places:
            places[data] = first + len(body)
            body += data + bytes(-len(data) % 4)
        table += key + struct.pack(">II", places[data], len(data))
    head = struct.pack(">I4sI4s4s4s", first + len(body), bytes(4), 0x04300000, b"mntr", b"RGB ", b"XYZ ")
    # A date is due; a fixed one makes the same profile for the same numbers.
    head += struct.pack(">6H4s", 2000, 1, 1, 0, 0, 0, b"acsp") + bytes(28)
    head += b"".join(_fixed(number) for number in _D50)
    return head.ljust(128, b"\0") + table + body


def _fixed(number: float) -> bytes:
    return struct.pack(">i", round(float(number) * 65536))


def _point(xyz: np.ndarray) -> bytes:
    return b"XYZ " + bytes(4) + b"".join(_fixed(number) for number in xyz)


def _parametric(kind: int, numbers: tuple[float, ...]) -> bytes:
    return b"para" + bytes(4) + struct.pack(">HH", kind, 0) + b"".join(_fixed(number) for number in numbers)


def _text(text: str) -> bytes:
    data = text.encode("utf-16-be")
    return b"mluc" + bytes(4) + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(data), 28) + data
