"""Sidecars: XMP joins the photo of its name whichever comes first, says what nobody said otherwise, and is no photo."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from apps.accounts import journal
from apps.accounts.models import JournalEntry, Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums import marks
from apps.albums.models import Album, Photo
from apps.jobs import queue
from apps.uploads import inbox, sidecars
from apps.uploads.models import ReceivedFile, Sidecar, Upload
from tests.accounts.callers import bearer, session_of
from tests.factories import AlbumFactory, PhotoFactory, PlacementFactory, jpeg
from tests.uploads.conftest import put_as
from tests.uploads.guests import browser
from tests.uploads.tus_client import PART, metadata, speak

pytestmark = pytest.mark.django_db(transaction=True)


def xmp(**said: Any) -> bytes:
    """A packet as Lightroom writes it. said: rating, caption, keywords, creator."""
    words = "".join(f"<rdf:li>{word}</rdf:li>" for word in said.get("keywords", ()))
    subject = f"<dc:subject><rdf:Bag>{words}</rdf:Bag></dc:subject>" if words else ""
    caption = said.get("caption", "")
    text = f'<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{caption}</rdf:li></rdf:Alt></dc:description>'
    stars = f'xmp:Rating="{said["rating"]}"' if "rating" in said else ""
    body = f"<rdf:RDF><rdf:Description {stars}>{subject}{text if caption else ''}</rdf:Description></rdf:RDF>"
    return f'<x:xmpmeta xmlns:x="adobe:ns:meta/">{body}</x:xmpmeta>'.encode()


@pytest.fixture
def album(north: Studio) -> Album:
    return AlbumFactory.create(studio=north, title="Anna")


def photo_in(album: Album, name: str, **columns: Any) -> Photo:
    photo: Photo = PlacementFactory.create(album=album, photo=PhotoFactory.create(
        studio=album.studio, camera_name=name, **columns)).photo  # fmt: skip
    return photo


def put(client: Client, album: Album, body: bytes, name: str, **query: Any) -> tuple[int, Any]:
    path = reverse("uploads:put", args=[album.studio.slug, album.pk])
    return put_as(client, path, body, query={"name": name, **query})


def fresh(photo: Photo) -> Photo:
    with acting_in(photo.studio):
        return Photo.objects.for_studio(photo.studio).select_related("studio").get(pk=photo.pk)


def files_used(album: Album) -> int:
    with acting_in(album.studio):
        return Studio.objects.get(pk=album.studio_id).files_used


def came(photo: Photo) -> None:
    """The step of the pipeline."""
    sidecars.photo_came(queue.Claimed(uuid4(), photo.studio_id, Photo.RENDER, photo.pk, 1))


def test_it_joins_the_photo_of_its_name_and_is_none_itself(alice: Client, album: Album) -> None:
    photo, receipt = photo_in(album, "IMG_1.CR3"), uuid4()
    used = files_used(album)
    status, told = put(alice, album, xmp(rating=4, caption="Küsse", keywords=["swans"]), "img_1.XMP", receipt=receipt)
    assert (status, told["status"], told["photo"]["id"]) == (201, "sidecar", str(photo.pk))
    photo = fresh(photo)
    assert (photo.rating, photo.caption, photo.keywords) == (4, "Küsse", ["swans"])
    with acting_in(album.studio):
        assert Photo.objects.for_studio(album.studio).count() == 1
        row = ReceivedFile.objects.for_studio(album.studio).get()
    assert (row.state, row.reason, row.photo_id, len(row.sha256)) == ("sidecar", "Belongs to IMG_1.CR3", photo.pk, 64)
    assert files_used(album) == used
    page = alice.get(reverse("uploads:receipt", args=[album.studio.slug, album.pk, receipt])).content.decode()
    assert "0 of 0 stored" in page
    assert "1 sidecar" in page


def test_it_waits_for_a_photo_that_comes_later(alice: Client, album: Album, north: Studio) -> None:
    assert put(alice, album, xmp(rating=2), "IMG_1.xmp", receipt=uuid4())[1]["photo"] is None
    assert put(alice, album, xmp(rating=3), "IMG_1.xmp")[1]["photo"] is None, "a later one takes its place"
    photo, other = photo_in(album, "IMG_1.JPG"), photo_in(album, "IMG_10.JPG")
    came(other)
    came(photo)
    came(photo)
    assert (fresh(photo).rating, fresh(other).rating) == (3, 0)
    with acting_in(north):
        assert Sidecar.objects.for_studio(north).get().photo_id == photo.pk
        line = ReceivedFile.objects.for_studio(north).get()
    assert (line.reason, line.photo_id) == ("Belongs to IMG_1.JPG", photo.pk), "the receipt says what became of it"


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("IMG_1.CR3.xmp", "IMG_1.CR3"),
        ("IMG_1.JPG.xmp", "IMG_1.JPG"),
        ("IMG_1.xmp", "IMG_1.CR3"),
        ("IMG_2.xmp", "IMG_2.JPG"),
        ("IMG_2.NEF.xmp", "IMG_2.JPG"),
        ("IMG_3.xmp", None),
        ("IMG.xmp", None),
    ],
)
def test_names_say_which_photo_is_meant(album: Album, name: str, owner: str | None) -> None:
    """Of RAW and JPEG of one name the RAW; of two JPEGs of one name none."""
    photo_in(album, "IMG_1.CR3", kind="raw")
    for one in ("IMG_1.JPG", "IMG_2.JPG", "IMG_3.JPG", "img_3.jpg"):
        photo_in(album, one)
    with acting_in(album.studio):
        found = sidecars.owner_of(album, name)
    assert (found.camera_name if found else None) == owner


def test_a_later_one_updates_what_the_earlier_said_and_never_what_a_person_said(
    alice: Client, album: Album, alice_user: User
) -> None:
    photo = photo_in(album, "a.jpg", caption="by file", facts={"caption": "by file", "make": ""})
    put(alice, album, xmp(rating=4, keywords=["one", "two"]), "a.xmp")
    with acting_in(album.studio):
        marks.mark(fresh(photo), by=alice_user, rating=1)
    put(alice, album, xmp(rating=5, caption="by editor", keywords=["two"]), "a.xmp")
    found = fresh(photo)
    assert (found.rating, found.caption, found.keywords) == (1, "by editor", ["two"])
    put(alice, album, xmp(caption="by editor"), "a.xmp")
    found = fresh(photo)
    assert (found.rating, found.caption, found.keywords) == (1, "by editor", []), "its editor took the words back"
    with acting_in(album.studio):
        entry = JournalEntry.objects.for_studio(album.studio).latest("pk")
        entry.studio = album.studio
        journal.undo(entry, by=alice_user)
    assert fresh(photo).keywords == ["two"]


def test_a_sidecar_in_parts_and_one_of_a_program_join_too(album: Album, alice_user: User) -> None:
    one, two = photo_in(album, "a.jpg"), photo_in(album, "b.jpg")
    key: dict[str, Any] = {"authorization": f"Bearer {session_of(alice_user, 'north').access}"}
    body = xmp(rating=3)
    told = metadata(filename="a.xmp", album=album.pk)
    begun = speak("POST", "/api/uploads/tus/", upload_length=str(len(body)), upload_metadata=told, **key)
    assert begun is not None
    ended = speak("PATCH", begun.headers["location"], body, upload_offset="0", **PART, **key)
    assert ended is not None
    assert (ended.headers["upload-result"], ended.headers["upload-photo"]) == ("sidecar", str(one.pk))
    with acting_in(album.studio):
        assert not Upload.objects.for_studio(album.studio).get().path.exists()
    file = {"files": SimpleUploadedFile("b.xmp", body)}
    (result,) = bearer(alice_user, "north").post(f"/api/albums/{album.pk}/photos", file).json()["results"]
    assert (result["status"], result["photo"]["id"]) == ("sidecar", str(two.pk))
    assert (fresh(one).rating, fresh(two).rating) == (3, 3)


def test_a_watched_folder_takes_them(album: Album, tmp_path: Path, settings: Any, monkeypatch: Any) -> None:
    settings.INBOX, folder = str(tmp_path), tmp_path / "north" / "Anna"
    monkeypatch.setattr(inbox, "STILL", timedelta(0))
    folder.mkdir(parents=True)
    photo = photo_in(album, "a.jpg")
    (folder / "a.xmp").write_bytes(xmp(rating=5))
    inbox.look()
    inbox.look()
    assert fresh(photo).rating == 5
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"<x:xmpmeta \xff\xfe", 415), (b"<x:xmpmeta \x00", 415), (b"<svg><rdf:RDF/></svg>", 415), (b"text", 415)],
)
def test_what_only_looks_like_one_is_refused(body: bytes, status: int, alice: Client, album: Album) -> None:
    photo_in(album, "a.jpg")
    assert put(alice, album, body, "a.xmp")[0] == status
    with acting_in(album.studio):
        assert not Sidecar.objects.for_studio(album.studio).exists()


def test_guests_send_pictures_and_programs_name_the_gallery(album: Album, alice_user: User) -> None:
    assert browser(album, alice_user).introduce().send(xmp(rating=5), "a.xmp").status == 415
    answer = bearer(alice_user, "north").post("/api/upload", {"file": SimpleUploadedFile("a.xmp", xmp(rating=5))})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "no_gallery")


def test_hostile_xml_is_searched_and_never_expanded(alice: Client, album: Album) -> None:
    photo = photo_in(album, "a.jpg")
    bomb = b'<?xml version="1.0"?>' + xmp(caption="&a;").replace(
        b"<rdf:RDF>", b"<!DOCTYPE a [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><rdf:RDF>"
    )
    assert put(alice, album, bomb, "a.xmp")[0] == 201
    assert fresh(photo).caption == "&a;"


def test_a_photo_and_its_sidecar_at_once_find_each_other(alice: Client, album: Album) -> None:
    """As the page sends a folder: real files, real order."""
    put(alice, album, xmp(rating=4), "real.xmp")
    status, told = put(alice, album, jpeg(), "real.jpg")
    assert status == 201
    with acting_in(album.studio):
        photo = Photo.objects.for_studio(album.studio).select_related("studio").get(pk=told["photo"]["id"])
    came(photo)
    assert fresh(photo).rating == 4
