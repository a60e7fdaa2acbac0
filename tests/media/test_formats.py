"""What a file is, by its first bytes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from apps.media import formats
from apps.media.formats import Damaged, NotAnImage, sniff
from apps.media.mime import download_name
from apps.media.wholeness import opened
from tests.media import pictures
from tests.media.corpus import named


def _sniffed(name: str) -> str:
    return sniff(named(name).read_bytes()[: formats.HEAD_BYTES]).name


@pytest.mark.parametrize(
    ("name", "format"),
    [
        ("formats/prairie_falcon.jpg", "JPEG"),
        ("formats/frozenpond.mpo", "JPEG"),
        ("formats/hopper.png", "PNG"),
        ("formats/hopper.webp", "WEBP"),
        ("formats/hopper.avif", "AVIF"),
        ("formats/star.avifs", "AVIF"),
        ("formats/hopper.tif", "TIFF"),
        ("formats/zPug_3.heic", "HEIF"),
        ("formats/RGBA_10__128x128.heif", "HEIF"),
        ("formats/hopper.gif", "GIF"),
        ("raw/synth_orientation6.dng", "RAW"),
        ("video/rotate_90.mp4", "MP4"),
        ("video/gps_keys.mov", "MOV"),
        ("video/vp9.webm", "WEBM"),
        ("bad/mp4_named.jpg", "MP4"),
    ],
)
def test_each_format_is_known_by_its_first_bytes(name: str, format: str) -> None:
    assert _sniffed(name) == format


@pytest.mark.parametrize("name", ["bad/jpeg_named.nef", "bad/jpeg_named.png", "bad/jpeg_no_extension"])
def test_content_decides_and_not_the_name(name: str) -> None:
    assert _sniffed(name) == "JPEG"


@pytest.mark.parametrize("name", ["polyglot_jpeg_zip.jpg", "polyglot_jpeg_php.jpg", "polyglot_pdf.jpg"])
def test_a_picture_that_is_also_something_else_is_a_picture(name: str) -> None:
    assert _sniffed(f"bad/{name}") == "JPEG"


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        (b"", formats.EMPTY),
        (b"FLV\x01\x05", formats.VIDEO),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9", formats.VIDEO),
        (b"ID3\x04\x00", formats.SOUND),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", formats.SOUND),
        (b"\x00\x00\x00\x18ftypM4A \x00\x00\x02\x00M4A isom", formats.SOUND),
        (b"#EXTM3U\n#EXT-X-VERSION:3\nfile:///etc/passwd\n", formats.TEXT),
        (b"\x00\x00\x00\x0cJXL \r\n\x87\n", formats.OTHER_PICTURE.format("JPEG XL")),
        (b"<?xml version='1.0'?><svg onload='x()'/>", formats.SVG),
        (b"\xef\xbb\xbf \n<svg/>", formats.SVG),
        (b"%PDF-1.7", formats.PDF),
        (b"%!PS-Adobe-3.0", formats.PDF),
        (b"<!DOCTYPE html><html><svg></svg></html>", formats.TEXT),
        (b"Dear Anna,\nthe photos", formats.TEXT),
        (b"PK\x03\x04\x14\x00", formats.ARCHIVE),
        (b"MZ\x90\x00", formats.PROGRAM),
        (b"8BPS\x00\x01", formats.OTHER_PICTURE.format("Photoshop")),
        (b"BM\x36\x00", formats.OTHER_PICTURE.format("BMP")),
        (bytes(range(64)), formats.UNKNOWN),
        (b"\xff", formats.UNKNOWN),
    ],
)
def test_each_kind_of_other_file_is_refused_in_its_own_words(head: bytes, reason: str) -> None:
    with pytest.raises(NotAnImage) as refused:
        sniff(head)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("head", "format"),
    [
        (b"II*\x00\x10\x00\x00\x00CR\x02\x00", "RAW"),
        (b"FUJIFILMCCD-RAW 0201", "RAW"),
        (b"\x00\x00\x00\x18ftypcrx \x00\x00\x00\x01crx isom", "RAW"),
        (b"II*\x00\x08\x00\x00\x00\x01\x00\x12\xc6\x01\x00\x04\x00\x00\x00\x01\x04\x00\x00", "RAW"),
        (b"IIRO\x08\x00\x00\x00", "RAW"),
        (b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomavc1", "MP4"),
        (b"\x00\x00\x00\x14ftypqt  \x00\x00\x02\x00qt  ", "MOV"),
        (b"\x00\x00\x00\x08wide\x00\x01\x00\x00mdat", "MOV"),
        (b"\x1aE\xdf\xa3\x01\x00\x00\x00\x00\x00\x00\x1fB\x86\x81\x01B\x82\x84webm", "WEBM"),
        (b"\x1aE\xdf\xa3\x01\x00\x00\x00\x00\x00\x00\x23B\x82\x88matroska", "MKV"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "AVI"),
        (b"\x00\x00\x00\x18ftypavci\x00\x00\x00\x00mif1avci", "HEIF"),
    ],
)
def test_raw_and_videos_are_known_by_their_makers_signs(head: bytes, format: str) -> None:
    assert sniff(head).name == format


def test_a_directory_of_tags_that_points_nowhere_is_still_a_tiff() -> None:
    assert sniff(b"II*\x00\xff\xff\xff\xff" + bytes(64)).name == "TIFF"


@pytest.mark.parametrize("name", ["formats/zPug_3.heic", "formats/exif.avif", "formats/flower.webp"])
def test_a_container_that_was_cut_off_is_damaged(name: str, tmp_path: Path) -> None:
    whole = named(name).read_bytes()
    opened(named(name))
    cut = tmp_path / "cut"
    cut.write_bytes(whole[: len(whole) * 9 // 10])
    with pytest.raises(Damaged):
        opened(cut)


def _stub(maker: bytes, *, side: int = 1, tags: dict[int, tuple[int, ...]] | None = None) -> bytes:
    """The front of a RAW file: a thumbnail's directory and who made it."""
    whole = pictures.tiff(np.zeros((side, 1), np.uint8), 1, more=tags)
    return (whole + b"\0" + maker + b"\0")[: formats.HEAD_BYTES]


