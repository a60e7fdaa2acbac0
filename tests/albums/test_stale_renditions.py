"""Renditions of an older recipe are made anew, a share at a time; files that it refused are tried again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from apps.accounts.models import Studio
from apps.accounts.tenancy import acting_in
from apps.albums import stale_renditions, tasks
from apps.albums.models import Photo, PhotoState
from apps.jobs import queue
from apps.jobs.models import Job, Queue, State
from apps.media import jail
from apps.media.models import Rendition
from apps.media.presets import PRESETS, RECIPE
from config.celery import app
from config.tasks import STEPS
from tests.factories import PhotoFactory, RenditionFactory, jpeg

pytestmark = pytest.mark.django_db

OLD = RECIPE - 1


@pytest.fixture(autouse=True)
def own_store(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.STORAGE = ("local", str(tmp_path / "blobs"))
    settings.STORAGE_TEMP = str(tmp_path / "tmp")
    monkeypatch.setattr(queue, "ring", lambda name: None)


@pytest.fixture(autouse=True, scope="module")
def _jail_ended() -> Iterator[None]:
    yield
    jail.close()


def stale(studio: Studio, data: bytes | None = None, **fields: object) -> Photo:
    """A photo whose renditions the recipe before this one made."""
    photo: Photo = PhotoFactory.create(studio=studio, recipe=OLD, original__data=data or jpeg(900, 600), **fields)
    for preset in PRESETS:
        RenditionFactory.create(studio=studio, source=photo.original, kind=preset.name, recipe=OLD, width=9)
    return photo


def answer_all() -> None:
    while queue.answer(Queue.IMAGES, STEPS):
        pass


def now(photo: Photo) -> Photo:
    with acting_in(photo.studio_id):
        photo.refresh_from_db()
    return photo


def widths(photo: Photo) -> dict[str, tuple[int, int]]:
    """Recipe and width of each rendition."""
    with acting_in(photo.studio_id):
        rows = Rendition.objects.for_studio(photo.studio_id).filter(source=photo.original_id)
        return {kind: (recipe, width) for kind, recipe, width in rows.values_list("kind", "recipe", "width")}


def test_a_picture_rendered_wrong_before_is_rendered_anew(north: Studio) -> None:
    photo = stale(north)
    assert stale_renditions.put_share() == 1
    assert now(photo).state == PhotoState.READY, "what is shown stays until then"
    answer_all()
    assert widths(photo) == {"web": (RECIPE, 900), "thumb": (RECIPE, 800), "tile": (RECIPE, 400)}
    assert now(photo).recipe == RECIPE
    assert stale_renditions.put_share() == 0


def test_a_file_that_was_refused_before_is_tried_again(north: Studio) -> None:
    photo = stale(north, state=PhotoState.FAILED, problem="This file is damaged", is_refused=True)
    stale_renditions.put_share()
    answer_all()
    assert (now(photo).state, photo.problem, photo.is_refused) == (PhotoState.READY, "", False)


def test_what_is_refused_again_keeps_what_is_shown_and_is_left_alone(north: Studio) -> None:
    shown, failed = stale(north, jpeg()[:700]), stale(north, jpeg()[:600], state=PhotoState.FAILED, problem="old")
    stale_renditions.put_share()
    answer_all()
    assert now(shown).state == PhotoState.READY
    assert widths(shown)["web"] == (OLD, 9)
    assert (now(failed).state, failed.recipe) == (PhotoState.FAILED, RECIPE)
    assert failed.problem != "old"
    assert stale_renditions.put_share() == 0


def test_new_photos_and_those_in_the_trash_wait_for_nothing(north: Studio) -> None:
    PhotoFactory.create(studio=north)
    stale(north, state=PhotoState.PROCESSING)
    stale(north, trashed_at="2026-01-01T00:00:00Z")
    assert stale_renditions.put_share() == 0


def test_uploads_go_first_and_studios_get_a_share_each(
    north: Studio, south: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stale_renditions, "SHARE", 2)
    for _ in range(3):
        stale(north)
    stale(south)
    with acting_in(south):
        queue.put(south, Photo.RENDER, PhotoFactory.create(studio=south).pk, queue=Queue.IMAGES)
    assert stale_renditions.put_share() == 2
    with acting_in(south):
        assert not Job.objects.for_studio(south).filter(kind__startswith="rerender").exists()
        Job.objects.for_studio(south).update(state=State.DONE)
    assert stale_renditions.put_share() == 1, "north's share is not done yet"


def test_the_scheduler_asks_each_minute(north: Studio) -> None:
    entries = [one for one in app.conf.beat_schedule.values() if one["task"] == "albums.refresh_renditions"]
    assert [one["schedule"] for one in entries] == [60.0]
    stale(north)
    tasks.refresh_renditions()
    with acting_in(north):
        assert Job.objects.for_studio(north).get().kind == f"rerender.{RECIPE}"
