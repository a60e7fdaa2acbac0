"""The raw PUT: the same door as the pages, every refusal a sentence, and nothing kept of what was refused."""

from __future__ import annotations

import errno
import os
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums import sections
from apps.albums.models import Album
from apps.media import cas
from tests.actors import keep_to, signed_in
from tests.factories import AlbumFactory, SectionFactory, jpeg
from tests.uploads.conftest import put_as
from tests.uploads.test_ingest import temp_files

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def album(north: Studio) -> Album:
    return AlbumFactory.create(studio=north)


def path(album: Album) -> str:
    return f"/studio/{album.studio.slug}/albums/{album.pk}/upload"


def nothing_kept(album: Album) -> bool:
    with acting_in(album.studio):
        return not album.studio.blobs.exists() and not album.placements.exists() and temp_files() == []


def test_an_editor_sends_a_photo(erin: Client, album: Album) -> None:
    status, answer = put_as(erin, path(album), jpeg(), query={"name": "Küsse & Rosen.jpg"})
    assert (status, answer["status"], answer["photo"]["name"]) == (201, "stored", "Küsse & Rosen.jpg")
    with acting_in(album.studio):
        assert album.placements.live().count() == 1


@pytest.mark.parametrize("who", ["dora_user", "erin_user"])
def test_a_restricted_member_sends_to_their_galleries_only(
    who: str, album: Album, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(who)
    sender, other = signed_in(user), AlbumFactory.create(studio=album.studio)
    keep_to(album.studio, user, other)
    assert put_as(sender, path(album), jpeg())[0] == 404
    assert nothing_kept(album)
    keep_to(album.studio, user, album)
    assert put_as(sender, path(album), jpeg())[0] == 201
    with acting_in(album.studio):
        assert album.placements.get().photo.uploaded_by == user
    keep_to(album.studio, user)
    assert put_as(sender, path(album), jpeg())[0] == 404


def test_a_restricted_viewer_still_sends_nothing(bob: Client, bob_user: User, album: Album) -> None:
    keep_to(album.studio, bob_user, album)
    assert put_as(bob, path(album), jpeg())[0] == 403
    assert nothing_kept(album)


def test_a_dropped_folder_becomes_a_section_once(erin: Client, album: Album) -> None:
    for _ in range(2):
        assert put_as(erin, path(album), jpeg(), query={"section": "Ceremony"})[0] == 201
    with acting_in(album.studio):
        assert [(s.title, s.placements.count()) for s in album.sections.all()] == [("Ceremony", 2)]


def test_a_folders_name_is_read_as_a_typed_title_is(erin: Client, album: Album) -> None:
    assert put_as(erin, path(album), jpeg(), query={"section": " The\x00 \n first  dance"})[0] == 201
    with acting_in(album.studio):
        assert [section.title for section in album.sections.all()] == ["The first dance"]


def test_one_folder_too_many_is_refused_with_the_deeds_own_sentence(
    erin: Client, album: Album, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sections, "SECTIONS_MOST", 1)
    assert put_as(erin, path(album), jpeg(), query={"section": "One"})[0] == 201
    status, answer = put_as(erin, path(album), jpeg(), query={"section": "Two"})
    assert (status, answer["error"]) == (
        409,
        {"code": "too_many_sections", "message": sections.TooManySections.sentence},
    )


def test_a_section_of_another_album_is_refused(erin: Client, album: Album) -> None:
    foreign = SectionFactory.create(album=AlbumFactory.create(studio=album.studio))
    status, answer = put_as(erin, path(album), jpeg(), query={"section": foreign.pk})
    assert (status, answer["error"]["code"]) == (400, "malformed")
    with acting_in(album.studio):
        assert album.placements.count() == 0


@pytest.mark.parametrize(("actor", "status"), [("charlie", 404), ("bob", 403), ("nobody", 403)])
def test_strangers_and_viewers_send_nothing(
    actor: str, status: int, album: Album, request: pytest.FixtureRequest
) -> None:
    assert put_as(request.getfixturevalue(actor), path(album), jpeg())[0] == status
    assert nothing_kept(album)


def test_another_site_cannot_send(erin: Client, album: Album) -> None:
    assert put_as(erin, path(album), jpeg(), csrf=False)[0] == 403
    assert nothing_kept(album)


def test_an_unknown_album_is_not_found(erin: Client, album: Album) -> None:
    assert put_as(erin, f"/studio/north/albums/{uuid4()}/upload", jpeg())[0] == 404


@pytest.mark.parametrize(
    ("body", "options", "status", "code"),
    [
        (b"", {}, 415, "not_an_image"),
        (b"<svg onload='alert(1)'/>", {}, 415, "not_an_image"),
        (b"%PDF-1.7 ...", {}, 415, "not_an_image"),
        (jpeg(), {"announced": 10**12}, 413, "too_large"),
        (jpeg(), {"announced": 10}, 400, "incomplete"),
        (jpeg(), {"announced": 10**6}, 400, "incomplete"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(
    body: bytes, options: dict[str, Any], status: int, code: str, erin: Client, album: Album
) -> None:
    answered, answer = put_as(erin, path(album), body, **options)
    assert (answered, answer["error"]["code"]) == (status, code)
    assert len(answer["error"]["message"]) > 20
    assert nothing_kept(album)


def test_a_cut_connection_keeps_nothing(erin: Client, album: Album) -> None:
    assert put_as(erin, path(album), jpeg(), cut=True) == (0, {})
    assert nothing_kept(album)


def test_the_quota_is_refused_before_the_bytes_are_read(erin: Client, album: Album) -> None:
    with acting_in(album.studio):
        album.studio.quota_bytes = 100
        album.studio.save(update_fields=["quota_bytes"])
    status, answer = put_as(erin, path(album), jpeg())
    assert (status, answer["error"]["code"]) == (507, "quota")
    assert "GB left" in answer["error"]["message"]
    assert nothing_kept(album)


def test_an_album_that_goes_while_the_bytes_arrive_is_not_found(
    erin: Client, album: Album, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish = cas.Receiver.finish

    def purged_meanwhile(receiver: cas.Receiver) -> cas.Stored:
        with acting_in(album.studio):
            Album.objects.for_studio(album.studio).filter(pk=album.pk).delete()
        return finish(receiver)

    monkeypatch.setattr(cas.Receiver, "finish", purged_meanwhile)
    status, answer = put_as(erin, path(album), jpeg())
    assert (status, answer["error"]["code"]) == (404, "not_found")
    assert temp_files() == []


def test_a_full_disk_is_an_error_and_not_a_loss(erin: Client, album: Album, monkeypatch: pytest.MonkeyPatch) -> None:
    """G40, at the door: what the system says of a full disk becomes 507. The real full disk is in tests/media."""

    def full(handle: int, data: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("apps.media.cas.os.write", full)
    status, answer = put_as(erin, path(album), jpeg())
    assert (status, answer["error"]["code"]) == (507, "storage_full")
    monkeypatch.undo()
    assert nothing_kept(album)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\photos\\IMG_1.JPG", "IMG_1.JPG"),
        ("a\x00b\x1b[31m.jpg", "ab[31m.jpg"),
        ("x" * 300 + ".jpeg", "x" * 250 + ".jpeg"),
        ("/", "photo"),
        ("\u202egpj.exe", "gpj.exe"),
    ],
)
def test_names_are_made_harmless(sent: str, kept: str, erin: Client, album: Album) -> None:
    status, answer = put_as(erin, path(album), jpeg(), query={"name": sent})
    assert (status, answer["photo"]["name"]) == (201, kept)
