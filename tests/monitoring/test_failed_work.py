"""Work that was given up: operators see why, and let it be tried again; nobody else does."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from apps.accounts.models import Studio
from apps.accounts.tenancy import acting_in
from apps.albums.models import Photo, PhotoState
from apps.jobs.models import Job, State
from tests.factories import PhotoFactory

pytestmark = pytest.mark.django_db

STATUS, AGAIN = "/status/", "/status/again/"


def given_up(studio: Studio, kind: str, subject: Any, queue: str, error: str) -> Job:
    with acting_in(studio):
        job = Job(
            studio=studio, kind=kind, queue=queue, key=f"{kind}:{subject}", subject_id=subject, error=error,
            state=State.QUARANTINED, attempts=3, finished_at=timezone.now(),
        )  # fmt: skip
        job.save(force_insert=True)
    return job


def state_of(job: Job) -> tuple[str, int, str]:
    with acting_in(job.studio):
        row = Job.objects.for_studio(job.studio).get(pk=job.pk)
        return row.state, row.attempts, row.error


@pytest.fixture
def render(north: Studio, settings: Settings) -> Job:
    settings.OPERATORS = ("alice@example.com",)
    with acting_in(north):
        photo = PhotoFactory.create(studio=north, state=PhotoState.FAILED, problem="It failed.")
    return given_up(north, Photo.RENDER, photo.pk, "images", "Traceback\nValueError: of anna@example.com")


@pytest.fixture
def faces(south: Studio) -> Job:
    with acting_in(south):
        photo = PhotoFactory.create(studio=south)
    return given_up(south, "faces", photo.pk, "faces", "The worker stopped during this step, three times.")


def test_the_page_says_what_failed_where_and_why(render: Job, faces: Job, alice: Client) -> None:
    page = alice.get(STATUS).content.decode()
    for text in (
        "Failed work",
        "ValueError: of [address]",
        "The worker stopped",
        render.studio.name,
        faces.studio.name,
    ):
        assert text in page
    assert "Traceback" not in page


def test_one_job_is_tried_again_and_its_photo_is_on_its_way(render: Job, faces: Job, alice: Client) -> None:
    assert alice.post(AGAIN, {"job": render.pk}).status_code == 303
    assert state_of(render) == (State.PENDING, 0, "")
    assert state_of(faces)[0] == State.QUARANTINED
    with acting_in(render.studio):
        photo = Photo.objects.for_studio(render.studio).get(pk=render.subject_id)
        assert (photo.state, photo.problem) == (PhotoState.PROCESSING, "")


def test_all_are_tried_again(render: Job, faces: Job, alice: Client) -> None:
    assert "2 jobs are on the way again." in alice.post(AGAIN, follow=True).content.decode()
    assert (state_of(render)[0], state_of(faces)[0]) == (State.PENDING, State.PENDING)
    assert "Failed work" not in alice.get(STATUS).content.decode()


@pytest.mark.parametrize("job", ["junk", "00000000-0000-0000-0000-000000000000"])
def test_what_is_no_job_begins_nothing(render: Job, faces: Job, alice: Client, job: str) -> None:
    assert alice.post(AGAIN, {"job": job}).status_code == 303
    assert (state_of(render)[0], state_of(faces)[0]) == (State.QUARANTINED, State.QUARANTINED)


def test_owners_and_strangers_cannot(render: Job, bob: Client, charlie: Client) -> None:
    for client in (bob, charlie, Client()):
        assert client.post(AGAIN).status_code == 404
    assert state_of(render)[0] == State.QUARANTINED
