"""Receipts: of every file that a page sends, what became of it, kept as page and as table that is no formula."""

from __future__ import annotations

import csv
import hashlib
import io
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import across_studios, acting_in
from apps.albums.models import Album
from apps.uploads.models import ReceivedFile
from tests.accounts.callers import bearer, session_of
from tests.actors import keep_to, signed_in
from tests.factories import AlbumFactory, jpeg
from tests.uploads.conftest import put_as
from tests.uploads.guests import browser
from tests.uploads.tus_client import PART, metadata, speak

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def album(north: Studio) -> Album:
    return AlbumFactory.create(studio=north, slug="wedding")


def put(client: Client, album: Album, body: bytes, receipt: UUID, name: str) -> int:
    path = reverse("uploads:put", args=[album.studio.slug, album.pk])
    return put_as(client, path, body, query={"name": name, "receipt": receipt})[0]


def address(album: Album, name: str, *receipt: UUID) -> str:
    return reverse(f"uploads:{name}", args=[album.studio.slug, album.pk, *receipt])


def table(client: Client, url: str) -> list[list[str]]:
    answer = client.get(url)
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_each_file_stands_on_it_with_checksum_state_and_reason(alice: Client, album: Album) -> None:
    receipt, photo = uuid4(), jpeg()
    assert put(alice, album, photo, receipt, "=a.jpg") == 201
    assert put(alice, album, photo, receipt, "again.jpg") == 201
    assert put(alice, album, b"MZ no photo", receipt, "virus.jpg") == 415
    skipped = {
        "name": ["Thumbs.db", "b.jpg"],
        "size": ["9", "12"],
        "reason": ["A hidden file", "Already in this gallery"],
    }
    assert alice.post(address(album, "receipt_skipped", receipt), skipped).json() == {"noted": 2}
    head, *rows = table(alice, address(album, "receipt_csv", receipt))
    assert head[:4] == ["File name", "Bytes", "SHA-256", "State"]
    sha256 = hashlib.sha256(photo).hexdigest()
    assert [row[:4] for row in rows] == [
        ["'=a.jpg", str(len(photo)), sha256, "Stored"],
        ["again.jpg", str(len(photo)), sha256, "Already there"],
        ["virus.jpg", "11", "", "Refused"],
        ["Thumbs.db", "9", "", "Skipped"],
        ["b.jpg", "12", "", "Skipped"],
    ]
    # The same bytes under another name are told by the name of their photo.
    assert [row[4] for row in rows[:2]] == ["", "Shown as =a.jpg, its first name"]
    assert all(row[4] for row in rows[2:])
    page = alice.get(address(album, "receipt", receipt)).content.decode()
    assert all(word in page for word in ("2 of 5 stored, all checksums match", "virus.jpg", sha256[:12], "Thumbs.db"))
    assert "2 of 5 stored" in alice.get(address(album, "receipts")).content.decode()


def test_an_upload_that_goes_on_after_an_interruption_is_one_receipt(alice: Client, album: Album) -> None:
    receipt, photo = uuid4(), jpeg()
    assert put(alice, album, photo, receipt, "a.jpg") == 201
    skipped = {"name": ["a.jpg", "b.jpg"], "size": [str(len(photo)), "12"], "reason": ["Stored before", "Too large"]}
    assert alice.post(address(album, "receipt_skipped", receipt), skipped).json() == {"noted": 1}
    page = alice.get(address(album, "receipt", receipt)).content.decode()
    assert "1 of 2 stored, all checksums match" in page


def test_a_file_in_parts_stands_on_it_too(erin_user: User, alice: Client, album: Album) -> None:
    receipt, photo = uuid4(), jpeg()
    key: dict[str, Any] = {"authorization": f"Bearer {session_of(erin_user, 'north').access}"}
    for body, name in ((photo, "a.jpg"), (b"no photo", "b.jpg")):
        told = metadata(filename=name, album=album.pk, receipt=receipt)
        begun = speak("POST", "/api/uploads/tus/", upload_length=str(len(body)), upload_metadata=told, **key)
        assert begun is not None
        speak("PATCH", begun.headers["location"], body, upload_offset="0", **PART, **key)
    rows = table(alice, address(album, "receipt_csv", receipt))[1:]
    assert [(row[0], row[3]) for row in rows] == [("a.jpg", "Stored"), ("b.jpg", "Refused")]


def test_nothing_is_written_that_the_transaction_did_not_keep(alice: Client, album: Album) -> None:
    """The line of a stored file commits with its photo."""
    receipt = uuid4()
    with across_studios():
        Studio.objects.filter(pk=album.studio_id).update(quota_bytes=10)
    assert put(alice, album, jpeg(), receipt, "a.jpg") == 507
    with acting_in(album.studio):
        assert not ReceivedFile.objects.for_studio(album.studio).exists()
    assert alice.get(address(album, "receipt", receipt)).status_code == 404


