"""A retouched file takes the place of a photo's file, and everything that was said of the photo stays."""

from __future__ import annotations

import io
from hashlib import sha256
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts import journal
from apps.accounts.models import JournalEntry, Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums import marks, photo_versions
from apps.albums.models import Album, Photo, PhotoState, Placement, Version
from apps.jobs import queue
from apps.media import cas
from apps.sharing.links import lifecycle
from apps.sharing.models import Comment, Mark, Pick, Selection, Visitor
from apps.uploads import replacing
from apps.uploads.ingest import Ingested, ingest
from config.tasks import STEPS
from tests.albums.people import Caller
from tests.factories import AlbumFactory, PlacementFactory, jpeg, many_in
from tests.uploads.conftest import PHOTOS, put_as

RAW = (PHOTOS / "raw" / "synth_orientation6.dng").read_bytes()


@pytest.fixture
def album(north: Studio) -> Album:
    return AlbumFactory.create(studio=north)


def keep(album: Album, user: User, data: bytes, name: str, **options: Any) -> Ingested:
    stored = cas.receive(io.BytesIO(data), limit=len(data))
    return ingest(album.studio, album, stored, name=name, by=user, **options)


def work() -> None:
    while queue.answer("images", STEPS):
        pass


def afresh(photo: Photo) -> Photo:
    with acting_in(photo.studio):
        return Photo.objects.for_studio(photo.studio).select_related("original", "studio").get(pk=photo.pk)


def versions(photo: Photo) -> list[Version]:
    with acting_in(photo.studio):
        return photo_versions.of_photo(photo)


@pytest.fixture
def photo(album: Album, erin_user: User) -> Photo:
    """A RAW photo that has been rendered, with stars and a caption."""
    kept = keep(album, erin_user, RAW, "DSC_0001.NEF").photo
    work()
    with acting_in(album.studio):
        marks.mark(afresh(kept), by=erin_user, caption="The rings", rating=4)
    return afresh(kept)


def test_a_file_of_the_same_name_replaces_the_photos_whatever_its_ending(
    photo: Photo, album: Album, erin_user: User
) -> None:
    before = photo.original_id
    data = jpeg(1200, 800)
    replaced = keep(album, erin_user, data, "dsc_0001.jpg", replace="name")
    assert (replaced.status, replaced.photo.pk) == ("replaced", photo.pk)
    # Until the new file could be decoded, the old one is shown.
    assert afresh(photo).original_id == before
    work()
    now = afresh(photo)
    assert (now.width, now.height, now.kind) == (1200, 800, "image")
    assert (now.camera_name, now.caption, now.rating, now.taken_at) == (
        "DSC_0001.NEF", "The rings", 4, photo.taken_at,
    )  # fmt: skip
    assert now.state == PhotoState.READY
    assert now.retouched_at is not None
    assert [(one.name, one.is_current) for one in versions(photo)] == [("dsc_0001.jpg", True), ("", False)]
    with acting_in(album.studio):
        assert album.placements.count() == 1
        album.studio.refresh_from_db()
        assert (album.studio.files_used, album.studio.bytes_used) == (2, len(RAW) + len(data))


def entry_of(photo: Photo, verb: str) -> JournalEntry:
    return JournalEntry.objects.for_studio(photo.studio).filter(verb=verb).latest("at")


def test_undo_brings_the_first_file_back_and_redo_the_other(photo: Photo, album: Album, erin_user: User) -> None:
    keep(album, erin_user, jpeg(1200, 800), "DSC_0001.jpg", replace=photo)
    work()
    with acting_in(album.studio):
        undone = journal.undo(entry_of(photo, "photo.replaced"), by=erin_user)
    before = afresh(photo)
    same = ("original_id", "width", "height", "color", "phash", "kind", "retouched_at", "caption", "rating")
    assert [getattr(before, name) for name in same] == [getattr(photo, name) for name in same]
    assert [one.is_current for one in versions(photo)] == [False, True]
    with acting_in(album.studio):
        journal.undo(undone, by=erin_user)
    assert afresh(photo).width == 1200
    assert [one.is_current for one in versions(photo)] == [True, False]


