"""Handing out bytes: addresses, headers, and what happens to damaged files. G20, G24, G28."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.http import FileResponse
from pytest_django.fixtures import Settings

from apps.accounts.models import Studio
from apps.accounts.tenancy import acting_in
from apps.albums.models import Photo
from apps.media import serving
from apps.media.mime import download_name
from apps.media.models import BlobEvent
from apps.media.storage import LocalStore
from tests.factories import PhotoFactory, RenditionFactory, jpeg, kept

STUDIO, ALBUM, PHOTO = (UUID(f"0abcdef0-1234-7abc-8def-00000000000{n}") for n in "abc")


# -- addresses ---------------------------------------------------------------------------------------


def accepted(path: str, studio: UUID = STUDIO) -> bool:
    asked = serving.parse(path)
    return asked is not None and serving.check(asked, studio)


@pytest.mark.parametrize("kind", ["tile", "thumb", "web"])
def test_an_address_we_made_is_accepted_and_says_what_it_asks_for(kind: str) -> None:
    path = serving.picture_url(STUDIO, ALBUM, PHOTO, kind)
    asked = serving.parse(path)
    assert asked
    assert (asked.album_id, asked.photo_id, asked.kind) == (ALBUM, PHOTO, kind)
    assert serving.check(asked, STUDIO)


def test_an_address_of_another_studio_is_refused() -> None:
    assert not accepted(serving.picture_url(STUDIO, ALBUM, PHOTO, "tile"), uuid4())


@pytest.mark.parametrize(
    "bend",
    [
        lambda path: path.replace(ALBUM.hex, uuid4().hex),
        lambda path: path.replace(PHOTO.hex, uuid4().hex),
        lambda path: path.replace("/tile.", "/web."),
        lambda path: path.replace(f"{ALBUM.hex}/{PHOTO.hex}", f"{PHOTO.hex}/{ALBUM.hex}"),
        lambda path: re.sub(r"\.[0-9a-f]{32}\.", f".{'0' * 32}.", path),
    ],
    ids=["another album", "another photo", "another size", "ids swapped", "a guessed code"],
)
def test_a_bent_address_is_refused(bend: Callable[[str], str]) -> None:
    path = serving.picture_url(STUDIO, ALBUM, PHOTO, "tile")
    assert not accepted(bend(path))


def test_every_single_changed_character_is_refused() -> None:
    path = serving.picture_url(STUDIO, ALBUM, PHOTO, "tile")
    bent = [f"{path[:at]}{'0' if path[at] != '0' else '1'}{path[at + 1 :]}" for at in range(len(path))]
    assert [other for other in bent if accepted(other)] == []


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/m/",
        f"/m/{ALBUM}/{PHOTO}/tile.{'0' * 32}.webp",
        f"/m/{ALBUM.hex}/{PHOTO.hex}/tile.{'0' * 32}.webp/",
        f"/m/{ALBUM.hex}/{PHOTO.hex}/tile.{'0' * 32}.webp\n",
        f"/m/{ALBUM.hex}/{PHOTO.hex}/original.{'0' * 32}.webp",
        f"/m/{ALBUM.hex}/{PHOTO.hex}/../tile.{'0' * 32}.webp",
        f"/m/{ALBUM.hex.upper()}/{PHOTO.hex}/tile.{'0' * 32}.webp",
        f"/m/{ALBUM.hex}/{PHOTO.hex}/tile..webp",
        f"/m/{ALBUM.hex}/{PHOTO.hex}/tile.{'٠' * 32}.webp",
    ],
)
def test_what_is_no_address_of_ours_is_not_read_as_one(path: str) -> None:
    assert serving.parse(path) is None


# -- headers -----------------------------------------------------------------------------------------


@pytest.fixture
def photo(db: None, local: LocalStore, north: Studio) -> Photo:
    """A photo with real bytes and a tile."""
    photo = PhotoFactory.create(studio=north, original=kept(north, jpeg()), camera_name="DSC_1.JPG")
    RenditionFactory.create(studio=north, source=photo.original, blob=kept(north, jpeg()), kind="tile")
    return photo


def original(photo: Photo) -> serving.Location:
    location = serving.original_location(photo.studio_id, photo.pk)
    assert location
    return location


def tile(photo: Photo) -> serving.Location:
    location = serving.locate(photo.studio_id, photo.pk, "tile")
    assert location
    return location


ANSWERS: dict[str, Callable[[Photo], serving.Answer]] = {
    "picture": lambda photo: serving.picture_answer(tile(photo)),
    "download": lambda photo: serving.download_answer(original(photo), filename="x.jpg"),
    "shown": lambda photo: serving.download_answer(original(photo), filename="x.jpg", inline=True),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_every_answer_carries_the_headers_that_keep_it_harmless(
    photo: Photo, answer: Callable[[Photo], serving.Answer]
) -> None:
    headers = answer(photo).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'self'; sandbox"
    assert headers["Cache-Control"].startswith("private")
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Robots-Tag"] == "noindex"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Content-Type"] == "image/jpeg"
    assert headers["Content-Disposition"]


@pytest.mark.parametrize("mime", ["text/html", "image/svg+xml", "application/xhtml+xml", "text/javascript", "", "x"])
def test_a_type_that_could_run_is_sent_as_plain_bytes(mime: str) -> None:
    assert serving.safety_headers(mime)["Content-Type"] == "application/octet-stream"


def test_plain_bytes_are_never_shown_inside_a_page(photo: Photo) -> None:
    location = serving.Location(photo.original_id, photo.studio_id, *_key_and_hash(photo), "text/html", 1)
    headers = serving.download_answer(location, filename="a.html", inline=True).headers
    assert headers["Content-Disposition"].startswith("attachment")


def _key_and_hash(photo: Photo) -> tuple[str, str]:
    return photo.original.storage_key, photo.original.sha256


def test_a_pictures_tag_says_nothing_about_its_bytes(photo: Photo) -> None:
    etag = serving.picture_answer(tile(photo)).headers["ETag"]
    assert not any(part in etag for part in (tile(photo).sha256[:16], tile(photo).blob_id.hex[:16]))


def test_an_unchanged_picture_is_not_sent_again(photo: Photo) -> None:
    first = serving.picture_answer(tile(photo))
    again = serving.picture_answer(tile(photo), if_none_match=first.headers["ETag"])
    assert (again.status, again.path, again.body) == (304, None, b"")


@pytest.mark.parametrize(
    ("name", "mime", "expected"),
    [
        ("IMG_1.JPG", "image/jpeg", "IMG_1.JPG"),
        ("IMG_1.jpeg", "image/jpeg", "IMG_1.jpeg"),
        ("IMG_1.JPG", "image/webp", "IMG_1.webp"),
        ("trick.html", "image/jpeg", "trick.html.jpg"),
        ("photo.jpg.exe", "image/png", "photo.jpg.exe.png"),
        ("Straße 7.tif", "image/tiff", "Straße 7.tif"),
        ("../../etc/passwd", "image/jpeg", "etcpasswd.jpg"),
        ("", "image/jpeg", "photo.jpg"),
        ("page.html", "text/html", "page.html.bin"),
    ],
)
def test_a_file_is_named_as_the_camera_did_and_ends_as_it_is(name: str, mime: str, expected: str) -> None:
    assert download_name(name, mime) == expected


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("DSC_1.jpg", "attachment; filename=\"DSC_1.jpg\"; filename*=UTF-8''DSC_1.jpg"),
        ('a"b.jpg', "attachment; filename=\"a_b.jpg\"; filename*=UTF-8''a%22b.jpg"),
        ("Küsse.jpg", "attachment; filename=\"Kusse.jpg\"; filename*=UTF-8''K%C3%BCsse.jpg"),
    ],
)
def test_names_are_written_as_rfc_6266_says(photo: Photo, name: str, header: str) -> None:
    answer = serving.download_answer(original(photo), filename=name)
    assert answer.headers["Content-Disposition"] == header


# -- the way out -------------------------------------------------------------------------------------


def test_a_view_sends_the_original_as_it_came(photo: Photo) -> None:
    response = serving.file_response(original(photo), filename="DSC_1.JPG")
    assert isinstance(response, FileResponse)
    with original(photo).path.open("rb") as file:  # type: ignore[union-attr]
        assert b"".join(response) == file.read()
    assert response["Content-Length"] == str(photo.original.size)


def test_behind_nginx_only_the_name_of_the_file_is_handed_over(photo: Photo, settings: Settings) -> None:
    settings.ACCEL_PREFIX = "/_bytes/"
    answer = serving.download_answer(original(photo), filename="x.jpg")
    assert answer.headers["X-Accel-Redirect"] == f"/_bytes/{photo.original.storage_key}"
    assert (answer.path, answer.body) == (None, b"")


def test_a_photo_without_renditions_has_no_place(photo: Photo) -> None:
    assert serving.locate(photo.studio_id, photo.pk, "web") is None


def test_a_photo_of_another_studio_has_no_place(photo: Photo, south: Studio) -> None:
    assert serving.original_location(south.pk, photo.pk) is None
    assert serving.locate(south.pk, photo.pk, "tile") is None


# -- damaged bytes -----------------------------------------------------------------------------------


def flip_a_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def events(photo: Photo) -> list[str]:
    with acting_in(photo.studio_id):
        return list(BlobEvent.objects.for_studio(photo.studio_id).values_list("event", flat=True))


@pytest.mark.parametrize("spoil", [flip_a_bit, cut, Path.unlink], ids=["a flipped bit", "a byte less", "no file"])
@pytest.mark.parametrize("accel", [None, "/_bytes/"], ids=["from this process", "by nginx"])
def test_a_damaged_original_is_refused_and_told(
    photo: Photo, settings: Settings, spoil: Callable[[Path], None], accel: str | None
) -> None:
    settings.ACCEL_PREFIX = accel
    path = original(photo).path
    assert path
    spoil(path)
    answer = serving.download_answer(original(photo), filename="x.jpg")
    assert (answer.status, "X-Accel-Redirect" in answer.headers, answer.path) == (500, False, None)
    assert events(photo) == ["damaged"]


def test_without_comparing_hashes_a_flipped_bit_would_be_a_clean_200(
    photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broken variant: lengths only."""
    monkeypatch.setattr(serving, "_is_true", lambda path, _: serving.is_whole(path, photo.original.size))
    path = original(photo).path
    assert path
    flip_a_bit(path)
    assert serving.download_answer(original(photo), filename="x.jpg").status == 200


