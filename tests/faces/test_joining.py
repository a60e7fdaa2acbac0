"""Who a new face is, and what is only suggested."""

from __future__ import annotations

import pytest

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album
from apps.faces import joining, people, regrouping
from apps.faces.joining import Near
from apps.faces.models import Face, NotThem, Person
from apps.web.ids import uuid7
from tests.faces.makers import new_face, person_of, switched_on
from tests.factories import AlbumFactory

ANNA, BEN, UNNAMED = uuid7(), uuid7(), uuid7()


@pytest.fixture
def album(north: Studio, alice_user: User) -> Album:
    switched_on(north, alice_user)
    return AlbumFactory.create(studio=north)


def name(face: Face, called: str, by: User) -> Person:
    with acting_in(face.studio):
        [fresh] = people.find_faces(face.studio, [face.pk])
        person, _ = people.assign(face.studio, [fresh], None, by=by, name=called)
    assert person is not None
    return person


@pytest.mark.parametrize(
    ("near", "joined"),
    [
        ([], None),
        ([Near(ANNA, True, 0.44, 0.44)], ANNA),
        ([Near(ANNA, True, 0.46, 0.46)], None),
        ([Near(ANNA, True, 0.40, 0.40), Near(BEN, True, 0.44, 0.44)], None),
        ([Near(ANNA, True, 0.40, 0.40), Near(BEN, True, 0.46, 0.46)], ANNA),
        ([Near(UNNAMED, False, 0.49, 0.49)], UNNAMED),
        # A group of her own faces that was not asked about yet does not keep Anna from joining.
        ([Near(UNNAMED, False, 0.38, 0.38, leans=ANNA), Near(ANNA, True, 0.40, 0.40)], ANNA),
        ([Near(UNNAMED, False, 0.38, 0.38), Near(ANNA, True, 0.40, 0.40)], None),
        # Known by a small face alone she is only asked about, and keeps others from joining but not her own group.
        ([Near(ANNA, True, 0.30, None)], None),
        ([Near(ANNA, True, 0.40, None), Near(BEN, True, 0.44, 0.44)], None),
        ([Near(UNNAMED, False, 0.38, 0.38, leans=ANNA), Near(ANNA, True, 0.40, None)], UNNAMED),
    ],
)
def test_a_face_joins_who_is_near_and_nobody_else_is(near: list[Near], joined: object) -> None:
    assert joining.choose(near) == joined


def test_faces_of_one_person_wait_in_one_group_and_strangers_in_another(album: Album) -> None:
    one, other, stranger = new_face(album, 1, 1), new_face(album, 1, 2), new_face(album, 2)
    assert person_of(one) == person_of(other)
    assert person_of(stranger) not in (None, person_of(one))


def test_a_new_face_joins_the_named_person(album: Album, alice_user: User) -> None:
    anna = name(new_face(album, 1), "Anna", alice_user)
    assert person_of(new_face(album, 1, 7)) == anna


def test_a_small_or_blurred_face_is_suggested_only(album: Album, alice_user: User) -> None:
    anna = name(new_face(album, 1), "Anna", alice_user)
    face = new_face(album, 1, 7, is_trusted=False)
    assert person_of(face) is None
    assert face.suggested_id == anna.pk
    assert face.state == "suggested"


def test_who_was_named_by_a_small_face_is_asked_about(album: Album, alice_user: User) -> None:
    early = new_face(album, 1, 1)
    anna = name(new_face(album, 1, is_trusted=False), "Anna", alice_user)
    late = new_face(album, 1, 2)
    with acting_in(album.studio):
        asked = Face.objects.for_studio(album.studio).filter(suggested=anna).values_list("pk", flat=True)
        assert set(asked) == {early.pk, late.pk}
    assert person_of(early) == person_of(late) != anna


def test_two_faces_of_one_photo_are_two_people(album: Album, alice_user: User) -> None:
    first = new_face(album, 1)
    anna = name(first, "Anna", alice_user)
    assert person_of(new_face(album, 1, 7, photo=first.photo)) not in (None, anna)


def test_who_was_denied_is_neither_joined_nor_suggested_again(album: Album, alice_user: User) -> None:
    anna = name(new_face(album, 1), "Anna", alice_user)
    face = new_face(album, 1, 7)
    with acting_in(album.studio):
        people.split(anna, people.find_faces(album.studio, [face.pk]), by=alice_user)
        assert NotThem.objects.for_studio(album.studio).filter(face=face, person=anna).exists()
        assert anna.pk not in [near.person_id for near in joining.nearest(face)]
        joining.spread(anna)
        assert Face.objects.for_studio(album.studio).get(pk=face.pk).suggested_id is None


def test_an_ignored_stranger_keeps_being_known(album: Album, alice_user: User) -> None:
    face = new_face(album, 3)
    stranger = person_of(face)
    assert stranger is not None
    with acting_in(album.studio):
        people.change(stranger, by=alice_user, is_ignored=True)
    assert person_of(new_face(album, 3, 5)) == stranger


def test_naming_somebody_asks_about_faces_that_came_before(album: Album, alice_user: User) -> None:
    # So different that they did not join each other.
    early = [new_face(album, 1, at, spread=0.37) for at in range(4)]
    anna = name(new_face(album, 1, 9, spread=0.1), "Anna", alice_user)
    with acting_in(album.studio):
        asked = Face.objects.for_studio(album.studio).filter(pk__in=[face.pk for face in early], suggested=anna)
        assert asked.count() == 4


# -- by night ----------------------------------------------------------------------------------------


def test_regrouping_joins_what_belongs_together_and_leaves_people_alone(album: Album, alice_user: User) -> None:
    anna_face, loose = new_face(album, 1), [new_face(album, 2, at) for at in range(3)]
    anna = name(anna_face, "Anna", alice_user)
    with acting_in(album.studio):
        Face.objects.for_studio(album.studio).filter(pk__in=[face.pk for face in loose]).update(person=None)
        assert regrouping.regroup(album.studio_id) == 3
        assert regrouping.regroup(album.studio_id) == 0
    assert len({person_of(face) for face in loose}) == 1
    assert person_of(anna_face) == anna


def test_regrouping_keeps_what_a_human_split(album: Album, alice_user: User) -> None:
    faces = [new_face(album, 2, at) for at in range(4)]
    group = person_of(faces[0])
    assert group is not None
    with acting_in(album.studio):
        other, _ = people.split(group, people.find_faces(album.studio, [faces[3].pk]), by=alice_user)
        assert regrouping.regroup(album.studio_id) == 0
    assert person_of(faces[3]) == other != group
