"""Approved photos have a copy that says what the record says; the original is untouched, and the record comes back."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from PIL import Image

from apps.accounts import journal
from apps.accounts.long_tasks import Task, TaskState
from apps.accounts.models import JournalEntry, Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums import marks, pairs, photo_versions
from apps.albums.models import Album, Photo, Tier, Version, VersionKind
from apps.jobs import queue
from apps.library.places import locate
from apps.library.tiers import approve, gold, said
from apps.media import cas
from apps.media.metadata.embed import description
from apps.media.storage import as_local_file, temp_directory
from apps.uploads.ingest import ingest
from config.tasks import STEPS
from tests.actors import keep_to
from tests.albums.people import Caller
from tests.factories import AlbumFactory, PlacementFactory, many_in
from tests.media import corpus

pytestmark = pytest.mark.django_db(transaction=True)
EXIFTOOL = shutil.which("exiftool")
FILES = {
    "IMG_0001.JPG": "formats/cyclamen_persicum.jpg",
    "IMG_0002.tif": "formats/tiff_16bit_RGB.tiff",
    "IMG_0003.png": "formats/hopper.png",
    "IMG_0004.webp": "formats/flower.webp",
    "IMG_0005.DNG": "raw/synth_orientation6.dng",
}
TAKEN = datetime(2024, 6, 1, 14, 3, 5, tzinfo=timezone(timedelta(hours=2)))
COMPARED = (
    "camera_name", "caption", "rating", "label", "flag", "keywords", "place", "taken_at", "taken_offset", "width",
    "height", "phash",
)  # fmt: skip


def work() -> None:
    while any(queue.answer(name, STEPS) for name in ("images", "default")):
        pass


def bytes_of(version: Version) -> bytes:
    with as_local_file(version.blob.storage_key) as path:
        return path.read_bytes()


def photos_of(album: Album) -> list[Photo]:
    with acting_in(album.studio):
        rows = Photo.objects.for_studio(album.studio).filter(placements__album=album).order_by("camera_name")
        return list(rows.select_related("original", "studio"))


def gold_of(photo: Photo) -> Version | None:
    with acting_in(photo.studio):
        return photo_versions.gold_of(Photo.objects.for_studio(photo.studio).get(pk=photo.pk))


def records(album: Album) -> list[dict[str, Any]]:
    return [{name: getattr(photo, name) for name in COMPARED} | {"tier": photo.tier} for photo in photos_of(album)]


def shoot(studio: Studio, user: User, names: Iterable[str] = FILES) -> Album:
    """Photos that were read and then marked in every way."""
    made: Album = AlbumFactory.create(studio=studio, title="Gold")
    for name in names:
        data = (corpus.DATA / FILES[name]).read_bytes()
        ingest(studio, made, cas.receive(io.BytesIO(data), limit=len(data)), name=name, by=user)
    work()
    for number, photo in enumerate(photos_of(made)):
        with acting_in(studio):
            marks.mark(
                photo, by=user, caption=f"Die Ringe „{number}“ & <mehr>", rating=number + 1, label="blue",
                keywords=["Trauung", f"frame {number}"], place="Schloss Hof", taken_at=TAKEN,
            )  # fmt: skip
            marks.set_own_anywhere(studio, [photo.pk], by=user, flag="pick" if number % 2 else "reject")
            locate.set_by_hand(studio, [photo.pk], (48.2081743, -16.3738189), by=user)
    return made


@pytest.fixture
def album(north: Studio, alice_user: User) -> Album:
    return shoot(north, alice_user, ["IMG_0001.JPG"])


def approved(album: Album, user: User) -> Task:
    with acting_in(album.studio):
        task = approve.begin(album.studio, [photo.pk for photo in photos_of(album)], by=user, mine=None)
    work()
    with acting_in(album.studio):
        done: Task = Task.objects.for_studio(album.studio).get(pk=task.pk)
    return done


@pytest.mark.skipif(not EXIFTOOL, reason="exiftool is not installed")
def test_what_was_said_is_in_the_copy_and_the_original_is_as_it_was(north: Studio, alice_user: User) -> None:
    album = shoot(north, alice_user)
    task = approved(album, alice_user)
    assert (task.state, task.done, task.failed) == (TaskState.DONE, 5, 0)
    for number, photo in enumerate(photos_of(album)):
        version = gold_of(photo)
        assert version is not None
        assert photo.tier == Tier.GOLD
        assert not version.is_current
        name = version.name or photo.camera_name
        source = corpus.DATA / list(FILES.values())[number]
        copy = temp_directory() / f"read-{number}-{name}"
        copy.write_bytes(bytes_of(version))
        told = json.loads(subprocess.check_output([str(EXIFTOOL), "-j", "-n", "-G1", str(copy)]))[0]
        assert told["XMP-dc:Description"] == photo.caption
        assert told["XMP-dc:Subject"] == photo.keywords
        assert told["XMP-xmp:Rating"] == photo.rating
        assert told["XMP-xmp:Label"] == "Blue"
        assert told["XMP-photoshop:DateCreated"] == "2024:06:01 14:03:05+02:00"
        assert told["XMP-exif:GPSLongitude"] == pytest.approx(-16.3738189, abs=1e-7)
        assert told["XMP-photoshop:Credit"] == album.studio.name
        with acting_in(album.studio):
            original = Version.objects.for_studio(album.studio).select_related("blob").get(photo=photo, kind="original")
        assert bytes_of(original) == source.read_bytes()
        assert sha256(source.read_bytes()).hexdigest() == photo.original.sha256
        if name.endswith(".xmp"):
            assert name == "IMG_0005.xmp"
            continue
        with Image.open(copy) as mine, Image.open(source) as theirs:
            assert mine.tobytes() == theirs.tobytes()


def test_records_made_again_from_the_copies_alone_are_the_same(
    north: Studio, alice_user: User, charlie_user: User, south: Studio, tmp_path: Path
) -> None:
    album = shoot(north, alice_user)
    approved(album, alice_user)
    folder = tmp_path / "library" / "Gold"
    folder.mkdir(parents=True)
    for photo in photos_of(album):
        version = gold_of(photo)
        assert version is not None
        (folder / f"kept {version.name}").write_bytes(bytes_of(version))
        if version.name.endswith(".xmp"):
            with as_local_file(photo.original.storage_key) as raw:
                shutil.copy(raw, folder / "kept IMG_0005.DNG")
    call_command("rebuild", "--from-gold", str(folder.parent), "--studio", "south")
    work()
    with acting_in(south):
        again = Album.objects.for_studio(south).get(title="Gold")
    again.studio = south
    assert records(again) == records(album)
    with acting_in(south):
        words = [said.of(photo) for photo in photos_of(again)]
    assert [(one.latitude, one.longitude) for one in words[:4]] == [pytest.approx((48.2081743, -16.3738189))] * 4
    call_command("rebuild", "--from-gold", str(folder.parent), "--studio", "south")
    work()
    assert records(again) == records(album)


def test_an_undo_takes_the_tier_back_and_the_copy_out_of_reach(album: Album, alice_user: User) -> None:
    before = records(album)
    task = approved(album, alice_user)
    with acting_in(album.studio):
        journal.undo(JournalEntry.objects.for_studio(album.studio).get(pk=str(task.undo)), by=alice_user)
    assert records(album) == before
    assert {gold_of(photo) for photo in photos_of(album)} == {None}


def test_a_record_that_changes_has_its_copy_written_again_and_the_old_one_goes(album: Album, alice_user: User) -> None:
    approved(album, alice_user)
    photo = photos_of(album)[0]
    first = gold_of(photo)
    with acting_in(album.studio):
        used = Studio.objects.get(pk=album.studio_id).files_used
        marks.mark(photo, by=alice_user, caption="Another")
        gold.request(photo)
    work()
    second = gold_of(photo)
    assert first is not None
    assert second is not None
    with acting_in(album.studio):
        copies = Version.objects.for_studio(album.studio).filter(photo=photo, kind=VersionKind.GOLD)
        assert [copy.pk for copy in copies] == [second.pk] != [first.pk]
        assert Studio.objects.get(pk=album.studio_id).files_used == used
    with Image.open(io.BytesIO(bytes_of(second))) as image:
        assert description.read(image.info["xmp"].decode()).caption == "Another"


def test_a_copy_is_never_shown_nor_a_photo_of_its_own(album: Album, alice_user: User) -> None:
    approved(album, alice_user)
    version = gold_of(photos_of(album)[0])
    assert version is not None
    with acting_in(album.studio):
        version.studio = album.studio
        version.look = {"width": 1}
        with pytest.raises(photo_versions.VersionNotReady):
            photo_versions.choose(version, by=alice_user)
        with pytest.raises(pairs.Single):
            pairs.split(version, by=alice_user)


# -- pages and API -------------------------------------------------------------------------------------


def test_a_photo_is_corrected_and_approved_and_the_next_one_is_asked_for(north: Studio, alice: Client) -> None:
    with many_in(north):
        album = AlbumFactory.create(studio=north)
        first, second = (PlacementFactory.create(album=album).photo for _ in range(2))
    page = f"/studio/north/albums/{album.pk}/review/"
    assert "2 photos to review" in alice.get(page).content.decode()
    said = {"caption": "Rings", "keywords": "anna, ben", "place": "", "rating": "3", "do": "approve"}
    assert alice.post(f"{page}{first.pk}/", said | {"keywords": "x" * 90}).status_code == 422
    answer = alice.post(f"{page}{first.pk}/", said)
    assert answer["Location"].endswith(f"?after={first.pk}")
    assert second.camera_name in alice.get(answer["Location"]).content.decode()
    with acting_in(north):
        fresh = Photo.objects.for_studio(north).get(pk=first.pk)
        assert (fresh.caption, fresh.keywords, fresh.rating, fresh.tier) == ("Rings", ["anna", "ben"], 3, Tier.GOLD)
        assert Photo.objects.for_studio(north).get(pk=second.pk).tier == Tier.SILVER
    assert "End of the gallery" in alice.get(f"{page}?after={second.pk}").content.decode()


def test_chosen_photos_are_approved_in_the_background_and_put_back(north: Studio, alice: Client) -> None:
    with many_in(north):
        photo = PlacementFactory.create(album=AlbumFactory.create(studio=north)).photo
    address, headers = "/studio/north/library/photos/", {"HX-Request": "true"}
    assert alice.post(f"{address}approve/", {"photo": [str(photo.pk)]}, headers=headers).status_code == 202
    with acting_in(north):
        assert Photo.objects.for_studio(north).get(pk=photo.pk).tier == Tier.GOLD
    assert alice.post(f"{address}unapprove/", {"photo": [str(photo.pk)]}, headers=headers).status_code == 204
    with acting_in(north):
        assert Photo.objects.for_studio(north).get(pk=photo.pk).tier == Tier.SILVER


def test_restricted_members_approve_what_lies_in_their_galleries_alone(
    north: Studio, erin: Client, erin_user: User
) -> None:
    with many_in(north):
        mine, other = (PlacementFactory.create(album=AlbumFactory.create(studio=north)) for _ in range(2))
    keep_to(north, erin_user, mine.album)
    address, headers = "/studio/north/library/photos/", {"HX-Request": "true"}
    both = {"photo": [str(mine.photo_id), str(other.photo_id)]}
    assert erin.post(f"{address}approve/", both, headers=headers).status_code == 202
    with acting_in(north):
        rows = Photo.objects.for_studio(north).filter(approved_at__isnull=False)
        assert list(rows.values_list("pk", flat=True)) == [mine.photo_id]
        Photo.objects.for_studio(north).filter(pk=other.photo_id).update(approved_at=TAKEN)
    assert erin.post(f"{address}unapprove/", both, headers=headers).status_code == 204
    with acting_in(north):
        assert list(rows.values_list("pk", flat=True)) == [other.photo_id]


def test_a_program_promotes_reads_the_copy_and_demotes(album: Album, alice_user: User) -> None:
    call = Caller(album.studio, alice_user)
    photo = photos_of(album)[0]
    address = f"/api/photos/{photo.pk}"
    assert call.post(f"{address}/embed-metadata").json()["error"]["code"] == "not_approved"
    promoted = call.post(f"{address}/promote", {"tier": "gold"}).json()
    assert promoted["tier"] == "gold"
    assert promoted["undo"]
    assert call.post(f"{address}/embed-metadata").status_code == 202
    work()
    download = f"/api/albums/{album.pk}/photos/{photo.pk}/download"
    copy = b"".join(call.get(download, version="gold").streaming_content)
    with Image.open(io.BytesIO(copy)) as image:
        assert description.read(image.info["xmp"].decode()).caption == photo.caption
    assert call.post(f"{address}/demote").json()["tier"] == "silver"
    assert call.get(download, version="gold").status_code == 404
