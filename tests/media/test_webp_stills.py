"""Opaque WebPs are decoded by libwebp without Pillow's canvases: the same pixels, or left to Pillow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from apps.media import images, memory, webp_stills
from apps.media.formats import Damaged
from tests.media.corpus import named

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _picture(width: int, height: int, mode: str = "RGB") -> Image.Image:
    return Image.merge(mode, [Image.effect_noise((width, height), 90) for _ in mode])


def _loaded(source: Path) -> Image.Image | None:
    with Image.open(source) as image:
        return webp_stills.loaded(image, source)


def test_the_library_is_the_one_that_pillow_brought() -> None:
    assert webp_stills._library() is not None, "else a WebP takes twice the memory, without a word"


@pytest.mark.parametrize("size", [(1, 1), (301, 203), (640, 2)])
@pytest.mark.parametrize("how", [{"quality": 80}, {"lossless": True}], ids=["lossy", "lossless"])
def test_the_pixels_are_pillows(size: tuple[int, int], how: dict[str, Any], tmp_path: Path) -> None:
    source, exif = tmp_path / "photo.webp", Image.Exif()
    exif[0x0112] = 6
    _picture(*size).save(source, icc_profile=PROFILE, exif=exif, **how)
    picture = _loaded(source)
    assert picture is not None
    assert (picture.mode, picture.info["icc_profile"], picture.getexif()[0x0112]) == ("RGBX", PROFILE, 6)
    with Image.open(source) as expected:
        assert picture.convert("RGB").tobytes() == expected.convert("RGB").tobytes()


@pytest.mark.parametrize("size", [(300, 203), (2701, 1801), (5203, 401)])
def test_renditions_are_those_of_pillows_pixels(
    size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not made smaller, from neighbours, and first taken in fours."""
    source, exif = tmp_path / "photo.webp", Image.Exif()
    exif[0x0112] = 8
    _picture(*size).save(source, quality=70, method=0, icc_profile=PROFILE, exif=exif)
    made = []
    for number in range(2):
        folder = tmp_path / str(number)
        folder.mkdir()
        told = images.render(source, folder)
        made.append((told, [(folder / file.file).read_bytes() for file in told.renditions]))
        monkeypatch.setattr(webp_stills, "loaded", lambda *_: None)
    assert made[0] == made[1]
    assert (made[0][0].width, made[0][0].height) == size[::-1]


def test_what_is_transparent_is_left_to_pillow() -> None:
    source = named("formats/transparent.webp")
    with Image.open(source) as image:
        assert webp_stills.loaded(image, source) is None
        # Whatever Pillow calls it: libwebp asks the coded picture, too.
        image._mode = "RGB"
        assert webp_stills.loaded(image, source) is None


def test_it_is_made_small_as_it_is() -> None:
    """As RGB it would be a second picture of four bytes a pixel."""
    picture = Image.new("RGBX", (30, 20))
    assert images._plain_mode(picture) is picture


def test_what_moves_is_left_to_pillow(tmp_path: Path) -> None:
    source = tmp_path / "film.webp"
    first, *rest = (_picture(40, 30) for _ in range(3))
    first.save(source, save_all=True, append_images=rest, duration=100)
    with Image.open(source) as image:
        # Pillow calls those with one colour for nothing transparent as well.
        image._mode = "RGB"
        assert webp_stills.loaded(image, source) is None


@pytest.mark.parametrize("kept", [0.3, 0.99])
def test_what_is_not_all_there_is_left_to_pillow(kept: float, tmp_path: Path) -> None:
    source = tmp_path / "photo.webp"
    _picture(301, 203).save(source, quality=80)
    whole = source.read_bytes()
    with Image.open(source) as image:
        source.write_bytes(whole[: int(len(whole) * kept)])
        assert webp_stills.loaded(image, source) is None
    with pytest.raises(Damaged):
        images.open_upright(source, 100)


@pytest.mark.parametrize("other", [(300, 200), (20, 10)])
def test_a_file_of_another_size_than_was_told_is_left_to_pillow(other: tuple[int, int], tmp_path: Path) -> None:
    """The memory is laid out for what Pillow told."""
    source = tmp_path / "photo.webp"
    _picture(30, 20).save(source, quality=80)
    with Image.open(source) as image:
        _picture(*other).save(source, quality=80)
        assert webp_stills.loaded(image, source) is None


def test_a_picture_that_memory_does_not_hold_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`jail.run` then starts it again with more, and does not call it damaged."""
    source = tmp_path / "photo.webp"
    _picture(30, 20).save(source, quality=80)

    def full(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(np, "empty", full)
    with pytest.raises(memory.NeedsMore):
        images.open_upright(source, 10)
