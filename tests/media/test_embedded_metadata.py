"""A copy says what the studio says, in every way that programs read, and is the same picture to the last pixel."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from apps.media import camera_tags, handover, images, jail
from apps.media.formats import HEAD_BYTES, BadFile, sniff
from apps.media.metadata.embed import description, packet, task
from apps.media.metadata.embed.containers import HOLDING
from apps.media.metadata.embed.description import Description
from tests.media import corpus

images.preload()
EXIFTOOL = shutil.which("exiftool")
needs_exiftool = pytest.mark.skipif(not EXIFTOOL, reason="exiftool is not installed")
SAID = Description(
    caption="Die Ringe & <Anna> – „ja“",
    keywords=("wedding", "Trauung", "指輪"),
    people=("Anna Müller", "Ben"),
    rating=4,
    label="red",
    flag="pick",
    place="Schloss Hof",
    taken="2024-06-01T14:03:05.250000",
    offset_minutes=-210,
    latitude=-48.2081743,
    longitude=16.3738189,
    altitude_m=-12.5,
    creator="Nora North",
    credit="North Studio",
    copyright="© 2024 North Studio",
    file_name="IMG_0001.CR3",
)
HOLDERS = [
    "formats/cyclamen_persicum.jpg", "formats/pil_sample_cmyk.jpg", "formats/frozenpond.mpo", "formats/hopper.tif",
    "formats/multipage.tiff", "formats/tiff_16bit_RGB.tiff", "formats/tiff_strip_cmyk_jpeg.tif", "formats/exif.png",
    "formats/sample_16bit.png", "formats/hopper.png", "formats/xmp_tags_orientation.png", "formats/hopper.webp",
    "formats/flower.webp", "formats/transparent.webp", "gps/s1pro_1.jpg", "dates/only_xmp.jpg",
]  # fmt: skip


def embedded(source: Path, folder: Path, said: Description = SAID) -> Path:
    out = folder / f"out-{random.randrange(1 << 40)}"
    out.mkdir()
    (out / handover.SAID).write_text(json.dumps(said.as_plain()))
    jail.run("apps.media.metadata.embed.task:embed", source, out)
    return out / handover.EMBEDDED


def tags(path: Path, *options: str) -> dict[str, Any]:
    asked = [str(EXIFTOOL), "-j", "-G1", "-n", "-struct", *options, str(path)]
    told: list[dict[str, Any]] = json.loads(subprocess.run(asked, check=True, capture_output=True).stdout)
    return told[0]


def pixels(path: Path) -> list[tuple[str, tuple[int, int], bytes]]:
    frames = []
    with Image.open(path) as image:
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            frames.append((image.mode, image.size, image.tobytes()))
    return frames


@needs_exiftool
@pytest.mark.parametrize("name", HOLDERS)
def test_another_program_reads_every_field_and_the_picture_is_the_same(name: str, tmp_path: Path) -> None:
    source = corpus.DATA / name
    before = source.read_bytes()
    had, made = tags(source), embedded(source, tmp_path)
    told = tags(made)
    rights = had.get("XMP-dc:Rights") or had.get("IFD0:Copyright", SAID.copyright)
    expected = {
        "XMP-dc:Description": SAID.caption,
        "XMP-dc:Subject": list(SAID.keywords),
        "XMP-iptcExt:PersonInImage": list(SAID.people),
        "XMP-xmp:Rating": 4,
        "XMP-xmp:Label": "Red",
        "XMP-digiKam:PickLabel": 3,
        "XMP-iptcCore:Location": "Schloss Hof",
        "XMP-photoshop:DateCreated": "2024:06:01 14:03:05.250000-03:30",
        "XMP-dc:Creator": [SAID.creator],
        "XMP-photoshop:Credit": "North Studio",
        "XMP-dc:Rights": rights,
        "XMP-xmpMM:PreservedFileName": "IMG_0001.CR3",
        "IFD0:ImageDescription": SAID.caption,
        "IFD0:Rating": 4,
        "IFD0:Artist": SAID.creator,
        "IFD0:Copyright": rights,
        "ExifIFD:DateTimeOriginal": "2024:06:01 14:03:05",
        "ExifIFD:SubSecTimeOriginal": 25,
        "ExifIFD:OffsetTimeOriginal": "-03:30",
        "GPS:GPSLatitudeRef": "S",
        "GPS:GPSLongitudeRef": "E",
        "GPS:GPSAltitudeRef": 1,
        "GPS:GPSAltitude": 12.5,
    }
    assert {name: told.get(name) for name in expected} == expected
    assert told["Composite:GPSLatitude"] == pytest.approx(SAID.latitude, abs=1e-7)
    assert told["GPS:GPSLongitude"] == told["XMP-exif:GPSLongitude"] == pytest.approx(SAID.longitude, abs=1e-7)
    if sniff(before[:HEAD_BYTES]).mime in ("image/jpeg", "image/tiff"):
        iptc = {
            "IPTC:Caption-Abstract": SAID.caption, "IPTC:Keywords": list(SAID.keywords), "IPTC:Credit": SAID.credit,
            "IPTC:By-line": SAID.creator, "IPTC:CopyrightNotice": rights, "IPTC:Sub-location": SAID.place,
            "IPTC:DateCreated": "2024:06:01", "IPTC:TimeCreated": "14:03:05-03:30",
        }  # fmt: skip
        assert {name: told.get(name) for name in iptc} == iptc
    assert "ExifTool:Warning" not in told or told["ExifTool:Warning"] == tags(source).get("ExifTool:Warning")
    assert pixels(made) == pixels(source)
    assert source.read_bytes() == before


@needs_exiftool
@pytest.mark.parametrize("name", HOLDERS)
def test_all_else_that_the_file_says_stays(name: str, tmp_path: Path) -> None:
    source = corpus.DATA / name
    groups = ("-IFD0:all", "-ExifIFD:all", "-MakerNotes:all", "-GPS:all", "-ICC_Profile:all", "-XMP:all", "-IFD1:all")
    before, after = tags(source, *groups), tags(embedded(source, tmp_path), *groups)
    ours = (
        "SourceFile", "ImageDescription", "Rating", "Artist", "Copyright", "DateTimeOriginal", "SubSecTimeOriginal",
        "OffsetTimeOriginal", "Description", "Subject", "PersonInImage", "Label", "DateCreated", "Creator", "Rights",
        "Credit", "ApplicationNotes", "IPTC-NAA", "PhotoshopSettings", "XMPToolkit", "ExifVersion",
    )  # fmt: skip

    def strange(told: dict[str, Any]) -> dict[str, Any]:
        # Where a thumbnail lies in the file is another place now, and the position is ours.
        return {
            name: value
            for name, value in told.items()
            if name.partition(":")[2] not in ours and "GPS" not in name and "Offset" not in name and name not in ours
        }

    kept = strange(after)
    assert {name: (value, kept.get(name)) for name, value in strange(before).items() if kept.get(name) != value} == {}


@needs_exiftool
def test_where_nobody_says_who_made_the_picture_the_file_does(tmp_path: Path) -> None:
    told = tags(embedded(corpus.DATA / "gps/s1pro_1.jpg", tmp_path, replace(SAID, creator="")))
    assert (told["XMP-dc:Creator"], told["IFD0:Artist"]) == (["Ian Britton"], "Ian Britton")


def test_it_comes_back_as_it_was_said() -> None:
    assert description.read(packet.merged(b"", SAID).decode()) == SAID
    assert description.read(packet.merged(b"", Description()).decode()) == Description()


def test_what_is_cleared_is_gone_from_every_place(tmp_path: Path) -> None:
    first = embedded(corpus.DATA / "formats/cyclamen_persicum.jpg", tmp_path)
    cleared = embedded(first, tmp_path, Description(taken=SAID.taken))
    with Image.open(cleared) as image:
        known = camera_tags.read(image, sniff(cleared.read_bytes()[:HEAD_BYTES]))
    assert (known.caption, known.keywords, known.rating) == ("", (), None)
    for word in ("Ringe", "Trauung", "Ben", "Schloss"):
        assert word.encode() not in cleared.read_bytes().replace(b"\xff\xed", b""), word


def test_our_own_reader_finds_the_same(tmp_path: Path) -> None:
    for name in ("formats/hopper.tif", "formats/hopper.png", "formats/hopper.webp", "formats/prairie_falcon.jpg"):
        made = embedded(corpus.DATA / name, tmp_path)
        with Image.open(made) as image:
            known = camera_tags.read(image, sniff(made.read_bytes()[:HEAD_BYTES]))
        assert (known.caption, known.keywords, known.rating) == (SAID.caption, SAID.keywords, 4), name
        assert (known.taken_at, known.offset_minutes) == (SAID.moment, -210)
        assert (known.latitude, known.longitude) == pytest.approx((SAID.latitude, SAID.longitude), abs=1e-7)


@pytest.mark.parametrize(
    "old",
    [
        b"\xff\xfe not xml",
        b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>",
        b"<!DOCTYPE a [<!ENTITY b 'bbbb'><!ENTITY c '&b;&b;'>]><x:xmpmeta xmlns:x='adobe:ns:meta/'>&c;</x:xmpmeta>",
        b"<a xmlns:dc='urn:else' xmlns:ns1='urn:other'><dc:description>x</dc:description></a>",
        b"<a>" * 20_000,
        b" " * (packet.MOST_BYTES + 1),
    ],
)
def test_a_strangers_packet_changes_nothing_of_what_is_said(old: bytes) -> None:
    written = packet.merged(old, SAID)
    assert description.read(written.decode()) == SAID
    assert b"bbbb" not in written


@pytest.mark.parametrize("name", ["formats/cyclamen_persicum.jpg", "formats/hopper.tif", "formats/hopper.png"])
def test_cut_and_altered_files_are_refused_or_written(name: str, tmp_path: Path) -> None:
    whole, chance = (corpus.DATA / name).read_bytes(), random.Random(name)
    embed = HOLDING[sniff(whole[:HEAD_BYTES]).mime]
    for _ in range(150):
        content = bytearray(whole[: chance.randrange(8, len(whole))] if chance.random() < 0.4 else whole)
        for _ in range(chance.randrange(6)):
            content[chance.randrange(4, min(len(content), 3000))] = chance.randrange(256)
        try:
            embed(bytes(content), SAID)
        except (BadFile, *task.BROKEN):
            continue
