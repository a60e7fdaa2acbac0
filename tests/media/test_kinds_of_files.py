"""Files of kinds that decoders misread or do not know: each is shown right or refused in true words."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from apps.media import colour, icc
from apps.media.formats import Damaged, UnknownKind
from apps.media.images import render
from apps.media.metadata import clean
from tests.media.corpus import named
from tests.media.pictures import COLOURS, GREYS, near, png, quadrants, seen, tiff

WHITE_LAST = (*COLOURS[:3], (255, 255, 255))
P3_LAST = (*COLOURS[:3], (213, 115, 42))


def _shown(content: bytes, tmp_path: Path) -> list[tuple[int, ...]]:
    source = tmp_path / "photo"
    source.write_bytes(content)
    render(source, tmp_path)
    return seen(tmp_path / "web.webp")


def _grey(values: tuple[int, ...] = GREYS) -> list[tuple[int, ...]]:
    return [(value,) * 3 for value in values]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("no_eoi.jpg", WHITE_LAST),
        ("zeros_for_eoi.jpg", WHITE_LAST),
        ("planar16_raw.tif", COLOURS),
        ("planar16_raw_be.tif", COLOURS),
        ("minwhite16_raw.tif", _grey()),
        ("t32_uint_grey.tif", _grey()),
        ("cmyk8_alpha.tif", COLOURS),
        ("cmyk8_spot.tif", COLOURS),
        ("rgb8_two_spare.tif", COLOURS),
        ("rgb8_alpha_and_spare.tif", COLOURS),
        ("nclx_p3.heic", P3_LAST),
        ("nclx_srgb.heic", COLOURS),
        ("png_cicp_p3.png", P3_LAST),
        ("adobergb_interop_R03_no_icc.jpg", (*COLOURS[:3], (224, 121, 53))),
        ("orient_xmp_only.jpg", WHITE_LAST),
    ],
)
def test_reported_files_show_their_quadrants(name: str, expected: Any, tmp_path: Path) -> None:
    assert near(_shown(named(f"reports/{name}").read_bytes(), tmp_path), expected)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("t16_lab.tif", "Lab with 16 bits"), ("t32f_rgb.tif", "RGB with 32-bit floating point")],
)
def test_reported_files_are_refused_by_their_kind(name: str, kind: str, tmp_path: Path) -> None:
    with pytest.raises(UnknownKind, match=f"TIFF in {kind}.* Export it as 8 or 16 bit RGB"):
        render(named(f"reports/{name}"), tmp_path)


# -- TIFF --------------------------------------------------------------------------------------------

_DEEP = quadrants(COLOURS).astype(np.uint16) * 257
_DEEP_GREY = quadrants(GREYS).astype(np.uint16) * 257
_ALPHA = np.full((*_DEEP.shape[:2], 1), 65535, np.uint16)
_INK = 255 - quadrants([(*colour, 255) for colour in COLOURS])
_SPARE = np.full((*_INK.shape[:2], 1), 9, np.uint8)


@pytest.mark.parametrize(
    "content",
    [
        tiff(_DEEP, 2, planar=True),
        tiff(_DEEP, 2, planar=True, order=">"),
        tiff(_DEEP, 2, planar=True, packed=True),
        tiff(_DEEP, 2, planar=True, packed=True, order=">"),
        tiff(_DEEP, 2),
        tiff(_DEEP, 2, order=">", packed=True),
        tiff(np.concatenate([_DEEP, _ALPHA], 2), 2, planar=True, extra=[2]),
        tiff(np.concatenate([_DEEP, _ALPHA], 2), 2, planar=True, extra=[2], order=">", packed=True),
        tiff(_INK, 5, planar=True),
        tiff(np.concatenate([_INK, _SPARE], 2), 5, extra=[1]),
        tiff(np.concatenate([_INK, _SPARE], 2), 5, extra=[2], order=">", packed=True),
        tiff(np.concatenate([_INK, _SPARE, _SPARE], 2), 5, extra=[2, 0]),
        tiff(_INK.astype(np.uint16) * 257, 5, planar=True),
    ],
)
def test_a_tiff_shows_its_colours_however_it_lays_them_out(content: bytes, tmp_path: Path) -> None:
    assert near(_shown(content, tmp_path), COLOURS)


@pytest.mark.parametrize(
    "content",
    [
        tiff(65535 - _DEEP_GREY, 0),
        tiff(65535 - _DEEP_GREY, 0, order=">"),
        tiff(65535 - _DEEP_GREY, 0, packed=True),
        tiff(_DEEP_GREY, 1, order=">", packed=True),
        tiff(255 - quadrants(GREYS), 0, packed=True),
        tiff(_DEEP_GREY.astype(np.uint32) * 65537, 1),
        tiff(_DEEP_GREY.astype(np.uint32) * 65537, 1, order=">"),
        tiff(_DEEP_GREY.astype(np.uint32) * 65537, 1, packed=True),
        tiff((quadrants(GREYS) / 255).astype(np.float32), 1, sample_format=3),
        tiff((1 - quadrants(GREYS) / 255).astype(np.float32), 0, sample_format=3),
        tiff(_DEEP_GREY // 16, 1, bits=12),
        tiff(65535 - _DEEP_GREY, 0, order=">", packed=True),
        tiff(_DEEP_GREY.astype(np.uint32) * 65537, 1, order=">", packed=True),
        tiff((quadrants(GREYS) / 255).astype(np.float32), 1, sample_format=3, order=">"),
        tiff((quadrants(GREYS) / 255).astype(np.float32), 1, sample_format=3, order=">", packed=True),
        tiff(_DEEP_GREY.astype(np.int32), 1, sample_format=2, order=">", packed=True),
    ],
)
def test_a_grey_tiff_has_its_brightness_whatever_its_depth(content: bytes, tmp_path: Path) -> None:
    assert near(_shown(content, tmp_path), _grey())


def test_signed_grey_runs_from_black_to_white(tmp_path: Path) -> None:
    signed = quadrants([-128, 0, 64, 127], kind=np.int8)
    assert near(_shown(tiff(signed, 1, sample_format=2), tmp_path), _grey((0, 128, 192, 255)))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (tiff(_DEEP, 8), "Lab with 16 bits per channel"),
        (tiff(_DEEP, 8, order=">", packed=True), "Lab with 16 bits per channel"),
        (tiff(_DEEP.astype(np.float32), 2, sample_format=3), "RGB with 32-bit floating point"),
        (tiff((_DEEP // 257).astype(np.float16), 2, sample_format=3), "RGB with 16-bit floating point"),
        (tiff(_DEEP.astype(np.uint32), 2), "RGB with 32 bits per channel"),
        (tiff(_DEEP.astype(np.int16), 2, sample_format=2), "RGB with 16-bit signed numbers"),
        (tiff(_DEEP_GREY.astype(np.float64), 1, sample_format=3), "grey with 64-bit floating point"),
        (tiff(np.concatenate([_DEEP, _ALPHA, _ALPHA, _ALPHA], 2), 2, extra=[2, 0, 1]), "RGB and 3 more channels"),
        (tiff(_DEEP, 2, more={259: (34661,)}), "compressed with JBIG"),
        (tiff(_DEEP, 2, more={259: (34887,)}), "compressed with LERC"),
    ],
)  # fmt: skip
def test_a_sound_tiff_that_cannot_be_shown_is_called_by_its_kind(content: bytes, words: str, tmp_path: Path) -> None:
    with pytest.raises(UnknownKind, match=words):
        _shown(content, tmp_path)


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_tiff_of_unknown_kind_that_was_cut_off_is_damaged(part: float, tmp_path: Path) -> None:
    whole = tiff(_DEEP.astype(np.float32), 2, sample_format=3)
    with pytest.raises(Damaged):
        _shown(whole[: int(len(whole) * part)], tmp_path)


# -- JPEG without an end -----------------------------------------------------------------------------


def _jpeg(**options: Any) -> bytes:
    content = io.BytesIO()
    Image.fromarray(quadrants()).save(content, "JPEG", quality=92, subsampling=0, **options)
    return content.getvalue()


_ENDS = [
    b"",
    b"\0",
    b"\0" * 5000,
    b"\xff",
    b"\0\0SEFH\x64\0",
    b"trailer of a telephone",
    b"\xff\xe1\x00\x05abc",
    b"AA" * 700,
]


@pytest.mark.parametrize("end", _ENDS)
@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_with_all_its_pixels_needs_no_end_marker(end: bytes, progressive: bool, tmp_path: Path) -> None:
    assert near(_shown(_jpeg(progressive=progressive)[:-2] + end, tmp_path), COLOURS, by=6)


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("end", [b"", b"\0" * 4000, b"\xff"])
@pytest.mark.parametrize("part", [0.3, 0.6, 0.9, 0.99])
def test_a_jpeg_without_all_its_pixels_is_damaged(progressive: bool, end: bytes, part: float, tmp_path: Path) -> None:
    content = io.BytesIO()
    Image.effect_noise((200, 160), 80).convert("RGB").save(content, "JPEG", progressive=progressive)
    whole = content.getvalue()
    with pytest.raises(Damaged):
        _shown(whole[: int(len(whole) * part)] + end, tmp_path)


@pytest.mark.parametrize("policy", ["copyright", "none"])
@pytest.mark.parametrize(
    "name", ["no_eoi.jpg", "zeros_for_eoi.jpg", "adobergb_interop_R03_no_icc.jpg", "orient_xmp_only.jpg"]
)
def test_a_cleaned_copy_shows_what_the_original_shows(name: str, policy: str, tmp_path: Path) -> None:
    source = named(f"reports/{name}")
    render(source, tmp_path)
    before = seen(tmp_path / "web.webp")
    (tmp_path / "web.webp").unlink()
    for size in ("thumb", "tile"):
        (tmp_path / f"{size}.webp").unlink()
    {"copyright": clean.keep_copyright, "none": clean.keep_nothing}[policy](source, tmp_path)
    render(tmp_path / "clean", tmp_path)
    assert seen(tmp_path / "web.webp") == before


@pytest.mark.parametrize(("byte", "words"), [(0xC1, "12 bits per channel"), (0xC3, "lossless")])
def test_a_jpeg_for_other_decoders_is_called_by_its_kind(byte: int, words: str, tmp_path: Path) -> None:
    content = bytearray(_jpeg())
    frame = content.index(b"\xff\xc0")
    content[frame + 1] = byte
    content[frame + 4] = 12 if byte == 0xC1 else 8
    with pytest.raises(UnknownKind, match=words):
        _shown(bytes(content), tmp_path)


# -- PNG with a hole ---------------------------------------------------------------------------------


@pytest.mark.parametrize("level", [0, 6])
@pytest.mark.parametrize("at", [0.2, 0.4, 0.6, 0.8, 0.97])
def test_a_png_with_a_hole_is_damaged(level: int, at: float, tmp_path: Path) -> None:
    whole = bytearray(png(Image.effect_noise((160, 120), 80).convert("RGB"), compress_level=level))
    start = int(len(whole) * at)
    whole[start : start + 40] = bytes(40)
    with pytest.raises(Damaged):
        _shown(bytes(whole), tmp_path)


def test_a_png_whose_end_chunk_is_missing_is_shown(tmp_path: Path) -> None:
    assert near(_shown(png(Image.fromarray(quadrants()))[:-12], tmp_path), COLOURS)


# -- colours -----------------------------------------------------------------------------------------


def _cicp(primaries: int, transfer: int) -> tuple[bytes, bytes]:
    return b"cICP", bytes([primaries, transfer, 0, 1])


def _measured(gamma: float, *points: float) -> tuple[tuple[bytes, bytes], tuple[bytes, bytes]]:
    return (b"gAMA", struct.pack(">I", round(gamma * 100_000))), (
        b"cHRM", struct.pack(">8I", *(round(point * 100_000) for point in points))
    )  # fmt: skip


_P3 = (0.3127, 0.3290, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060)
_SRGB = (0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)


@pytest.mark.parametrize(
    ("chunks", "last"),
    [
        ([_cicp(12, 13)], (213, 115, 42)),
        ([_cicp(1, 13)], (200, 120, 60)),
        ([_cicp(2, 2)], (200, 120, 60)),
        ([_cicp(9, 13)], (237, 106, 41)),
        ([_cicp(1, 8)], (228, 183, 132)),
        ([*_measured(1 / 2.2, *_SRGB)], (200, 120, 60)),
        ([*_measured(1 / 2.2, *_P3)], (213, 115, 42)),
        ([*_measured(1.0, *_SRGB)], (228, 183, 132)),
        ([*_measured(1.0, *_SRGB), (b"sRGB", b"\0")], (200, 120, 60)),
        ([_cicp(12, 13), *_measured(1.0, *_SRGB)], (213, 115, 42)),
        ([_measured(1.0, *_SRGB)[0]], (200, 120, 60)),
        ([*_measured(1 / 2.2, *(0.0,) * 8)], (200, 120, 60)),
    ],
)
def test_a_png_has_the_colours_that_its_chunks_tell(chunks: Any, last: tuple[int, ...], tmp_path: Path) -> None:
    shown = _shown(png(Image.fromarray(quadrants()), *chunks), tmp_path)
    assert near(shown[3:], [last], by=5)


@pytest.mark.parametrize("transfer", [colour.PQ, colour.HLG])
def test_a_picture_beyond_white_is_brought_down(transfer: int, tmp_path: Path) -> None:
    # 58 % of PQ and 75 % of HLG are diffuse white (BT.2408): bright, neither clipped nor grey in the middle.
    white = round(255 * (0.58 if transfer == colour.PQ else 0.75))
    picture = Image.fromarray(quadrants([(0, 0, 0), (white,) * 3, (255,) * 3, (white // 2,) * 3]))
    black, diffuse, peak, dark = _shown(png(picture, _cicp(9, transfer)), tmp_path)
    assert black[0] < 5 < dark[0] < 100 < 170 < diffuse[0] < 215 < 250 <= peak[0]
    assert max(diffuse) - min(diffuse) < 4
    with Image.open(tmp_path / "web.webp") as image:
        assert not image.info.get("icc_profile")


def _avif(primaries: int, transfer: int) -> bytes:
    content = io.BytesIO()
    Image.fromarray(quadrants()).save(content, "AVIF", quality=95, subsampling="4:4:4")
    whole = content.getvalue()
    at = whole.index(b"nclx")
    return whole[: at + 4] + struct.pack(">HH", primaries, transfer) + whole[at + 8 :]


@pytest.mark.parametrize(
    ("numbers", "last"), [((12, 13), (213, 115, 42)), ((1, 13), (200, 120, 60)), ((2, 2), (200, 120, 60))]
)
def test_an_avif_has_the_colours_that_it_numbers(numbers: tuple[int, int], last: Any, tmp_path: Path) -> None:
    assert near(_shown(_avif(*numbers), tmp_path)[3:], [last], by=6)


def test_the_same_numbers_give_the_same_profile() -> None:
    assert icc.profile("P3", icc.ADOBE_RGB, 2.2) == icc.profile("P3", icc.ADOBE_RGB, 2.2)
    with pytest.raises(ValueError, match="area"):
        icc.profile("line", icc.Primaries((0.3, 0.3), (0.3, 0.3), (0.3, 0.3)), None)


# -- which way is up ---------------------------------------------------------------------------------


@pytest.mark.parametrize("turned", range(1, 9))
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_an_orientation_that_only_xmp_tells_turns_nothing(turned: int, format: str, tmp_path: Path) -> None:
    packet = f'<x:xmpmeta><rdf:Description tiff:Orientation="{turned}"/></x:xmpmeta>'
    content = io.BytesIO()
    options: dict[str, Any] = {"xmp": packet.encode(), "quality": 95}
    if format == "PNG":
        chunk = b"XML:com.adobe.xmp\0\0\0\0\0" + packet.encode()
        content.write(png(Image.fromarray(quadrants()), (b"iTXt", chunk)))
    else:
        Image.fromarray(quadrants()).save(content, format, **options)
    source = tmp_path / "source"
    source.write_bytes(content.getvalue())
    rendered = render(source, tmp_path)
    assert (rendered.width, rendered.height, rendered.facts.orientation) == (64, 48, 1)
    clean.keep_nothing(source, tmp_path)
    with Image.open(tmp_path / "clean") as image:
        assert image.getexif().get(0x0112, 1) == 1
