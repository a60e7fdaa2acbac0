"""Folders and records of other systems become galleries: order, captions, favourites, names; every file by its hash."""

from __future__ import annotations

import csv
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, Photo
from apps.uploads.folder_import import DIFFERS
from apps.uploads.import_records import BadRecords, Records
from apps.uploads.sidecars import marks_of
from tests.albums.people import names_of
from tests.factories import jpeg

PICTURES = [jpeg() for _ in range(3)]
HASHES = [sha256(data).hexdigest() for data in PICTURES]


def take(folder: Path, *arguments: str, fails: bool = False) -> list[dict[str, Any]]:
    report = folder.parent / "report.jsonl"
    asked = ["import_folder", str(folder), "--studio", "north", "--report", str(report), *arguments]
    if fails:
        with pytest.raises(CommandError, match="could not be uploaded"):
            call_command(*asked)
    else:
        call_command(*asked)
    return [json.loads(line) for line in report.read_text().splitlines()]


def outcomes(told: list[dict[str, Any]]) -> list[str]:
    return [one["outcome"] for one in told]


def album(studio: Studio, title: str) -> Album:
    with acting_in(studio):
        found: Album = Album.objects.for_studio(studio).select_related("studio").get(title=title)
        return found


def photo(studio: Studio, name: str) -> Photo:
    with acting_in(studio):
        return Photo.objects.for_studio(studio).get(camera_name=name)


@pytest.fixture
def hashes(tmp_path: Path) -> Path:
    """A tree of hashes with what was made from its files, and the records as JSON."""
    root = tmp_path / "uploads"
    for kind, ending in (("originals", "jpg"), ("thumbnails", "webp"), ("web", "webp")):
        for data, digest in zip(PICTURES, HASHES, strict=True):
            file = root / kind / digest[:2] / digest[2:4] / f"{digest}.{ending}"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data if kind == "originals" else jpeg())
    rows = [
        {
            "fileHash": digest,
            "originalFilename": f"IMG_{number}.JPG",
            "album": {"title": "Anna & Ben"},
            "sortOrder": order,
        }
        for number, (digest, order) in enumerate(zip(HASHES, (2, 0, 1), strict=True), start=1)
    ]
    rows[0] |= {
        "caption": "On the stairs",
        "isFavorite": True,
        "metadata": {"tags": ["church"], "people": ["Anna", "Ben"]},
    }
    (tmp_path / "photos.json").write_text(json.dumps({"photos": rows}))
    return root


@pytest.mark.django_db(transaction=True)
def test_a_tree_of_hashes_with_its_records(hashes: Path, north: Studio, alice_user: User) -> None:
    records = ("--records", str(hashes.parent / "photos.json"))
    assert outcomes(take(hashes, *records, "--dry-run")) == ["new"] * 3
    with acting_in(north):
        assert not Album.objects.for_studio(north).exists()
    told = take(hashes, *records)
    assert outcomes(told) == ["stored"] * 3
    assert {one["sha256"] for one in told} == set(HASHES)
    assert names_of(album(north, "Anna & Ben")) == ["IMG_2.JPG", "IMG_3.JPG", "IMG_1.JPG"]
    first = photo(north, "IMG_1.JPG")
    assert (first.caption, first.flag, first.keywords) == ("On the stairs", "pick", ["church", "Anna", "Ben"])
    # Again nothing is imported, and what people changed since stays.
    with acting_in(north):
        Photo.objects.for_studio(north).filter(pk=first.pk).update(caption="By the door", flag="reject")
    assert outcomes(take(hashes, *records)) == ["duplicate"] * 3
    assert outcomes(take(hashes, *records, "--dry-run")) == ["known"] * 3
    again = photo(north, "IMG_1.JPG")
    assert (again.caption, again.flag) == ("By the door", "reject")
    with acting_in(north):
        assert Album.objects.for_studio(north).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_file_that_is_not_what_it_is_called_is_refused(hashes: Path, north: Studio, alice_user: User) -> None:
    broken = next(hashes.glob("originals/**/*.jpg"))
    broken.write_bytes(jpeg())
    for told in (take(hashes, "--dry-run", fails=True), take(hashes, fails=True)):
        assert [one["reason"] for one in told if one["outcome"] == "rejected"] == [DIFFERS]
    with acting_in(north):
        assert Photo.objects.for_studio(north).count() == 2


@pytest.mark.django_db(transaction=True)
def test_folders_by_day_with_a_ledger(tmp_path: Path, north: Studio, alice_user: User) -> None:
    """The ledger knows absolute paths of another machine."""
    root = tmp_path / "Originals"
    days = ("2025/2025-12-31", "2026/2026-05-30", "2026/2026-05-30")
    with (tmp_path / "media_assets.csv").open("w", newline="") as file:
        ledger = csv.writer(file)
        ledger.writerow(["file_hash", "original_name", "final_path", "captured_at", "rating", "keywords"])
        for number, (day, data, digest) in enumerate(zip(days, PICTURES, HASHES, strict=True), start=1):
            (root / day).mkdir(parents=True, exist_ok=True)
            (root / day / f"{number}.jpg").write_bytes(data)
            path = f"D:\\Vault\\Originals\\{day}\\{number}.jpg".replace("/", "\\")
            ledger.writerow([digest if number < 3 else "", f"DSC_{number}.JPG", path, "", number, "vault; raw"])
    told = take(root, "--records", str(tmp_path / "media_assets.csv"))
    assert [(one["gallery"], one["name"], one["outcome"]) for one in told] == [
        ("2025-12-31", "DSC_1.JPG", "stored"),
        ("2026-05-30", "DSC_2.JPG", "stored"),
        ("2026-05-30", "DSC_3.JPG", "stored"),
    ]
    third = photo(north, "DSC_3.JPG")
    assert (third.rating, third.keywords) == (3, ["vault", "raw"])


def test_people_and_flags_of_sidecars() -> None:
    packet = (
        '<rdf:Description xmpDM:pick="1"><Iptc4xmpExt:PersonInImage><rdf:Bag><rdf:li>Anna</rdf:li></rdf:Bag>'
        '</Iptc4xmpExt:PersonInImage><mwg-rs:Regions><rdf:li mwg-rs:Name="Ben &amp; Co"/>'
        "<rdf:li><mwg-rs:Name>Anna</mwg-rs:Name></rdf:li></mwg-rs:Regions></rdf:Description>"
    )
    assert marks_of(packet) == {"keywords": ["Anna", "Ben & Co"], "flag": "pick"}


def written(folder: Path, text: str) -> Path:
    file = folder / "records.json"
    file.write_text(text)
    return file


def test_two_records_of_one_name_are_told_by_their_folders(tmp_path: Path) -> None:
    rows = Records.read(written(tmp_path, '{"path": "a/1.jpg", "caption": "A"}\n{"path": "b/1.jpg", "caption": "B"}\n'))
    found = rows.of("b/1.jpg", "")
    assert found is not None
    assert found.marks == {"caption": "B"}
    assert rows.of("c/1.jpg", "") is None


@pytest.mark.parametrize("text", ["no json at all", '"a text"', "[1, 2]"])
def test_records_that_cannot_be_read_are_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(BadRecords):
        Records.read(written(tmp_path, text))
