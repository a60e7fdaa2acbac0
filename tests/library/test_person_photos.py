"""Who is in a photo is kept beside what else is asked of it, whatever happens to faces and photos, and is put right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from io import StringIO
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from apps.accounts.access import Entered
from apps.accounts.models import Role, Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, Photo, Placement
from apps.faces import people
from apps.faces.models import Face, Person
from apps.library import find, person_photos
from apps.library.find import Library
from apps.library.models import BESIDE, LibraryPhoto, PersonPhoto
from apps.library.questions import language
from tests.albums.bulk import fill
from tests.faces.makers import new_face, person_of, switched_on
from tests.faces.test_appearing import NOON, StillMoreHands, _wait_until_somebody_waits
from tests.faces.test_people import undo
from tests.factories import AlbumFactory, PhotoFactory, PlacementFactory
from tests.reading import reading

TODAY = NOON.date()


@pytest.fixture
def album(north: Studio, alice_user: User) -> Album:
    switched_on(north, alice_user)
    return AlbumFactory.create(studio=north)


@pytest.fixture
def owner(north: Studio, alice_user: User) -> Entered:
    return Entered(north, alice_user, Role.OWNER)


def asked(owner: Entered, text: str) -> Library:
    return Library(owner, language.read(text, today=TODAY).tree, today=TODAY)


class MarkingHands(StillMoreHands):
    """What else changes what is kept beside who is in a photo."""

    def mark(self) -> None:
        """Stars, label and flag."""
        marks = {"rating": self.chance.randrange(6), "label": self.chance.choice(["", "red"])}
        Photo.objects.for_studio(self.studio).filter(pk=self.photo().pk).update(**marks, flag="pick")

    def clear(self) -> None:
        """The photo leaves its gallery, or comes back into it."""
        lying = Placement.objects.for_studio(self.studio).filter(photo_id=self.photo().pk)
        lying.update(trashed_at=self.chance.choice([None, NOON]))


def test_it_is_kept_after_any_changes(album: Album, owner: Entered, alice_user: User) -> None:
    for number in range(8):
        taken = PhotoFactory.create(studio=album.studio, taken_at=NOON - timedelta(minutes=number % 5))
        photo = PlacementFactory.create(album=album, photo=taken).photo
        # One person twice in a photo, as in a mirror.
        for person in (number % 4, number % 3, number % 3):
            new_face(album, person, number, photo=photo)
    hands = MarkingHands(album, alice_user, 7)
    hands.album = album
    deeds = [
        "merge", "split", "assign", "ignore", "name", "regroup", "set_right", "mark", "mark", "clear", "clear", "trash",
        "restore", "find", "find", "delete", "erase",
    ]  # fmt: skip
    for step in range(30):
        deed = hands.chance.choice(deeds[: None if step % 6 == 5 else -2])
        with acting_in(album.studio):
            entry = getattr(hands, deed)()
        _is_right(owner, deed)
        if entry is not None and hands.chance.random() < 0.5:
            undo(entry, alice_user)
            _is_right(owner, f"undo of {deed}")


def _is_right(owner: Entered, after: str) -> None:
    assert list(person_photos.check_studio(owner.studio.pk)) == [], after
    with acting_in(owner.studio):
        for pk in Person.objects.for_studio(owner.studio).values_list("pk", flat=True):
            for text in (f"person:{pk}", f"person:{pk} label:red rating:>=1 {TODAY.year}"):
                library = asked(owner, text)
                plain = list(library.rows.order_by(*LibraryPhoto.ORDER).values_list("pk", flat=True))
                assert [tile.row.photo_id for tile in library.page().tiles] == plain, (after, text)
                assert library.total.count == len(plain), (after, text)


@pytest.mark.parametrize(
    ("text", "is_kept"),
    [
        ("person:Rosa rating:>=4", True),
        ("person:Rosa label:red flag:pick kind:image tier:silver stack:burst 2024", True),
        ("person:Rosa -rating:5", False),
        ("person:Rosa person:Ben", False),
        ("person:Rosa camera:r6", False),
        ('person:"Rosa aged 6" rating:5', False),
        ("-person:Rosa rating:5", False),
    ],
)
@pytest.mark.django_db
def test_rules_are_answered_from_it_if_it_has_all_they_ask(owner: Entered, text: str, *, is_kept: bool) -> None:
    with acting_in(owner.studio):
        assert (asked(owner, text)._of_persons is not None) == is_kept


@pytest.mark.django_db
def test_who_works_in_some_galleries_is_asked_about_these(owner: Entered) -> None:
    some = Entered(owner.studio, owner.user, Role.EDITOR, album_ids=frozenset())
    with acting_in(owner.studio):
        assert asked(some, "person:Rosa rating:5")._of_persons is None


def test_pages_of_it_go_on_both_ways(album: Album, owner: Entered, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(7):
        taken = PhotoFactory.create(studio=album.studio, taken_at=NOON - timedelta(minutes=number % 3), rating=4)
        PlacementFactory.create(album=album, photo=taken)
    with acting_in(album.studio):
        who = _person(album)
        _show(who, [pk for pk in Photo.objects.for_studio(album.studio).values_list("pk", flat=True) for _ in "ab"])
    text = f"person:{who.pk} rating:>=3"
    for few in (5_000, 3):
        monkeypatch.setattr(find, "FEW", few)
        monkeypatch.setattr(find, "_EXPECTED", find._Expectations())
        with acting_in(album.studio):
            plain = list(asked(owner, text).rows.order_by(*LibraryPhoto.ORDER).values_list("pk", flat=True))
            first = asked(owner, text).page(size=3)
            second = asked(owner, text).page(first.next, size=3)
            third = asked(owner, text).page(second.next, size=3)
            again = asked(owner, text).page(third.earlier, size=3)
            assert asked(owner, text).total.count == 7
        pages = [[tile.row.photo_id for tile in page.tiles] for page in (first, second, third, again)]
        assert [*pages[0], *pages[1], *pages[2]] == plain
        assert pages[3] == pages[1]


@pytest.mark.django_db(transaction=True)
def test_stars_that_are_given_meanwhile_are_kept(album: Album, alice_user: User) -> None:
    """Who gives them waits for whoever says who is in the photo, and then sees them."""
    face, other = new_face(album, 1), new_face(album, 2)
    who = person_of(other)
    assert who is not None

    def give() -> None:
        with acting_in(album.studio):
            Photo.objects.for_studio(album.studio).filter(pk=face.photo_id).update(rating=5)
        connections.close_all()

    _meanwhile(album, give, lambda: people.assign(album.studio, [face], who, by=alice_user))
    with acting_in(album.studio):
        assert PersonPhoto.objects.for_studio(album.studio).filter(pk=face.pk, person=who, rating=5).exists()


@pytest.mark.django_db(transaction=True)
def test_a_photo_that_comes_back_meanwhile_shows_who_is_in_it(album: Album, alice_user: User) -> None:
    face, other = new_face(album, 1), new_face(album, 2)
    who = person_of(other)
    assert who is not None
    with acting_in(album.studio):
        lying = Placement.objects.for_studio(album.studio).filter(photo_id=face.photo_id)
        lying.update(trashed_at=NOON)
        assert not PersonPhoto.objects.for_studio(album.studio).filter(pk=face.pk).exists()

    def bring_back() -> None:
        with acting_in(album.studio):
            Placement.objects.for_studio(album.studio).filter(photo_id=face.photo_id).update(trashed_at=None)
        connections.close_all()

    _meanwhile(album, bring_back, lambda: people.assign(album.studio, [face], who, by=alice_user))
    with acting_in(album.studio):
        assert PersonPhoto.objects.for_studio(album.studio).filter(pk=face.pk, person=who).exists()


def _meanwhile(album: Album, other: Callable[[], None], act: Callable[[], Any]) -> None:
    """Do something, and before that is committed let somebody else begin with something, who has to wait."""
    thread = Thread(target=other)
    with acting_in(album.studio):
        act()
        thread.start()
        _wait_until_somebody_waits()
    thread.join()
    assert list(person_photos.check_studio(album.studio_id)) == []


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_person_with_stars_is_told_by_one_index(album: Album, owner: Entered) -> None:
    """Of somebody in 150 photos of 600, of which some have stars."""
    fill(album, 600)
    with acting_in(album.studio):
        who = _person(album)
        photos = list(Photo.objects.for_studio(album.studio).order_by("pk").values_list("pk", flat=True))
        _show(_person(album), photos)
        _show(who, photos[::4])
        Photo.objects.for_studio(album.studio).filter(pk__in=photos[:160]).update(rating=5)
    with connections["owner"].cursor() as cursor:
        cursor.execute("vacuum analyze library_personphoto, library_libraryphoto, faces_face, albums_photo")
    with acting_in(album.studio), reading() as pages:
        library = asked(owner, f"person:{who.pk} rating:5")
        assert len(library.stretch().photos) == 40
        assert library.total.count == 40
    # Of each photo that is looked up by itself three pages are read, or more.
    assert max(pages) < 60
    with acting_in(album.studio), connection.cursor() as cursor:
        sql, params = library._places.query.sql_with_params()
        # So small a table is read whole.
        cursor.execute("set local enable_seqscan = off; set local enable_bitmapscan = off")
        cursor.execute(f"explain {sql}", params)
        assert "library_personphoto_order" in "\n".join(row[0] for row in cursor.fetchall())
        cursor.execute("select indexdef from pg_indexes where indexname = 'library_personphoto_order'")
        keys, _, carried = cursor.fetchone()[0].partition(" INCLUDE ")
    # Nothing is read but the index.
    assert "(studio_id, person_id, wall DESC, photo_id DESC)" in keys
    assert all(column in carried for column in BESIDE)


def _person(album: Album) -> Person:
    who = Person(studio=album.studio, name="Rosa")
    who.save(force_insert=True)
    return who


def _show(who: Person, photos: list[UUID]) -> None:
    place = {"x": 0.4, "y": 0.4, "width": 0.1, "height": 0.1, "score": 0.9, "size": 120.0}
    faces = [Face(studio=who.studio, photo_id=photo, person=who, **place) for photo in photos]
    Face.objects.for_studio(who.studio).bulk_create(faces)


def test_fsck_finds_and_puts_right_what_is_kept_otherwise(album: Album) -> None:
    first, second, third = (new_face(album, 1, number) for number in range(3))
    stranger = new_face(album, 2)
    who, other = person_of(first), person_of(stranger)
    assert who is not None
    assert other is not None
    with acting_in(album.studio):
        rows = PersonPhoto.objects.for_studio(album.studio)
        rows.filter(pk=first.pk).delete()
        rows.filter(pk=second.pk).update(rating=5)
        rows.filter(pk=third.pk).update(person=other)
    assert _found(album) == sorted([str(who.pk), str(other.pk)])
    out = StringIO()
    with pytest.raises((SystemExit, CommandError)):
        call_command("fsck", repair=True, stdout=out)
    assert out.getvalue().count("are not kept beside their photos") == 2
    assert _found(album) == []


def _found(album: Album) -> list[str]:
    return [finding.key for finding in person_photos.check_studio(album.studio_id)]


def test_who_was_there_before_is_kept(album: Album) -> None:
    """The migration that fills the table: again it changes nothing."""
    filled = import_module("apps.library.migrations.0022_person_photos_of_before").FILL
    faces: list[UUID] = [new_face(album, 1).pk, new_face(album, 1, 1).pk]
    with acting_in(album.studio), connection.cursor() as cursor:
        cursor.execute("delete from library_personphoto")
        cursor.execute(filled, {"studio": album.studio_id})
        cursor.execute(filled, {"studio": album.studio_id})
        kept = PersonPhoto.objects.for_studio(album.studio).values_list("pk", flat=True)
        assert sorted(kept) == sorted(faces)
    assert _found(album) == []