@pytest.mark.parametrize(
    "head",
    [
        _stub(b"NIKON CORPORATION"),
        _stub(b"SONY", side=160),
        _stub(b"PENTAX"),
        _stub(b"Hasselblad"),
        _stub(b"SAMSUNG"),
        _stub(b"Phase One A/S", side=320),
        _stub(b"Leaf"),
        _stub(b"", tags={0x9216: (1,)}),
        _stub(b"", side=900, tags={0x828E: (1,)}),
        _stub(b"", side=900, tags={0x8606: (1,)}),
        pictures.tiff(np.zeros((9, 9), np.uint8), 32803),
        pictures.tiff(np.zeros((9, 9), np.uint8), 34892),
    ],
)
def test_a_raw_file_is_known_by_its_makers_signs(head: bytes) -> None:
    assert sniff(head).name == "RAW"


@pytest.mark.parametrize("head", [_stub(b""), _stub(b"NIKON CORPORATION", side=2000)])
def test_a_small_tiff_and_one_of_a_camera_are_pictures(head: bytes) -> None:
    assert sniff(head).name == "TIFF"


def test_each_ending_belongs_to_one_format_and_stays_on_downloads() -> None:
    assert len(set(formats.EXTENSIONS)) == len(formats.EXTENSIONS)
    assert {"jpg", "jfif", "jpe", "mpo", "hif", "heic", "tiff"} <= set(formats.EXTENSIONS)
    for format in formats.FORMATS.values():
        for extension in format.extensions:
            assert download_name(f"IMG_1.{extension.upper()}", format.mime) == f"IMG_1.{extension.upper()}"
