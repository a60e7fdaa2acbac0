"""What the camera wrote, and that garbage in it does no harm."""

from __future__ import annotations

import json
import math
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from apps.media import images
from apps.media.camera_tags import CameraTags, of, read
from apps.media.facts import Facts, clean, parse_date, parse_offset
from apps.media.formats import HEAD_BYTES, JPEG, sniff
from tests.media.corpus import Sample, named, that_expect


def _facts(path: Path) -> Facts:
    images.preload()
    format = sniff(path.read_bytes()[:HEAD_BYTES])
    with Image.open(path, formats=[format.name]) as image:
        return read(image, format)


def _photo(tmp_path: Path, **directories: dict[int, Any]) -> Path:
    """A JPEG with the tags given for main=, camera= and place=."""
    exif = Image.Exif()
    exif.update(directories.get("main", {}))
    for number, name in ((0x8769, "camera"), (0x8825, "place")):
        exif.get_ifd(number).update(directories.get(name, {}))
    path = tmp_path / "photo.jpg"
    Image.new("RGB", (8, 8)).save(path, exif=exif)
    return path


def _id(sample: Sample) -> str:
    return sample.name


pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


@pytest.mark.parametrize("sample", that_expect("taken_at"), ids=_id)
def test_the_time_is_the_one_that_the_camera_showed(sample: Sample) -> None:
    assert _facts(sample.path).taken_at == sample.expected("taken_at")


@pytest.mark.parametrize("sample", that_expect("offset_minutes"), ids=_id)
def test_the_offset_is_kept_where_the_camera_stored_it(sample: Sample) -> None:
    assert _facts(sample.path).offset_minutes == sample.expected("offset_minutes")


@pytest.mark.parametrize("sample", that_expect("position"), ids=_id)
def test_the_place_is_right_or_unknown(sample: Sample) -> None:
    facts, expected = _facts(sample.path), sample.expected("position")
    if expected is None:
        assert (facts.latitude, facts.longitude) == (None, None)
    else:
        assert (facts.latitude, facts.longitude) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("sample", that_expect("altitude_m"), ids=_id)
def test_the_altitude_is_in_metres(sample: Sample) -> None:
    assert _facts(sample.path).altitude_m == pytest.approx(sample.expected("altitude_m"), abs=0.01)


@pytest.mark.parametrize("what", ["make", "model"])
def test_the_camera_is_named_as_it_named_itself(what: str) -> None:
    wrong = {
        sample.name: getattr(_facts(sample.path), what)
        for sample in that_expect(what)
        if getattr(_facts(sample.path), what) != clean(sample.expected(what))
    }
    assert wrong == {}


@pytest.mark.parametrize("sample", that_expect("orientation"), ids=_id)
def test_the_orientation_is_the_stored_one_or_upright(sample: Sample) -> None:
    assert _facts(sample.path).orientation == sample.expected("orientation")


def test_exposure_is_told_in_numbers(tmp_path: Path) -> None:
    camera = {
        0x829A: IFDRational(1, 250),
        0x829D: IFDRational(28, 10),
        0x8827: 400,
        0x920A: 85.0,
        0xA434: "85mm f/1.8",
    }
    facts = _facts(_photo(tmp_path, camera=camera))
    told = (facts.exposure_seconds, facts.aperture, facts.iso, facts.focal_length_mm, facts.lens)
    assert told == (0.004, 2.8, 400, 85.0, "85mm f/1.8")


def test_a_lens_without_a_name_is_told_by_its_numbers(tmp_path: Path) -> None:
    camera = {0xA432: (24.0, 70.0, 2.8, 2.8)}
    assert _facts(_photo(tmp_path, camera=camera)).lens == "24-70 mm f/2.8"


def test_below_the_sea_is_below_zero(tmp_path: Path) -> None:
    assert _facts(_photo(tmp_path, place={5: b"\x01", 6: 430.0})).altitude_m == -430


@pytest.mark.parametrize(
    "place",
    [
        {1: "N", 2: (0, 0, 0), 3: "E", 4: (0, 0, 0)},
        {1: "N", 2: (IFDRational(1, 0), 0, 0), 3: "E", 4: (1, 0, 0)},
        {1: "N", 2: (91, 0, 0), 3: "E", 4: (1, 0, 0)},
        {1: "N", 2: (89, 59, 61), 3: "E", 4: (180, 0, 1)},
        {2: (47, 0, 0), 4: (8, 0, 0)},
        {1: "X", 2: (47, 0, 0), 3: "E", 4: (8, 0, 0)},
        {1: "N", 2: (47, 0, 0)},
    ],
)
def test_an_impossible_place_is_unknown(place: dict[int, Any], tmp_path: Path) -> None:
    facts = _facts(_photo(tmp_path, place=place))
    assert (facts.latitude, facts.longitude) == (None, None)


