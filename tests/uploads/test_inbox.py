"""Watched folders: whole files only, each exactly once, nothing lost without a word, and no way out of the folder."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums import trash
from apps.albums.models import Album, Photo
from apps.jobs import queue
from apps.jobs.models import Queue
from apps.media import cas
from apps.uploads import inbox, inbox_files, inbox_places, inbox_scan, inbox_state
from apps.uploads.models import Inbox, InboxFile, InboxRule, InboxState
from tests.accounts.callers import bearer
from tests.actors import keep_to, signed_in
from tests.factories import AlbumFactory, jpeg
from tests.uploads.test_ingest import temp_files

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def box(north: Studio, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the studio north, in which a file is still at the second look."""
    settings.INBOX = str(tmp_path)
    monkeypatch.setattr(inbox, "STILL", timedelta(0))
    folder = tmp_path / north.slug
    folder.mkdir()
    return folder


def put(box: Path, path: str, data: bytes | None = None) -> Path:
    file = box / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(jpeg() if data is None else data)
    return file


def look(times: int = 2) -> None:
    for _ in range(times):
        inbox.look()


def lying(box: Path) -> list[str]:
    """All files of the folder, those put aside as well."""
    return sorted(str(path.relative_to(box)) for path in box.rglob("*") if not path.is_dir() or path.is_symlink())


def arrived(studio: Studio) -> list[tuple[str, str, str]]:
    """(gallery, section, name) of each placement."""
    with acting_in(studio):
        rows = Photo.objects.for_studio(studio).values_list(
            "placements__album__title", "placements__section__title", "camera_name"
        )
        return sorted((album or "", section or "", name) for album, section, name in rows)


def files(studio: Studio) -> list[InboxFile]:
    with acting_in(studio):
        return list(InboxFile.objects.for_studio(studio).order_by("id"))


def test_folders_become_galleries_and_sections(box: Path, north: Studio) -> None:
    AlbumFactory.create(studio=north, title="anna & ben")
    for path in ("Anna & Ben/a.jpg", "Anna & Ben/Ceremony/b.jpg", "Anna & Ben/Ceremony/Church/c.jpg", "loose.jpg"):
        put(box, path)
    look()
    assert arrived(north) == [
        ("Inbox", "", "loose.jpg"),
        ("anna & ben", "", "a.jpg"),
        ("anna & ben", "Ceremony", "b.jpg"),
        ("anna & ben", "Ceremony / Church", "c.jpg"),
    ]
    assert (lying(box), files(north), temp_files()) == ([], [], [])


def choose(studio: Studio, rule: str, album: Album | None = None) -> None:
    with acting_in(studio):
        inbox_state.choose(studio, rule=InboxRule(rule), album=album.pk if album else None)


@pytest.mark.parametrize(
    ("rule", "places"),
    [
        ("second", [("Anna", ""), ("Anna", "Church / Kiss"), ("2026", ""), ("Inbox", "")]),
        ("every", [("2026 / Anna", ""), ("2026 / Anna / Church / Kiss", ""), ("2026", ""), ("Inbox", "")]),
        ("one", [("All", "2026 / Anna"), ("All", "2026 / Anna / Church / Kiss"), ("All", "2026"), ("All", "")]),
    ],
)
def test_the_rule_says_which_folder_is_the_gallery(
    rule: str, places: list[tuple[str, str]], box: Path, north: Studio
) -> None:
    choose(north, rule, AlbumFactory.create(studio=north, title="All") if rule == "one" else None)
    for path in ("2026/Anna/a.jpg", "2026/Anna/Church/Kiss/b.jpg", "2026/c.jpg", "d.jpg"):
        put(box, path)
    look()
    assert arrived(north) == sorted((*place, f"{name}.jpg") for place, name in zip(places, "abcd", strict=True))
    assert (lying(box), files(north)) == ([], [])


def test_galleries_of_two_years_are_told_apart_by_the_folder_above(box: Path, north: Studio) -> None:
    choose(north, "second")
    put(box, "2025/Anna/a.jpg")
    look()
    with acting_in(north):
        Album.objects.for_studio(north).update(title="Anna, last year")
    put(box, "2026/Anna/b.jpg")
    put(box, "2025/Anna/c.jpg")
    look()
    assert [(album, name) for album, _, name in arrived(north)] == [
        ("Anna", "b.jpg"), ("Anna, last year", "a.jpg"), ("Anna, last year", "c.jpg"),
    ]  # fmt: skip


