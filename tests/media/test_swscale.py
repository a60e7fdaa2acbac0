"""Pictures in planes are made small a band at a time: the same pixels as PyAV's, byte for byte."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from PIL import Image

from apps.media import hevc_stills, images, jpeg_stills, swscale
from apps.media.images import fitted
from apps.media.planes import Decoded
from apps.media.raster import GBR, YUV420, YUV444, Raster
from apps.media.swscale import BICUBIC, FULL, LANCZOS, LIMITED, scaled
from tests.media.corpus import named

SIZES = [(1, 1), (1, 900), (900, 1), (3, 2), (301, 7), (31, 1000), (257, 129), (256, 255), (333, 384), (799, 601)]


def _noise(size: tuple[int, int], layout: str) -> Raster:
    raster, random = Raster.blank(size, layout), np.random.default_rng(size[0])
    for plane in raster.planes:
        plane.pixels[:] = random.integers(0, 256, plane.pixels.shape)
    return raster


@dataclass(frozen=True, slots=True)
class _InBands:
    """A raster, so many rows at a time."""

    raster: Raster
    each: int

    @property
    def size(self) -> tuple[int, int]:
        return self.raster.size

    @property
    def layout(self) -> str:
        return self.raster.layout

    def bands(self) -> Iterator[tuple[int, int, Raster]]:
        width, height = self.size
        for top in range(0, height, self.each):
            rows = min(self.each, height - top)
            band = Raster.blank((width, rows), self.layout)
            for part, plane, halved in zip(band.planes, self.raster.planes, band.halved, strict=True):
                part.pixels[:] = plane.pixels[top >> halved :][: len(part.pixels)]
            yield top, rows, band


def _same(one: Raster, other: Raster) -> bool:
    pairs = zip(one.planes, other.planes, strict=True)
    return one.size == other.size and all(np.array_equal(first.pixels, second.pixels) for first, second in pairs)


def test_the_library_is_the_one_that_pyav_brought() -> None:
    assert swscale._LIBRARY is not None, "else each photo takes a third more memory, without a word"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("layout", [YUV420, GBR])
@pytest.mark.parametrize("each", [1, 7, 128])
def test_bands_give_pyavs_pixels(
    size: tuple[int, int], layout: str, each: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = _noise(size, YUV444)
    smaller = [fitted(size, max(1, max(size) * part // 100)) for part in (3, 40, 80, 99)]
    how = {"matrix": 6, "levels": FULL, "how": BICUBIC}
    ours = [scaled(_InBands(picture, each), small, layout, **how) for small in smaller]
    monkeypatch.setattr(swscale, "_LIBRARY", None)
    theirs = [scaled(picture, small, layout, **how) for small in smaller]
    assert all(map(_same, ours, theirs))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("matrix", [1, 5, 6])
@pytest.mark.parametrize("levels", [LIMITED, FULL])
def test_halved_colours_give_pyavs_pixels(
    size: tuple[int, int], matrix: int, levels: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As tiles of phones are coloured, and as one size of a photo is made of the size before."""
    picture, small = _noise(size, YUV420), fitted(size, max(1, max(size) // 2))

    def made() -> tuple[Raster, Raster, Raster]:
        coloured = scaled(_InBands(picture, 32), small, GBR, matrix=matrix, levels=levels, how=BICUBIC)
        # PyAV would mix the colours of BT.709 (1) to those of BT.601, so nobody asks for that (`has_planes`).
        coded = scaled(_InBands(picture, 2), small, YUV420, matrix=max(5, matrix), levels=levels, how=BICUBIC)
        return coloured, coded, scaled(picture, small, YUV420, matrix=6, levels=LIMITED, how=LANCZOS)

    ours = made()
    monkeypatch.setattr(swscale, "_LIBRARY", None)
    assert all(map(_same, ours, made()))


def _photo(name: str, edge: int) -> Decoded | None:
    images.preload()
    with Image.open(named(name)) as image:
        size = fitted(image.size, edge)
        if image.format == "JPEG":
            return jpeg_stills.reduced(image, size)
        return hevc_stills.reduced(named(name), image.size, size)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "formats/japanese-shop.jpg",
        "formats/panorama_12000x300.jpg",
        "gps/hx5v.jpg",
        "orientation/landscape_6.jpg",
        "formats/church_orientation6.heic",
    ],
)
def test_real_photos_are_pyavs(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    decoded = _photo(name, 1000)
    assert decoded is not None
    ours = decoded.as_planes().raster, decoded.as_rgb()
    monkeypatch.setattr(swscale, "_LIBRARY", None)
    assert _same(ours[0], decoded.as_planes().raster)
    assert ours[1] == decoded.as_rgb()


@dataclass(frozen=True, slots=True)
class _Unknown:
    size: tuple[int, int] = (20, 10)
    layout: str = "what"

    def bands(self) -> Iterator[tuple[int, int, Raster]]:
        yield 0, 10, _noise(self.size, YUV444)


def test_what_the_library_does_not_take_is_said() -> None:
    with pytest.raises(ValueError, match="libswscale"):
        scaled(_Unknown(), (10, 5), GBR, matrix=6, levels=FULL, how=BICUBIC)
