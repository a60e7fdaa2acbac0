"""Camera RAW: which picture is shown, which way it stands, and what its tags say; in the jail like all decoding."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from apps.media import camera_raw, jail, memory
from apps.media.camera_tags import CameraTags
from apps.media.formats import UnknownKind
from apps.media.images import open_upright, render
from tests.media.corpus import RAWS, Sample, named, samples, that_expect

_SIDEWAYS = "raw/synth_orientation6.dng"


def _id(sample: Sample) -> str:
    return sample.name


@pytest.mark.slow
@pytest.mark.parametrize("sample", that_expect("size", RAWS), ids=_id)
def test_a_raw_file_gives_the_size_and_the_facts_of_the_manifest(sample: Sample, tmp_path: Path) -> None:
    rendered = render(sample.path, tmp_path)
    facts = rendered.facts
    assert (rendered.width, rendered.height) == sample.expected("size")
    for what in ("taken_at", "offset_minutes", "make", "model", "orientation"):
        if sample.expects(what):
            assert getattr(facts, what) == sample.expected(what), what


@pytest.mark.parametrize("sample", [one for one in samples(RAWS) if one.action == "accept_or_reject"], ids=_id)
def test_a_raw_file_without_its_sensor_data_is_shown_or_refused_in_words(sample: Sample, tmp_path: Path) -> None:
    try:
        said = jail.render(sample.path, tmp_path).format
    except jail.Rejected as rejected:
        said = rejected.reason
    assert said == "RAW" or "damaged" in said or "unsupported camera" in said


def test_the_jail_develops_raw(tmp_path: Path) -> None:
    rendered = jail.render(named(_SIDEWAYS), tmp_path)
    assert (rendered.format, rendered.width, rendered.height) == ("RAW", 900, 600)
    with Image.open(tmp_path / "web.webp") as image:
        assert image.size == (900, 600)


def test_sub_seconds_offset_and_lens_come_from_the_files_own_tags(tmp_path: Path) -> None:
    facts = render(named(_SIDEWAYS), tmp_path).facts
    assert facts.taken_at is not None
    assert (facts.taken_at.microsecond, facts.offset_minutes) == (500_000, 120)
    assert (facts.lens, facts.iso, facts.orientation) == ("Synth 35mm", 200, 6)


# -- the camera's own preview --------------------------------------------------------------------------


def _with_preview(path: Path, size: tuple[int, int]) -> Path:
    """The sideways sample with a green preview of this size in its second directory, lying as the sensor does."""
    content = bytearray(named(_SIDEWAYS).read_bytes())
    preview = io.BytesIO()
    Image.new("RGB", size, (0, 160, 0)).save(preview, "JPEG")
    (first,) = struct.unpack_from("<I", content, 4)
    (count,) = struct.unpack_from("<H", content, first)
    data_at = len(content)
    content += preview.getvalue()
    content += b"\0" * (len(content) % 2)
    struct.pack_into("<I", content, first + 2 + 12 * count, len(content))
    # NewSubfileType 1: a reduced picture; compression 6: JPEG, by its place and length.
    tags = [(0xFE, 4, 1), (0x100, 4, size[0]), (0x101, 4, size[1]), (0x103, 3, 6), (0x201, 4, data_at)]
    tags.append((0x202, 4, len(preview.getvalue())))
    content += struct.pack("<H", len(tags))
    for tag, kind, value in tags:
        content += struct.pack("<HHII", tag, kind, 1, value)
    content += struct.pack("<I", 0)
    path.write_bytes(content)
    return path


def _is_green(picture: Image.Image) -> bool:
    red, green, blue = np.asarray(picture.convert("RGB"), np.float32).mean((0, 1))
    return bool(green > 120 and red < 60 and blue < 60)


def test_a_large_preview_is_shown_as_the_sensor_lies(tmp_path: Path) -> None:
    source = _with_preview(tmp_path / "photo.dng", (480, 720))
    picture, size = open_upright(source, 400)
    assert _is_green(picture)
    assert (picture.size, size) == ((400, 267), (900, 600))


def test_a_preview_that_the_camera_turned_is_not_turned_again(tmp_path: Path) -> None:
    picture, _ = open_upright(_with_preview(tmp_path / "photo.dng", (720, 480)), 400)
    assert picture.size == (400, 267)


@pytest.mark.parametrize("has_tags", [True, False], ids=["by its tags", "by LibRaw"])
def test_the_sensor_is_not_unpacked_where_the_preview_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_tags: bool
) -> None:
    """It costs as much as decoding the preview, and LibRaw knows lens and exposure without."""
    unpacked: list[bool] = []

    def unpack(raw: Any) -> None:
        unpacked.append(raw.is_asked_for_facts)

    monkeypatch.setattr(camera_raw._reader(), "unpack", unpack)
    if not has_tags:
        monkeypatch.setattr(camera_raw, "_tags", lambda source: CameraTags())
    told = render(_with_preview(tmp_path / "photo.dng", (480, 720)), tmp_path).facts
    assert (told.exposure_seconds, told.aperture, told.iso, told.focal_length_mm) == (0.004, 2.8, 200, 35.0)
    # rawpy asks for it, and is not obeyed.
    assert unpacked
    assert all(unpacked)


def test_a_small_preview_is_passed_over_for_the_sensors_picture(tmp_path: Path) -> None:
    picture, size = open_upright(_with_preview(tmp_path / "photo.dng", (106, 160)), 800)
    assert not _is_green(picture)
    assert (picture.size, size) == ((800, 533), (900, 600))


def test_half_the_pixels_are_developed_where_they_suffice(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []
    real = memory.claim_pixels

    def claim(pixels: int, each: int) -> None:
        asked.append(each == 12)
        real(pixels, each)

    monkeypatch.setattr(memory, "claim_pixels", claim)
    for edge in (400, 800):
        open_upright(named(_SIDEWAYS), edge)
    assert asked == [True, False]


def test_a_camera_that_the_decoder_does_not_know_is_called_by_its_kind(tmp_path: Path) -> None:
    source = tmp_path / "photo.x3f"
    source.write_bytes(b"FOVb" + bytes(4000))
    with pytest.raises(UnknownKind, match="RAW file of an unsupported camera.*Export it as DNG, JPEG or TIFF"):
        render(source, tmp_path)