def test_files_wait_while_their_one_gallery_is_in_the_trash(box: Path, north: Studio, erin_user: User) -> None:
    first, second = (AlbumFactory.create(studio=north, title=title) for title in ("First", "Second"))
    choose(north, "one", first)
    with acting_in(north):
        trash.trash_album(Album.objects.for_studio(north).get(pk=first.pk), by=erin_user)
    put(box, "a.jpg")
    look()
    assert ([file.reason for file in files(north)], arrived(north)) == ([inbox_places.InboxWithoutGallery.sentence], [])
    choose(north, "one", second)
    look(1)
    assert arrived(north) == [("Second", "", "a.jpg")]


def test_owners_choose_the_rule_on_the_page(box: Path, north: Studio, alice: Client, south: Studio) -> None:
    album = AlbumFactory.create(studio=north, title="Everything")
    path = f"/studio/{north.slug}/inbox/"
    put(box, "a.jpg")
    assert alice.post(f"{path}settings/", {"rule": "one", "album": album.pk}).status_code == 302
    page = alice.get(path).content.decode()
    assert "goes to one gallery, folders become its sections" in page
    assert f'<option value="{album.pk}" selected>Everything</option>' in page
    look()
    assert arrived(north) == [("Everything", "", "a.jpg")]
    foreign = AlbumFactory.create(studio=south)
    alice.post(f"{path}settings/", {"rule": "second", "album": foreign.pk})
    assert alice.post(f"{path}settings/", {"rule": "one", "album": foreign.pk}).status_code == 302
    assert "The second folder is the gallery" in alice.get(path).content.decode()
    with acting_in(north):
        inbox_row = Inbox.objects.for_studio(north).get()
        assert (inbox_row.rule, inbox_row.album_id, inbox_row.keeps_duplicates) == ("second", None, False)
    assert alice.post(f"{path}settings/", {"rule": "third"}).status_code == 400


def test_a_folder_stays_with_its_gallery_whatever_its_title(box: Path, north: Studio) -> None:
    put(box, "2026-05/a.jpg")
    look()
    with acting_in(north):
        Album.objects.for_studio(north).update(title="Anna & Ben")
    put(box, "2026-05/b.jpg")
    look()
    assert [album for album, _, _ in arrived(north)] == ["Anna & Ben"] * 2


def test_a_gallery_in_the_trash_takes_no_more(box: Path, north: Studio, erin_user: User) -> None:
    put(box, "Anna/a.jpg")
    look()
    with acting_in(north):
        trash.trash_album(Album.objects.for_studio(north).get(), by=erin_user)
    put(box, "Anna/b.jpg")
    look()
    with acting_in(north):
        assert [album.placements.count() for album in Album.objects.for_studio(north).filter(trashed_at=None)] == [1]


def test_a_file_that_grows_is_left_alone(box: Path, north: Studio) -> None:
    data = jpeg()
    file = put(box, "a.jpg", data[:100])
    for end in (200, 300, len(data)):
        look(1)
        file.write_bytes(data[:end])
    look(1)
    assert arrived(north) == []
    look(1)
    assert [name for _, _, name in arrived(north)] == ["a.jpg"]
    with acting_in(north):
        assert Photo.objects.for_studio(north).get().original.size == len(data)


def test_a_file_counts_when_it_stood_still_for_five_seconds(
    box: Path, north: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "STILL", timedelta(seconds=5))
    put(box, "a.jpg")
    look(3)
    assert arrived(north) == []
    with acting_in(north):
        InboxFile.objects.for_studio(north).update(still_since=timezone.now() - timedelta(seconds=5))
    look(1)
    assert len(arrived(north)) == 1


