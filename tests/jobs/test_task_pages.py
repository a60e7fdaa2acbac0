"""The page of tasks, and the chip that stands on every page of the studio. Both work without scripts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.long_tasks import Task
from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from tests.albums.people import part
from tests.jobs.test_claim import silent  # noqa: F401  (a fixture)
from tests.jobs.test_sliced import afresh, begin, mend, work
from tests.markup import tight

pytestmark = pytest.mark.django_db(transaction=True)
TASKS, GALLERIES = "/studio/north/tasks/", "/studio/north/albums/"
CHIP = part("task-chip")


def deed(name: str, task: Task) -> str:
    return reverse(f"jobs:task_{name}", args=["north", task.pk])


def text(answer: Any) -> str:
    assert answer.status_code == 200
    return tight(answer.content)


def test_the_page_lists_what_is_at_work_and_how_the_rest_ended(
    bob: Client, north: Studio, south: Studio, erin_user: User
) -> None:
    begin(north, 1_250, by=erin_user)
    work()
    refused = begin(north, 5, refuses=1)
    begin(south, 7)
    with acting_in(north):
        Task.objects.for_studio(north).filter(pk=refused.pk).update(created_at=timezone.now() - timedelta(days=1))
    work(5)
    page = text(bob.get(TASKS))
    assert "of 1,250 photos" in page
    assert "The section was deleted." in page
    assert "Erin" in page
    assert "a client" in page
    assert "7 photos" not in page
    # Bob only looks.
    assert "/cancel/" not in page + text(bob.get(GALLERIES))


def test_an_empty_list_says_what_it_is_for(bob: Client) -> None:
    assert "Nothing running" in text(bob.get(TASKS))


def test_the_list_goes_on_on_another_page(erin: Client, north: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.jobs.task_list.PAGE", 2)
    for _ in range(3):
        begin(north, 1)
    first = text(erin.get(TASKS))
    onward = first.partition('id="more"')[2].partition('href="')[2].partition('"')[0]
    assert (first.count("/cancel/"), text(erin.get(TASKS + onward)).count("/cancel/")) == (2, 1)
    assert text(erin.get(f"{TASKS}?after=junk")).count("/cancel/") == 2


def test_a_task_is_stopped_and_tried_again_without_scripts(erin: Client, north: Studio) -> None:
    stopped, failed = begin(north, 250), begin(north, 250, refuses=1)
    work(2)
    answer = erin.post(deed("cancel", stopped), follow=True)
    assert "Stopped after 100 of 250 photos. What was done stays." in text(answer)
    mend(failed)
    assert erin.post(deed("retry", failed)).status_code == 303
    assert afresh(failed).state == "waiting"
    assert "There is nothing to retry." in text(erin.post(deed("retry", stopped), follow=True))


def test_ones_own_tasks_stand_on_every_page_until_their_end_was_told(
    erin: Client, alice: Client, north: Studio, erin_user: User
) -> None:
    task = begin(north, 150, by=erin_user)
    for page in (GALLERIES, TASKS, "/studio/north/selections/"):
        assert f'data-task="{task.pk}" data-state="waiting"' in text(erin.get(page))
    assert "data-task" not in text(alice.get(GALLERIES))
    work(2)
    ended = text(erin.get(GALLERIES))
    assert f'data-task="{task.pk}" data-state="done"' in ended
    assert "150 photos counted." in ended
    erin.post(deed("seen", task))
    assert "data-task" not in text(erin.get(GALLERIES))


def test_the_chip_of_an_old_end_is_gone(erin: Client, north: Studio, erin_user: User) -> None:
    task = begin(north, 1, by=erin_user)
    work()
    with acting_in(north):
        Task.objects.for_studio(north).filter(pk=task.pk).update(ended_at=timezone.now() - timedelta(days=2))
    assert "data-task" not in text(erin.get(GALLERIES))


def test_a_script_gets_the_chip_alone(erin: Client, north: Studio, erin_user: User) -> None:
    task = begin(north, 250, by=erin_user)
    work()
    chip = text(erin.get(TASKS, headers=CHIP))
    assert "<html" not in chip
    assert "100 of 250 photos" in chip
    chip = text(erin.post(deed("cancel", task), headers=CHIP))
    assert 'data-state="cancelled"' in chip
    chip = text(erin.post(deed("seen", task), headers=CHIP))
    assert "data-task" not in chip
    assert "hidden" in chip


def test_trying_again_what_is_over_is_told_beside_the_chip(erin: Client, north: Studio, erin_user: User) -> None:
    task = begin(north, 50, by=erin_user)
    work()
    answer = erin.post(deed("retry", task), headers=CHIP)
    assert "There is nothing to retry." in answer["HX-Trigger"]


def test_a_task_at_work_is_not_seen(erin: Client, north: Studio, erin_user: User) -> None:
    task = begin(north, 250, by=erin_user)
    erin.post(deed("seen", task))
    assert "data-task" in text(erin.get(GALLERIES))


@pytest.mark.parametrize("name", ["cancel", "retry", "seen"])
def test_a_viewer_and_a_stranger_change_nothing(name: str, bob: Client, charlie: Client, north: Studio) -> None:
    task = begin(north, 250)
    assert (bob.post(deed(name, task)).status_code, charlie.post(deed(name, task)).status_code) == (403, 404)
    assert afresh(task).state == "waiting"
