"""Undo: as it was, or why not (409, 410); once, by whoever may do the act itself."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from apps.accounts import journal
from apps.accounts.journal import Changes, Watch
from apps.accounts.journal.changes import RowChange
from apps.accounts.models import JournalEntry, Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums import editing, marks, placements, sections, trash
from apps.albums.models import Album, Ordering, Photo, Placement, Section
from apps.web.refusal import Refusal
from tests.actors import keep_to
from tests.albums.people import Caller, order_of, page, part
from tests.factories import AlbumFactory, PhotoFactory, PlacementFactory, SectionFactory


@pytest.fixture
def album(north: Studio) -> Album:
    with acting_in(north):
        # Room for what the factories' photos took, so that a purge can give it back.
        Studio.objects.filter(pk=north.pk).update(bytes_used=10**6, files_used=10)
    return AlbumFactory.create(studio=north, title="Anna & Tom")


def with_true_keys(album: Album, by: User) -> None:
    """Order by time as the product itself does; the keys of the factories are made up."""
    with acting_in(album.studio):
        for how in (Ordering.NAME, Ordering.TIME):
            editing.sort(Album.objects.for_studio(album.studio).get(pk=album.pk), how, by=by)


@pytest.fixture
def photos(album: Album) -> list[UUID]:
    return [PlacementFactory.create(album=album).photo_id for _ in range(4)]


def undo(entry: JournalEntry | None, by: User) -> JournalEntry:
    assert entry is not None
    with acting_in(entry.studio):
        return journal.undo(entry, by=by)


def refused(entry: JournalEntry | None, by: User) -> Refusal:
    with pytest.raises(Refusal) as caught:
        undo(entry, by)
    return caught.value


def taken_out(album: Album, photos: list[UUID], by: User) -> JournalEntry:
    with acting_in(album.studio):
        entry = placements.take_out(album, photos, by=by)
    assert entry is not None
    return entry


# -- as it was ---------------------------------------------------------------------------------------------------


def test_an_undo_can_be_undone_and_that_again(album: Album, photos: list[UUID], alice_user: User) -> None:
    entry = taken_out(album, photos[:2], alice_user)
    for there in (photos, photos[2:], photos):
        entry = undo(entry, alice_user)
        assert order_of(album) == there


def test_a_gallery_comes_back_from_the_trash_with_its_title(album: Album, alice_user: User) -> None:
    with acting_in(album.studio):
        renamed = editing.change(album, by=alice_user, title="Eva & Jan")
        gone = trash.trash_album(album, by=alice_user)
    assert refused(renamed, alice_user).code == "album_in_trash"
    undo(gone, alice_user)
    undo(renamed, alice_user)
    with acting_in(album.studio):
        row = Album.objects.for_studio(album.studio).get(pk=album.pk)
    assert (row.title, row.trashed_at) == ("Anna & Tom", None)


def test_a_section_comes_back_with_its_photos(album: Album, photos: list[UUID], alice_user: User) -> None:
    section = SectionFactory.create(album=album, rank=1, title="Ceremony")
    with acting_in(album.studio):
        placements.move_to_section(album, photos[:2], section, by=alice_user)
        section.album = album
        entry = sections.delete(section, by=alice_user)
    assert order_of(album) == photos
    undo(entry, alice_user)
    assert order_of(album) == photos[2:] + photos[:2]
    with acting_in(album.studio):
        back = Section.objects.for_studio(album.studio).get(pk=section.pk)
        assert (back.title, back.rank, back.placements.count()) == ("Ceremony", 1, 2)


def test_a_corrected_time_goes_back_with_the_order(album: Album, alice: Client, alice_user: User) -> None:
    names = ("a.jpg", "b.jpg")
    a, b = (PlacementFactory.create(album=album, photo__camera_name=name).photo_id for name in names)
    api = Caller(album.studio, alice_user)
    with_true_keys(album, alice_user)
    assert order_of(album) == [a, b]
    path = reverse("api-photo", args=[album.pk, b])
    changed = api.patch(path, {"taken_at": "2026-05-30T14:00:00+02:00", "caption": "The ring"}).json()
    assert order_of(album) == [b, a]
    assert api.post(reverse("api-journal-undo", args=[changed["undo"]])).status_code == 200
    assert order_of(album) == [a, b]
    after = api.get(path).json()
    assert (after["taken_at"], after["caption"]) == (None, "")


# -- 410: it is gone; 409: it was changed ------------------------------------------------------------------------


def test_what_was_purged_cannot_come_back(album: Album, photos: list[UUID], alice_user: User) -> None:
    entry = taken_out(album, photos[:3], alice_user)
    with acting_in(album.studio):
        trash.purge_photos(album.studio, photos[:1], by=alice_user)
    refusal = refused(entry, alice_user)
    assert (refusal.status, refusal.code) == (410, "erased")
    assert "photo" in str(refusal)
    assert order_of(album) == photos[3:]


def test_a_purged_gallery_takes_its_history_along(album: Album, photos: list[UUID], alice_user: User) -> None:
    with acting_in(album.studio):
        marked = marks.set_own(album, photos, by=alice_user, rating=3)
        trash.trash_album(album, by=alice_user)
        trash.purge_album(album, by=alice_user)
    assert refused(marked, alice_user).status == 410


def test_what_was_changed_since_is_told(album: Album, photos: list[UUID], alice_user: User) -> None:
    with acting_in(album.studio):
        first = marks.set_own(album, photos, by=alice_user, rating=3)
        marks.set_own(album, photos[:2], by=alice_user, rating=5)
    refusal = refused(first, alice_user)
    assert (refusal.status, refusal.code) == (409, "changed_since")
    assert refusal.fields == {"albums.photo": ["the stars of 2 photos"]}
    assert "the stars of 2 photos" in str(refusal)
    with acting_in(album.studio):
        kept = Photo.objects.for_studio(album.studio).values_list("rating", flat=True)
        assert sorted(kept) == [3, 3, 5, 5]


def test_a_removed_section_must_come_back_first(album: Album, photos: list[UUID], alice_user: User) -> None:
    section = SectionFactory.create(album=album, rank=1, title="Ceremony")
    with acting_in(album.studio):
        placements.move_to_section(album, photos[:2], section, by=alice_user)
        moved = placements.move_to_section(album, photos[:2], None, by=alice_user)
        section.album = album
        removed = sections.delete(section, by=alice_user)
    assert refused(moved, alice_user).status == 409
    undo(removed, alice_user)
    undo(moved, alice_user)
    assert order_of(album) == photos[2:] + photos[:2]


def test_a_section_with_photos_of_somebody_else_stays(album: Album, photos: list[UUID], alice_user: User) -> None:
    with acting_in(album.studio):
        made = sections.add(album, "Ceremony", by=alice_user)
        section = Section.objects.for_studio(album.studio).get(title="Ceremony")
        placements.move_to_section(album, photos[:1], section, by=alice_user)
    assert refused(made, alice_user).status == 409
    with acting_in(album.studio):
        assert section.placements.count() == 1


def test_a_title_that_was_taken_meanwhile_is_a_change(album: Album, alice_user: User) -> None:
    section = SectionFactory.create(album=album, rank=1, title="Ceremony")
    section.album = album
    with acting_in(album.studio):
        renamed = sections.rename(section, "Church", by=alice_user)
        sections.add(album, "Ceremony", by=alice_user)
    refusal = refused(renamed, alice_user)
    assert refusal.status == 409
    assert "Ceremony" in str(refusal)


def test_a_cover_in_the_trash_does_not_come_back(album: Album, photos: list[UUID], alice_user: User) -> None:
    with acting_in(album.studio):
        editing.set_cover(album, photos[0], by=alice_user)
        chosen = editing.set_cover(album, photos[1], by=alice_user)
    taken_out(album, photos[:1], alice_user)
    assert refused(chosen, alice_user).status == 409
    with acting_in(album.studio):
        assert Album.objects.for_studio(album.studio).get(pk=album.pk).cover_id == photos[1]


def test_a_photo_that_was_put_elsewhere_stays_out_of_the_trash(north: Studio, alice_user: User) -> None:
    """Restored, then placed into another gallery: the undo of the restoring must not leave it half in the trash."""
    one, other = AlbumFactory.create(studio=north), AlbumFactory.create(studio=north)
    photo = PlacementFactory.create(album=one).photo
    taken_out(one, [photo.pk], alice_user)
    with acting_in(north):
        row = Photo.objects.for_studio(north).get(pk=photo.pk)
        row.studio = north
        restored = trash.restore_photo(row, by=alice_user)
        placements.place(other, row)
    assert refused(restored, alice_user).status == 409
    assert order_of(one) == order_of(other) == [photo.pk]


@pytest.mark.parametrize("table", ["albums.album", "albums.nothing"])
def test_what_an_older_version_wrote_is_refused(album: Album, alice_user: User, table: str) -> None:
    row = RowChange(str(album.pk), {"subtitle": "a"}, {"subtitle": "b"})
    with acting_in(album.studio):
        entry = journal.record(
            album.studio, by=alice_user, verb="album.changed", subject=album, changes=Changes({table: [row]})
        )
    assert "older version" in str(refused(entry, alice_user))


def test_an_entry_that_only_tells_cannot_be_undone(album: Album, alice_user: User) -> None:
    with acting_in(album.studio):
        entry = journal.record(album.studio, by=alice_user, verb="album.purged", subject=album)
    assert (refused(entry, alice_user).status, refused(entry, alice_user).code) == (409, "not_undoable")


# -- once --------------------------------------------------------------------------------------------------------


def test_nobody_undoes_twice(album: Album, photos: list[UUID], alice_user: User) -> None:
    entry = taken_out(album, photos[:1], alice_user)
    undo(entry, alice_user)
    assert refused(entry, alice_user).code == "already_undone"
    with acting_in(album.studio):
        assert JournalEntry.objects.for_studio(album.studio).filter(undoes=entry.pk).count() == 1


def together(*deeds: Callable[[], object]) -> list[object]:
    def run(deed: Callable[[], object]) -> object:
        try:
            return deed()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run, deed) for deed in deeds]]


@pytest.mark.django_db(transaction=True)
def test_of_two_undos_at_one_moment_one_is_made(north: Studio, alice_user: User) -> None:
    for _ in range(8):
        album = AlbumFactory.create(studio=north)
        photo = PlacementFactory.create(album=album).photo_id
        entry = taken_out(album, [photo], alice_user)
        told = together(*[lambda entry=entry: undo(entry, alice_user)] * 3)
        made = [one for one in told if isinstance(one, JournalEntry)]
        assert len(made) == 1, told
        assert {type(one) for one in told if one not in made} == {journal.AlreadyUndone}
        assert order_of(album) == [photo]


@pytest.mark.django_db(transaction=True)
def test_an_undo_and_the_next_act_do_not_mix(north: Studio, alice_user: User) -> None:
    """Either the undo comes first and the marks go on top of it, or it is told of the change."""
    for _ in range(8):
        album = AlbumFactory.create(studio=north)
        photo = PlacementFactory.create(album=album).photo_id
        with acting_in(north):
            entry = marks.set_own(album, [photo], by=alice_user, rating=2)

        def again(album: Album = album, photo: UUID = photo) -> object:
            with acting_in(north):
                return marks.set_own(album, [photo], by=alice_user, rating=4)

        undone, _ = together(lambda entry=entry: undo(entry, alice_user), again)  # type: ignore[misc]
        with acting_in(north):
            assert Photo.objects.for_studio(north).get(pk=photo).rating == 4
        assert isinstance(undone, JournalEntry | journal.ChangedSince), undone


# -- long acts ---------------------------------------------------------------------------------------------------


def slice_of(album: Album, photos: list[UUID], act: UUID, by: User) -> JournalEntry:
    """Stars for some photos, as a task does it slice by slice."""
    with acting_in(album.studio):
        watch = Watch(album.studio)
        rows = Photo.objects.for_studio(album.studio).filter(pk__in=photos)
        watch.rows(rows, "rating")
        rows.update(rating=5)
        return journal.record(
            album.studio, by=by, verb="photos.marked", subject=album, things=photos, changes=watch.changes(),
            act=act, rating=5,
        )  # fmt: skip


def test_undoing_any_slice_takes_back_the_whole_act(album: Album, photos: list[UUID], alice_user: User) -> None:
    act = uuid4()
    slices = [slice_of(album, [photo], act, alice_user) for photo in photos]
    undone = undo(slices[2], alice_user)
    with acting_in(album.studio):
        assert set(Photo.objects.for_studio(album.studio).values_list("rating", flat=True)) == {0}
    assert undone.undoes_id == slices[0].pk
    assert refused(slices[0], alice_user).code == "already_undone"
    with pytest.raises(journal.ActUndone):
        slice_of(album, photos[:1], act, alice_user)
    undo(undone, alice_user)
    with acting_in(album.studio):
        assert set(Photo.objects.for_studio(album.studio).values_list("rating", flat=True)) == {5}


def test_a_member_of_one_gallery_does_not_undo_in_another_by_a_slice(
    album: Album, photos: list[UUID], alice_user: User, erin: Client, erin_user: User
) -> None:
    """A long act of the owner in two galleries: Erin works in one, and reads only of that."""
    other, act = AlbumFactory.create(studio=album.studio, title="Another"), uuid4()
    there = PlacementFactory.create(album=other).photo_id
    mine = slice_of(album, photos, act, alice_user)
    slice_of(other, [there], act, alice_user)
    with acting_in(album.studio):
        own = marks.set_own(album, photos[:1], by=alice_user, flag="pick")
    assert own is not None
    keep_to(album.studio, erin_user, album)
    html = erin.get(page("history", album)).content.decode()
    assert [str(entry.pk) in html for entry in (mine, own)] == [True, True]
    assert [undo_page(album.studio, entry) in html for entry in (mine, own)] == [False, True]
    assert erin.post(undo_page(album.studio, mine)).status_code == 403
    with acting_in(album.studio):
        assert Photo.objects.for_studio(album.studio).get(pk=there).rating == 5
    assert erin.post(undo_page(album.studio, own)).status_code == 303


# -- who ---------------------------------------------------------------------------------------------------------


def undo_page(studio: Studio, entry: JournalEntry) -> str:
    return reverse("accounts:undo", args=[studio.slug, entry.pk])


def test_only_who_may_do_the_act_may_undo_it(
    album: Album, photos: list[UUID], alice_user: User, bob: Client, bob_user: User, charlie: Client, erin: Client
) -> None:
    entry = taken_out(album, photos[:1], alice_user)
    path = undo_page(album.studio, entry)
    assert bob.post(path).status_code == 403
    assert charlie.post(path).status_code == 404
    assert Client().post(path).status_code == 302
    assert erin.get(path).status_code == 405
    api = reverse("api-journal-undo", args=[entry.pk])
    assert Caller(album.studio, bob_user).post(api).status_code == 403
    assert order_of(album) == photos[1:]
    assert erin.post(path).status_code == 303
    assert order_of(album) == photos


def test_a_key_needs_the_scope_of_the_act(album: Album, photos: list[UUID], alice_user: User) -> None:
    entry = taken_out(album, photos[:1], alice_user)
    path = reverse("api-journal-undo", args=[entry.pk])
    assert Caller(album.studio, alice_user, "read", "share").post(path).status_code == 403
    assert Caller(album.studio, alice_user, "albums").post(path).status_code == 403
    answer = Caller(album.studio, alice_user, "read", "albums").post(path)
    assert (answer.status_code, list(answer.json())) == (200, ["undo"])


def test_entries_of_owners_do_not_exist_for_others(
    north: Studio, alice_user: User, erin: Client, alice: Client
) -> None:
    with acting_in(north):
        entry = journal.record(north, by=alice_user, verb="member.joined", subject=alice_user)
    assert erin.post(undo_page(north, entry)).status_code == 404
    assert alice.post(undo_page(north, entry), headers=part("")).status_code == 409


# -- pages and API -----------------------------------------------------------------------------------------------


def test_a_page_without_scripts_undoes_and_goes_back(album: Album, photos: list[UUID], erin: Client) -> None:
    erin.post(page("photos_delete", album), {"photo": [str(photos[0])]})
    html = erin.get(page("detail", album)).content.decode()
    assert "1 photo moved to the trash." in html
    path = html.partition('<form method="post" action="/studio/north/journal/')[2].partition('"')[0]
    back = page("detail", album)
    answer = erin.post(f"/studio/north/journal/{path}", {"back": back})
    assert (answer.status_code, answer.headers["location"]) == (303, back)
    html = erin.get(back).content.decode()
    assert "Undone." in html
    assert ">Redo</button>" in html
    assert order_of(album) == photos


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_nobody_is_led_away(album: Album, photos: list[UUID], erin: Client, alice_user: User, back: str) -> None:
    entry = taken_out(album, photos[:1], alice_user)
    answer = erin.post(undo_page(album.studio, entry), {"back": back})
    assert answer.headers["location"] == "/studio/north/albums/"


def test_the_api_says_what_was_changed(album: Album, photos: list[UUID], alice_user: User) -> None:
    api = Caller(album.studio, alice_user)
    path = reverse("api-album", args=[album.pk])
    first = api.patch(path, {"title": "One"}).json()["undo"]
    assert api.patch(path, {"title": "One"}).json()["undo"] is None
    api.patch(path, {"title": "Two"})
    answer = api.post(reverse("api-journal-undo", args=[first]))
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (409, "changed_since")
    assert error["fields"] == {"albums.album": ["the title of 1 gallery"]}
    assert api.post(reverse("api-journal-undo", args=[uuid4()])).status_code == 404


def test_every_act_of_the_api_answers_with_its_undo(album: Album, photos: list[UUID], alice_user: User) -> None:
    api = Caller(album.studio, alice_user)
    one = reverse("api-album", args=[album.pk])
    photo = reverse("api-photo", args=[album.pk, photos[0]])
    with_true_keys(album, alice_user)
    before = _rows(album)
    answers: list[Any] = [
        api.put(reverse("api-album-order", args=[album.pk]), {"photos": [str(photos[3])]}),
        api.put(reverse("api-cover", args=[album.pk, photos[0]]), {"x": 0.1, "y": 0.2}),
        api.patch(photo, {"rating": 3, "keywords": ["ring"]}),
        api.delete(photo),
        api.patch(one, {"state": "archived", "description": "x"}),
        api.delete(one),
    ]
    for answer in reversed(answers):
        assert answer.status_code == 200
        assert api.post(reverse("api-journal-undo", args=[answer.json()["undo"]])).status_code == 200
    assert _rows(album) == before


def _rows(album: Album) -> list[list[Any]]:
    """All columns but the moments of the last change."""
    with acting_in(album.studio):
        rows: list[list[Any]] = []
        for model in (Album, Section, Photo, Placement):
            names = [field.attname for field in model._meta.concrete_fields if field.name != "updated_at"]
            rows.append(list(model.objects.for_studio(album.studio).order_by("pk").values_list(*names)))
        return rows


def test_a_photo_of_another_gallery_is_left_alone(north: Studio, alice_user: User) -> None:
    """The same photo in two galleries: undoing in one asks for the state of the other, and writes nothing there."""
    one, other = AlbumFactory.create(studio=north), AlbumFactory.create(studio=north)
    photo = PhotoFactory.create(studio=north)
    for album in (one, other):
        PlacementFactory.create(album=album, photo=photo)
    first = taken_out(one, [photo.pk], alice_user)
    second = taken_out(other, [photo.pk], alice_user)
    assert refused(first, alice_user).status == 409
    undo(second, alice_user)
    undo(first, alice_user)
    assert order_of(one) == order_of(other) == [photo.pk]
