"""What few photos are is found by indexes and sorted; what many are is met in order; both are the same list."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from apps.accounts.access import Entered
from apps.accounts.models import Role, Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, Stack
from apps.faces.models import Person
from apps.library import find
from apps.library.find import Library
from apps.library.models import LibraryPhoto
from apps.library.questions import language
from tests.albums import bulk
from tests.albums.conftest import may_analyze as may_analyze  # (a fixture)
from tests.factories import AlbumFactory, StudioFactory
from tests.library.conftest import Shoot
from tests.reading import reading

pytestmark = pytest.mark.django_db
HERE = "/studio/north/library/"
TODAY = date(2024, 6, 1)
MANY = 1_500


@pytest.fixture
def owner(north: Studio, alice_user: User) -> Entered:
    return Entered(north, alice_user, Role.OWNER)


def asked(owner: Entered, text: str) -> Library:
    return Library(owner, language.read(text, today=TODAY).tree, today=TODAY)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "text",
    [
        "label:red rating:5",
        "camera:leica flag:pick",
        "keyword:eclipse rating:>=4",
        "kind:raw rating:5",
        "tier:gold flag:pick",
        "stack:burst kind:raw",
        "problem:yes rating:>=4",
        "person:Anna rating:>=4",
    ],
)
def test_a_pair_of_filters_reads_what_it_finds_and_not_the_studio(
    may_analyze: None,  # noqa: F811
    alice_user: User,
    monkeypatch: pytest.MonkeyPatch,
    text: str,
) -> None:
    monkeypatch.setattr(bulk, "SIZES", {})
    album: Album = AlbumFactory.create(studio=StudioFactory.create())
    bulk.fill(album, MANY)
    owner = Entered(album.studio, alice_user, Role.OWNER)
    with acting_in(album.studio), connection.cursor() as cursor:
        stack, anna = Stack(studio=album.studio), Person(studio=album.studio, name="Anna")
        for row in (stack, anna):
            row.save(force_insert=True)
        told = {"studio": album.studio_id, "stack": stack.pk, "anna": anna.pk}
        cursor.execute(
            """update albums_photo set rating = 5, label = 'Red', flag = 'pick', keywords = '["Eclipse"]',
                   kind = 'raw', approved_at = now(), state = 'failed', stack_id = %(stack)s,
                   facts = '{"make": "Leica", "model": "Leica Q2"}'
               where studio_id = %(studio)s and camera_name like '%%77.jpg'""",
            told,
        )
        cursor.execute(
            """insert into faces_face (id, studio_id, photo_id, x, y, width, height, score, size, is_trusted,
                   is_confirmed, is_ignored, by_hand, created_at, person_id)
               select gen_random_uuid(), studio_id, id, 0.1, 0.2, 0.1, 0.1, 0.9, 200, false, false, false, false, now(),
                   %(anna)s
               from albums_photo where studio_id = %(studio)s and camera_name like '%%77.jpg'""",
            told,
        )
        cursor.execute("analyze library_libraryphoto, albums_photo, faces_face")
    with acting_in(album.studio), reading() as pages:
        library = asked(owner, text)
        assert len(library.page().tiles) == MANY // 100
        assert library.total.count == MANY // 100
    # Tiles are the most of it: some eight pages of indexes and tables for each photo. The studio has 1,500 of them.
    assert max(pages) < 400
    # To find them: two indexes, and of what a photo's row alone tells these rows.
    assert sorted(pages)[-2] < 100


@pytest.mark.parametrize(("name", "other"), [("camera", "lens"), ("lens", "camera")])
def test_a_camera_with_a_lens_is_told_by_one_index(name: str, other: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select indexdef from pg_indexes where indexname = %s", [f"library_photo_{name}"])
        keys, _, carried = cursor.fetchone()[0].partition(" INCLUDE ")
    assert f"(studio_id, {name}, wall DESC, id DESC)" in keys
    # Else each photo of the camera is read to see which lens it had.
    assert other in carried


def test_a_list_goes_on_where_it_stood_when_it_became_long(
    north: Studio, owner: Entered, shoot: Shoot, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in range(1, 6):
        shoot(f"2024-01-0{day}T12:00:00", camera_name=f"{day}.jpg", rating=4)
    seen, cursor = [], ""
    with acting_in(north):
        for few in (5_000, 0, 5_000):
            monkeypatch.setattr(find, "FEW", few)
            page = asked(owner, "rating:>=3").page(cursor, size=2)
            seen += [tile.row.name for tile in page.tiles]
            cursor = page.next
        assert seen == ["5.jpg", "4.jpg", "3.jpg", "2.jpg", "1.jpg"]
        back = page.earlier
        for few, names in ((0, ["3.jpg", "2.jpg"]), (5_000, ["3.jpg", "2.jpg"])):
            monkeypatch.setattr(find, "FEW", few)
            assert [tile.row.name for tile in asked(owner, "rating:>=3").page(back, size=2).tiles] == names


def test_photos_that_have_to_be_counted_are_counted_by_another_request(
    alice: Client, shoot: Shoot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(find, "FEW", 0)
    monkeypatch.setattr("apps.library.find.Library.stretch.__kwdefaults__", {"month": None, "size": 2})
    for day in range(1, 4):
        shoot(f"2024-01-0{day}T12:00:00", rating=4)
    text = alice.get(HERE, {"q": "rating:4"}).content.decode()
    assert "More than 2 photos" in text
    assert 'hx-get="/studio/north/library/?q=rating%3A4&amp;total=1"' in text
    part = alice.get(HERE, {"q": "rating:4", "total": "1"}, headers={"HX-Request": "true", "HX-Target": "total"})
    assert part.content.decode().strip() == '<span data-photos="3">3 photos</span>'
    # Without a script the link leads to a page that says it.
    assert "3 photos" in alice.get(HERE, {"q": "rating:4", "total": "1"}).content.decode()


def test_facets_of_any_number_are_one_question(
    north: Studio, owner: Entered, shoot: Shoot, django_assert_num_queries: Any
) -> None:
    shoot("2024-01-01T12:00:00", rating=4, label="red")
    shoot("2023-01-01T12:00:00", facts={"make": "", "model": ""})
    with acting_in(north):
        library = Library(owner, today=TODAY)
        with django_assert_num_queries(1):
            facets = library.facets()
    assert facets["year"] == [(2023, 1), (2024, 1)]
    assert facets["camera"] == [("Canon EOS R6", 1)]
    assert (facets["rating"], facets["label"], facets["flag"]) == ([(4, 1)], [("red", 1)], [])


@pytest.mark.parametrize("wanted", [find.FACETS, ("year",), ("city", "camera", "flag")])
def test_facets_of_what_is_found_are_counted_as_a_person_counts(
    north: Studio, owner: Entered, shoot: Shoot, wanted: tuple[str, ...]
) -> None:
    """Of many combinations of values, some of them nothing; of what is not found none is counted."""
    chance = random.Random(7)
    for number in range(40):
        shoot(
            f"20{chance.randint(20, 24)}-01-01T12:00:00", camera_name=f"{number}.jpg", rating=chance.choice([0, 3, 5]),
            label=chance.choice(["", "red", "blue"]), flag=chance.choice(["", "pick"]),
            photographer=chance.choice(["", "Ada", "Bo"]),
            facts={"model": chance.choice("56"), "lens": chance.choice(["", "FE 35mm"]), "iso": 100 * (number % 4)},
        )  # fmt: skip
    with acting_in(north):
        LibraryPhoto.objects.for_studio(north).filter(rating=5).update(country="AT", city="Graz")
        rows = list(LibraryPhoto.objects.for_studio(north).filter(iso__gte=200))
        facets = asked(owner, "iso:>=200").facets(wanted)
    assert len(rows) == 20
    for name in wanted:
        values = Counter(row.wall.year if name == "year" else getattr(row, name) for row in rows)
        expected = sorted(((value, n) for value, n in values.items() if value), key=lambda one: (-one[1], one[0]))
        assert facets[name] == expected, name


@pytest.mark.parametrize(("text", "found"), [("label:red", 2), ("label:blue", 0), ("lens:85", 1), ("-lens:85", 1)])
def test_what_is_written_in_any_case_is_meant(
    north: Studio, owner: Entered, shoot: Shoot, text: str, found: int
) -> None:
    shoot("2024-01-01T12:00:00", label="Red", facts={"lens": "FE 85mm F1.4"})
    shoot("2024-01-02T12:00:00", label="red", facts={"lens": "FE 35mm F1.4"})
    with acting_in(north):
        assert asked(owner, text).total.count == found


def test_a_page_that_is_met_sooner_is_the_same(
    north: Studio, owner: Entered, shoot: Shoot, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in range(1, 6):
        shoot(f"2024-01-0{day}T12:00:00", camera_name=f"{day}.jpg", rating=4)
    monkeypatch.setattr(find, "QUICK", -1)
    with acting_in(north):
        for sooner in (0, 1e9):
            monkeypatch.setattr(find, "SOONER", sooner)
            library = asked(owner, "rating:>=3")
            assert (library.known_total is None) == (sooner > 0)
            assert [tile.row.name for tile in library.page(size=3).tiles] == ["5.jpg", "4.jpg", "3.jpg"]
            assert library.total.count == 5


def test_the_planner_is_asked_once_by_one_exchange(
    north: Studio, owner: Entered, shoot: Shoot, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    shoot("2024-01-01T12:00:00", rating=4)
    monkeypatch.setattr(find, "_EXPECTED", find._Expectations())
    with acting_in(north):
        # What is expected, and the photos with their number.
        with django_assert_num_queries(2):
            assert asked(owner, "rating:>=3").known_total == find.TotalFound(1)
        with django_assert_num_queries(1):
            assert asked(owner, "rating:>=3").known_total == find.TotalFound(1)


def test_many_that_were_taken_for_few_are_met(
    north: Studio, owner: Entered, shoot: Shoot, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in range(1, 6):
        shoot(f"2024-01-0{day}T12:00:00", camera_name=f"{day}.jpg", rating=4)
    monkeypatch.setattr(find, "FEW", 3)
    monkeypatch.setattr(find, "_expected", lambda rows, _ask: [(1, 1) for _ in rows])
    monkeypatch.setattr(find, "_EXPECTED", find._Expectations())
    with acting_in(north):
        library = asked(owner, "rating:>=3")
        assert [tile.row.name for tile in library.page(size=2).tiles] == ["5.jpg", "4.jpg"]
        assert library.known_total is None
