"""JPEGs made small in their planes: the picture that libjpeg and Pillow make, or left to them."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageFilter, ImageStat

from apps.media import images, jpeg_stills, planes, webp
from apps.media.formats import Damaged
from apps.media.images import fitted, render
from apps.media.raster import Raster
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
    decoded = jpeg_stills.reduced(Image.open(file), small_size)
    assert decoded is not None
    small = decoded.as_rgb()
    assert (small.mode, small.size) == ("RGB", small_size)
    # 2.0 is 45 dB: what coding the rendition loses is a multiple. Levels or colours read otherwise are hundreds.
    assert _noise(small, _by_pillow(file, small_size)) < 2.0


@pytest.mark.parametrize("size", [(640, 480), (479, 641), (301, 7), (1201, 1999)])
def test_in_planes_it_is_the_same_picture(size: tuple[int, int]) -> None:
    small_size = fitted(size, EDGE)
    decoded = jpeg_stills.reduced(Image.open(_jpeg(_colourful(*size))), small_size)
    assert decoded is not None
    in_planes = decoded.as_planes()
    assert in_planes.size == small_size
    rgb = decoded.as_rgb()
    # Colours at half the size differ along edges; a wrong matrix, levels or place would be seen everywhere.
    assert _noise(in_planes.as_rgb(), rgb) < 1.2 * _noise(_at_half_size(rgb), rgb) + 3.0


def test_a_picture_lies_beside_the_decoders_a_band_at_a_time() -> None:
    """The whole of it would be 18 MB of a photo, at the moment when most memory is taken."""
    decoded = jpeg_stills.reduced(Image.open(_jpeg(_colourful(300, 450))), (200, 300))
    assert decoded is not None
    bands = [(top, rows, len(band.planes[0].rows)) for top, rows, band in decoded.source.bands()]
    assert bands == [*((top, 64, 64) for top in range(0, 448, 64)), (448, 2, 64)]


def _at_half_size(picture: Image.Image) -> Image.Image:
    """The picture as libwebp would show it: its colours taken in fours."""
    with Image.open(io.BytesIO(webp.encoded(picture, quality=98, method=2))) as coded:
        return coded.convert("RGB")


def _quarters(picture: Image.Image) -> list[tuple[int, ...]]:
    """The mean colour in the middle of each quarter."""
    width, height = picture.size
    places = [(x, y) for y in (height // 8, 5 * height // 8) for x in (width // 8, 5 * width // 8)]
    boxes = [(x, y, x + width // 4, y + height // 4) for x, y in places]
    means = (ImageStat.Stat(picture.crop(box)).mean for box in boxes)
    return [tuple(round(mean) for mean in colours) for colours in means]


def _natural(width: int, height: int) -> Image.Image:
    """Soft shapes in the colours that photos have, fine structure, and a sensor's noise."""
    picture = Image.new("RGB", (width, height), (120, 128, 112))
    for cells, share, bands in ((24, 0.5, 3), (150, 0.3, 3), (1000, 0.15, 1), (width, 0.08, 1)):
        noises = [Image.effect_noise((cells, cells * height // width), 60) for _ in range(bands)]
        layer = Image.merge("RGB", noises if bands == 3 else noises * 3)
        picture = Image.blend(picture, layer.resize((width, height), Image.Resampling.BICUBIC), share)
    return picture


def _unusual(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on JPEGs are decoded as those that are left to Pillow."""
    monkeypatch.setattr(jpeg_stills, "reduced", lambda image, size: None)


def test_no_size_is_farther_from_the_original_than_pillow_makes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "photo.jpg"
    source.write_bytes(_jpeg(_natural(3000, 2001)).getvalue())
    with Image.open(source) as image:
        whole = image.convert("RGB")
    made = []
    for name in ("planes", "pillow"):
        folder = tmp_path / name
        folder.mkdir()
        files = render(source, folder).renditions
        made.append([(*_far_from(whole, folder / file.file), file.bytes) for file in files])
        _unusual(monkeypatch)
    for (bright, coloured, size), (pillows, pillows_coloured, pillows_size) in zip(*made, strict=True):
        assert bright < 1.02 * pillows
        # Between two sizes the colours are made small once more; it is a fifth of what coding loses.
        assert coloured < 1.25 * pillows_coloured
        assert size < 1.06 * pillows_size


def _far_from(whole: Image.Image, path: Path) -> tuple[float, float]:
    """How far a rendition is from its original made small: its brightness, and all its colours."""
    with Image.open(path) as picture:
        original = whole.resize(picture.size, Image.Resampling.LANCZOS)
        return _noise(picture.convert("L"), original.convert("L")), _noise(picture.convert("RGB"), original)


def test_full_levels_become_the_nearest_limited_ones() -> None:
    raster = Raster.blank((256, 4), planes.CODED)
    for plane, step in zip(raster.planes, (1, 2, 2), strict=True):
        plane.pixels[:] = np.arange(0, 256, step, dtype=np.uint8)
    planes._limit(raster)
    bright, blue, _ = (plane.pixels[0].tolist() for plane in raster.planes)
    assert bright == [round(16 + level * 219 / 255) for level in range(256)]
    assert blue == [round(128 + (level - 128) * 224 / 255) for level in range(0, 256, 2)]


def test_colours_are_not_tinted() -> None:
    """swscale's own way from full to limited levels rounds all colours up."""
    file = _jpeg(_natural(900, 600))
    decoded = jpeg_stills.reduced(Image.open(file), (600, 400))
    assert decoded is not None
    both = decoded.as_planes().as_rgb(), decoded.as_rgb()
    tinted, plain = (np.asarray(one, np.float32).mean((0, 1)) for one in both)
    assert np.abs(tinted - plain).max() < 0.35


@pytest.mark.parametrize("orientation", range(1, 9))
def test_planes_are_turned_as_pictures_are(orientation: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "photo.jpg"
    exif = Image.Exif()
    exif[0x0112] = orientation
    source.write_bytes(_jpeg(_colourful(2601, 1701), exif=exif).getvalue())
    in_planes = images._decode_to_code(source)[1]
    assert not isinstance(in_planes, Image.Image)
    _unusual(monkeypatch)
    expected = images._decode(source)[1]
    assert in_planes.size == expected.size
    assert near(_quarters(in_planes.as_rgb()), _quarters(expected), 3)


def test_a_profile_that_cannot_stay_takes_the_picture_out_of_its_planes(tmp_path: Path) -> None:
    source = tmp_path / "photo.jpg"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # What follows a profile's last tag is padding; with it this one would outweigh a tile.
    large = (len(profile) + images.MAX_ICC_BYTES).to_bytes(4, "big") + profile[4:] + bytes(images.MAX_ICC_BYTES)
    source.write_bytes(_jpeg(_colourful(3000, 2000), icc_profile=large).getvalue())
    render(source, tmp_path)
    with Image.open(tmp_path / "web.webp") as web:
        assert "icc_profile" not in web.info
    left_top, *_ = seen(tmp_path / "web.webp")
    assert near([left_top], COLOURS[:1], 70)


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
