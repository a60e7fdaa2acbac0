"""A folder of the server becomes galleries with what editors wrote beside the photos, and begun again it goes on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, Photo
from apps.uploads.sidecars import marks_of
from tests.factories import jpeg

pytestmark = pytest.mark.django_db(transaction=True)

SIDECAR = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description xmp:Rating="4" xmp:Label="Green">
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">On the stairs &amp; after</rdf:li></rdf:Alt></dc:description>
<dc:subject><rdf:Bag><rdf:li>Anna</rdf:li><rdf:li>Ben</rdf:li></rdf:Bag></dc:subject>
</rdf:Description></rdf:RDF></x:xmpmeta>"""


@pytest.fixture
def folder(tmp_path: Path, alice_user: User) -> Path:
    """Two weddings; one photo with a sidecar, one that is none, one link out."""
    root = tmp_path / "archive"
    for place in ("Anna & Ben/Ceremony", "Clara"):
        (root / place).mkdir(parents=True)
    (root / "Anna & Ben/Ceremony/IMG_1.JPG").write_bytes(jpeg())
    (root / "Anna & Ben/Ceremony/IMG_1.xmp").write_text(SIDECAR)
    (root / "Clara/IMG_2.jpg").write_bytes(jpeg())
    (root / "Clara/broken.jpg").write_bytes(b"this is no picture at all")
    (root / "Clara/notes.txt").write_text("no photo")
    (root / "Clara/link.jpg").symlink_to(root / "Clara/IMG_2.jpg")
    return root


def upload(folder: Path, *arguments: str) -> list[dict[str, object]]:
    report = folder.parent / "report.jsonl"
    asked = ["upload", str(folder), "--studio", "north", "--report", str(report), *arguments]
    if "--dry-run" in arguments:
        call_command(*asked)
    else:
        with pytest.raises(CommandError, match="1 files could not be uploaded"):
            call_command(*asked)
    return [json.loads(line) for line in report.read_text().splitlines()]


def titles(studio: Studio) -> set[str]:
    with acting_in(studio):
        return set(Album.objects.for_studio(studio).values_list("title", flat=True))


def test_a_dry_run_tells_and_keeps_nothing(folder: Path, north: Studio) -> None:
    told = upload(folder, "--dry-run")
    assert [(one["path"], one["outcome"]) for one in told] == [
        ("Anna & Ben/Ceremony/IMG_1.JPG", "new"),
        ("Clara/IMG_2.jpg", "new"),
        ("Clara/broken.jpg", "new"),
    ]
    assert titles(north) == set()


def test_folders_become_galleries_and_sections_and_sidecars_become_marks(folder: Path, north: Studio) -> None:
    told = upload(folder)
    assert [one["outcome"] for one in told] == ["stored", "stored", "rejected"]
    assert titles(north) == {"Anna & Ben", "Clara"}
    with acting_in(north):
        photo = Photo.objects.for_studio(north).get(camera_name="IMG_1.JPG")
        placement = photo.placements.select_related("section", "album").get()
    assert placement.section is not None
    assert (placement.album.title, placement.section.title) == ("Anna & Ben", "Ceremony")
    assert (photo.rating, photo.label, photo.keywords) == (4, "green", ["Anna", "Ben"])
    assert photo.caption == "On the stairs & after"


def test_begun_again_it_goes_on_and_keeps_what_people_said_since(folder: Path, north: Studio) -> None:
    upload(folder)
    with acting_in(north):
        Photo.objects.for_studio(north).filter(camera_name="IMG_1.JPG").update(rating=2)
    (folder / "Clara/IMG_3.jpg").write_bytes(jpeg())
    assert [one["outcome"] for one in upload(folder)] == ["duplicate", "duplicate", "stored", "rejected"]
    with acting_in(north):
        assert Photo.objects.for_studio(north).get(camera_name="IMG_1.JPG").rating == 2
        assert Photo.objects.for_studio(north).count() == 3


def test_all_of_it_may_be_one_gallery(folder: Path, north: Studio) -> None:
    told = upload(folder, "--album", "Everything")
    assert titles(north) == {"Everything"}
    assert told[0]["section"] == "Anna & Ben / Ceremony"


def test_a_sidecar_that_says_nothing_useful_is_no_mark() -> None:
    assert marks_of("") == {}
    assert marks_of('<rdf:Description xmp:Rating="-1" xmp:Label="Select">') == {}
