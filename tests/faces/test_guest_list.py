"""Who is missing: names of a guest list against the people in a gallery's photos."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album
from apps.faces import guest_list
from apps.faces.guest_list import Guest
from apps.faces.models import Face, Person
from tests.faces.makers import switched_on
from tests.factories import AlbumFactory, PhotoFactory, PlacementFactory
from tests.markup import tight

pytestmark = pytest.mark.django_db
LIST = "Grandma Rosa, table 1\nUncle Karl; table 1\n\nZOË ADAMS\ttable 2\nGrandma  Rosa, table 1\nNobody"


@pytest.fixture
def album(north: Studio, alice_user: User) -> Album:
    """Rosa is in two photos, Zoe Adams in one and in one of another gallery, Karl in none."""
    album: Album = AlbumFactory.create(studio=north, title="Wedding")
    elsewhere = AlbumFactory.create(studio=north)
    switched_on(north, alice_user)
    for name, places in {"Rosa": [album, album], "Zoe Adams": [album, elsewhere], "Karl Berg": []}.items():
        with acting_in(north):
            person = Person(studio=north, name=name)
            person.save(force_insert=True)
        for place in places:
            photo = PlacementFactory.create(album=place, photo=PhotoFactory.create(studio=north)).photo
            box = {"x": 0.1, "y": 0.1, "width": 0.1, "height": 0.1, "score": 0.9, "size": 80.0}
            with acting_in(north):
                Face(studio=north, photo=photo, person=person, **box).save(force_insert=True)
    return album


def test_a_list_is_read_as_people_write_it() -> None:
    assert guest_list.read(LIST) == [
        Guest("Grandma Rosa", "table 1"), Guest("Uncle Karl", "table 1"), Guest("ZOË ADAMS", "table 2"),
        Guest("Nobody"),
    ]  # fmt: skip
    with pytest.raises(guest_list.TooManyGuests):
        guest_list.read("\n".join(f"Guest {number}" for number in range(guest_list.MOST + 1)))


def test_names_are_found_and_counted_in_this_gallery_alone(album: Album) -> None:
    with acting_in(album.studio):
        seats = guest_list.seats(album, guest_list.read(LIST))
    told = [(seat.guest.name, seat.person, seat.photos) for seat in seats]
    assert told == [
        ("Grandma Rosa", "Rosa", 2),
        ("Uncle Karl", "", 0),
        ("ZOË ADAMS", "Zoe Adams", 1),
        ("Nobody", "", 0),
    ]
    tables = [(group.name, group.seen, group.guests) for group in guest_list.groups(seats)]
    assert tables == [("table 1", 1, 2), ("table 2", 1, 1)]


def test_a_name_that_two_may_have_is_nobody(album: Album) -> None:
    with acting_in(album.studio):
        Person(studio=album.studio, name="Rosa Berg").save(force_insert=True)
        exact, doubtful = guest_list.seats(album, guest_list.read("rosa\nGrandma Rosa Berg"))
    assert (exact.person, doubtful.person) == ("Rosa", "")


def test_the_page_tells_who_is_missing_and_exports_it(album: Album, alice: Client, bob: Client) -> None:
    path = f"/studio/north/albums/{album.pk}/missing/"
    assert bob.post(path, {"names": LIST}).status_code == 403
    html = tight(alice.post(path, {"names": LIST}).content)
    assert "2 of 4 in no photo" in html
    assert "table 1: 1 of 2" in html
    answer = alice.post(path, {"names": f"{LIST}\n=1+1", "export": "1"})
    assert answer["Content-Type"].startswith("text/csv")
    assert '"Grandma Rosa","table 1","Rosa",2' in answer.content.decode()
    assert '"\'=1+1"' in answer.content.decode()
