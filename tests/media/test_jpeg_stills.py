"""JPEGs made small in their planes: the picture that libjpeg and Pillow make, or left to them."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageFilter

from apps.media import images, jpeg_stills
from apps.media.formats import Damaged
from apps.media.images import fitted, render
from tests.media.pictures import COLOURS, near, quadrants, seen

EDGE = 300


@pytest.fixture(autouse=True, scope="module")
def _decoders() -> None:
    images.preload()


def _colourful(width: int, height: int) -> Image.Image:
    """Four colours and soft noise: a wrong matrix, levels or place of a colour are seen at once."""
    ground = Image.fromarray(quadrants(COLOURS)).resize((width, height), Image.Resampling.NEAREST)
    noise = Image.merge("RGB", [Image.effect_noise((width, height), 60) for _ in range(3)])
    return Image.blend(ground, noise, 0.25).filter(ImageFilter.GaussianBlur(1))


def _jpeg(picture: Image.Image, **options: object) -> io.BytesIO:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=95, **options)
    return io.BytesIO(file.getvalue())


def _by_pillow(file: io.BytesIO, size: tuple[int, int]) -> Image.Image:
    with Image.open(file) as image:
        image.draft(None, size)
        return image.resize(size, Image.Resampling.BICUBIC)


def _noise(one: Image.Image, other: Image.Image) -> float:
    """The mean squared difference in grey levels."""
    difference = np.asarray(one, np.float32) - np.asarray(other, np.float32)
    return float(np.mean(difference**2))


@pytest.mark.parametrize("size", [(640, 480), (479, 641), (301, 7), (1201, 1999)])
@pytest.mark.parametrize(
    "how", [{"subsampling": 0}, {"subsampling": 2}, {"progressive": True}], ids=["444", "420", "progressive"]
)
def test_the_picture_is_the_one_that_pillow_makes(size: tuple[int, int], how: dict[str, object]) -> None:
    file = _jpeg(_colourful(*size), **how)
    small_size = fitted(size, EDGE)
    small = jpeg_stills.reduced(Image.open(file), small_size)
    assert small is not None
    assert (small.mode, small.size) == ("RGB", small_size)
    # 2.0 is 45 dB: what coding the rendition loses is a multiple. Levels or colours read otherwise are hundreds.
    assert _noise(small, _by_pillow(file, small_size)) < 2.0


@pytest.mark.parametrize(
    ("picture", "how"),
    [(Image.new("L", (640, 480)), {}), (Image.new("CMYK", (640, 480)), {}), (_colourful(640, 480), {"keep_rgb": True})],
    ids=["grey", "inks", "RGB"],
)
def test_what_is_not_coded_in_those_planes_is_left_alone(picture: Image.Image, how: dict[str, object]) -> None:
    with Image.open(_jpeg(picture, **how)) as image:
        mode = image.mode
        assert jpeg_stills.reduced(image, (300, 225)) is None
        # It can still be decoded as it is.
        assert image.convert(mode).size == (640, 480)


def test_turn_and_profile_of_a_file_reach_its_renditions(tmp_path: Path) -> None:
    source = tmp_path / "photo.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    source.write_bytes(_jpeg(_colourful(3000, 2000), exif=exif, icc_profile=profile).getvalue())
    made = render(source, tmp_path)
    assert (made.width, made.height) == (2000, 3000)
    with Image.open(tmp_path / "web.webp") as web:
        assert web.info["icc_profile"] == profile
    left_top, right_top, left_bottom, right_bottom = seen(tmp_path / "web.webp")
    # A quarter of grey noise lies over the colours: red is where green would be otherwise, and so on around.
    assert near([right_top, right_bottom, left_top, left_bottom], COLOURS, 70)


def test_a_damaged_file_is_refused_as_ever(tmp_path: Path) -> None:
    source = tmp_path / "photo.jpg"
    whole = _jpeg(_colourful(3000, 2000)).getvalue()
    source.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Damaged):
        render(source, tmp_path)
