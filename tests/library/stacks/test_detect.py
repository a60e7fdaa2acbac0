"""Bursts become stacks by themselves, and what a person decided about one is never touched again."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from django.db.models import F
from django.test import Client

from apps.accounts.long_tasks import Task
from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums import stacks
from apps.albums.models import Album, Photo, Stack, StackKind
from apps.jobs import queue
from apps.library.stacks import analyze, detect, runs
from apps.media.models import Rendition
from config.tasks import STEPS
from tests.factories import AlbumFactory, RenditionFactory
from tests.library.conftest import Shoot
from tests.uploads.conftest import PHOTOS
from tests.uploads.test_replacing import keep, work

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 1, 12)
Burst = Callable[..., list[Photo]]


@pytest.fixture
def burst(shoot: Shoot) -> Burst:
    """Frames a fifth of a second apart. first: number of the first; at: seconds after noon."""

    def take(many: int, *, first: int = 1, at: float = 0.0, **columns: object) -> list[Photo]:
        moments = [(NOON + timedelta(seconds=at + number / 5)).isoformat() for number in range(many)]
        names = [f"IMG_{first + number:04}.JPG" for number in range(many)]
        return [
            shoot(moment, camera_name=name, **({"phash": 7} | columns))
            for moment, name in zip(moments, names, strict=True)
        ]

    return take


def follow(*photos: Photo) -> None:
    for photo in photos:
        with acting_in(photo.studio):
            detect.follow(photo.studio_id, photo.pk)


def grouped(studio: Studio) -> set[frozenset[UUID]]:
    with acting_in(studio):
        rows = Photo.objects.for_studio(studio).filter(stack__isnull=False).values_list("stack_id", "pk")
        found: dict[UUID, set[UUID]] = {}
        for stack, photo in rows:
            found.setdefault(stack, set()).add(photo)
        assert set(found) == set(Stack.objects.for_studio(studio).values_list("pk", flat=True))
    return {frozenset(group) for group in found.values()}


def ids(photos: list[Photo]) -> frozenset[UUID]:
    return frozenset(photo.pk for photo in photos)


def stack_of(photo: Photo) -> Stack | None:
    with acting_in(photo.studio):
        return Stack.objects.for_studio(photo.studio).filter(photos=photo).first()


def test_the_test_photos_come_out_as_their_manifest_says(north: Studio, album: Album, erin_user: User) -> None:
    manifest = json.loads((PHOTOS / "MANIFEST.json").read_text())["entries"]
    entries = [one for one in manifest if one["category"] in ("burst", "raw_jpeg_pairs")]
    of: dict[str, Photo] = {}
    expected: dict[str, list[Photo]] = {}
    for entry in entries:
        name = entry["file"].rpartition("/")[2]
        of[entry["file"]] = keep(album, erin_user, (PHOTOS / entry["file"]).read_bytes(), name).photo
        if entry["expected"].get("burst_group"):
            expected.setdefault(entry["expected"]["burst_group"], []).append(of[entry["file"]])
    work()
    assert len(entries) > 4
    assert grouped(north) == {ids(group) for group in expected.values()}
    # The frames were compared, and nothing else was.
    with acting_in(north):
        measured = Rendition.objects.for_studio(north).filter(sharpness__isnull=False)
        assert {row.source_id for row in measured} == {
            photo.original_id for group in expected.values() for photo in group
        }


def test_bursts_are_the_same_in_whatever_order_their_frames_come(north: Studio, burst: Burst) -> None:
    one, other = burst(3), burst(2, first=800, at=0.1)
    later = burst(2, first=4, at=60)
    for order in list(permutations([*one, *other, *later]))[:: 7 * 6 * 5 * 4]:
        with acting_in(north):
            Photo.objects.for_studio(north).update(stack=None)
            Stack.objects.for_studio(north).delete()
        follow(*order)
        assert grouped(north) == {ids(one), ids(other), ids(later)}


def test_each_frame_that_comes_joins_the_stack_that_is_there(north: Studio, burst: Burst) -> None:
    frames = burst(4)
    with acting_in(north):
        Photo.objects.for_studio(north).filter(pk=frames[2].pk).update(state="processing")
    follow(frames[0])
    first = stack_of(frames[0])
    with acting_in(north):
        Photo.objects.for_studio(north).filter(pk=frames[2].pk).update(state="ready")
    follow(frames[2])
    assert first is not None
    assert grouped(north) == {ids(frames)}
    assert stack_of(frames[2]) == first


def test_a_frame_whose_clock_is_set_right_leaves_its_burst(north: Studio, burst: Burst) -> None:
    frames = burst(3)
    follow(frames[0])
    with acting_in(north):
        Photo.objects.for_studio(north).filter(pk=frames[1].pk).update(
            taken_at=F("taken_at") + timedelta(hours=1), taken_by_hand=True
        )
    follow(frames[1])
    assert grouped(north) == {ids([frames[0], frames[2]])}
    assert stack_of(frames[1]) is None


def test_the_sharpest_frame_lies_on_top(north: Studio, burst: Burst) -> None:
    frames = burst(3)
    for photo, sharpness in zip(frames, (10.0, 30.0, 20.0), strict=True):
        RenditionFactory.create(source=photo.original, kind="thumb", sharpness=sharpness, exposure=1.0)
    follow(frames[0])
    stack = stack_of(frames[0])
    assert stack is not None
    assert (stack.top_id, stack.kind, stack.is_by_hand) == (frames[1].pk, StackKind.BURST, False)


def test_what_a_person_parted_or_chose_stays_so(north: Studio, burst: Burst, erin_user: User) -> None:
    parted, chosen, left = burst(3), burst(3, first=100, at=60), burst(3, first=200, at=120)
    follow(parted[0], chosen[0], left[0])
    with acting_in(north):
        stack = Photo.objects.for_studio(north).get(pk=parted[0].pk).stack_id
        assert stack is not None
        stacks.unstack(north, [stack], by=erin_user)
        stacks.choose_top(north, chosen[2].pk, by=erin_user)
        stacks.take_out(north, [left[1].pk], by=erin_user)
    follow(*parted, *chosen, *left)
    assert grouped(north) == {ids(chosen), ids([left[0], left[2]])}
    top = stack_of(chosen[0])
    assert top is not None
    assert top.top_id == chosen[2].pk


def test_a_photo_by_itself_costs_one_statement(north: Studio, shoot: Shoot, django_assert_num_queries: Any) -> None:
    photo = shoot("2026-06-01T12:00:00", phash=7)
    shoot("2026-06-01T12:00:09", phash=7)
    with acting_in(north), django_assert_num_queries(1):
        assert len(runs.around(north.pk, photo.pk)) == 1


def test_a_run_longer_than_any_burst_is_read_in_part_and_left_alone(
    north: Studio, burst: Burst, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "MOST_FRAMES", 3)
    monkeypatch.setattr(runs, "_MOST", 4)
    frames = burst(6)
    follow(*frames)
    assert grouped(north) == set()


def test_a_whole_gallery_is_looked_through_as_a_task(
    north: Studio, album: Album, burst: Burst, erin_user: User
) -> None:
    one, other = burst(2), burst(3, first=50, at=60)
    with acting_in(north):
        task = analyze.begin(north, by=erin_user, album=album)
        assert analyze.begin(north, by=erin_user, album=album) == task
    while queue.answer("default", STEPS):
        pass
    assert grouped(north) == {ids(one), ids(other)}
    with acting_in(north):
        task.refresh_from_db()
    assert (task.state, task.message) == ("done", "5 photos put into stacks.")


def test_the_gallerys_button_begins_the_task_for_that_gallery(north: Studio, alice: Client) -> None:
    album = AlbumFactory.create(studio=north, title="Swans")
    answer = alice.post(f"/studio/north/albums/{album.pk}/bursts/", headers={"HX-Request": "true"})
    assert answer.status_code == 202
    with acting_in(north):
        task = Task.objects.for_studio(north).get(pk=json.loads(answer["HX-Trigger"])["task"]["id"])
    assert (task.kind, task.title) == ("stacks.analyze", "Find bursts in “Swans”")