@pytest.mark.parametrize("spoil", [cut, Path.unlink], ids=["a byte less", "no file"])
def test_a_picture_that_is_not_whole_is_refused_and_told(photo: Photo, spoil: Callable[[Path], None]) -> None:
    path = tile(photo).path
    assert path
    spoil(path)
    answer = serving.picture_answer(tile(photo))
    assert (answer.status, answer.headers["Retry-After"]) == (503, "30")
    assert b"prepared again" in answer.body
    assert events(photo) == ["damaged"]


def test_the_answer_to_a_damaged_file_is_kept_by_nobody(photo: Photo) -> None:
    path = original(photo).path
    assert path
    path.unlink()
    headers = serving.download_answer(original(photo), filename="x.jpg").headers
    assert headers["Cache-Control"] == "no-store"
    assert not {"ETag", "Content-Disposition"} & set(headers)


@pytest.mark.parametrize("kind", ["tile", "thumb", "web"])
def test_the_addresses_of_a_whole_page_are_those_of_each_picture(kind: str) -> None:
    urls, others = serving.PictureUrls(STUDIO, ALBUM), serving.PictureUrls(STUDIO, uuid4())
    for photo in (PHOTO, uuid4(), PHOTO):
        assert urls.of(photo.hex, kind) == serving.picture_url(STUDIO, ALBUM, photo, kind)
        assert others.of(photo.hex, kind) != urls.of(photo.hex, kind)
