"""The kept numbers of photos and faces of people are what plain counting gives, whatever happens, and are healed."""

from __future__ import annotations

from collections import defaultdict
from io import StringIO
from threading import Thread
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, Photo
from apps.faces import counting, erasing, listing, people, regrouping
from apps.faces.models import Face, PersonCount
from tests.faces.makers import new_face, person_of, switched_on
from tests.faces.test_people import Hands, undo
from tests.factories import AlbumFactory, PhotoFactory, PlacementFactory


@pytest.fixture
def album(north: Studio, alice_user: User) -> Album:
    switched_on(north, alice_user)
    return AlbumFactory.create(studio=north)


def counted(studio: Studio) -> dict[UUID, tuple[int, int]]:
    """Photos and faces of everybody who is in a photo, counted one by one."""
    with acting_in(studio):
        rows = Face.objects.for_studio(studio).filter(is_ignored=False, photo__trashed_at__isnull=True)
        photos = defaultdict(list)
        for person, photo in rows.exclude(person=None).values_list("person_id", "photo_id"):
            photos[person].append(photo)
    return {person: (len(set(some)), len(some)) for person, some in photos.items()}


def kept(studio: Studio) -> dict[UUID, tuple[int, int]]:
    """The same as pages say it."""
    with acting_in(studio):
        shown = [one for ignored in (False, True) for one in listing.wall(studio.pk, ignored=ignored).people]
    return {one.id: (one.photos, one.face_count) for one in shown}


class MoreHands(Hands):
    """What else changes who is in how many photos."""

    album: Album

    def regroup(self) -> None:
        regrouping.regroup(self.studio.pk)

    def fold(self) -> None:
        counting.fold()

    def photo(self) -> Photo:
        return self.chance.choice(list(Photo.objects.for_studio(self.studio).order_by("pk")))

    def trash(self) -> None:
        photo = self.photo()
        Photo.objects.for_studio(self.studio).filter(pk=photo.pk).update(trashed_at=photo.created_at)

    def restore(self) -> None:
        Photo.objects.for_studio(self.studio).update(trashed_at=None)

    def delete(self) -> None:
        Photo.objects.for_studio(self.studio).filter(pk=self.photo().pk).delete()

    def erase(self) -> None:
        person = self.chance.choice(self.people())
        person.studio = self.studio
        erasing.erase_person(person, by=self.by)

    def find(self) -> None:
        new_face(self.album, self.chance.randrange(4), self.chance.randrange(1_000), photo=self.photo())


def test_numbers_are_what_counting_gives_after_any_changes(album: Album, alice_user: User) -> None:
    for number in range(8):
        photo = PlacementFactory.create(album=album, photo=PhotoFactory.create(studio=album.studio)).photo
        for person in {number % 4, number % 3}:
            new_face(album, person, number, photo=photo)
    hands = MoreHands(album, alice_user, 5)
    hands.album = album
    deeds = [
        "merge", "split", "assign", "ignore", "name", "regroup", "fold", "trash", "restore", "find", "find", "find",
        "delete", "erase",
    ]  # fmt: skip
    for step in range(60):
        # What takes everybody away comes seldom, so that somebody is left.
        deed = hands.chance.choice(deeds[: None if step % 6 == 5 else -2])
        with acting_in(album.studio):
            entry = getattr(hands, deed)()
        assert kept(album.studio) == counted(album.studio), deed
        if entry is not None and hands.chance.random() < 0.5:
            undo(entry, alice_user)
            assert kept(album.studio) == counted(album.studio), f"undo of {deed}"
    assert list(counting.check_studio(album.studio_id)) == []


def test_adding_up_changes_no_number_and_leaves_one_row_for_each(album: Album) -> None:
    for number in range(3):
        new_face(album, 1, number)
    before = kept(album.studio)
    counting.fold()
    with acting_in(album.studio):
        assert PersonCount.objects.for_studio(album.studio).count() == len(before) == 1
    assert kept(album.studio) == before


def test_two_faces_in_one_photo_are_one_photo(album: Album, alice_user: User) -> None:
    first = new_face(album, 1)
    second = new_face(album, 2, photo=first.photo)
    who = person_of(first)
    assert who is not None
    with acting_in(album.studio):
        people.assign(album.studio, [second], who, by=alice_user)
    assert kept(album.studio) == {who.pk: (1, 2)}
    with acting_in(album.studio):
        people.ignore(album.studio, [first], True, by=alice_user)
    assert kept(album.studio) == {who.pk: (1, 1)}


@pytest.mark.django_db(transaction=True)
def test_a_photo_that_goes_to_the_trash_meanwhile_counts_once(album: Album, alice_user: User) -> None:
    """Who trashes a photo waits for whoever changes the faces in it, and neither counts what the other took away."""
    face = new_face(album, 1)

    def put_away() -> None:
        with acting_in(album.studio):
            Photo.objects.for_studio(album.studio).filter(pk=face.photo_id).update(trashed_at=face.created_at)
        connections.close_all()

    other = Thread(target=put_away)
    with acting_in(album.studio):
        people.ignore(album.studio, [face], True, by=alice_user)
        other.start()
        _wait_until_somebody_waits()
    other.join()
    assert list(counting.check_studio(album.studio_id)) == []


def _wait_until_somebody_waits() -> None:
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute("select count(*), pg_sleep(0.01) from pg_locks where not granted")
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits for the photo")


def test_fsck_finds_and_heals_wrong_numbers(album: Album) -> None:
    face, other = new_face(album, 1), new_face(album, 2)
    who = person_of(face)
    assert who is not None
    with acting_in(album.studio):
        PersonCount.objects.for_studio(album.studio).filter(person=who).delete()
    out = StringIO()
    with pytest.raises((SystemExit, CommandError)):
        call_command("fsck", repair=True, stdout=out)
    found = [line for line in out.getvalue().splitlines() if line.startswith("count")]
    assert len(found) == 1
    assert str(who.pk) in found[0]
    assert "0 photos and 0 faces are kept, 1 and 1 are there" in found[0]
    assert kept(album.studio) == counted(album.studio) == {who.pk: (1, 1), person_of(other).pk: (1, 1)}  # type: ignore[union-attr]


def test_who_was_there_before_is_counted(album: Album) -> None:
    """The migration that fills the numbers: again it changes nothing."""
    from importlib import import_module

    fill = import_module("apps.faces.migrations.0006_counts_of_before").FILL
    face = new_face(album, 1)
    new_face(album, 1, 1)
    with acting_in(album.studio), connection.cursor() as cursor:
        cursor.execute("delete from faces_personcount")
        cursor.execute(fill, {"studio": album.studio_id})
        cursor.execute(fill, {"studio": album.studio_id})
        assert PersonCount.objects.for_studio(album.studio).count() == 1
    assert kept(album.studio) == counted(album.studio) == {person_of(face).pk: (2, 2)}  # type: ignore[union-attr]