def test_text_has_no_nul_no_controls_and_an_end(tmp_path: Path) -> None:
    make = "Ca\x1b[31mnon\u202e " + "x" * 500
    facts = _facts(_photo(tmp_path, main={0x010F: make, 0x0110: "EOS\x00secret"}))
    assert (facts.make.isprintable(), len(facts.make), facts.model) == (True, 120, "EOS")


def test_serial_numbers_and_owners_are_not_kept(tmp_path: Path) -> None:
    camera = {0xA431: "SERIAL-4711", 0xA430: "OWNER-ANNA", 0xA435: "LENS-4712"}
    told = json.dumps(_facts(_photo(tmp_path, camera=camera)).as_plain())
    assert not any(word in told for word in ("4711", "ANNA", "4712"))


def test_who_made_the_picture_is_told_by_editors_first_then_the_camera_then_the_agency() -> None:
    packet = "<dc:creator><rdf:Seq><rdf:li>Ann &amp; Co</rdf:li><rdf:li>Ben</rdf:li></rdf:Seq></dc:creator>"
    artist, line = {0x013B: "Cleo\x00"}, {(2, 80): [b"Dora", b"Eve"]}
    assert of(CameraTags(main=artist, packet=packet, iptc=line)).artist == "Ann & Co, Ben"
    assert of(CameraTags(main=artist, iptc=line)).artist == "Cleo"
    assert of(CameraTags(iptc=line)).artist == "Dora, Eve"
    assert of(CameraTags()).artist == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024:02:29 23:59:59", datetime(2024, 2, 29, 23, 59, 59)),
        ("1899:12:31 12:00:00", datetime(1899, 12, 31, 12)),
        ("0000:00:00 00:00:00", None),
        ("2023:02:30 10:00:00", None),
        ("    :  :     :  :  ", None),
        (b"\x00\x00", None),
        (12, None),
    ],
)
def test_dates_that_cannot_be_are_unknown(text: object, expected: datetime | None) -> None:
    assert parse_date(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+05:30", 330),
        ("-03:30", -210),
        ("Z", 0),
        ("+14:00", 840),
        ("+15:00", None),
        ("+01:75", None),
        ("", None),
    ],
)
def test_offsets_are_minutes_east_of_greenwich(text: str, expected: int | None) -> None:
    assert parse_offset(text) == expected


@given(st.binary(max_size=400))
def test_garbage_in_the_tags_never_raises(garbage: bytes) -> None:
    image = Image.new("RGB", (2, 2))
    image.info["exif"] = b"Exif\x00\x00II*\x00\x08\x00\x00\x00" + garbage
    image.info["xmp"] = garbage
    image.info["photoshop"] = {0x0404: garbage}
    facts = read(image, JPEG)
    assert Facts.from_plain(json.loads(json.dumps(facts.as_plain()))) == facts


@pytest.mark.parametrize(
    "lie",
    [
        {"make": 5},
        {"artist": None},
        {"latitude": 200.0, "longitude": 1.0},
        {"latitude": 1.0},
        {"iso": math.nan},
        {"orientation": 9},
    ],
)
def test_facts_from_the_jail_are_checked(lie: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"fact|range|position"):
        Facts.from_plain(Facts().as_plain() | lie)


DATES = [
    ("reports/date_onedigit.jpg", datetime(2024, 5, 1, 9, 5), None),
    ("reports/date_spaces.jpg", datetime(2024, 5, 1, 9, 5), None),
    ("reports/date_dateonly.jpg", datetime(2024, 5, 1), None),
    ("reports/date_offset_inside.jpg", datetime(2024, 5, 1, 12), 120),
    ("reports/date_year9999.jpg", None, None),
    ("reports/zip500_zero.jpg", None, None),
]


@pytest.mark.parametrize(("name", "local", "offset"), DATES)
def test_reported_dates_are_right_or_unknown(name: str, local: datetime | None, offset: int | None) -> None:
    facts = _facts(named(name))
    assert (facts.taken_at, facts.offset_minutes) == (local, offset)