def test_going_back_shows_the_first_file_at_once(photo: Photo, album: Album, erin: Client, erin_user: User) -> None:
    keep(album, erin_user, jpeg(1200, 800), "DSC_0001.jpg", replace=photo)
    work()
    first = versions(photo)[-1]
    args = [album.studio.slug, album.pk, photo.pk]
    page = erin.get(reverse("albums:photo_history", args=args)).content.decode()
    assert "Shown now" in page
    assert "replaced the file of DSC_0001.NEF with DSC_0001.jpg" in page
    assert erin.post(reverse("albums:photo_show_version", args=[*args, first.pk])).status_code == 303
    now = afresh(photo)
    assert (now.original_id, now.width, now.retouched_at) == (photo.original_id, photo.width, None)
    assert not queue.answer("images", STEPS)
    held = erin.get(f"{reverse('albums:photo_download', args=args)}?file={first.pk}")
    assert b"".join(held.streaming_content) == RAW  # type: ignore[attr-defined]


def test_a_file_that_cannot_be_shown_replaces_nothing_and_says_why(photo: Photo, album: Album, erin_user: User) -> None:
    broken = jpeg(1200, 800)[:-300]
    keep(album, erin_user, broken, "DSC_0001.jpg", replace=photo)
    work()
    assert afresh(photo).original_id == photo.original_id
    assert len(versions(photo)) == 1
    with acting_in(album.studio):
        assert "damaged" in entry_of(photo, "photo.replace_refused").detail["reason"]
        album.studio.refresh_from_db()
        assert album.studio.bytes_used == len(RAW)


def test_the_first_file_sent_again_is_known_as_a_file_of_its_photo(photo: Photo, album: Album, erin_user: User) -> None:
    keep(album, erin_user, jpeg(1200, 800), "DSC_0001.jpg", replace=photo)
    work()
    again = keep(album, erin_user, RAW, "DSC_0001.NEF")
    assert (again.status, again.photo.pk) == ("duplicate", photo.pk)


def test_a_file_of_another_photo_replaces_none(photo: Photo, album: Album, erin_user: User) -> None:
    data = jpeg(300, 200)
    keep(album, erin_user, data, "other.jpg")
    with pytest.raises(replacing.OfAnotherPhoto):
        keep(album, erin_user, data, "DSC_0001.jpg", replace=photo)


def test_without_a_namesake_or_with_two_the_file_is_a_photo_of_its_own(album: Album, erin_user: User) -> None:
    for number, name in enumerate(("IMG_1.NEF", "IMG_1.TIF", "IMG_10.jpg")):
        keep(album, erin_user, jpeg(90 + number, 60), name)
    for name in ("IMG_2.jpg", "IMG_1.jpg"):
        assert keep(album, erin_user, jpeg(200, 100), name, replace="name").status == "stored"
    assert keep(album, erin_user, jpeg(300, 100), "img_1.tif", replace="name").status == "replaced"


@pytest.mark.django_db(transaction=True)
def test_the_page_replaces_by_the_photos_id(photo: Photo, album: Album, erin: Client) -> None:
    path = f"/studio/{album.studio.slug}/albums/{album.pk}/upload"
    status, answer = put_as(erin, path, jpeg(800, 600), query={"name": "x.jpg", "replace": photo.pk})
    assert status == 201, answer
    assert (answer["status"], answer["photo"]["id"]) == ("replaced", str(photo.pk))
    status, _ = put_as(erin, path, jpeg(801, 600), query={"name": "x.jpg", "replace": "nonsense"})
    assert status == 400


