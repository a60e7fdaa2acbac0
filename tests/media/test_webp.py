"""Renditions are coded by libwebp without Pillow's detour: the same files, byte for byte."""

from __future__ import annotations

import secrets

import pytest
from PIL import Image, ImageCms

from apps.media import webp

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _noise(width: int, height: int) -> Image.Image:
    return Image.frombytes("RGB", (width, height), secrets.token_bytes(width * height * 3))


def test_the_library_is_the_one_that_pillow_brought() -> None:
    assert webp._library() is not None, "else each photo costs a tenth more, without a word"


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


def test_without_that_library_pillow_codes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = _noise(30, 20)
    known = webp.encoded(picture, quality=90, method=2, profile=PROFILE)
    monkeypatch.setattr(webp, "_library", lambda: None)
    assert webp.encoded(picture, quality=90, method=2, profile=PROFILE) == known
