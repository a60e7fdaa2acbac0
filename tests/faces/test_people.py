"""What humans decide is obeyed, and can be taken back whole."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from django.db import connection
from django.db.models import F

from apps.accounts import journal
from apps.accounts.journal import ChangedSince
from apps.accounts.journal.models import JournalEntry
from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album
from apps.faces import joining, listing, people, regrouping
from apps.faces.models import Face, NotThem, Person
from tests.faces.makers import new_face, person_of, switched_on
from tests.factories import AlbumFactory


@pytest.fixture
def album(north: Studio, alice_user: User) -> Album:
    switched_on(north, alice_user)
    return AlbumFactory.create(studio=north)


def group(face: Face) -> Person:
    person = person_of(face)
    assert person is not None
    return person


def decided(studio: Studio) -> dict[str, Any]:
    """All that is known of who is who, without what follows from it (suggestions)."""
    with acting_in(studio), connection.cursor() as cursor:
        told = {}
        for table, without in (
            ("faces_person", ""),
            ("faces_face", "- 'suggested_id' - 'distance'"),
            ("faces_notthem", ""),
            ("faces_nevertwo", ""),
        ):
            cursor.execute(f"select to_jsonb(t) {without} from {table} t where studio_id = %s order by id", [studio.pk])
            told[table] = [json.dumps(row[0], sort_keys=True) for row in cursor.fetchall()]
        return told


def undo(entry: JournalEntry | None, by: User) -> None:
    assert entry is not None
    with acting_in(entry.studio):
        journal.undo(JournalEntry.objects.for_studio(entry.studio_id).get(pk=entry.pk), by=by)


def test_a_merge_is_taken_back_whole_also_after_new_faces_came(album: Album, alice_user: User) -> None:
    one, other = new_face(album, 1), new_face(album, 2)
    with acting_in(album.studio):
        people.change(group(one), by=alice_user, name="Anna")
        people.change(group(other), by=alice_user, name="Ben")
    anna, ben = group(one), group(other)
    before = decided(album.studio)
    with acting_in(album.studio):
        entry = people.merge(anna, [ben], by=alice_user)
    assert person_of(other) == anna
    late = new_face(album, 1, 5)
    undo(entry, alice_user)
    assert (person_of(one), person_of(other), person_of(late)) == (anna, ben, anna)
    with acting_in(album.studio):
        Face.objects.for_studio(album.studio).filter(pk=late.pk).delete()
    assert decided(album.studio) == before


@pytest.mark.parametrize("says", ["yes", "no"])
def test_a_question_whose_answer_is_taken_back_is_asked_again(album: Album, alice_user: User, says: str) -> None:
    with acting_in(album.studio):
        anna = group(new_face(album, 1))
        people.change(anna, by=alice_user, name="Anna")
    face = new_face(album, 1, 7, is_trusted=False)
    with acting_in(album.studio):
        assert listing.doubts(album.studio_id) == 1
        entry = people.answer(face, anna, says, by=alice_user)
        assert listing.doubts(album.studio_id) == 0
    undo(entry, alice_user)
    with acting_in(album.studio):
        assert listing.doubts(album.studio_id) == 1


def test_an_undo_leaves_out_faces_whose_photos_are_gone(album: Album, alice_user: User) -> None:
    one, other, gone = new_face(album, 1), new_face(album, 2), new_face(album, 2, 3)
    with acting_in(album.studio):
        entry = people.merge(group(one), [group(other)], by=alice_user)
        gone.photo.delete()
    undo(entry, alice_user)
    assert person_of(other) != person_of(one)


def test_a_face_that_joined_somebody_who_is_undone_finds_another_place(album: Album, alice_user: User) -> None:
    first = new_face(album, 1)
    with acting_in(album.studio):
        person, entry = people.assign(
            album.studio, people.find_faces(album.studio, [first.pk]), None, by=alice_user, name="Anna"
        )
    late = new_face(album, 1, 4)
    assert person_of(late) == person
    undo(entry, alice_user)
    assert person_of(late) not in (None, person)


def test_an_undo_works_after_the_group_that_a_face_came_from_is_gone(album: Album, alice_user: User) -> None:
    first, second = new_face(album, 1), new_face(album, 1, 2)
    with acting_in(album.studio):
        entry = people.assign(
            album.studio, people.find_faces(album.studio, [first.pk]), None, by=alice_user, name="Anna"
        )[1]
        Face.objects.for_studio(album.studio).filter(pk=second.pk).delete()
        joining.leave_empty(album.studio_id)
    undo(entry, alice_user)
    assert group(first).name == ""


def test_what_was_decided_since_is_not_overwritten_by_an_undo(album: Album, alice_user: User) -> None:
    one, other, third = new_face(album, 1), new_face(album, 2), new_face(album, 3)
    with acting_in(album.studio):
        entry = people.merge(group(one), [group(other)], by=alice_user)
        people.assign(album.studio, people.find_faces(album.studio, [other.pk]), group(third), by=alice_user)
    with pytest.raises(ChangedSince):
        undo(entry, alice_user)
    assert person_of(other) == person_of(third)


def test_those_who_are_never_one_are_not_merged(album: Album, alice_user: User) -> None:
    one, other, third = group(new_face(album, 1)), group(new_face(album, 2)), group(new_face(album, 3))
    with acting_in(album.studio):
        people.never(one, other, by=alice_user)
        with pytest.raises(people.NeverOne):
            people.merge(one, [other], by=alice_user)
        # What holds for one of two who are merged holds for both.
        people.merge(third, [other], by=alice_user)
        with pytest.raises(people.NeverOne):
            people.merge(one, [third], by=alice_user)


def test_the_journal_keeps_no_number_outline_or_crop(album: Album, alice_user: User) -> None:
    faces = [new_face(album, 1), new_face(album, 2)]
    with acting_in(album.studio):
        people.merge(group(faces[0]), [group(faces[1])], by=alice_user)
        people.split(group(faces[0]), people.find_faces(album.studio, [faces[1].pk]), by=alice_user)
        told = [row for row in album.studio.journal.values_list("changes", flat=True) if row]
    columns = {name for row in told for rows in row.values() for _, *both in rows for one in both for name in one or {}}
    assert columns
    assert columns.isdisjoint({"embedding", "x", "y", "width", "height", "webp", "score"})


def test_a_yes_to_one_face_of_a_group_takes_the_whole_group(album: Album, alice_user: User) -> None:
    anna_face, *loose = [new_face(album, 1), new_face(album, 2), new_face(album, 2, 1)]
    with acting_in(album.studio):
        anna = group(anna_face)
        people.change(anna, by=alice_user, name="Anna")
        [face] = people.find_faces(album.studio, [loose[0].pk])
        people.answer(face, anna, "yes", by=alice_user)
    assert {person_of(face) for face in loose} == {anna}


def test_a_no_is_remembered(album: Album, alice_user: User) -> None:
    anna_face, face = new_face(album, 1), new_face(album, 2)
    with acting_in(album.studio):
        [fresh] = people.find_faces(album.studio, [face.pk])
        entry = people.answer(fresh, group(anna_face), "no", by=alice_user)
        assert NotThem.objects.for_studio(album.studio).count() == 1
    undo(entry, alice_user)
    with acting_in(album.studio):
        assert NotThem.objects.for_studio(album.studio).count() == 0


# -- any sequence ----------------------------------------------------------------------------------------


class Hands:
    """Somebody who works on the people of a studio at random, and takes things back at once."""

    def __init__(self, album: Album, by: User, seed: int) -> None:
        self.studio, self.by, self.chance = album.studio, by, random.Random(seed)
        self.pinned: dict[Any, Any] = {}

    def people(self) -> list[Person]:
        return list(Person.objects.for_studio(self.studio).order_by("pk"))

    def faces(self) -> list[Face]:
        return list(Face.objects.for_studio(self.studio).defer("embedding").order_by("pk"))

    def merge(self) -> JournalEntry | None:
        two = self.chance.sample(self.people(), 2)
        try:
            return people.merge(two[0], two[1:], by=self.by)
        except people.NeverOne:
            return None

    def split(self) -> JournalEntry | None:
        face = self.chance.choice([face for face in self.faces() if face.person_id])
        return people.split(people.find(self.studio, [face.person_id])[0], [face], by=self.by)[1]  # type: ignore[list-item]

    def assign(self) -> JournalEntry | None:
        return people.assign(
            self.studio, [self.chance.choice(self.faces())], self.chance.choice(self.people()), by=self.by
        )[1]

    def ignore(self) -> JournalEntry | None:
        return people.ignore(self.studio, [self.chance.choice(self.faces())], self.chance.random() < 0.5, by=self.by)

    def never(self) -> JournalEntry | None:
        return people.never(*self.chance.sample(self.people(), 2), by=self.by)

    def name(self) -> JournalEntry | None:
        return people.change(self.chance.choice(self.people()), by=self.by, name=f"Name {self.chance.randrange(9)}")


@pytest.mark.slow
@pytest.mark.parametrize("seed", [7, 23])
def test_any_sequence_keeps_decisions_and_can_be_taken_back(album: Album, alice_user: User, seed: int) -> None:
    for person in range(4):
        for number in range(3):
            new_face(album, 100 * seed + person, number)
    hands = Hands(album, alice_user, seed)
    for _ in range(40):
        deed = hands.chance.choice(["merge", "split", "assign", "ignore", "never", "name", "regroup"])
        with acting_in(album.studio):
            confirmed = dict(
                Face.objects.for_studio(album.studio).filter(is_confirmed=True).values_list("pk", "person_id")
            )
        before = decided(album.studio)
        if deed == "regroup":
            with acting_in(album.studio):
                named = dict(
                    Face.objects.for_studio(album.studio).filter(person__name__gt="").values_list("pk", "person_id")
                )
                regrouping.regroup(album.studio_id)
                now = dict(Face.objects.for_studio(album.studio).values_list("pk", "person_id"))
                refused = NotThem.objects.for_studio(album.studio).filter(face__person=F("person"))
                assert not refused.exists()
            assert {pk: now[pk] for pk in confirmed} == confirmed
            assert {pk: now[pk] for pk in named} == named
            continue
        with acting_in(album.studio):
            entry = getattr(hands, deed)()
        if entry is not None and hands.chance.random() < 0.5:
            undo(entry, alice_user)
            assert decided(album.studio) == before, deed


@pytest.mark.slow
@pytest.mark.parametrize("seed", [11, 31])
def test_forty_decisions_taken_back_one_after_the_other_leave_what_was(
    album: Album, alice_user: User, seed: int
) -> None:
    for person in range(4):
        for number in range(3):
            new_face(album, 100 * seed + person, number)
    hands, done = Hands(album, alice_user, seed), []
    for _ in range(40):
        deed, before = (
            hands.chance.choice(["merge", "split", "assign", "ignore", "never", "name"]),
            decided(album.studio),
        )
        with acting_in(album.studio):
            entry = getattr(hands, deed)()
        if entry is not None:
            done.append((deed, before, entry))
    assert len(done) > 20
    for deed, before, entry in reversed(done):
        undo(entry, alice_user)
        assert decided(album.studio) == before, deed


def test_a_merge_keeps_the_strictest_answer_and_who_is_hidden(album: Album, north: Studio, alice_user: User) -> None:
    with acting_in(north):
        into = Person(studio=north, name="Rosa", passport="yes")
        no = Person(studio=north, passport="no", passport_note="asked not to", is_hidden=True)
        for person in (into, no):
            person.save(force_insert=True)
            person.studio = north
        entry = people.merge(into, [no], by=alice_user)
        into.refresh_from_db()
        assert (into.name, into.passport, into.passport_note, into.is_hidden) == ("Rosa", "no", "asked not to", True)
        assert entry is not None
        journal.undo(entry, by=alice_user)
        into.refresh_from_db()
        assert (into.passport, into.is_hidden) == ("yes", False)