def test_a_file_that_is_written_while_it_is_read_is_not_taken(
    box: Path, north: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, receive = jpeg(), cas.receive
    file = put(box, "a.jpg", data[:-50])

    def overtaken(*args: Any, **options: Any) -> cas.Stored:
        stored = receive(*args, **options)
        file.write_bytes(data)
        return stored

    with monkeypatch.context() as slow:
        slow.setattr("apps.uploads.inbox.cas.receive", overtaken)
        look()
    assert (arrived(north), temp_files()) == ([], [])
    look()
    assert len(arrived(north)) == 1


def test_unfinished_and_hidden_files_are_left_alone(box: Path, north: Studio) -> None:
    left = [".hidden.jpg", ".sync/a.jpg", "Thumbs.db", "a.jpg.part", "b.jpg.filepart", "~$c.jpg"]
    for path in left:
        put(box, path)
    look(3)
    assert (lying(box), arrived(north), files(north)) == (sorted(left), [], [])


@pytest.mark.parametrize("keeps", [False, True])
def test_duplicates_are_removed_or_moved(keeps: bool, box: Path, north: Studio, alice: Client) -> None:
    data = jpeg()
    put(box, "Anna/a.jpg", data)
    look()
    alice.post(f"/studio/{north.slug}/inbox/settings/", {"duplicates": "keep"} if keeps else {})
    put(box, "Anna/again.jpg", data)
    look(3)
    assert lying(box) == (["_duplicates/Anna/again.jpg"] if keeps else [])
    assert arrived(north) == [("Anna", "", "a.jpg")]


def test_what_is_no_photo_is_moved_aside_with_the_reason(box: Path, north: Studio, erin: Client) -> None:
    for _ in range(2):
        put(box, "Anna/contract.jpg", b"%PDF-1.7 ...")
        look(3)
    assert lying(box) == [
        f"_rejected/Anna/contract{again}.jpg{text}" for again in (" (2)", "") for text in ("", ".txt")
    ]
    reason = (box / "_rejected/Anna/contract.jpg.txt").read_text()
    assert "document (PDF" in reason
    page = erin.get(f"/studio/{north.slug}/inbox/").content.decode()
    assert "Anna/contract.jpg" in page
    assert "document (PDF" in page


def test_a_rejected_file_can_be_tried_again(box: Path, north: Studio, erin: Client) -> None:
    put(box, "Anna/a.jpg", b"%PDF-1.7 ...")
    put(box, "Anna/b.jpg", b"%PDF-1.7 ...")
    look(3)
    (box / "_rejected/Anna/a.jpg").write_bytes(jpeg())
    (box / "_rejected/Anna/b.jpg").unlink()
    assert erin.post(f"/studio/{north.slug}/inbox/retry/", {"file": files(north)[0].pk}).status_code == 302
    look()
    assert arrived(north) == [("Anna", "", "a.jpg")]
    erin.post(f"/studio/{north.slug}/inbox/retry/")
    assert files(north) == []


def test_links_lead_nowhere(box: Path, north: Studio, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "theirs.jpg").write_bytes(jpeg())
    (box / "file.jpg").symlink_to(secret / "theirs.jpg")
    (box / "folder").symlink_to(secret)
    (box / "hard.jpg").hardlink_to(secret / "theirs.jpg")
    look(4)
    assert arrived(north) == []
    assert (secret / "theirs.jpg").exists()
    assert "_rejected/folder" in lying(box)
    assert {row.state for row in files(north)} == {InboxState.REJECTED}


def test_nothing_is_put_aside_through_a_link(box: Path, north: Studio, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (box / "_rejected").symlink_to(tmp_path / "elsewhere")
    put(box, "a.jpg", b"%PDF-1.7 ...")
    look(3)
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert (box / "a.jpg").exists()


def test_a_name_that_is_no_text_is_taken_all_the_same(box: Path, north: Studio) -> None:
    with open(os.path.join(os.fsencode(box), b"caf\xe9.jpg"), "wb") as file:  # noqa: PTH118, PTH123
        file.write(jpeg())
    look()
    assert [name for _, _, name in arrived(north)] == ["caf%E9.jpg"]
    assert lying(box) == []


# -- exactly once --------------------------------------------------------------------------------------------------


def _dies(*args: object, **options: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("moment", ["apps.uploads.inbox._keep", "apps.uploads.inbox._remove"])
def test_a_worker_that_dies_takes_a_file_once(
    moment: str, box: Path, north: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(box, "Anna/a.jpg")
    look(1)
    with monkeypatch.context() as dying:
        dying.setattr(moment, _dies)
        with pytest.raises(KeyboardInterrupt):
            look(1)
    if moment.endswith("_remove"):
        # Somebody deletes the photo before the next look: the file that was left behind does not bring it back.
        with acting_in(north):
            Photo.objects.for_studio(north).get().placements.update(trashed_at=timezone.now())
    look()
    assert lying(box) == []
    with acting_in(north):
        placement = Photo.objects.for_studio(north).get().placements.get()
        assert (placement.trashed_at is not None) == moment.endswith("_remove")


def test_a_second_worker_leaves_what_the_first_is_taking(
    box: Path, north: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(box, "Anna/a.jpg")
    look(1)
    keep = inbox._keep
    looked: list[bool] = []

    def meanwhile(*args: Any) -> bool:
        if not looked:
            looked.append(True)
            look(1)
        return keep(*args)

    monkeypatch.setattr(inbox, "_keep", meanwhile)
    look(1)
    with acting_in(north):
        assert north.photos.count() == 1
        assert north.placements.count() == 1
    assert (lying(box), files(north)) == ([], [])


def test_a_slower_worker_finds_the_file_taken(box: Path, north: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where locks on files mean nothing (some network disks), the row decides."""
    put(box, "Anna/a.jpg")
    look(1)
    keep = inbox._keep
    looked: list[bool] = []

    def meanwhile(*args: Any) -> bool:
        if not looked:
            looked.append(True)
            look(1)
        return keep(*args)

    monkeypatch.setattr("apps.uploads.inbox_files.fcntl.flock", lambda *args: None)
    monkeypatch.setattr(inbox, "_keep", meanwhile)
    look(2)
    with acting_in(north):
        assert (north.photos.count(), north.placements.count()) == (1, 1)
    assert (lying(box), files(north), temp_files()) == ([], [], [])


def _away(*args: object, **options: object) -> None:
    raise OperationalError("the database went away")


def _full(*args: object, **options: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(("fault", "reason"), [(_away, ""), (_full, inbox.NO_ROOM)])
def test_trouble_of_ours_loses_nothing(
    fault: Callable[..., None], reason: str, box: Path, north: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(box, "Anna/a.jpg")
    with monkeypatch.context() as broken:
        broken.setattr(inbox, "arrive", fault)
        look(3)
    assert (lying(box), arrived(north), temp_files()) == (["Anna/a.jpg"], [], [])
    assert files(north)[0].reason == reason
    monkeypatch.setattr(inbox, "AGAIN_AFTER", timedelta(0))
    with acting_in(north):
        InboxFile.objects.for_studio(north).update(not_before=None)
    look()
    assert len(arrived(north)) == 1


def test_a_full_plan_lets_files_wait_and_says_so(box: Path, north: Studio, erin: Client) -> None:
    with acting_in(north):
        north.quota_bytes = 10
        north.save(update_fields=["quota_bytes"])
    put(box, "Anna/a.jpg")
    look(3)
    assert lying(box) == ["Anna/a.jpg"]
    assert "Your plan has" in erin.get(f"/studio/{north.slug}/inbox/").content.decode()


def test_one_studio_does_not_hold_up_the_next(
    box: Path, north: Studio, south: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "MOST_AT_ONCE", 2)
    for number in range(5):
        put(box, f"{number}.jpg")
    put(box.parent / south.slug, "b.jpg")
    look()
    assert (len(arrived(north)), len(arrived(south))) == (2, 1)
    look(3)
    assert (len(arrived(north)), lying(box)) == (5, [])


def test_trouble_in_one_folder_does_not_stop_the_others(
    box: Path, north: Studio, south: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    into, tried = inbox.look_into, []

    def first_fails(studio: Studio) -> int:
        tried.append(studio)
        if studio == north:
            raise PermissionError
        return into(studio)

    put(box, "a.jpg")
    put(box.parent / south.slug, "b.jpg")
    monkeypatch.setattr(inbox, "look_into", first_fails)
    look()
    assert len(arrived(south)) == 1


# -- the page ------------------------------------------------------------------------------------------------------


def test_the_page_tells_what_came_last_and_what_waits(box: Path, north: Studio, erin: Client) -> None:
    put(box, "Anna/a.jpg")
    look()
    put(box, "Anna/b.jpg")
    look(1)
    page = erin.get(f"/studio/{north.slug}/inbox/").content.decode()
    assert "a.jpg is in Anna" in page
    assert "Anna/b.jpg" in page


@pytest.mark.parametrize("made", [False, True])
def test_the_page_says_when_there_is_no_folder(
    made: bool, north: Studio, erin: Client, settings: Any, tmp_path: Path
) -> None:
    settings.INBOX = str(tmp_path) if made else None
    page = erin.get(f"/studio/{north.slug}/inbox/").content.decode()
    assert ("No folder yet" if made else "GLASSINE_INBOX") in page


def test_only_editors_of_the_whole_studio_see_the_folder(
    box: Path, north: Studio, bob: Client, charlie: Client, erin: Client, erin_user: User, dora: Client
) -> None:
    path = f"/studio/{north.slug}/inbox/"
    assert (bob.get(path).status_code, charlie.get(path).status_code, dora.get(path).status_code) == (403, 404, 404)
    assert erin.post(f"{path}settings/").status_code == 403
    keep_to(north, erin_user, AlbumFactory.create(studio=north))
    assert signed_in(erin_user).get(path).status_code == 404


# -- over the API --------------------------------------------------------------------------------------------------


def test_programs_read_the_folder_and_have_it_looked_into(box: Path, north: Studio, alice_user: User) -> None:
    put(box, "Anna/a.jpg")
    put(box, "Anna/b.jpg", b"no photo")
    caller = bearer(alice_user, "north")
    for _ in range(2):
        task = caller.send("/api/inbox/scan").json()["task"]
        assert caller.send("/api/inbox/scan").json()["task"]["id"] == task["id"], "one at a time"
        assert queue.answer(Queue.DEFAULT, {inbox_scan.SCAN.kind: [inbox_scan.SCAN]}) is not None
    assert caller.get(f"/api/tasks/{task['id']}").json()["result"]["message"] == "Nothing is waiting."
    assert arrived(north) == [("Anna", "", "a.jpg")]
    put(box, "Anna/c.jpg")
    look(1)
    told = caller.get("/api/inbox").json()
    assert (told["state"], told["duplicates"], told["queue"]["results"][0]["path"]) == ("on", "remove", "Anna/c.jpg")
    assert (told["rejects"]["count"], told["rejects"]["results"][0]["path"]) == (1, "Anna/b.jpg")
    assert told["last_event"].startswith("b.jpg was rejected")
    kept = caller.put("/api/inbox", {"duplicates": "keep"}, content_type="application/json").json()
    assert kept["duplicates"] == "keep"


def test_programs_choose_the_rule(box: Path, north: Studio, south: Studio, alice_user: User) -> None:
    caller, album = bearer(alice_user, "north"), AlbumFactory.create(studio=north)

    def asked(**said: object) -> Any:
        return caller.put("/api/inbox", said, content_type="application/json")

    told = asked(rule="one", album=str(album.pk)).json()
    assert (told["rule"], told["album"], told["duplicates"]) == ("one", str(album.pk), "remove")
    told = asked(duplicates="keep").json()
    assert (told["rule"], told["album"], told["duplicates"]) == ("one", str(album.pk), "keep")
    told = asked(rule="every").json()
    assert (told["rule"], told["album"], told["duplicates"]) == ("every", None, "keep")
    for said in ({}, {"album": str(AlbumFactory.create(studio=south).pk)}):
        refused = asked(rule="one", **said)
        assert (refused.status_code, refused.json()["error"]["code"]) == (422, "no_gallery")
    assert asked(rule="third").status_code == 400
    assert caller.get("/api/inbox").json()["rule"] == "every"


def test_programs_without_a_folder_or_a_role_are_told_so(
    north: Studio, alice_user: User, erin_user: User, bob_user: User, settings: Any, tmp_path: Path
) -> None:
    caller = bearer(alice_user, "north")
    settings.INBOX = None
    assert caller.get("/api/inbox").json()["state"] == "off"
    settings.INBOX = str(tmp_path)
    assert caller.get("/api/inbox").json()["state"] == "no_folder"
    answer = caller.send("/api/inbox/scan")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "no_inbox")
    assert bearer(bob_user, "north").get("/api/inbox").status_code == 403
    asked = bearer(erin_user, "north").put("/api/inbox", {"duplicates": "keep"}, content_type="application/json")
    assert asked.status_code == 403


def test_files_beside_each_other_get_free_names(tmp_path: Path) -> None:
    for _ in range(3):
        (tmp_path / "a.jpg").write_bytes(b"x")
        for entry in inbox_files.walk(tmp_path):
            inbox_files.put_aside(tmp_path, entry, inbox_files.REJECTED, "why")
    names = sorted(path.name for path in (tmp_path / "_rejected").iterdir() if path.suffix == ".jpg")
    assert names == ["a (2).jpg", "a (3).jpg", "a.jpg"]
