"""HEIC pictures of phones, made small while they are decoded: the same picture as libheif's, or left to it."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pillow_heif
import psutil
import pytest
from PIL import Image

from apps.media import hevc_stills, images, jail
from apps.media.heif_kinds import NotAsPhonesWrite
from apps.media.images import fitted, render
from apps.media.metadata.coded_tiles import CodedTiles, coded_tiles
from apps.media.metadata.isobmff import Box, boxes
from tests.media.corpus import named
from tests.media.pictures import COLOURS, near, quadrants

PHONES = ("formats/pug.heic", "formats/church_orientation6.heic")


@pytest.fixture(autouse=True, scope="module")
def _decoders() -> Iterator[None]:
    images.preload()
    yield
    jail.close()


def _by_libheif(source: Path) -> Image.Image:
    with Image.open(source) as image:
        return image.convert("RGB")


def _noise(one: Image.Image, other: Image.Image) -> float:
    """The mean squared difference in grey levels."""
    difference = np.asarray(one, np.float32) - np.asarray(other, np.float32)
    return float(np.mean(difference**2))


@pytest.mark.slow
@pytest.mark.parametrize("name", PHONES)
def test_a_phones_picture_is_the_one_that_libheif_shows(name: str) -> None:
    whole = _by_libheif(named(name))
    decoded = hevc_stills.reduced(named(name), whole.size, fitted(whole.size, 1600))
    assert decoded is not None
    small = decoded.as_rgb()
    # 1.0 is 48 dB: far below what coding the rendition loses. Turned otherwise or a tile elsewhere it is 1,000.
    assert _noise(small, whole.resize(small.size, Image.Resampling.BICUBIC)) < 1.0


def _heic(path: Path, *, matrix: int, full_range: int, chroma: str = "420", size: int = 480) -> Path:
    picture = Image.fromarray(quadrants(COLOURS)).resize((size, size * 2 // 3), Image.Resampling.NEAREST)
    heif = pillow_heif.from_pillow(picture)
    heif.save(
        path,
        quality=95,
        chroma=chroma,
        matrix_coefficients=matrix,
        full_range_flag=full_range,
        color_primaries=1,
        transfer_characteristics=13,
    )
    return path


def _quadrants_of(picture: Image.Image) -> list[tuple[int, ...]]:
    width, height = picture.size
    places = [(x, y) for y in (height // 4, height * 3 // 4) for x in (width // 4, width * 3 // 4)]
    numbers = np.asarray(picture)
    return [tuple(numbers[y, x].tolist()) for x, y in places]


@pytest.mark.parametrize("matrix", [1, 5, 6])
@pytest.mark.parametrize("full_range", [0, 1])
def test_colours_are_read_by_the_numbers_of_the_file(matrix: int, full_range: int, tmp_path: Path) -> None:
    source = _heic(tmp_path / "photo.heic", matrix=matrix, full_range=full_range)
    told = coded_tiles(source.read_bytes())
    assert told is not None
    assert (told.matrix, told.full_range) == (matrix, bool(full_range))
    small = hevc_stills.reduced(source, (480, 320), (240, 160))
    assert small is not None
    assert near(_quadrants_of(small.as_rgb()), COLOURS)
    # swscale would take BT.709 for BT.601 where it mixes no colours.
    assert small.has_planes is (matrix != 1)
    if small.has_planes:
        assert near(_quadrants_of(small.as_planes().as_rgb()), COLOURS, 6)


def test_colours_at_full_size_are_left_to_libheif(tmp_path: Path) -> None:
    source = _heic(tmp_path / "photo.heic", matrix=6, full_range=1, chroma="444")
    assert hevc_stills.reduced(source, (480, 320), (240, 160)) is None
    assert near(_quadrants_of(images.open_upright(source, 240)[0]), COLOURS)


def test_another_size_than_libheif_told_is_left_to_it(tmp_path: Path) -> None:
    source = _heic(tmp_path / "photo.heic", matrix=6, full_range=1)
    assert hevc_stills.reduced(source, (480, 322), (240, 160)) is None


# -- files that are not as a phone writes them ------------------------------------------------------


def _find(content: bytes, kind: bytes) -> Iterator[Box]:
    """Properties of this kind, wherever in the list of all."""
    [meta] = [box for box in boxes(content, 0, len(content)) if box.kind == b"meta"]
    [iprp] = [box for box in boxes(content, meta.body + 4, meta.end) if box.kind == b"iprp"]
    [ipco] = [box for box in boxes(content, iprp.body, iprp.end) if box.kind == b"ipco"]
    return (box for box in boxes(content, ipco.body, ipco.end) if box.kind == kind)


def _phone() -> bytearray:
    return bytearray(named("formats/church_orientation6.heic").read_bytes())


def test_a_phones_picture_is_read_as_it_lies_and_stands() -> None:
    told = coded_tiles(bytes(_phone()))
    assert told is not None
    assert (len(told.tiles), told.columns, told.tile, told.size) == (48, 8, (512, 512), (4032, 3024))
    assert told.turns == 3


@pytest.mark.parametrize("kind", [b"imir", b"clap", b"what"])
def test_a_property_that_may_change_pixels_is_left_to_libheif(kind: bytes) -> None:
    content = _phone()
    for box in list(_find(bytes(content), b"irot")):
        content[box.start + 4 : box.start + 8] = kind
    assert coded_tiles(bytes(content)) is None


def test_tiles_of_other_sizes_are_left_to_libheif() -> None:
    content = _phone()
    for box in list(_find(bytes(content), b"ispe")):
        if struct.unpack_from(">II", content, box.body + 4) == (512, 512):
            struct.pack_into(">II", content, box.body + 4, 512, 384)
    assert coded_tiles(bytes(content)) is None


def _with_a_hole(number: int, path: Path) -> Path:
    """A phone's picture, one of whose tiles has no bits left."""
    content = _phone()
    told = coded_tiles(bytes(content))
    assert told is not None
    at = bytes(content).index(told.tiles[number])
    content[at : at + len(told.tiles[number])] = bytes(len(told.tiles[number]))
    path.write_bytes(content)
    return path