@pytest.mark.parametrize(
    ("text", "local", "offset"),
    [
        ("2024:5:1 9:05", datetime(2024, 5, 1, 9, 5), None),
        ("2024:05:01 09:05 PM", datetime(2024, 5, 1, 21, 5), None),
        ("2024:05:01 12:05:09 am", datetime(2024, 5, 1, 0, 5, 9), None),
        ("2024:05:01 12:05:09 PM", datetime(2024, 5, 1, 12, 5, 9), None),
        ("2024-05-01T12:00:00-0330", datetime(2024, 5, 1, 12), -210),
        ("2024-05-01T12:00:00Z", datetime(2024, 5, 1, 12), 0),
        ("2024:05:01 12:00:00.25+05:30", datetime(2024, 5, 1, 12, 0, 0, 250_000), 330),
        ("2024.05.01 12:00", datetime(2024, 5, 1, 12), None),
        ("2024/5/1", datetime(2024, 5, 1), None),
        ("2024:05:01 12:00:00 o'clock", None, None),
        ("2024:05:01 99:00", None, None),
        ("1825:12:31 12:00:00", None, None),
        ("1826:01:01 12:00:00", datetime(1826, 1, 1, 12), None),
        ("2199:12:31 23:59:59", datetime(2199, 12, 31, 23, 59, 59), None),
        ("2200:01:01 00:00:00", None, None),
        ("01.05.2024 12:00", None, None),
    ],
)
def test_a_date_that_strays_is_understood_or_unknown(
    text: str, local: datetime | None, offset: int | None, tmp_path: Path
) -> None:
    facts = _facts(_photo(tmp_path, camera={0x9003: text}))
    assert (facts.taken_at, facts.offset_minutes) == (local, offset)


@pytest.mark.parametrize(
    ("clock", "offset"),
    [
        ((12, 0, 0), 120),
        ((11, 59, 20), 120),
        ((14, 0, 0), 0),
        ((8, 30, 0), 330),
        ((17, 30, 0), -210),
        ((12, 7, 0), None),
        ((25, 0, 0), -660),
    ],
)
def test_a_receivers_time_tells_how_far_the_camera_is_from_utc(
    clock: tuple[int, int, int], offset: int | None, tmp_path: Path
) -> None:
    place = {0x1D: "2024:05:01", 7: tuple(map(float, clock))}
    assert _facts(_photo(tmp_path, camera={0x9003: "2024:05:01 14:00:00"}, place=place)).offset_minutes == offset


_PACKET = """<x:xmpmeta><rdf:RDF><rdf:Description xmp:Rating="4" aux:Lens="85mm f/1.8"
 exif:GPSLatitude="47,22.55N" exif:GPSLongitude="8,32,24W">
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">First &amp; last dance</rdf:li></rdf:Alt></dc:description>
<dc:subject><rdf:Bag><rdf:li>wedding</rdf:li><rdf:li>Köln</rdf:li><rdf:li>wedding</rdf:li></rdf:Bag></dc:subject>
</rdf:Description></rdf:RDF></x:xmpmeta>"""


def test_what_an_editor_wrote_is_read_from_xmp(tmp_path: Path) -> None:
    path = tmp_path / "edited.jpg"
    Image.new("RGB", (8, 8)).save(path, xmp=_PACKET.encode())
    facts = _facts(path)
    assert (facts.rating, facts.caption, facts.keywords) == (4, "First & last dance", ("wedding", "Köln"))
    assert (facts.lens, facts.latitude, facts.longitude) == ("85mm f/1.8", 47.3758333, -8.54)
    assert Facts.from_plain(json.loads(json.dumps(facts.as_plain()))) == facts


@pytest.mark.parametrize(
    ("packet", "rating"),
    [
        ('<a xmp:Rating="5"/>', 5),
        ("<a><xmp:Rating>3</xmp:Rating></a>", 3),
        ('<a xmp:Rating="-1"/>', None),
        ('<a xmp:Rating="0"/>', 0),
        ('<a xmp:Rating="6"/>', None),
        ('<a xmp:Rating="many"/>', None),
        ("<a xmp:Rating='2.0'/>", 2),
        ("<a/>", None),
    ],
)
def test_stars_are_0_to_5_or_unknown(packet: str, rating: int | None, tmp_path: Path) -> None:
    path = tmp_path / "edited.jpg"
    Image.new("RGB", (8, 8)).save(path, xmp=packet.encode())
    assert _facts(path).rating == rating
