"""A studio's words are known, whatever happens to its photos, and no mistyped one costs by what its neighbours have."""

from __future__ import annotations

import random
from importlib import import_module
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from apps.accounts.access import Entered
from apps.accounts.models import Role, Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, Photo, Placement
from apps.library import index, known_words, spelling
from apps.library.models import KnownWord, LibraryPhoto
from apps.library.tasks import complete
from tests.actors import keep_to, signed_in
from tests.albums import bulk
from tests.albums.conftest import may_analyze as may_analyze  # (a fixture)
from tests.factories import AlbumFactory, StudioFactory
from tests.library.conftest import Shoot
from tests.library.test_find import TODAY
from tests.reading import READS, reading

pytestmark = pytest.mark.django_db
HERE = "/studio/north/library/"
TURNS = 120
CAPTIONS = ("", "Harvest at dusk", "Harvest in Graz", "Ring, bouquet", "Füße im Gras")


def held(studio: Studio) -> set[str]:
    """What a person would take for a word: three letters and more, one digit at most; no marks, no numbers."""
    with acting_in(studio), connection.cursor() as cursor:
        cursor.execute("select tsvector_to_array(words) from library_libraryphoto where studio_id = %s", [studio.pk])
        lexemes = {lexeme for (some,) in cursor.fetchall() for lexeme in some}
    return {one for one in lexemes if "#" not in one and len(one) >= 3 and sum(map(str.isdigit, one)) < 2}


def known(studio: Studio) -> dict[str, bool]:
    with acting_in(studio):
        words = KnownWord.objects.for_studio(studio).values_list("word", flat=True)
        return known_words.among(studio, list(words))


def right(studio: Studio) -> bool:
    """Every word that photos hold is known, and none is told for sure that its witness does not hold."""
    assert list(known_words.check_studio(studio.pk)) == [] or lost(studio)
    words = held(studio)
    return words <= known(studio).keys() and {word for word, sure in known(studio).items() if sure} <= words


def lost(studio: Studio) -> bool:
    """True if some word is only in doubt: another photo holds what its witness no longer does."""
    return not all(known(studio).values())


def change(studio: Studio, photos: list[Any], chance: random.Random) -> None:
    """Something happens to some photos at once, as acts and jobs write it."""
    some = chance.sample(photos, chance.randint(1, len(photos)))
    rows, now = Photo.objects.for_studio(studio).filter(pk__in=some), timezone.now()
    places = Placement.objects.for_studio(studio).filter(photo_id__in=some)
    happenings: list[Any] = [
        lambda: rows.update(caption=chance.choice(CAPTIONS)),
        lambda: rows.update(keywords=chance.sample(["Animals|Dog", "Süden", "O'Brien", "wedding2", "b52s"], 2)),
        lambda: rows.update(facts={"make": "Canon", "model": chance.choice(["R5", "Ixus"]), "lens": "Zeiss Planar"}),
        lambda: rows.update(rating=chance.randint(0, 5)),
        lambda: rows.update(trashed_at=chance.choice([None, None, now])),
        lambda: places.update(trashed_at=chance.choice([None, None, now])),
        lambda: Album.objects.for_studio(studio).update(trashed_at=chance.choice([None, None, now])),
    ]
    with acting_in(studio):
        chance.choice(happenings)()


def test_words_are_those_of_the_photos_after_any_changes(shoot: Shoot, north: Studio) -> None:
    chance = random.Random(5)
    photos = [shoot(camera_name=f"{number}.jpg").pk for number in range(20)]
    for turn in range(TURNS):
        change(north, photos, chance)
        assert right(north), turn
        if chance.random() < 0.2:
            known_words.forget()
            assert known(north) == dict.fromkeys(held(north), True), turn
    assert held(north) >= {"canon", "zeiss"}


def test_words_that_no_photo_holds_are_forgotten_and_others_find_another_witness(
    shoot: Shoot, north: Studio, south: Studio
) -> None:
    photos = [shoot(caption=caption) for caption in ("harvest moon", "harvest home")]
    shoot(caption="moon", into=AlbumFactory.create(studio=south))
    with acting_in(north):
        Placement.objects.for_studio(north).filter(photo=photos[0]).delete()
        Photo.objects.for_studio(north).filter(pk=photos[0].pk).delete()
    before = known(north)
    assert (before["harvest"], before["moon"], before["home"]) == (False, False, True)
    complete()
    after = known(north)
    assert "moon" not in after
    assert (after["harvest"], after["home"]) == (True, True)
    assert known(south)["moon"]