def test_a_first_tile_that_cannot_be_decoded_leaves_the_picture_to_libheif(tmp_path: Path) -> None:
    assert hevc_stills.reduced(_with_a_hole(0, tmp_path / "photo.heic"), (3024, 4032), (1800, 2400)) is None


@pytest.mark.slow
@pytest.mark.parametrize("number", [20, 47])
def test_a_later_tile_that_cannot_be_decoded_says_so(number: int, tmp_path: Path) -> None:
    decoded = hevc_stills.reduced(_with_a_hole(number, tmp_path / "photo.heic"), (3024, 4032), (1800, 2400))
    assert decoded is not None
    with pytest.raises(NotAsPhonesWrite):
        decoded.as_planes()
    # And says so again: it does not go on where it stopped.
    with pytest.raises(NotAsPhonesWrite):
        decoded.as_rgb()


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["missing", "strange", "one too many"])
def test_a_picture_that_could_not_be_ended_is_read_by_libheif(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    frames = hevc_stills._frames

    def faulty(coded: CodedTiles) -> Iterator[Any]:
        all_of_them = list(frames(coded))
        if fault == "missing":
            return iter(all_of_them[:-1])
        if fault == "strange":
            return iter([*all_of_them[:30], av.VideoFrame(256, 256, "yuv420p"), *all_of_them[31:]])
        return iter([*all_of_them, all_of_them[0]])

    source = named("formats/church_orientation6.heic")
    with monkeypatch.context() as patch:
        patch.setattr(hevc_stills, "reduced", lambda *_: None)
        expected = images.open_upright(source, 800)
    monkeypatch.setattr(hevc_stills, "_frames", faulty)
    assert images.open_upright(source, 800) == expected


@pytest.mark.slow
def test_tiles_lie_beside_each_other_a_row_at_a_time() -> None:
    """The whole of them would be 18 MB, at the moment when most memory is taken."""
    decoded = hevc_stills.reduced(named("formats/church_orientation6.heic"), (3024, 4032), (1800, 2400))
    assert decoded is not None
    bands = [(top, rows, band.planes[0].pixels.shape) for top, rows, band in decoded.source.bands()]
    assert bands == [*((top, 512, (512, 4032)) for top in range(0, 2560, 512)), (2560, 464, (512, 4032))]


@pytest.mark.slow
@pytest.mark.parametrize("cut", range(0, 4000, 97))
def test_hostile_boxes_are_left_to_libheif(cut: int) -> None:
    """A header with noise in it is read or left, and never raises."""
    content = _phone()
    content[cut : cut + 8] = np.random.default_rng(cut).bytes(8)
    coded_tiles(bytes(content))
    coded_tiles(bytes(content[:cut]))


# -- the decoders' server ---------------------------------------------------------------------------


def _has_ffmpeg() -> bool:
    [server] = [one for one in psutil.Process().children() if "apps.media.jailer" in " ".join(one.cmdline())]
    return any("libavcodec" in one.path for one in server.memory_maps())


def test_ffmpeg_is_loaded_by_the_first_file_that_needs_it_and_then_stays(tmp_path: Path) -> None:
    jail.close()
    files = [("formats/1x1.png", False), ("gps/hx5v.jpg", False), ("formats/zPug_3.heic", True)]
    for number, (name, expected) in enumerate(files):
        folder = tmp_path / str(number)
        folder.mkdir()
        jail.render(named(name), folder)
        assert _has_ffmpeg() is expected


@pytest.mark.slow
def test_a_phones_renditions_are_upright_and_keep_their_profile(tmp_path: Path) -> None:
    rendered = render(named("formats/church_orientation6.heic"), tmp_path)
    assert (rendered.width, rendered.height) == (3024, 4032)
    with Image.open(tmp_path / "web.webp") as web, Image.open(named("formats/church_orientation6.heic")) as whole:
        assert web.size == (1800, 2400)
        assert web.info["icc_profile"] == whole.info["icc_profile"]