def test_a_contributor_reads_the_own_ones_alone(alice: Client, album: Album, dora_user: User) -> None:
    keep_to(album.studio, dora_user, album)
    dora, hers, other = signed_in(dora_user), uuid4(), uuid4()
    assert put(dora, album, jpeg(), hers, "hers.jpg") == 201
    assert put(alice, album, jpeg(), other, "other.jpg") == 201
    assert dora.get(address(album, "receipt", other)).status_code == 404
    assert dora.get(address(album, "receipt_csv", other)).status_code == 404
    page = dora.get(address(album, "receipts")).content.decode()
    assert (str(hers) in page, str(other) in page) == (True, False)


def test_a_guest_reads_a_receipt_of_the_own_files(album: Album, alice_user: User) -> None:
    lena = browser(album, alice_user, upload="drop").introduce()
    karl = browser(album, alice_user).introduce("Karl", "karl@example.com")
    photo = jpeg()
    lena.send(photo, "=a.jpg")
    karl.send(jpeg(), "karl.jpg")
    rows = table(lena.client, lena.page("uploads:guest_receipt"))[1:]
    assert [row[:4] for row in rows] == [
        ["'=a.jpg", str(len(photo)), hashlib.sha256(photo).hexdigest(), "Waiting for approval"]
    ]


# -- over the API ------------------------------------------------------------------------------------------------------


def test_programs_list_receipts_and_read_one_a_page_at_a_time(
    alice: Client, alice_user: User, album: Album, django_assert_max_num_queries: Any
) -> None:
    first, second, photo = uuid4(), uuid4(), jpeg()
    for receipt, body, name in ((first, photo, "a.jpg"), (first, b"MZ", "b.jpg"), (second, photo, "c.jpg")):
        put(alice, album, body, receipt, name)
    caller = bearer(alice_user, "north")
    with django_assert_max_num_queries(14):
        listed = caller.get("/api/uploads/receipts").json()["results"]
    assert [(one["id"], one["total"], one["kept"], one["duplicates"], one["refused"]) for one in listed] == [
        (str(second), 1, 1, 1, 0),
        (str(first), 2, 1, 0, 1),
    ]
    page = caller.get(f"/api/uploads/receipts/{first}?limit=1").json()
    assert (page["by"], page["album"], page["total"]) == (str(alice_user), str(album.pk), 2)
    rest = caller.get(page["next"].replace("http://testserver", "")).json()
    stored, refused = page["files"] + rest["files"]
    assert (stored["state"], stored["sha256"]) == ("stored", hashlib.sha256(photo).hexdigest())
    assert (refused["state"], refused["photo"], rest["next"]) == ("refused", None, None)
    assert refused["reason"]
    assert caller.get(f"/api/uploads/receipts?album={uuid4()}").status_code == 404
    assert caller.get(f"/api/uploads/receipts/{uuid4()}").status_code == 404


def test_a_receipt_of_a_former_member_is_one_receipt(alice: Client, alice_user: User, album: Album) -> None:
    """Who sent it may be nobody any more."""
    receipt = uuid4()
    for name in ("a.jpg", "b.jpg"):
        put(alice, album, jpeg(), receipt, name)
    with acting_in(album.studio):
        ReceivedFile.objects.for_studio(album.studio).update(user=None)
    (one,) = bearer(alice_user, "north").get("/api/uploads/receipts").json()["results"]
    assert (one["total"], one["by"]) == (2, "A former member")


def test_programs_of_a_restricted_member_read_receipts_of_their_galleries(
    alice: Client, album: Album, dora_user: User, erin_user: User
) -> None:
    other = AlbumFactory.create(studio=album.studio)
    keep_to(album.studio, dora_user, album)
    keep_to(album.studio, erin_user, album)
    hers, ours, theirs = uuid4(), uuid4(), uuid4()
    put(signed_in(dora_user), album, jpeg(), hers, "a.jpg")
    put(alice, album, jpeg(), ours, "b.jpg")
    put(alice, other, jpeg(), theirs, "c.jpg")

    def read(user: User) -> set[str]:
        return {one["id"] for one in bearer(user, "north").get("/api/uploads/receipts").json()["results"]}

    assert (read(dora_user), read(erin_user)) == ({str(hers)}, {str(hers), str(ours)})
    assert bearer(dora_user, "north").get(f"/api/uploads/receipts/{ours}").status_code == 404
    assert bearer(erin_user, "north").get(f"/api/uploads/receipts/{theirs}").status_code == 404
