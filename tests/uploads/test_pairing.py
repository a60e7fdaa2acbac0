"""RAW and JPEG of one shot, and a still and its moving part, are one photo; all else stays apart."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts import journal
from apps.accounts.models import JournalEntry, Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums import marks
from apps.albums.models import Album, Photo, PhotoState, Version
from apps.jobs import queue
from apps.media import cas
from apps.uploads import pairing, sidecars
from apps.uploads.models import Sidecar
from tests.factories import AlbumFactory, PhotoFactory, PlacementFactory
from tests.uploads.conftest import PHOTOS
from tests.uploads.test_replacing import keep, work
from tests.uploads.test_sidecars import xmp

PAIR = ("raw_jpeg_pairs/DSC_0002.DNG", "raw_jpeg_pairs/DSC_0002.JPG")


@pytest.fixture
def album(north: Studio) -> Album:
    return AlbumFactory.create(studio=north)


def sent(album: Album, user: User, *names: str, as_name: str = "") -> None:
    for name in names:
        path: Path = PHOTOS / name
        keep(album, user, path.read_bytes(), as_name or path.name)
        work()


def photos(album: Album) -> list[Photo]:
    with acting_in(album.studio):
        rows = Photo.objects.for_studio(album.studio).filter(placements__album=album, placements__trashed_at=None)
        return list(rows.select_related("original", "studio").order_by("id"))


def files(photo: Photo) -> list[tuple[str, bool]]:
    with acting_in(photo.studio):
        rows = Version.objects.for_studio(photo.studio).filter(photo=photo).order_by("kind")
        return list(rows.values_list("kind", "is_current"))


@pytest.mark.parametrize("names", [PAIR, PAIR[::-1]])
def test_raw_and_jpeg_of_one_shot_are_one_photo_that_shows_the_jpeg(
    names: tuple[str, ...], album: Album, erin_user: User, erin: Client
) -> None:
    sent(album, erin_user, *names)
    [photo] = photos(album)
    assert (photo.original.mime, photo.kind, photo.beside) == ("image/jpeg", "image", "raw")
    assert photo.camera_name == "DSC_0002.JPG", "as what is shown, whichever came first"
    assert files(photo) == [("original", True), ("raw", False)]
    with acting_in(album.studio):
        assert album.placements.count() == 1
        album.studio.refresh_from_db()
        assert album.studio.files_used == 2
    assert "RAW+JPEG" in erin.get(album.get_absolute_url()).content.decode()


def entry(album: Album, verb: str) -> JournalEntry:
    return JournalEntry.objects.for_studio(album.studio).filter(verb=verb).latest("at")


@pytest.mark.parametrize("names", [PAIR, PAIR[::-1]])
def test_undo_parts_them_and_redo_joins_them_again(names: tuple[str, ...], album: Album, erin_user: User) -> None:
    sent(album, erin_user, *names)
    [joined] = photos(album)
    with acting_in(album.studio):
        undone = journal.undo(entry(album, "photo.joined"), by=erin_user)
    first, second = photos(album)
    assert {first.kind, second.kind} == {"raw", "image"}
    assert {first.beside, second.beside} == {""}
    assert {first.camera_name, second.camera_name} == {"DSC_0002.DNG", "DSC_0002.JPG"}
    assert first.taken_at == second.taken_at == joined.taken_at
    assert [files(photo) for photo in (first, second)] == [[("original", True)]] * 2
    with acting_in(album.studio):
        journal.undo(undone, by=erin_user)
    [again] = photos(album)
    assert (again.pk, again.original_id, again.beside) == (joined.pk, joined.original_id, "raw")
    assert files(again) == [("original", True), ("raw", False)]


def test_a_file_is_made_a_photo_of_its_own_and_undo_joins_it_again(album: Album, erin: Client, erin_user: User) -> None:
    sent(album, erin_user, *PAIR)
    [photo] = photos(album)
    with acting_in(album.studio):
        raw = Version.objects.for_studio(album.studio).get(photo=photo, kind="raw")
    args = [album.studio.slug, album.pk, photo.pk, raw.pk]
    assert erin.post(reverse("albums:photo_split", args=args)).status_code == 303
    assert [(one.kind, one.beside) for one in photos(album)] == [("image", ""), ("raw", "")]
    assert erin.post(reverse("albums:photo_split", args=args)).status_code == 404
    with acting_in(album.studio):
        journal.undo(entry(album, "photo.split"), by=erin_user)
    assert [(one.pk, one.beside) for one in photos(album)] == [(photo.pk, "raw")]


def test_a_counter_that_rolled_over_joins_nothing(album: Album, erin_user: User) -> None:
    sent(album, erin_user, "raw_jpeg_pairs/IMG_0100.dng", "raw_jpeg_pairs/IMG_0100.jpg")
    assert len(photos(album)) == 2


def test_another_name_or_another_gallery_joins_nothing(album: Album, erin_user: User) -> None:
    sent(album, erin_user, PAIR[0])
    sent(album, erin_user, PAIR[1], as_name="DSC_00021.JPG")
    assert len(photos(album)) == 2
    other = AlbumFactory.create(studio=album.studio)
    sent(other, erin_user, PAIR[1])
    assert [len(photos(one)) for one in (album, other)] == [2, 1]


def test_what_was_said_of_the_first_stays(album: Album, erin_user: User) -> None:
    sent(album, erin_user, PAIR[0])
    [first] = photos(album)
    with acting_in(album.studio):
        marks.mark(first, by=erin_user, caption="The rings")
    sent(album, erin_user, PAIR[1])
    [photo] = photos(album)
    assert (photo.pk, photo.caption, photo.kind) == (first.pk, "The rings", "image")


def _photo(kind: str, at: str = "2024-01-01T10:00:00", model: str = "R6", **more: Any) -> Photo:
    return Photo(kind=kind, facts={"taken_at": at, "model": model}, **more)


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        (_photo("raw"), _photo("image", "2024-01-01T10:00:00.9"), True),
        (_photo("raw"), _photo("image", "2024-01-01T10:00:01.1"), False),
        (_photo("raw"), _photo("image", model="Z 6"), False),
        (_photo("raw", model=""), _photo("image", model=""), False),
        (_photo("raw", ""), _photo("image", ""), False),
        (_photo("image"), _photo("image"), False),
        (_photo("raw"), _photo("video", duration_ms=2000), False),
        (_photo("image"), _photo("video", duration_ms=3000), True),
        (_photo("image"), _photo("video", duration_ms=60_000), False),
        (_photo("image"), _photo("video"), False),
    ],
)
def test_camera_and_moment_decide(one: Photo, other: Photo, together: bool) -> None:
    assert pairing.belong_together(one, other) is together
    assert pairing.belong_together(other, one) is together


# -- a still and its moving part, sidecars of both files -----------------------------------------------------------


def shot(album: Album, name: str, kind: str, **columns: Any) -> Photo:
    """A file of one moment and camera that was read a moment ago."""
    facts = {"taken_at": "2024-01-01T10:00:00", "model": "Phone"}
    photo: Photo = PlacementFactory.create(
        album=album,
        photo=PhotoFactory.create(
            studio=album.studio, camera_name=name, kind=kind, state=PhotoState.READY, facts=facts, **columns
        ),
    ).photo
    return photo


def came(photo: Photo) -> None:
    """The step of the pipeline."""
    pairing.photo_came(queue.Claimed(uuid4(), photo.studio_id, Photo.RENDER, photo.pk, 1))


@pytest.mark.parametrize("first", ["video", "image"])
def test_a_live_photo_is_called_as_its_still_whichever_came_first(first: str, album: Album) -> None:
    made = {}
    for kind in (first, "image" if first == "video" else "video"):
        length = 2_000 if kind == "video" else None
        made[kind] = shot(album, f"IMG_7.{'MOV' if kind == 'video' else 'HEIC'}", kind, duration_ms=length)
    came(list(made.values())[1])
    [photo] = photos(album)
    assert (photo.pk, photo.camera_name, photo.kind, photo.beside) == (
        made["image"].pk, "IMG_7.HEIC", "image", "live",
    )  # fmt: skip


def test_a_video_of_which_something_was_said_stays(album: Album, erin_user: User) -> None:
    video = shot(album, "IMG_7.MOV", "video", duration_ms=2_000)
    with acting_in(album.studio):
        marks.mark(Photo.objects.for_studio(album.studio).get(pk=video.pk), by=erin_user, caption="The kiss")
    came(shot(album, "IMG_7.HEIC", "image"))
    [photo] = photos(album)
    assert (photo.pk, photo.caption, photo.kind) == (video.pk, "The kiss", "image")


def beside(photo: Photo, packet: bytes) -> None:
    """Send a sidecar of a photo by its whole name."""
    album = photo.placements.get().album
    album.studio = photo.studio
    stored = cas.receive(io.BytesIO(packet), limit=len(packet), sidecars=True)
    try:
        sidecars.keep(photo.studio, album, stored, name=f"{photo.camera_name}.xmp", by=None)
    finally:
        stored.discard()


@pytest.mark.parametrize("raw_first", [True, False])
def test_two_files_of_a_shot_are_joined_though_both_have_a_sidecar(raw_first: bool, album: Album) -> None:
    names = [("DSC_1.NEF", "raw"), ("DSC_1.JPG", "image")]
    first, second = (shot(album, name, kind) for name, kind in (names if raw_first else names[::-1]))
    packets = {"raw": xmp(rating=4), "image": xmp(rating=2, caption="Ours")}
    with acting_in(album.studio):
        for photo in (first, second):
            beside(photo, packets[photo.kind])
    came(second)
    shown = second if raw_first else first
    [photo] = photos(album)
    assert (photo.pk, photo.kind, photo.beside) == (shown.pk, "image", "raw")
    assert (photo.rating, photo.caption) == (4, "Ours"), "the RAW's counts, and what only the other says"
    with acting_in(album.studio):
        row = Sidecar.objects.for_studio(album.studio).get()
    assert (row.photo_id, row.name, row.said) == (shown.pk, "DSC_1.NEF.xmp", {"rating": 4, "caption": "Ours"})


def test_what_a_person_said_beside_the_sidecar_keeps_two_files_apart(album: Album, erin_user: User) -> None:
    first, second = shot(album, "DSC_1.NEF", "raw"), shot(album, "DSC_1.JPG", "image")
    with acting_in(album.studio):
        for photo in (first, second):
            beside(photo, xmp(rating=4))
            marks.mark(Photo.objects.for_studio(album.studio).get(pk=photo.pk), by=erin_user, caption="Mine")
    came(second)
    assert len(photos(album)) == 2
