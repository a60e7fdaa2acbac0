"""The tus protocol's Concatenation, sentence by sentence: files that come as several uploads at once."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, AlbumState
from apps.media.storage import partial_directory
from apps.uploads import concat, limits, resumable
from apps.uploads.guests import budgets
from apps.uploads.models import Upload
from tests.actors import keep_to
from tests.factories import AlbumFactory, jpeg
from tests.uploads.guests import browser
from tests.uploads.test_ingest import temp_files
from tests.uploads.test_tus import UPLOADS, ask, bearer, files, originals, patch
from tests.uploads.tus_client import PART, Answer, metadata

pytestmark = pytest.mark.django_db(transaction=True)

Key = dict[str, str]


@pytest.fixture(autouse=True)
def no_old_files() -> None:
    for path in partial_directory().iterdir():
        path.unlink()


@pytest.fixture
def album(north: Studio) -> Album:
    return AlbumFactory.create(studio=north, state=AlbumState.LIVE)


@pytest.fixture
def key(north: Studio, erin_user: User) -> Key:
    return bearer(erin_user)


@pytest.fixture
def photo() -> bytes:
    return jpeg()


def piece(key: Key, content: bytes, *, sent: int | None = None, **told: object) -> str:
    """Send a partial upload, or its first bytes; its address."""
    more = {"upload_metadata": metadata(**told)} if told else {}
    body = content[:sent]
    answer = ask("POST", UPLOADS, body, upload_length=str(len(content)), upload_concat="partial", **key, **PART, **more)
    assert (answer.status, answer.headers["upload-concat"]) == (201, "partial"), answer
    return answer.headers["location"]


def pieces(key: Key, photo: bytes) -> list[str]:
    return [piece(key, photo[:300]), piece(key, photo[300:500]), piece(key, photo[500:])]


def final(key: Key, places: list[str], /, *, headers: Any = None, **told: object) -> Answer:
    joined = f"final;{' '.join(places)}"
    return ask("POST", UPLOADS, upload_concat=joined, upload_metadata=metadata(**told), **key, **(headers or {}))


def photos(studio: Studio) -> int:
    with acting_in(studio):
        return studio.photos.count()


def test_the_extension_is_announced_and_unfinished_pieces_are_not() -> None:
    told = ask("OPTIONS", UPLOADS, tus=None).headers["tus-extension"].split(",")
    assert "concatenation" in told
    assert "concatenation-unfinished" not in told


def test_pieces_become_one_photo_in_the_order_of_the_list(key: Key, album: Album, photo: bytes) -> None:
    """Sent in another order than they are named in; the length is the sum of theirs."""
    last, first = piece(key, photo[300:]), piece(key, photo[:300])
    answer = final(key, [first, last], filename="IMG_7.jpg", album=album.pk, section="Ceremony")
    assert (answer.status, answer.headers["upload-result"]) == (201, "stored")
    assert originals(album) == [photo]
    with acting_in(album.studio):
        placement = album.placements.select_related("section", "photo").get()
        assert (placement.photo.camera_name, placement.section.title) == ("IMG_7.jpg", "Ceremony")
    asked = ask("HEAD", answer.headers["location"], **key)
    assert (asked.offset, asked.headers["upload-length"]) == (len(photo), str(len(photo)))
    assert asked.headers["upload-concat"] == f"final;{first} {last}"
    assert (files(), temp_files()) == ([], [])


def test_a_piece_waits_whole_and_becomes_nothing_by_itself(key: Key, album: Album, photo: bytes) -> None:
    place = piece(key, photo, sent=100, album=album.pk, filename="a.jpg")
    asked = ask("HEAD", place, **key)
    assert (asked.offset, asked.headers["upload-concat"]) == (100, "partial")
    assert patch(key, place, photo[100:], 100).offset == len(photo)
    whole = ask("HEAD", place, **key)
    assert (whole.offset, whole.headers["upload-length"]) == (len(photo), str(len(photo)))
    assert "upload-result" not in whole.headers
    assert "upload-expires" in whole.headers
    assert (photos(album.studio), originals(album)) == (0, [])


def test_metadata_of_pieces_are_not_those_of_the_file(key: Key, album: Album, photo: bytes) -> None:
    other = AlbumFactory.create(studio=album.studio)
    parts = [piece(key, photo[:9], filename="piece.jpg", album=other.pk), piece(key, photo[9:], sha256="0" * 64)]
    answer = final(key, parts, album=album.pk, filename="whole.jpg")
    assert answer.status == 201
    assert originals(other) == []
    with acting_in(album.studio):
        assert album.placements.get().photo.camera_name == "whole.jpg"
    told = ask("HEAD", answer.headers["location"], **key).headers["upload-metadata"]
    assert told == metadata(album=album.pk, filename="whole.jpg")


def test_addresses_may_be_whole(key: Key, album: Album, photo: bytes) -> None:
    parts = [f"https://gallery.example:8443{place}" for place in pieces(key, photo)]
    assert final(key, parts, album=album.pk).status == 201
    assert originals(album) == [photo]


def test_bytes_for_what_was_put_together_are_forbidden_and_change_nothing(key: Key, album: Album, photo: bytes) -> None:
    place = final(key, pieces(key, photo), album=album.pk).headers["location"]
    before = ask("HEAD", place, **key).headers
    for offset in (0, len(photo)):
        refused = patch(key, place, b"more", offset)
        assert (refused.status, refused.code) == (403, "final_upload")
    # Whatever else is wrong.
    assert ask("PATCH", place, b"more", **key).status == 403
    assert ask("HEAD", place, **key).headers == before
    assert originals(album) == [photo]


def test_an_unfinished_final_upload_tells_no_offset(
    key: Key, album: Album, photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Answer] = []
    finish = resumable.finish

    def asked(upload: Upload) -> None:
        place = f"{UPLOADS}{upload.pk}"
        seen.extend([ask("HEAD", place, **key), patch(key, place, b"more")])
        finish(upload)

    monkeypatch.setattr(resumable, "finish", asked)
    assert final(key, pieces(key, photo), album=album.pk).status == 201
    head, part = seen
    assert (head.status, "upload-offset" in head.headers, part.status) == (200, False, 403)
    assert head.headers["upload-length"] == str(len(photo))
    assert head.headers["upload-concat"].startswith("final;")


def test_other_words_are_refused(key: Key) -> None:
    for said in ("", "final", "final;", "final; ", "Partial", "partial;", "half", "final;\xe9", "final;" + "a " * 101):
        assert ask("POST", UPLOADS, upload_length="5", upload_concat=said, **key).status == 400, said
    assert files() == []


def test_a_final_upload_has_neither_bytes_nor_a_length(key: Key, album: Album, photo: bytes) -> None:
    parts = pieces(key, photo)
    assert final(key, parts, album=album.pk, headers={"upload_length": str(len(photo))}).status == 400
    assert final(key, parts, album=album.pk, headers=PART).status == 400
    assert final(key, [*parts, parts[0]], album=album.pk).status == 400
    assert photos(album.studio) == 0
    assert final(key, parts, album=album.pk).status == 201


def test_pieces_must_have_arrived(key: Key, album: Album, photo: bytes) -> None:
    first, second = piece(key, photo[:300]), piece(key, photo[300:], sent=10)
    refused = final(key, [first, second], album=album.pk)
    assert (refused.status, refused.code) == (409, "pieces_missing")
    assert patch(key, second, photo[310:], 10).status == 204
    assert final(key, [first, second], album=album.pk).status == 201
    assert originals(album) == [photo]


def test_what_is_no_piece_of_the_sender_is_not_there(
    key: Key, album: Album, photo: bytes, alice_user: User, charlie_user: User
) -> None:
    """Of another person, another studio, run out, whole by itself, unknown, elsewhere: all the same answer."""
    own = piece(key, photo[:300])
    alices, charlies = piece(bearer(alice_user), photo[300:]), piece(bearer(charlie_user, "south"), photo[300:])
    old, plain = piece(key, photo[300:]), ask("POST", UPLOADS, upload_length="5", **key).headers["location"]
    with acting_in(album.studio):
        row = Upload.objects.for_studio(album.studio).filter(pk=old.rsplit("/", 1)[1])
        row.update(touched_at=timezone.now() - Upload.KEPT)
    unknown = f"{UPLOADS}{uuid4()}"
    elsewhere = [f"/studio/north{own.removeprefix('/api')}", UPLOADS, "/", "http://[", "x" * 40, f"{UPLOADS}{'-' * 36}"]
    answers = [final(key, [own, other], album=album.pk) for other in (alices, charlies, old, plain, unknown)]
    answers += [final(key, [other], album=album.pk) for other in elsewhere]
    assert {(answer.status, answer.body) for answer in answers} == {(404, answers[0].body)}
    assert photos(album.studio) == 0
    assert ask("HEAD", alices, **bearer(alice_user)).status == 200


def test_a_restricted_member_sends_pieces_and_puts_them_where_they_work(
    north: Studio, album: Album, photo: bytes, erin_user: User
) -> None:
    keep_to(north, erin_user, album)
    key = bearer(erin_user)
    parts = [piece(key, photo[:300]), piece(key, photo[300:], sent=50)]
    assert patch(key, parts[1], photo[350:], 50).status == 204
    other = AlbumFactory.create(studio=north)
    assert final(key, parts).status == 400
    assert final(key, parts, album=other.pk).status == 404
    assert final(key, parts, album=album.pk).status == 201


def test_a_lost_answer_is_given_again(key: Key, album: Album, photo: bytes) -> None:
    parts = pieces(key, photo)
    first = final(key, parts, album=album.pk)
    again = final(key, parts, album=album.pk)
    assert (again.status, again.headers["location"]) == (201, first.headers["location"])
    assert again.headers["upload-photo"] == first.headers["upload-photo"]
    # Another file of the same pieces finds them used up.
    assert final(key, parts, album=album.pk, filename="b.jpg").status == 404
    assert originals(album) == [photo]


def test_what_is_no_photo_takes_its_pieces_along(key: Key, album: Album) -> None:
    parts = [piece(key, b"%PDF-1"), piece(key, b".7 ...")]
    refused = final(key, parts, album=album.pk)
    assert (refused.status, refused.code) == (415, "not_an_image")
    assert [ask("HEAD", place, **key).status for place in parts] == [404, 404]
    assert files() == []


def test_the_whole_is_compared_with_its_announced_hash(key: Key, album: Album, photo: bytes) -> None:
    wrong = final(key, pieces(key, photo), album=album.pk, sha256=hashlib.sha256(b"else").hexdigest())
    assert (wrong.status, wrong.code, files()) == (460, "checksum_mismatch", [])
    right = final(key, pieces(key, photo), album=album.pk, sha256=hashlib.sha256(photo).hexdigest())
    assert (right.status, originals(album)) == (201, [photo])


def test_a_failure_leaves_the_pieces(key: Key, album: Album, photo: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = pieces(key, photo)

    def broken(*args: object, **values: object) -> None:
        raise RuntimeError("the database went away")

    with monkeypatch.context() as away:
        away.setattr(resumable, "_write", broken)
        assert final(key, parts, album=album.pk).status == 500
    assert (len(files()), temp_files(), photos(album.studio)) == (3, [], 0)
    with acting_in(album.studio):
        assert album.studio.uploads.count() == 3
    assert final(key, parts, album=album.pk).status == 201
    assert originals(album) == [photo]


def test_pieces_are_read_by_one_at_a_time(
    key: Key, album: Album, photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts, seen = pieces(key, photo), []
    copy = concat._copy

    def meanwhile(*args: Any) -> None:
        seen.append(final(key, parts, album=album.pk))
        copy(*args)

    monkeypatch.setattr(concat, "_copy", meanwhile)
    assert final(key, parts, album=album.pk).status == 201
    assert (seen[0].status, seen[0].code) == (423, "in_use")
    assert originals(album) == [photo]


def test_the_plan_counts_each_byte_once(key: Key, album: Album, photo: bytes, north: Studio) -> None:
    with acting_in(north):
        north.refresh_from_db()
        north.quota_bytes = north.bytes_used + len(photo)
        north.save(update_fields=["quota_bytes"])
    parts = pieces(key, photo)
    more = ask("POST", UPLOADS, upload_length="1", upload_concat="partial", **key)
    assert (more.status, more.code) == (507, "quota")
    assert final(key, parts, album=album.pk).status == 201
    assert originals(album) == [photo]


def test_the_size_of_a_file_is_that_of_all_its_pieces(
    key: Key, album: Album, photo: bytes, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MAX_PHOTO_BYTES, settings.MAX_VIDEO_BYTES = len(photo) - 1, len(photo)
    parts = pieces(key, photo)
    refused = final(key, parts, album=album.pk, filename="a.jpg")
    assert (refused.status, refused.code) == (413, "too_large")
    monkeypatch.setattr(limits, "most_bytes", lambda name: len(photo))
    assert final(key, parts, album=album.pk, filename="a.jpg").status == 201
    alone = ask("POST", UPLOADS, upload_length=str(len(photo) + 1), upload_concat="partial", **key)
    assert alone.status == 413


def test_pieces_that_nobody_joins_are_swept(key: Key, photo: bytes, north: Studio, monkeypatch: Any) -> None:
    pieces(key, photo)
    with acting_in(north):
        Upload.objects.for_studio(north).update(touched_at=timezone.now() - Upload.KEPT)
    monkeypatch.setattr(resumable, "ORPHAN_SECONDS", -10.0)
    assert resumable.sweep() == 3
    assert files() == []


def test_a_guest_sends_pieces_within_the_budget(
    album: Album, alice_user: User, photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budgets, "GUEST_BYTES", len(photo))
    lena, karl = browser(album, alice_user).introduce(), browser(album, alice_user).introduce("Karl", "k@example.com")
    address = lena.page("uploads:guest_parts")

    def sent(content: bytes) -> Answer:
        return lena.ask("POST", address, content, upload_length=str(len(content)), upload_concat="partial", **PART)

    places = [sent(photo[:300]).headers["location"], sent(photo[300:]).headers["location"]]
    assert (sent(b"more").status, sent(b"more").code) == (413, "guest_limit")
    joined = f"final;{' '.join(places)}"
    told = metadata(filename="IMG_1.JPG")
    strange = karl.ask("POST", karl.page("uploads:guest_parts"), upload_concat=joined, upload_metadata=told)
    assert strange.status == 404
    answer = lena.ask("POST", address, upload_concat=joined, upload_metadata=told)
    assert (answer.status, answer.headers["upload-result"], "upload-photo" in answer.headers) == (201, "stored", False)
    assert originals(album) == [photo]
