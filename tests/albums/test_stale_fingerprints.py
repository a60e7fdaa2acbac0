"""Hashes of an older version are made anew, a share at a time, behind everything else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from apps.accounts.models import Studio
from apps.accounts.tenancy import acting_in
from apps.albums import stale_fingerprints, tasks
from apps.albums.models import Photo, PhotoState
from apps.jobs import queue
from apps.jobs.models import Job, Queue, State
from apps.media import fingerprint, jail, renditions
from apps.uploads import pipeline
from apps.web.compiled_queries import together
from config.celery import app
from config.tasks import STEPS
from tests.factories import PhotoFactory, jpeg

pytestmark = pytest.mark.django_db

OLD = fingerprint.VERSION - 1
WRONG = 0x5555555555555555


@pytest.fixture(autouse=True)
def own_store(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.STORAGE = ("local", str(tmp_path / "blobs"))
    settings.STORAGE_TEMP = str(tmp_path / "tmp")
    monkeypatch.setattr(queue, "ring", lambda name: None)


@pytest.fixture(autouse=True, scope="module")
def _jail_ended() -> Iterator[None]:
    yield
    jail.close()


def stale(studio: Studio, count: int = 1, *, stored: bool = False, **more: object) -> list[Photo]:
    """Photos whose hash an older version made; with real bytes if they are to be decoded."""
    values = {"studio": studio, "phash": WRONG, "fingerprint_version": OLD, **more}
    return [
        PhotoFactory.create(**values, **({"original__data": jpeg(900, 700)} if stored else {})) for _ in range(count)
    ]


def waiting(studio: Studio) -> list[object]:
    """The photos that wait for another hash."""
    with acting_in(studio):
        rows = Job.objects.for_studio(studio).filter(state=State.PENDING, kind__startswith="fingerprint.")
        return list(rows.order_by("not_before").values_list("subject_id", flat=True))


def hashes(studio: Studio) -> dict[object, tuple[int | None, int]]:
    with acting_in(studio):
        rows = Photo.objects.for_studio(studio).values_list("pk", "phash", "fingerprint_version")
        return {pk: (phash, version) for pk, phash, version in rows}


def answer_all() -> None:
    while queue.answer(Queue.IMAGES, STEPS):
        pass


def close(studio: Studio, state: State) -> None:
    """End the jobs of a studio without having done them."""
    with acting_in(studio):
        Job.objects.for_studio(studio).update(state=state, finished_at=timezone.now())


def test_an_old_hash_becomes_the_one_that_rendering_gives(north: Studio) -> None:
    (photo,) = stale(north, stored=True)
    stale_fingerprints.put_share()
    answer_all()
    made = hashes(north)[photo.pk]
    with acting_in(north):
        photo.render_again()
    answer_all()
    assert made == hashes(north)[photo.pk]
    assert made[0] != WRONG
    assert made[1] == fingerprint.VERSION


def test_nothing_else_of_the_photo_changes(north: Studio) -> None:
    (photo,) = stale(north, stored=True)
    with acting_in(north):
        before: dict[str, object] = dict(Photo.objects.for_studio(north).values().get())
    stale_fingerprints.put_share()
    answer_all()
    with acting_in(north):
        after: dict[str, object] = dict(Photo.objects.for_studio(north).values().get())
    assert {name for name in before if before[name] != after[name]} == {"phash", "fingerprint_version"}


def test_a_photo_of_the_present_version_is_left_alone(north: Studio) -> None:
    PhotoFactory.create(studio=north)
    assert stale_fingerprints.put_share() == 0


def test_raising_the_version_makes_every_photo_stale(north: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = PhotoFactory.create(studio=north, original__data=jpeg(), phash=WRONG)
    monkeypatch.setattr(fingerprint, "VERSION", fingerprint.VERSION + 1)
    assert stale_fingerprints.put_share() == 1
    answer_all()
    assert hashes(north)[photo.pk][1] == fingerprint.VERSION
    assert stale_fingerprints.put_share() == 0


def test_a_rendered_photo_has_the_present_version(north: Studio) -> None:
    (photo,) = stale(north, stored=True, state=PhotoState.PROCESSING)
    with acting_in(north):
        together(*pipeline.starting(photo))
    answer_all()
    assert hashes(north)[photo.pk][1] == fingerprint.VERSION


@pytest.mark.parametrize("more", [{"state": PhotoState.FAILED}, {"state": PhotoState.PROCESSING}, {"trashed_at": 1}])
def test_a_photo_that_nobody_sees_waits(north: Studio, more: dict[str, Any]) -> None:
    chosen: dict[str, Any] = {name: timezone.now() if value == 1 else value for name, value in more.items()}
    stale(north, **chosen)
    assert stale_fingerprints.put_share() == 0


def test_each_studio_gets_a_share_and_the_next_when_it_is_done(
    north: Studio, south: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stale_fingerprints, "SHARE", 2)
    first, second = stale(north, 5), stale(south, 1)
    assert stale_fingerprints.put_share() == 3
    assert waiting(north) == [photo.pk for photo in first[:2]]
    assert waiting(south) == [second[0].pk]
    assert stale_fingerprints.put_share() == 0, "before the share is done"


def test_it_waits_until_no_upload_waits(north: Studio) -> None:
    stale(north)
    (new,) = stale(north, state=PhotoState.PROCESSING)
    with acting_in(north):
        together(*pipeline.starting(new))
    assert stale_fingerprints.put_share() == 0
    close(north, State.DONE)
    assert stale_fingerprints.put_share() == 1


def test_it_goes_on_where_it_was_stopped(north: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    photos = stale(north, 3)
    stale_fingerprints.put_share()
    monkeypatch.setattr(renditions, "phash_of", lambda blob: 7)
    queue.answer(Queue.IMAGES, STEPS)
    # What waited is lost, as if an operator had emptied the table of work.
    with acting_in(north):
        Job.objects.for_studio(north).filter(state=State.PENDING).delete()
    assert sorted(hashes(north).values()) == sorted([(7, fingerprint.VERSION), (WRONG, OLD), (WRONG, OLD)])
    assert stale_fingerprints.put_share() == 2
    answer_all()
    assert hashes(north) == {photo.pk: (7, fingerprint.VERSION) for photo in photos}


def test_doing_a_photo_twice_is_doing_it_once(north: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    (photo,) = stale(north, stored=True)
    stale_fingerprints.put_share()
    answer_all()
    monkeypatch.setattr(renditions, "phash_of", lambda blob: pytest.fail("it is up to date"))
    claimed = queue.Claimed(photo.pk, north.pk, "fingerprint.1", photo.pk, 1)
    stale_fingerprints.refresh(claimed)


def test_a_photo_that_is_gone_is_no_error(north: Studio) -> None:
    stale_fingerprints.refresh(queue.Claimed(north.pk, north.pk, "fingerprint.1", north.pk, 1))


def test_a_bad_file_keeps_its_hash_and_is_not_tried_again(north: Studio) -> None:
    (photo,) = stale(north, original__data=jpeg()[:700])
    stale_fingerprints.put_share()
    answer_all()
    assert hashes(north)[photo.pk] == (WRONG, OLD)
    with acting_in(north):
        assert Job.objects.for_studio(north).get().state == State.REJECTED
    assert stale_fingerprints.put_share() == 0


def test_what_failed_for_good_does_not_hold_up_the_others(north: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stale_fingerprints, "SHARE", 1)
    _, other = stale(north, 2)
    stale_fingerprints.put_share()
    close(north, State.QUARANTINED)
    stale_fingerprints.put_share()
    assert waiting(north) == [other.pk]


def test_a_decoder_that_tells_no_hash_has_crashed(north: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    (photo,) = stale(north, stored=True)
    monkeypatch.setattr(jail, "run", lambda *_, **__: {"phash": "../../x"})
    with pytest.raises(jail.Crashed, match="something else than a hash"):
        renditions.phash_of(photo.original)


def test_the_scheduler_asks_each_minute(north: Studio) -> None:
    entries = [one for one in app.conf.beat_schedule.values() if one["task"] == "albums.refresh_fingerprints"]
    assert [one["schedule"] for one in entries] == [60.0]
    (photo,) = stale(north)
    tasks.refresh_fingerprints()
    assert waiting(north) == [photo.pk]