def test_a_witness_that_changes_is_none_any_more(alice: Client, shoot: Shoot, north: Studio) -> None:
    photo, other = shoot(caption="harvest"), shoot(caption="harvest")
    with acting_in(north):
        Photo.objects.for_studio(north).filter(pk=photo.pk).update(caption="meadow")
    assert known(north)["meadow"]
    # In doubt, the photos are asked.
    assert not known(north)["harvest"]
    assert "this is “harvest”" in alice.get(HERE, {"q": "harvset"}).content.decode()
    with acting_in(north):
        Photo.objects.for_studio(north).filter(pk=other.pk).update(caption="")
    assert "this is" not in alice.get(HERE, {"q": "harvset"}).content.decode()


def test_a_word_of_somebody_elses_photos_is_told_to_nobody(
    alice: Client, shoot: Shoot, album: Album, north: Studio, south: Studio, erin_user: User
) -> None:
    shoot(caption="harvest", into=AlbumFactory.create(studio=south))
    assert "this is" not in alice.get(HERE, {"q": "harvset"}).content.decode()
    shoot()
    other = AlbumFactory.create(studio=north)
    shoot(caption="harvest", into=other)
    keep_to(north, erin_user, album)
    erin = signed_in(erin_user)
    assert "this is" not in erin.get(HERE, {"q": "harvset"}).content.decode()
    # Less near, but hers.
    shoot(caption="marvset")
    assert "this is “marvset”" in erin.get(HERE, {"q": "harvset"}).content.decode()
    keep_to(north, erin_user, other)
    assert "this is “harvest”" in erin.get(HERE, {"q": "harvset"}).content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_mistyped_word_in_a_small_studio_reads_nothing_of_a_large_one(
    may_analyze: None,  # noqa: F811
    alice_user: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The neighbour's photos all hold what one letter less makes of it."""
    monkeypatch.setattr(bulk, "SIZES", {})
    large: Album = AlbumFactory.create(studio=StudioFactory.create())
    small: Album = AlbumFactory.create(studio=StudioFactory.create())
    bulk.fill(large, 1_500)
    bulk.fill(small, 20)
    for album in (large, small):
        with acting_in(album.studio), connection.cursor() as cursor:
            if album is large:
                Photo.objects.for_studio(album.studio).update(caption="eclipse of the sun")
            cursor.execute("analyze library_libraryphoto, library_knownword")
    pages: list[int] = []
    for album in (large, small):
        owner = Entered(album.studio, alice_user, Role.OWNER)
        with acting_in(album.studio), reading((*READS, "select word")) as read:
            found = spelling._written("eclipes", owner, TODAY)
        assert found == ("eclipse" if album is large else None)
        assert read
        pages += read
    # Some five hundred words that it may have been, along an index of the studio's own.
    assert max(pages) < 40


def test_a_studio_of_which_no_word_is_known_is_read(shoot: Shoot, north: Studio) -> None:
    shoot(caption="harvest")
    before = known(north)
    with acting_in(north):
        KnownWord.objects.for_studio(north).delete()
    complete()
    assert known(north) == before
    assert before["harvest"]


def test_a_rebuild_puts_words_right(shoot: Shoot, north: Studio) -> None:
    photo, other = shoot(caption="harvest"), shoot(caption="meadow")
    before = known(north)
    with acting_in(north):
        rows = KnownWord.objects.for_studio(north)
        rows.filter(word="harvest").update(word="marvelous")
        rows.filter(word="meadow").update(witness=LibraryPhoto.objects.for_studio(north).get(pk=photo.pk))
    assert {one.key for one in known_words.check_studio(north.pk)} == {"harvest", "marvelous", "meadow"}
    index.rebuild(north.pk)
    assert list(known_words.check_studio(north.pk)) == []
    known_words.forget()
    assert known(north) == before
    assert other.pk != photo.pk


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_words_of_photos_of_before_come_once(shoot: Shoot, north: Studio) -> None:
    """The migration that reads them, as the owner of the tables, who sees no studio; again it changes nothing."""
    shoot(caption="harvest")
    before = known(north)
    with acting_in(north):
        KnownWord.objects.for_studio(north).delete()
    filling = import_module("apps.library.migrations.0020_words_of_before")
    for _ in range(2):
        with connections["owner"].schema_editor(atomic=False) as editor:
            filling.fill(None, editor)
    assert known(north) == before
    with acting_in(north):
        assert KnownWord.objects.for_studio(north).count() == len(before)
