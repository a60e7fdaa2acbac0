"""G68: the index and the counts of months are exact when the change commits, whoever made it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from apps.accounts.access import Entered
from apps.accounts.models import Role, Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums import placements, trash
from apps.albums.models import Album, Photo, Placement, Stack
from apps.library import folding, index, months
from apps.library.models import LibraryPhoto, MonthCount
from tests.factories import AlbumFactory, PhotoFactory, PlacementFactory
from tests.library.conftest import Shoot

pytestmark = pytest.mark.django_db


def row(photo: Photo) -> LibraryPhoto | None:
    with acting_in(photo.studio):
        return LibraryPhoto.objects.for_studio(photo.studio).filter(pk=photo.pk).first()


def known(photo: Photo) -> LibraryPhoto:
    found = row(photo)
    assert found is not None
    return found


def counted(studio: Studio, owner: User) -> dict[str, int]:
    with acting_in(studio):
        return {one.key: one.photos for one in months.of_member(Entered(studio, owner, Role.OWNER))}


@pytest.mark.parametrize(
    ("make", "model", "camera"),
    [
        ("Canon", "Canon EOS R6", "Canon EOS R6"),
        ("NIKON CORPORATION", "NIKON D850", "NIKON D850"),
        ("SONY", "ILCE-7M4", "SONY ILCE-7M4"),
        ("", "Pixel 8", "Pixel 8"),
        ("Canon", "", "Canon"),
    ],
)
def test_a_camera_has_its_makers_name_once(shoot: Shoot, make: str, model: str, camera: str) -> None:
    assert known(shoot(facts={"make": make, "model": model})).camera == camera


def test_the_wall_clock_is_the_cameras_own_whatever_the_studios_zone(shoot: Shoot, north: Studio) -> None:
    photo = shoot("2024-05-01T00:30:00")
    with acting_in(north):
        Studio.objects.filter(pk=north.pk).update(time_zone="America/New_York")
    assert known(photo).wall == datetime(2024, 5, 1, 0, 30, tzinfo=UTC)


def test_without_a_camera_clock_the_studios_zone_counts_and_a_new_zone_is_followed(
    north: Studio, album: Album, alice_user: User
) -> None:
    taken = datetime(2024, 4, 30, 23, 30, tzinfo=UTC)
    photo = PhotoFactory.create(studio=north, taken_at=taken, taken_by_hand=True)
    PlacementFactory.create(album=album, photo=photo)
    assert counted(north, alice_user) == {"2024-04": 1}
    with acting_in(north):
        Studio.objects.filter(pk=north.pk).update(time_zone="Europe/Vienna")
    assert counted(north, alice_user) == {"2024-05": 1}
    assert known(photo).wall.hour == 1


def test_a_photo_leaves_with_its_last_gallery_and_comes_back(
    shoot: Shoot, album: Album, alice_user: User, north: Studio
) -> None:
    photo = shoot("2024-05-01T10:00:00")
    with acting_in(north):
        trash.trash_album(album, by=alice_user)
    assert row(photo) is None
    assert counted(north, alice_user) == {}
    with acting_in(north):
        Album.objects.for_studio(north).update(trashed_at=None)
    assert counted(north, alice_user) == {"2024-05": 1}


def test_a_photo_in_two_galleries_stays_while_one_has_it(shoot: Shoot, album: Album, alice_user: User) -> None:
    photo, other = shoot(), AlbumFactory.create(studio=album.studio)
    PlacementFactory.create(album=other, photo=photo)
    assert other.pk.hex in str(known(photo).words)
    with acting_in(album.studio):
        placements.take_out(album, [photo.pk], by=alice_user)
    assert album.pk.hex not in str(known(photo).words)
    with acting_in(album.studio):
        placements.take_out(other, [photo.pk], by=alice_user)
    assert row(photo) is None


@pytest.mark.parametrize("text", ["Fête à Döbling", "STRASSE Straße", "Łódź & Øresund", "ﬁle — №5", "Ⅷ_x-9", ""])
def test_python_and_the_database_fold_alike(db: None, text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select library_fold(%s), library_words(%s)", [text, text.replace("_", " ")])
        assert cursor.fetchone() == (folding.fold(text), " ".join(folding.words_of(text)))


def work(draw: random.Random, photo: Photo) -> None:
    """A worker, or a person, finds something about the photo."""
    Photo.objects.for_studio(photo.studio).filter(pk=photo.pk).update(
        kind=draw.choice(["image", "raw"]),
        state=draw.choice(["processing", "ready", "failed"]),
        approved_at=draw.choice([None, timezone.now()]),
    )


def stack(draw: random.Random, photo: Photo) -> None:
    """A stack is made of the photo, becomes another kind, or is no more."""
    mine, kind = Stack.objects.for_studio(photo.studio), draw.choice(["burst", "manual"])
    did = draw.randint(0, 3)
    if did == 0:
        mine.update(kind=kind)
    elif did == 1:
        mine.filter(photos__pk=photo.pk).delete()
    else:
        made, photos = Stack(studio=photo.studio, top=photo, kind=kind), Photo.objects.for_studio(photo.studio)
        # As a restored backup may have it, too: the photo before its stack.
        steps: list[Callable[[], object]] = [
            partial(made.save, force_insert=True),
            partial(photos.filter(pk=photo.pk).update, stack_id=made.pk),
        ]
        for step in steps if did == 2 else steps[::-1]:
            step()


def test_counts_and_rows_are_exact_after_many_changes_of_all_kinds(
    north: Studio, album: Album, shoot: Shoot, alice_user: User
) -> None:
    """Against the same counted afresh, folded in between; a trigger that forgets one kind of change is found."""
    draw, other = random.Random(7), AlbumFactory.create(studio=north)
    photos = [shoot(f"2024-0{draw.randint(1, 4)}-0{draw.randint(1, 9)}T12:00:00") for _ in range(12)]

    def move(photo: Photo) -> None:
        taken = datetime(2024, draw.randint(1, 12), 3, tzinfo=UTC)
        Photo.objects.for_studio(north).filter(pk=photo.pk).update(taken_at=taken, taken_by_hand=True)

    def mark(photo: Photo) -> None:
        Photo.objects.for_studio(north).filter(pk=photo.pk).update(rating=draw.randint(0, 5), caption="On the stairs")

    def toss(photo: Photo) -> None:
        at = draw.choice([None, timezone.now()])
        Placement.objects.for_studio(north).filter(photo=photo).update(trashed_at=at)

    def place(photo: Photo) -> None:
        Placement.objects.for_studio(north).filter(photo=photo).update(album_id=draw.choice([album.pk, other.pk]))

    def close(photo: Photo) -> None:
        Album.objects.for_studio(north).filter(pk=other.pk).update(trashed_at=draw.choice([None, timezone.now()]))

    deeds: list[Callable[[Photo], object]] = [
        move, mark, toss, place, close, partial(work, draw), partial(stack, draw),
    ]  # fmt: skip
    for number in range(150):
        with acting_in(north):
            draw.choice(deeds)(draw.choice(photos))
        if number % 20 == 19:
            months.fold()
            assert index.wrong(north.pk) == []
    assert index.wrong(north.pk) == []
    with acting_in(north):
        walls = LibraryPhoto.objects.for_studio(north).values_list("wall", flat=True)
        assert counted(north, alice_user) == Counter(f"{wall:%Y-%m}" for wall in walls)


def test_folding_changes_no_count_and_leaves_a_row_for_each_month(
    shoot: Shoot, north: Studio, alice_user: User
) -> None:
    for at in ("2024-05-01T10:00:00", "2024-05-02T10:00:00", "2024-06-01T10:00:00"):
        shoot(at)
    before = counted(north, alice_user)
    assert months.fold() == 2
    assert counted(north, alice_user) == before == {"2024-05": 2, "2024-06": 1}
    with acting_in(north):
        assert list(MonthCount.objects.for_studio(north).order_by("month").values_list("month", "photos")) == [
            (date(2024, 5, 1), 2),
            (date(2024, 6, 1), 1),
        ]


def test_what_went_past_the_triggers_is_found_and_put_right(shoot: Shoot, north: Studio, alice_user: User) -> None:
    lost, altered = shoot("2024-05-01T10:00:00"), shoot("2024-05-02T10:00:00")
    with acting_in(north):
        LibraryPhoto.objects.for_studio(north).filter(pk=lost.pk).delete()
        LibraryPhoto.objects.for_studio(north).filter(pk=altered.pk).update(camera="Leica")
        MonthCount.objects.for_studio(north).update(photos=9)
    assert set(index.wrong(north.pk)) == {lost.pk, altered.pk}
    assert index.complete() == 1
    assert index.rebuild(north.pk) == 1
    assert index.wrong(north.pk) == []
    assert counted(north, alice_user) == {"2024-05": 2}


@pytest.mark.parametrize(
    "columns",
    [
        {"camera_name": "portrait.jpg"},
        {"camera_name": "—"},
        {"facts": {"iso": 10**12, "make": "M" * 300, "model": "x" * 300, "lens": "l" * 500, "taken_at": "soon"}},
        {"facts": {"iso": "many", "make": None, "latitude": []}},
        {"keywords": ["word" * 1000] * 100, "caption": "x" * 500},
        {"keywords": {"no": "list"}},
    ],
)
def test_no_photo_is_refused_for_what_stands_in_it(shoot: Shoot, columns: dict[str, Any]) -> None:
    """The index is written in the transaction of the upload: what it cannot hold it leaves out."""
    assert row(shoot(**columns)) is not None
