"""Who is near a new face is the same whether all faces are looked at or those that memory proposes."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Placement
from apps.faces import joining, scanning, vectors
from apps.faces.joining import Near
from apps.faces.models import Face, NotThem, Person, hold
from tests.albums.bulk import fill
from tests.faces.makers import switched_on
from tests.factories import AlbumFactory

PLACE = {"x": 0.4, "y": 0.4, "width": 0.1, "height": 0.1, "score": 0.9, "size": 120.0, "sharpness": 4.0}
PEOPLE, FACES, PHOTOS = 9, 90, 60


class Crowd:
    """A studio whose people look alike: half of them lie within reach of each other."""

    def __init__(self, studio: Studio, seed: int) -> None:
        self.studio, self.chance = studio, np.random.default_rng(seed)
        album = AlbumFactory.create(studio=studio)
        fill(album, PHOTOS)
        self.photos = list(Placement.objects.for_studio(studio).filter(album=album).values_list("photo_id", flat=True))
        named = [Person(studio=studio, name=f"P{number}" if number % 3 else "") for number in range(PEOPLE)]
        self.people = Person.objects.for_studio(studio).bulk_create(named)
        self.points = np.stack([self.about(np.zeros(128), 0.33) for _ in self.people])
        Face.objects.for_studio(studio).bulk_create([self.face() for _ in range(FACES)])

    def about(self, point: Any, far: float) -> Any:
        noise = self.chance.normal(size=128)
        return point + far * noise / np.linalg.norm(noise)

    def face(self) -> Face:
        who, draw = int(self.chance.integers(PEOPLE)), self.chance.random
        is_trusted = bool(draw() < (0.1 if who == 0 else 0.7))
        leans = who == 3 or draw() < 0.2
        return Face(
            studio=self.studio, photo_id=self.photos[int(self.chance.integers(PHOTOS))], is_trusted=is_trusted,
            person=None if draw() < 0.1 else self.people[who],
            suggested=self.people[(who + 1) % PEOPLE] if leans else None, distance=0.5 if leans else None,
            embedding=[float(one) for one in self.about(self.points[who], 0.25)], **PLACE,
        )  # fmt: skip

    def every(self) -> list[Face]:
        return list(Face.objects.for_studio(self.studio).select_related("person").order_by("pk"))


def looked_at(face: Face, faces: list[Face], denied: set[tuple[UUID, UUID]]) -> list[Near]:
    """What `nearest` promises, written without a database."""
    here = {one.person_id for one in faces if one.photo_id == face.photo_id and one.pk != face.pk}
    of: dict[Person, list[tuple[float, Face]]] = defaultdict(list)
    for one in faces:
        if one.person is not None and one.pk != face.pk and (one.is_trusted or one.is_confirmed):
            of[one.person].append((float(np.linalg.norm(numbers(one) - numbers(face))), one))
    found = []
    for person, theirs in of.items():
        distance = min(far for far, _ in theirs)
        if distance > joining.WITHIN or person.pk in here or (face.pk, person.pk) in denied:
            continue
        sure = min((far for far, one in theirs if one.is_trusted), default=None)
        suggested = [one.suggested_id for _, one in theirs]
        leans = None if None in suggested else min(suggested, key=str)
        found.append(Near(person.pk, bool(person.name) or person.is_ignored, distance, sure, leans))
    return sorted(found, key=lambda one: (one.distance, one.person_id))[:8]


def numbers(face: Face) -> Any:
    return np.array(face.embedding.to_list() if hasattr(face.embedding, "to_list") else face.embedding, np.float16)\
        .astype(np.float64)  # fmt: skip


def rounded(found: list[Near]) -> list[tuple[Any, ...]]:
    return [
        (one.person_id, one.is_named, round(one.distance, 3), one.sure and round(one.sure, 3), one.leans)
        for one in found
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_memory_and_the_rows_and_a_plain_look_agree(north: Studio, alice_user: User, seed: int) -> None:
    switched_on(north, alice_user)
    with acting_in(north):
        crowd = Crowd(north, seed)
        hold(north)
        for _ in range(3):
            faces = crowd.every()
            denied = {(one.pk, crowd.people[number].pk) for number, one in enumerate(faces[:PEOPLE])}
            NotThem.objects.for_studio(north).all().delete()
            rows = [NotThem(studio=north, face_id=face, person_id=person) for face, person in denied]
            NotThem.objects.for_studio(north).bulk_create(rows)
            answers = set()
            for face in faces[: 2 * PEOPLE]:
                proposed = vectors.near(north.pk, list(numbers(face)), joining.WITHIN)
                assert proposed is not None
                plain, remembered = joining.nearest(face), joining.nearest(face, among=proposed)
                assert remembered == plain
                assert rounded(plain) == rounded(looked_at(face, faces, denied))
                answers.add(len(plain))
            assert len(answers) > 1
            # Faces come, go, and are measured anew; all of which memory has to hear of.
            Face.objects.for_studio(north).filter(pk__in=[one.pk for one in faces[::9]]).delete()
            Face.objects.for_studio(north).bulk_create([crowd.face() for _ in range(20)])
            for one in crowd.every()[::7]:
                one.embedding = [float(number) for number in crowd.about(crowd.points[0], 0.25)]
                one.save()


@pytest.mark.django_db
def test_a_studio_remembers_its_own_faces_alone(north: Studio, south: Studio, alice_user: User) -> None:
    there = {}
    for studio in (north, south):
        switched_on(studio, alice_user)
        with acting_in(studio):
            crowd = Crowd(studio, 4)
            there[studio] = {one.pk for one in crowd.every()}
            assert set(vectors.near(studio.pk, [0.0] * 128, 9.0) or ()) == there[studio]
    # Whose rows are seen decides the database, not the id that is asked for.
    vectors.forget(north.pk)
    with acting_in(south):
        assert vectors.near(north.pk, [0.0] * 128, 9.0) == []


@pytest.mark.django_db
def test_it_is_bounded_and_forgets(north: Studio, alice_user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    switched_on(north, alice_user)
    clocks: list[Any] = []

    def timer(*given: Any) -> _Clock:
        clocks.append(given)
        return _Clock()

    monkeypatch.setattr("threading.Timer", timer)
    with acting_in(north):
        Crowd(north, 5)
        assert vectors.near(north.pk, [0.0] * 128, 9.0)
        [(after, forget, asked)] = clocks
        assert after == vectors.KEPT_FOR
        forget(*asked)
        assert north.pk not in vectors._kept
        monkeypatch.setattr(vectors, "MOST", FACES - 1)
        assert vectors.near(north.pk, [0.0] * 128, 9.0) is None
        assert north.pk not in vectors._kept


class _Clock:
    daemon = False

    def start(self) -> None:
        pass


def test_a_transaction_that_failed_leaves_nothing_remembered() -> None:
    studio_id = UUID(int=7)
    vectors._kept[studio_id] = vectors.Vectors()
    with pytest.raises(OSError, match="lost"), scanning._remembered(studio_id):
        raise OSError("lost")
    assert studio_id not in vectors._kept


@pytest.mark.parametrize("within", [0.0, 0.3, 0.5, 0.9, 3.0])
def test_few_and_many_are_found_as_by_a_plain_look(within: float) -> None:
    chance = np.random.default_rng(6)
    scale = np.geomspace(0.2, 0.01, 128)
    looks = (chance.normal(size=(500, 128)) * scale).astype(">f2")
    ids = [UUID(int=number) for number in range(len(looks))]
    known = vectors.Vectors()
    for start in range(0, len(looks), 100):
        known._take([(ids[at], b"\0\x80\0\0" + looks[at].tobytes()) for at in range(start, start + 100)])
    exact = looks.astype(np.float64)
    for at in range(0, len(looks), 50):
        far = np.linalg.norm(exact - exact[at], axis=1)
        found = set(known.near([float(one) for one in looks[at]], within))
        assert {ids[place] for place in np.flatnonzero(far <= within)} <= found
        assert found <= {ids[place] for place in np.flatnonzero(far <= within + 0.002)}
