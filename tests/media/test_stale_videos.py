"""Copies of videos of an older recipe: those that it made too dark are made anew, the others are left as they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.accounts.models import Studio
from apps.accounts.tenancy import acting_in
from apps.jobs import queue
from apps.jobs.models import Job, Queue, State
from apps.media import colour, jail, on_demand, stale_videos, tasks
from apps.media.models import Blob, Rendition
from apps.media.storage import LocalStore
from config.celery import app
from config.tasks import STEPS
from tests.factories import BlobFactory, RenditionFactory, StudioFactory, kept
from tests.media.corpus import named
from tests.media.test_video import beyond_white

pytestmark = pytest.mark.django_db

OLD = on_demand.RECIPES["video"] - 1


@pytest.fixture(autouse=True, scope="module")
def _jail_ended() -> Iterator[None]:
    yield
    jail.close()


@pytest.fixture
def studio(local: LocalStore, monkeypatch: pytest.MonkeyPatch) -> Studio:
    monkeypatch.setattr(queue, "ring", lambda name: None)
    made: Studio = StudioFactory.create()
    return made


def copied(original: Blob, kind: str = "video", recipe: int = OLD, **fields: object) -> Rendition:
    """A copy of an original that was made before."""
    made: Rendition = RenditionFactory.create(
        studio=original.studio, source=original, kind=kind, recipe=recipe, width=9, **fields
    )
    return made


@pytest.fixture
def bright(studio: Studio, tmp_path: Path) -> Blob:
    """An HDR video."""
    beyond_white(tmp_path / "hdr.mkv", colour.PQ, [0.1, 0.5])
    return kept(studio, (tmp_path / "hdr.mkv").read_bytes())


def now(row: Rendition) -> Rendition:
    with acting_in(row.studio_id):
        row.refresh_from_db()
    return row


def answer_all() -> int:
    done = 0
    while queue.answer(Queue.VIDEO, STEPS):
        done += 1
    return done


def test_a_copy_that_was_too_dark_is_made_anew_with_its_smaller_sizes(studio: Studio, bright: Blob) -> None:
    copy = copied(bright)
    smaller = copied(bright, "fit.640", on_demand.RECIPES["fit"], blob=copy.blob)
    before = copy.blob_id
    assert stale_videos.put_share() == 1
    assert now(copy).blob_id == before, "what plays stays until then"
    assert answer_all() == 1
    assert now(copy).recipe == on_demand.RECIPES["video"]
    assert (copy.blob_id == before, copy.width) == (False, 64)
    assert now(smaller).blob_id == copy.blob_id
    assert stale_videos.put_share() == 0


def test_a_copy_that_would_be_the_same_is_not_made_again(studio: Studio) -> None:
    copies = [copied(kept(studio, named(name).read_bytes())) for name in ("video/hevc.mp4", "video/gps_keys.mov")]
    before = [copy.blob_id for copy in copies]
    for _ in copies:
        assert stale_videos.put_share() == 1
        assert answer_all() == 1
    assert [now(copy).blob_id for copy in copies] == before
    assert {copy.recipe for copy in copies} == {on_demand.RECIPES["video"]}
    assert stale_videos.put_share() == 0


def test_what_cannot_be_read_any_more_plays_as_before_and_is_left_alone(studio: Studio) -> None:
    broken = copied(kept(studio, named("video/hevc.mp4").read_bytes()[:300]))
    before = broken.blob_id
    assert stale_videos.put_share() == 1
    answer_all()
    assert (now(broken).recipe, broken.blob_id) == (OLD, before)
    assert stale_videos.put_share() == 0


def test_videos_that_come_go_first(studio: Studio, bright: Blob) -> None:
    copied(bright)
    with acting_in(studio):
        queue.put(studio, "derive.video", BlobFactory.create(studio=studio).pk, queue=Queue.VIDEO)
    assert stale_videos.put_share() == 0
    with acting_in(studio):
        Job.objects.for_studio(studio).update(state=State.DONE)
    assert stale_videos.put_share() == 1


def test_the_scheduler_asks_each_minute(studio: Studio, bright: Blob) -> None:
    entries = [one for one in app.conf.beat_schedule.values() if one["task"] == "media.refresh_videos"]
    assert [one["schedule"] for one in entries] == [60.0]
    copied(bright)
    tasks.refresh_videos()
    with acting_in(studio):
        assert Job.objects.for_studio(studio).get().kind == f"replay.{on_demand.RECIPES['video']}"