def test_the_api_replaces_lists_and_goes_back(photo: Photo, album: Album, north: Studio, erin_user: User) -> None:
    api = Caller(north, erin_user)
    data = jpeg(1200, 800)
    assert api.client.put(f"/api/photos/{photo.pk}/file?name=a.jpg").status_code == 400
    sent = api.client.put(f"/api/photos/{photo.pk}/file?name=a.jpg", data, content_type="image/jpeg")
    assert (sent.status_code, sent.json()["status"]) == (202, "replaced")
    work()
    listed = api.get(f"/api/photos/{photo.pk}/versions").json()["results"]
    assert [(one["kind"], one["is_current"], one["size"]) for one in listed] == [
        ("retouched", True, len(data)),
        ("original", False, len(RAW)),
    ]
    back = api.post(f"/api/photos/{photo.pk}/versions/{listed[1]['id']}/current")
    assert back.status_code == 200
    assert back.json()["undo"]
    assert afresh(photo).original_id == photo.original_id
    assert api.post(f"/api/photos/{photo.pk}/versions/{listed[1]['id']}/current").json()["undo"] is None


def test_a_program_asks_by_hash_what_need_not_be_sent(
    photo: Photo, album: Album, north: Studio, south: Studio, erin_user: User, charlie_user: User
) -> None:
    known, unknown = sha256(RAW).hexdigest(), sha256(b"another").hexdigest()
    api = Caller(north, erin_user)
    answer = api.post("/api/uploads/check", {"sha256": [known.upper(), unknown]})
    assert answer.json() == {"known": {known: str(photo.pk)}}
    # What another studio holds looks like what nobody holds.
    assert Caller(south, charlie_user).post("/api/uploads/check", {"sha256": [known]}).json() == {"known": {}}
    assert api.post("/api/uploads/check", {"sha256": [unknown] * 501}).status_code == 422
    assert api.post("/api/uploads/check", {"sha256": ["x"]}).status_code == 400


@pytest.mark.slow
def test_fifty_retouched_files_replace_raw_by_name_and_all_that_was_said_stays(
    album: Album, north: Studio, erin_user: User
) -> None:
    with many_in(north):
        placed = [
            PlacementFactory.create(
                album=album,
                photo__camera_name=f"DSC_{number:04}.NEF",
                photo__kind="raw",
                photo__rating=number % 6,
                photo__label="green",
                photo__caption=f"Frame {number}",
                photo__keywords=["rings", str(number)],
            )
            for number in range(50)
        ]
    photos = [one.photo_id for one in placed]
    with acting_in(north):
        link, _ = lifecycle.create(album, by=erin_user, label="Couple", password=None)
        of = {"studio": north, "shown_id": album.pk}
        visitor = Visitor(**of, link=link, name="Anna")
        visitor.save(force_insert=True)
        hearts = Selection(**of, visitor=visitor, title="Favourites")
        hearts.save(force_insert=True)
        for number, photo_id in enumerate(photos):
            Pick(studio=north, selection=hearts, photo_id=photo_id).save(force_insert=True)
            Mark(**of, visitor=visitor, photo_id=photo_id, stars=number % 5 + 1, label="red").save(force_insert=True)
            Comment(
                **of, visitor=visitor, link=link, photo_id=photo_id, body=f"Say {number}", pin_x=number / 50, pin_y=0.5
            ).save(force_insert=True)

    def said() -> dict[str, list[Any]]:
        own = ("pk", "camera_name", "rating", "label", "flag", "caption", "keywords", "place", "taken_at")
        places = ("pk", "photo_id", "section_id", "sort_key", "manual_key", "section_rank", "is_hidden", "trashed_at")
        with acting_in(north):
            return {
                "photos": list(Photo.objects.for_studio(north).order_by("pk").values_list(*own)),
                "places": list(Placement.objects.for_studio(north).order_by("pk").values_list(*places)),
                **{
                    model.__name__: list(model.objects.for_studio(north).order_by("pk").values())
                    for model in (Selection, Pick, Mark, Comment)
                },
            }

    before = said()
    sent = [jpeg(96, 64) for _ in photos]
    for number in reversed(range(50)):
        found = keep(album, erin_user, sent[number], f"dsc_{number:04}.jpg", replace="name")
        assert (found.status, found.photo.pk) == ("replaced", photos[number])
    work()
    assert said() == before
    with acting_in(north):
        rows = dict(Photo.objects.for_studio(north).values_list("pk", "original__sha256"))
    assert rows == {pk: sha256(data).hexdigest() for pk, data in zip(photos, sent, strict=True)}
