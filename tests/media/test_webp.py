"""Renditions are coded by libwebp without Pillow's detour: the same files, byte for byte."""

from __future__ import annotations

import io
import secrets

import pytest
from PIL import Image, ImageCms

from apps.media import webp
from apps.media.planes import CODED, Planes
from apps.media.raster import Raster
from tests.media.pictures import near

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _noise(width: int, height: int) -> Image.Image:
    return Image.frombytes("RGB", (width, height), secrets.token_bytes(width * height * 3))


def test_the_library_is_the_one_that_pillow_brought() -> None:
    assert webp._library() is not None, "else each photo costs a tenth more, without a word"


def _at(picture: Image.Image, place: int) -> tuple[int, ...]:
    """The colour there."""
    colour = picture.convert("RGB").getpixel((place, place))
    assert isinstance(colour, tuple)
    return colour


@pytest.mark.parametrize("size", [(1, 1), (301, 203), (640, 2)])
@pytest.mark.parametrize("profile", [b"", PROFILE, PROFILE + b"!"], ids=["none", "even", "odd"])
@pytest.mark.parametrize(("quality", "method"), [(92, 2), (80, 4)])
def test_a_file_is_pillows_byte_for_byte(size: tuple[int, int], profile: bytes, quality: int, method: int) -> None:
    picture = _noise(*size)
    ours = webp.encoded(picture, quality=quality, method=method, profile=profile)
    assert ours == webp._by_pillow(picture, quality, method, profile)


def test_what_the_format_cannot_hold_is_said() -> None:
    with pytest.raises(ValueError, match="libwebp"):
        webp.encoded(Image.new("RGB", (16_384, 1)), quality=90, method=2)


def _even(width: int, height: int) -> Planes:
    """A dull red in planes: Y, Cb and Cr of BT.601 with limited levels."""
    raster = Raster.blank((width, height), CODED)
    for plane, level in zip(raster.planes, (90, 108, 190), strict=True):
        plane.pixels[:] = level
    return Planes(raster)


@pytest.mark.parametrize("size", [(1, 1), (301, 203), (640, 2)])
def test_planes_are_coded_as_they_are(size: tuple[int, int]) -> None:
    file = webp.encoded(_even(*size), quality=92, method=2, profile=PROFILE)
    with Image.open(io.BytesIO(file)) as picture:
        assert (picture.size, picture.info["icc_profile"]) == (size, PROFILE)
        assert near([_at(picture, 0)], [_at(_even(*size).as_rgb(), 0)], 3)


@pytest.mark.parametrize("kind", ["RGB", "planes"])
def test_without_that_library_pillow_codes_it(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = _noise(30, 20) if kind == "RGB" else _even(30, 20)
    known = webp.encoded(picture, quality=90, method=2, profile=PROFILE)
    monkeypatch.setattr(webp, "_library", lambda: None)
    coded = webp.encoded(picture, quality=90, method=2, profile=PROFILE)
    assert kind == "planes" or coded == known
    with Image.open(io.BytesIO(coded)) as one, Image.open(io.BytesIO(known)) as other:
        assert near([_at(one, 9)], [_at(other, 9)], 3)
