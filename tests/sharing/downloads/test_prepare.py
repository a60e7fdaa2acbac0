"""Preparing a download is a task of the studio; guests follow it on their page as ever."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.long_tasks import Task, TaskState
from apps.accounts.tenancy import acting_in
from apps.jobs import queue, sliced
from apps.jobs.models import Job, Queue, State
from config.tasks import STEPS
from tests.jobs.test_claim import make_due, silent  # noqa: F401  (a fixture)
from tests.sharing.conftest import Make, Share
from tests.sharing.downloads.zipped import rows

pytestmark = pytest.mark.django_db(transaction=True)


def ask(share: Share, **query: str) -> Any:
    """A guest opens the download page."""
    return Client().get(reverse("sharing:downloads", args=[share.token]), {"size": "2048", **query})


def look() -> None:
    """A turn of the task."""
    make_due()
    queue.answer(Queue.DEFAULT, STEPS)


def the_task(share: Share) -> Task:
    (task,) = rows(share, Task)
    assert isinstance(task, Task)
    return task


def end_jobs(share: Share, state: State) -> None:
    with acting_in(share.studio):
        Job.objects.for_studio(share.studio).filter(queue=Queue.IMAGES).update(state=state)


def test_the_studio_sees_what_a_guest_has_prepared(shared: Make, alice: Client) -> None:
    share = shared(download="original")
    ask(share, prepare="1")
    task = the_task(share)
    assert (task.kind, task.state, task.total, task.who_id) == ("download.prepare", "running", 3, None)
    while queue.answer(Queue.IMAGES, STEPS):
        pass
    look()
    task = the_task(share)
    assert (task.state, task.done, task.message) == (TaskState.DONE, 3, "3 photos are ready for download.")
    assert "download.zip" in ask(share).content.decode()
    assert "Prepare photos of “Zqx wedding” for download" in alice.get("/studio/north/tasks/").content.decode()


def test_asking_twice_is_one_task_and_asking_for_more_is_too(shared: Make) -> None:
    share = shared(download="original")
    chosen = Client().post(
        reverse("sharing:download_chosen", args=[share.token]), {"photos": [str(share.photos[0].pk)]}
    )
    what = chosen["Location"].partition("what=")[2].replace("%3A", ":")
    ask(share, what=what, prepare="1")
    assert the_task(share).total == 1
    for _ in range(2):
        ask(share, prepare="1")
    assert the_task(share).total == 3
    ask(share, size="1200", prepare="1")
    assert [task.total for task in rows(share, Task)] == [3, 3]


def test_while_the_task_still_has_photos_to_begin_the_guest_is_told_to_wait(
    shared: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sliced, "GOING", 1)
    monkeypatch.setattr(Task, "SLICE", 1)
    share = shared(download="original")
    assert "Preparing 0 of 3" in ask(share, prepare="1").content.decode()
    assert len([job for job in rows(share, Job) if job.queue == Queue.IMAGES]) == 1
    queue.answer(Queue.IMAGES, STEPS)
    assert "Preparing 1 of 3" in ask(share).content.decode()
    for _ in range(3):
        look()
        queue.answer(Queue.IMAGES, STEPS)
    look()
    assert the_task(share).state == TaskState.DONE


def test_what_cannot_be_made_is_told_to_both_and_tried_again(shared: Make) -> None:
    share = shared(download="original")
    ask(share, prepare="1")
    end_jobs(share, State.QUARANTINED)
    look()
    task = the_task(share)
    assert (task.state, task.failed) == (TaskState.FAILED, 3)
    assert task.message == "3 of 3 photos could not be prepared. The originals are safe."
    assert "Try again" in ask(share).content.decode()
    assert "Preparing 0 of 3" in ask(share, prepare="1").content.decode()
    assert [task.state for task in rows(share, Task)] == [TaskState.FAILED, TaskState.RUNNING]


def test_g17_a_revoked_link_has_nothing_more_prepared(shared: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sliced, "GOING", 1)
    monkeypatch.setattr(Task, "SLICE", 1)
    share = shared(download="original")
    ask(share, prepare="1")
    with acting_in(share.studio):
        share.link.revoke(by=share.link.created_by)  # type: ignore[arg-type]
    end_jobs(share, State.DONE)
    look()
    task = the_task(share)
    assert (task.state, task.message) == (
        TaskState.CANCELLED, "The link was turned off, so these photos are no longer needed.",
    )  # fmt: skip
    assert len([job for job in rows(share, Job) if job.queue == Queue.IMAGES]) == 1
