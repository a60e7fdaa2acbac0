"""Counts of cameras, keywords and the like are kept, and are those of the photos whatever happened to these."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, timedelta
from importlib import import_module
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.db.models import F
from django.utils import timezone

from apps.accounts.access import Entered
from apps.accounts.models import Role, Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, Photo, Placement
from apps.library import index, value_counts
from apps.library.find import Library
from apps.library.keywords import listing
from apps.library.models import LibraryPhoto, ValueCount
from apps.library.tasks import complete
from apps.monitoring.numbers import figures
from tests.amounts import amount
from tests.library.conftest import Shoot

pytestmark = pytest.mark.django_db
CHANGES = amount(suite=3_000, long=10_000)


@pytest.fixture
def entered(north: Studio, alice_user: User) -> Entered:
    return Entered(north, alice_user, Role.OWNER)


def kept(studio: Studio) -> dict[str, dict[str, int]]:
    with acting_in(studio):
        return {facet: dict(each) for facet, each in value_counts.of_studio(studio, value_counts.FACETS).items()}


def counted(studio: Studio) -> dict[str, dict[str, int]]:
    """What a person would count, photo by photo."""
    found: dict[str, Counter[str]] = {facet: Counter() for facet in value_counts.FACETS}
    with acting_in(studio):
        for row in LibraryPhoto.objects.for_studio(studio):
            for facet in ("camera", "lens", "photographer", "label", "flag", "country", "city"):
                found[facet][getattr(row, facet)] += 1
            found["rating"][str(row.rating or "")] += 1
            found["year"][str(row.wall.astimezone(UTC).year)] += 1
            found["keyword"].update(set(row.keywords))
        for photo in Photo.objects.for_studio(studio).filter(trashed_at__isnull=True):
            found["tier"][photo.tier] += 1
            found["uploaded"][str(int(photo.created_at.timestamp()) // 900)] += 1
            found["written"].update(set(photo.keywords))
    return {facet: {value: n for value, n in each.items() if value} for facet, each in found.items()}


def change(studio: Studio, photos: list[Any], chance: random.Random) -> int:
    """Something happens to some photos at once, as acts and jobs write it. Returns to how many."""
    some = chance.sample(photos, chance.randint(1, len(photos)))
    rows = Photo.objects.for_studio(studio).filter(pk__in=some)
    now = timezone.now()
    happenings: list[Any] = [
        lambda: rows.update(rating=chance.randint(0, 5)),
        lambda: rows.update(label=chance.choice(["", "red", "Red"]), flag=chance.choice(["", "pick"])),
        lambda: rows.update(keywords=chance.sample(["Animals|Dog", "animals|dog", "Süden", "a" * 3000], 2)),
        lambda: rows.update(photographer=chance.choice(["", "Ada"])),
        lambda: rows.update(facts={"make": "Canon", "model": chance.choice(["R5", "R6"]), "lens": chance.choice("ab")}),
        lambda: rows.update(taken_at=now - timedelta(days=chance.randint(0, 1500)), taken_by_hand=True),
        lambda: rows.update(approved_at=chance.choice([None, now])),
        lambda: rows.update(state=chance.choice(["ready", "failed", "processing"])),
        lambda: rows.update(created_at=now - timedelta(minutes=chance.randint(0, 100_000))),
        lambda: rows.update(trashed_at=chance.choice([None, None, now])),
        lambda: (
            Placement.objects.for_studio(studio)
            .filter(photo_id__in=some)
            .update(trashed_at=chance.choice([None, None, now]))
        ),
        lambda: Album.objects.for_studio(studio).update(trashed_at=chance.choice([None, None, now])),
        lambda: LibraryPhoto.objects.for_studio(studio).filter(pk__in=some).update(country="AT", city=F("camera")),
        lambda: index.rebuild(studio.pk),
    ]
    with acting_in(studio):
        chance.choice(happenings)()
    return len(some)


@pytest.mark.long
def test_counts_are_those_of_the_photos_after_any_changes(shoot: Shoot, north: Studio) -> None:
    chance = random.Random(3)
    photos = [shoot(camera_name=f"{number}.jpg").pk for number in range(200)]
    changed, turn = 0, 0
    while changed < CHANGES:
        changed, turn = changed + change(north, photos, chance), turn + 1
        if chance.random() < 0.3:
            value_counts.fold()
        if turn % 10 == 0:
            assert kept(north) == counted(north), turn
    assert kept(north) == counted(north)
    assert list(value_counts.check_studio(north.pk)) == []


def test_photos_that_are_gone_for_good_are_not_counted(shoot: Shoot, north: Studio) -> None:
    photos = [shoot(keywords=["Dog"]).pk for _ in range(3)]
    value_counts.fold()
    with acting_in(north):
        Placement.objects.for_studio(north).filter(photo_id__in=photos[:2]).delete()
        Photo.objects.for_studio(north).filter(pk__in=photos[:2]).delete()
    found = kept(north)
    assert (found["keyword"], found["written"], found["tier"]) == ({"dog": 1}, {"Dog": 1}, {"silver": 1})


def test_adding_up_changes_no_count_and_leaves_a_row_for_each_value(shoot: Shoot, north: Studio) -> None:
    for number in range(6):
        shoot(rating=number, keywords=["Dog"])
    before = kept(north)
    assert value_counts.fold() > 0
    assert value_counts.fold() == 0
    shoot(rating=4)
    assert value_counts.fold() > 0
    after = kept(north)
    assert before["rating"] == {str(number): 1 for number in range(1, 6)}
    assert after["rating"]["4"] == 2
    with acting_in(north):
        rows = list(ValueCount.objects.for_studio(north).values_list("facet", "value"))
        assert len(rows) == len(set(rows)) == sum(map(len, after.values()))


def test_other_studios_have_their_own(shoot: Shoot, north: Studio, south: Studio) -> None:
    shoot(rating=4)
    assert not any(kept(south).values())
    with acting_in(south):
        assert not any(value_counts.of_studio(north, value_counts.FACETS).values())


def test_fsck_finds_wrong_counts_and_puts_them_right(shoot: Shoot, north: Studio) -> None:
    for number in range(5):
        shoot(rating=4, camera_name=f"{number}.jpg")
    value_counts.fold()
    before = kept(north)
    with acting_in(north):
        ValueCount.objects.for_studio(north).filter(facet="rating").update(photos=9)
        ValueCount.objects.for_studio(north).filter(facet="tier").delete()
    assert {one.key for one in value_counts.check_studio(north.pk)} == {"rating/4", "tier/silver"}
    with pytest.raises((SystemExit, CommandError)):
        call_command("fsck", "--quick", "--repair", "--studio", "north", stdout=StringIO())
    assert list(value_counts.check_studio(north.pk)) == []
    assert kept(north) == before


def test_a_studio_that_came_from_an_older_version_is_indexed_and_counted(shoot: Shoot, north: Studio) -> None:
    photo = shoot(rating=4, kind="raw")
    before = kept(north)
    assert value_counts.unknown() == []
    with acting_in(north):
        LibraryPhoto.objects.for_studio(north).update(kind="image")
        ValueCount.objects.for_studio(north).delete()
    complete()
    assert value_counts.unknown() == []
    assert kept(north) == before
    with acting_in(north):
        assert LibraryPhoto.objects.for_studio(north).get(pk=photo.pk).kind == "raw"


def test_lists_and_numbers_of_a_studio_read_no_photo(shoot: Shoot, north: Studio, entered: Entered) -> None:
    """However many there are: nothing that they ask names the tables of photos."""
    for number in range(3):
        shoot("2024-05-01T10:00:00", rating=number, keywords=["Animals|Dog"])
    asked: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append(sql)
        return execute(sql, params, many, context)

    with acting_in(north), connection.execute_wrapper(note):
        keywords = listing.page(north).rows
        facets = Library(entered).facets()
        numbers = figures.numbers_of(entered, now=timezone.now())
    assert [(one.name, one.photos) for one in keywords] == [("Animals", 3), ("Animals|Dog", 3)]
    assert facets["rating"] == [(1, 1), (2, 1)]
    assert numbers.cameras == [("Canon EOS R6", 3)]
    assert sum(n for _, n in numbers.uploads) == 3
    # What is stored is counted from its files.
    of_photos = [sql for sql in asked if "library_libraryphoto" in sql or "albums_photo" in sql]
    assert [sql for sql in of_photos if "albums_version" not in sql and "media_rendition" not in sql] == []


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_photos_of_before_are_counted_once_and_levels_of_keywords_are_known(shoot: Shoot, north: Studio) -> None:
    """The migration that counts them, as the owner of the tables, who sees no studio; again it changes nothing."""
    photo = shoot("2024-05-01T10:00:00", keywords=["Animals|Dog"])
    before = kept(north)
    assert before["keyword"] == {"animals": 1, "animals|dog": 1}
    with acting_in(north):
        # As the index was before keywords had levels.
        LibraryPhoto.objects.for_studio(north).update(keywords=["animals|dog"])
        ValueCount.objects.for_studio(north).delete()
    filling = import_module("apps.library.migrations.0015_values_of_before")
    for _ in range(2):
        with connections["owner"].schema_editor(atomic=False) as editor:
            filling.count(None, editor)
    with acting_in(north):
        assert LibraryPhoto.objects.for_studio(north).get(pk=photo.pk).keywords == ["animals|dog", "animals"]
    assert kept(north) == before
    assert list(value_counts.check_studio(north.pk)) == []
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_policies where policyname = 'migrating'")
        assert cursor.fetchone() == (0,)
