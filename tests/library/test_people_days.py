"""Words, a person and some days, asked by a statement of its own, find what the rules say by themselves."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from apps.accounts.access import Entered
from apps.accounts.models import Role, Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, Photo
from apps.faces.models import Face
from apps.library import find
from apps.library.find import Library
from apps.library.models import LibraryPhoto
from apps.library.questions import language
from tests.actors import keep_to
from tests.faces.makers import switched_on
from tests.factories import AlbumFactory, StudioFactory
from tests.library.conftest import Shoot
from tests.library.test_people import person

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 28)
DAYS = ("2024", "2024-05", "2024-05-04", "2024..2025", "last 3 years", "summer 2019")


@pytest.fixture
def owner(north: Studio, alice_user: User) -> Entered:
    switched_on(north, alice_user)
    return Entered(north, alice_user, Role.OWNER)


@pytest.fixture
def wedding(owner: Entered, shoot: Shoot) -> list[Photo]:
    """Photos of a wedding over some years; Anna is in all but a few, twice in one, once taken for no face at all."""
    days = [f"20{year}-{month:02}-04T{hour:02}:59:00" for year in (19, 24, 25) for month in (5, 7) for hour in (0, 23)]
    photos = [shoot(day, caption=("wedding", "garden wedding", "garden")[n % 3]) for n, day in enumerate(days)]
    undated, next_day = shoot(caption="wedding"), shoot("2024-05-05T10:00:00", caption="wedding")
    anna = person(owner, "Anna Berg", *photos[:-2], photos[0], undated, next_day)
    person(owner, "Ben Berg", *photos[-3:])
    with acting_in(owner.studio):
        Face.objects.for_studio(owner.studio).filter(person=anna, photo=photos[3]).update(is_ignored=True)
        Photo.objects.for_studio(owner.studio).filter(pk=photos[5].pk).update(rating=5)
    return [*photos, undated, next_day]


def plain(owner: Entered, text: str) -> list[Any]:
    """What the rules find, each photo compared with them."""
    library = Library(owner, language.read(text, today=TODAY).tree, today=TODAY)
    return list(library.rows.order_by(*LibraryPhoto.ORDER).values_list("pk", flat=True))


def asked(owner: Entered, text: str) -> Library:
    return Library(owner, language.read(text, today=TODAY).tree, today=TODAY)


@pytest.mark.parametrize("words", ["wedding", "wedd garden", '"garden wedding"', "church"])
def test_it_finds_what_the_rules_say(owner: Entered, wedding: list[Photo], words: str) -> None:
    some = 0
    with acting_in(owner.studio):
        for who in ("person:anna", "person:berg", "person:ben"):
            for day in DAYS:
                text = f"{words} {who} {day}"
                library = asked(owner, text)
                assert library._of_people_days is not None, text
                photos = [tile.row.photo_id for tile in library.page().tiles]
                assert photos == plain(owner, text), text
                assert library.total.count == len(photos)
                some += len(photos)
    assert bool(some) == (words != "church")


def test_pages_go_both_ways(owner: Entered, wedding: list[Photo]) -> None:
    text = "wedding person:anna 2019..2025"
    with acting_in(owner.studio):
        expected, cursor = plain(owner, text), ""
        seen: list[UUID] = []
        while cursor or not seen:
            page = asked(owner, text).page(cursor, size=2)
            seen += [tile.row.photo_id for tile in page.tiles]
            cursor, last = page.next, page
        before = asked(owner, text).page(last.earlier, size=2)
    assert seen == expected
    assert len(seen) > 4
    end = len(expected) - len(last.tiles)
    assert [tile.row.photo_id for tile in before.tiles] == expected[end - 2 : end]


@pytest.mark.parametrize(
    "text",
    [
        "person:anna 2024", "wedding person:anna", "wedding 2024", "wedding person:anna 2024 rating:5",
        "wedding -person:anna 2024", "wedding person:anna -2024", "-wedding person:anna 2024",
        "wedding person:anna person:ben 2024", "wedding person:nobody 2024", "anna person:ben 2024",
        "wedding person:anna since 2024",
    ],
)  # fmt: skip
def test_other_questions_are_not_taken_for_it(owner: Entered, wedding: list[Photo], text: str) -> None:
    with acting_in(owner.studio):
        library = asked(owner, text)
        assert [tile.row.photo_id for tile in library.page().tiles] == plain(owner, text)
        assert library._of_people_days is None


def test_whoever_is_shown_very_often_is_found_as_any_others(
    owner: Entered, wedding: list[Photo], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(find, "FEW", 2)
    with acting_in(owner.studio):
        library = asked(owner, "wedding person:anna 2019..2025")
        assert [tile.row.photo_id for tile in library.page().tiles] == plain(owner, "wedding person:anna 2019..2025")
        assert library._of_people_days is None
        assert library.total.count > 2


def test_others_see_their_own(
    owner: Entered, wedding: list[Photo], shoot: Shoot, album: Album, north: Studio, erin_user: User
) -> None:
    elsewhere = AlbumFactory.create(studio=StudioFactory.create())
    shoot("2024-05-04T10:00:00", caption="wedding", into=elsewhere)
    other = AlbumFactory.create(studio=north)
    keep_to(north, erin_user, other)
    erin = Entered(north, erin_user, Role.EDITOR, album_ids=frozenset({other.pk}))
    with acting_in(north):
        assert asked(erin, "wedding person:anna 2024")._of_people_days is None
        assert asked(erin, "wedding person:anna 2024").page().tiles == []


def test_the_page_tells_its_number(alice: Client, owner: Entered, wedding: list[Photo]) -> None:
    text = alice.get("/studio/north/library/", {"q": "wedding person:anna 2024"}).content.decode()
    assert "4 photos" in text
