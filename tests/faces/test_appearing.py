"""A person's photos stand by date along an index, whatever happens to faces and photos, and are put right."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from importlib import import_module
from io import StringIO
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, Photo
from apps.faces import appearing, listing, people
from apps.faces.models import Appearance, Face, Person
from tests.albums.bulk import fill
from tests.faces.makers import new_face, person_of, switched_on
from tests.faces.test_counting import MoreHands
from tests.faces.test_people import undo
from tests.factories import AlbumFactory, PhotoFactory, PlacementFactory

NOON = datetime(2026, 6, 13, 12, 0, tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)


@pytest.fixture
def album(north: Studio, alice_user: User) -> Album:
    switched_on(north, alice_user)
    return AlbumFactory.create(studio=north)


def _faces(person: Person) -> list[UUID]:
    page = listing.page_of_person(person.studio_id, person.pk)
    assert page is not None
    return [one.face_id for one in page.seen]


def shown(studio: Studio) -> dict[UUID, list[UUID]]:
    """Whose faces pages show, in order."""
    with acting_in(studio):
        everybody = Person.objects.for_studio(studio)
        pages = {who.pk: _faces(who) for who in everybody}
    return {who: faces for who, faces in pages.items() if faces}


def sorted_plainly(studio: Studio) -> dict[UUID, list[UUID]]:
    """The same, each face read and sorted."""
    found: dict[UUID, list[tuple[datetime, UUID]]] = {}
    with acting_in(studio):
        rows = Face.objects.for_studio(studio).filter(is_ignored=False, photo__trashed_at=None).exclude(person=None)
        for person, face, at in rows.values_list("person_id", "pk", "photo__taken_at"):
            found.setdefault(person, []).append((at or LAST, face))
    return {person: [face for _, face in sorted(faces)] for person, faces in found.items()}


class StillMoreHands(MoreHands):
    """What else changes where a photo stands."""

    def set_right(self) -> None:
        """The moment of a photo; sometimes it loses the one it had."""
        at = self.chance.choice([None, NOON + timedelta(minutes=self.chance.randrange(10))])
        Photo.objects.for_studio(self.studio).filter(pk=self.photo().pk).update(taken_at=at)


def test_photos_stand_by_date_after_any_changes(album: Album, alice_user: User) -> None:
    for number in range(8):
        taken = PhotoFactory.create(studio=album.studio, taken_at=NOON - timedelta(minutes=number % 5))
        photo = PlacementFactory.create(album=album, photo=taken).photo
        for person in {number % 4, number % 3}:
            new_face(album, person, number, photo=photo)
    hands = StillMoreHands(album, alice_user, 7)
    hands.album = album
    deeds = [
        "merge", "split", "assign", "ignore", "name", "regroup", "set_right", "set_right", "trash", "restore", "find",
        "find", "find", "delete", "erase",
    ]  # fmt: skip
    for step in range(60):
        deed = hands.chance.choice(deeds[: None if step % 6 == 5 else -2])
        with acting_in(album.studio):
            entry = getattr(hands, deed)()
        assert shown(album.studio) == sorted_plainly(album.studio), deed
        if entry is not None and hands.chance.random() < 0.5:
            undo(entry, alice_user)
            assert shown(album.studio) == sorted_plainly(album.studio), f"undo of {deed}"
    assert list(appearing.check_studio(album.studio_id)) == []


@pytest.mark.django_db(transaction=True)
def test_a_photo_whose_moment_is_set_right_meanwhile_stands_there(album: Album, alice_user: User) -> None:
    """Who sets it right waits for whoever says who is in the photo, and then sees them."""
    face, other = new_face(album, 1), new_face(album, 2)
    who = person_of(other)
    assert who is not None

    def set_right() -> None:
        with acting_in(album.studio):
            Photo.objects.for_studio(album.studio).filter(pk=face.photo_id).update(taken_at=NOON)
        connections.close_all()

    meanwhile = Thread(target=set_right)
    with acting_in(album.studio):
        people.assign(album.studio, [face], who, by=alice_user)
        meanwhile.start()
        _wait_until_somebody_waits()
    meanwhile.join()
    assert list(appearing.check_studio(album.studio_id)) == []
    with acting_in(album.studio):
        assert Appearance.objects.for_studio(album.studio).filter(pk=face.pk, person=who, at=NOON).exists()


def _wait_until_somebody_waits() -> None:
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute("select count(*), pg_sleep(0.01) from pg_locks where not granted")
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits for the photo")


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_page_reads_as_many_faces_as_it_shows(album: Album) -> None:
    """Of a person in 600 photos, and none are sorted."""
    fill(album, 600)
    place = {"x": 0.4, "y": 0.4, "width": 0.1, "height": 0.1, "score": 0.9, "size": 120.0}
    with acting_in(album.studio):
        who = Person(studio=album.studio, name="Rosa")
        who.save(force_insert=True)
        photos = Photo.objects.for_studio(album.studio).values_list("pk", flat=True)
        faces = [Face(studio=album.studio, photo_id=photo, person=who, **place) for photo in photos]
        Face.objects.for_studio(album.studio).bulk_create(faces)
    with connections["owner"].cursor() as cursor:
        cursor.execute("analyze faces_face, faces_appearance, albums_photo, albums_placement")
    asked: dict[str, Any] = {"studio": album.studio_id, "person": who.pk, "limit": 20, "offset": 0}
    statement = listing._paged(listing._SEEN, listing._SEEN_ORDER, listing._SEEN_TYPES, None, False)
    with acting_in(album.studio), connection.cursor() as cursor:
        cursor.execute(f"explain (analyze, timing off) {statement}", asked)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    rows = [float(number) for number in re.findall(r"actual rows=([0-9.]+)", plan)]
    assert max(rows) <= 20, plan
    assert "faces_appearance_order" in plan


def test_fsck_finds_and_puts_right_who_stands_elsewhere(album: Album) -> None:
    first, second, third = (new_face(album, 1, number) for number in range(3))
    stranger = new_face(album, 2)
    who, other = person_of(first), person_of(stranger)
    assert who is not None
    assert other is not None
    with acting_in(album.studio):
        rows = Appearance.objects.for_studio(album.studio)
        rows.filter(pk=first.pk).delete()
        rows.filter(pk=second.pk).update(at=NOON)
        rows.filter(pk=third.pk).update(person=other)
        # Whatever is kept, nobody is shown who is somebody else.
        assert _faces(other) == [stranger.pk]
    assert [finding.key for finding in appearing.check_studio(album.studio_id)] == sorted([str(who.pk), str(other.pk)])
    out = StringIO()
    with pytest.raises((SystemExit, CommandError)):
        call_command("fsck", repair=True, stdout=out)
    assert out.getvalue().count("do not stand where their photos do") == 2
    assert list(appearing.check_studio(album.studio_id)) == []
    assert shown(album.studio) == sorted_plainly(album.studio)


def test_who_was_there_before_stands_by_date(album: Album) -> None:
    """The migration that fills the order: again it changes nothing."""
    filled = import_module("apps.faces.migrations.0011_appearances_of_before").FILL
    new_face(album, 1)
    new_face(album, 1, 1)
    with acting_in(album.studio), connection.cursor() as cursor:
        cursor.execute("delete from faces_appearance")
        cursor.execute(filled, {"studio": album.studio_id})
        cursor.execute(filled, {"studio": album.studio_id})
        assert Appearance.objects.for_studio(album.studio).count() == 2
    assert list(appearing.check_studio(album.studio_id)) == []
