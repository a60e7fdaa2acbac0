"""Very many photos at once: up to 200 in the request, more as a task whose photos are fixed when it begins."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from apps.accounts.long_tasks import Task, TaskState
from apps.accounts.models import JournalEntry, Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums import bulk, placements, sections, trash
from apps.albums.models import Album, Flag, Photo, PhotoState, Placement, Section
from apps.jobs import queue, sliced
from apps.jobs.models import Job, Queue, State
from config.tasks import STEPS
from tests.accounts.callers import Caller, bearer
from tests.albums.bulk import fill
from tests.albums.conftest import may_analyze  # noqa: F401  (a fixture)
from tests.albums.people import order_of, page, part
from tests.factories import AlbumFactory, PlacementFactory, SectionFactory
from tests.jobs.test_claim import make_due, silent  # noqa: F401  (a fixture)
from tests.jobs.test_sliced import afresh, end_jobs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("may_analyze")]

HTMX = part("stream")


@pytest.fixture
def album(north: Studio) -> Album:
    """250 photos in two sections, and one section that is empty."""
    album = AlbumFactory.create(studio=north, title="Wedding")
    for rank, title in ((1, "Ceremony"), (2, "Party"), (3, "Best")):
        SectionFactory.create(album=album, rank=rank, title=title)
    fill(album, 250, sections=(1, 2))
    return album


def section(album: Album, title: str) -> Section:
    with acting_in(album.studio):
        return album.sections.get(title=title)


def inside(album: Album, title: str | None = None) -> list[UUID]:
    """Ids of the photos under a heading, in reading order."""
    with acting_in(album.studio):
        rows = Placement.objects.for_studio(album.studio).filter(album=album, trashed_at=None)
        if title:
            rows = rows.filter(section__title=title)
        return list(rows.order_by("section_rank", "sort_key", "id").values_list("photo_id", flat=True))


def the_task(album: Album) -> Task:
    with acting_in(album.studio):
        task: Task = Task.objects.for_studio(album.studio).get()
    return task


def move(client: Client, album: Album, photos: Sequence[UUID], title: str = "Best", **more: Any) -> Any:
    fields = {"photo": [str(pk) for pk in photos], "section": str(section(album, title).pk)}
    return client.post(page("photos_move", album), {**fields, **more}, headers=HTMX)


def work(turns: int = 20) -> None:
    for _ in range(turns):
        if not queue.answer(Queue.DEFAULT, STEPS):
            return


# -- moving ------------------------------------------------------------------------------------------


def test_two_hundred_photos_move_in_the_request(erin: Client, album: Album) -> None:
    assert move(erin, album, inside(album)[:200]).status_code == 204
    assert len(inside(album, "Best")) == 200
    with acting_in(album.studio):
        assert not Task.objects.for_studio(album.studio).exists()


def test_one_more_is_a_task_that_the_page_is_told_of(erin: Client, album: Album, erin_user: User) -> None:
    photos = inside(album)[:201]
    answer = move(erin, album, photos)
    task = the_task(album)
    assert answer.status_code == 202
    assert json.loads(answer["HX-Trigger"]) == {"task": {"id": str(task.pk)}}
    assert (task.kind, task.title, task.total, task.who) == ("photos.move", "Move photos to “Best”", 201, erin_user)
    assert inside(album, "Best") == []
    work()
    assert set(inside(album, "Best")) == set(photos)
    assert (afresh(task).state, task.message) == (TaskState.DONE, "201 photos moved to “Best”.")


def test_without_scripts_the_page_says_where_to_look(erin: Client, album: Album) -> None:
    fields = {"photo": [str(pk) for pk in inside(album)], "section": ""}
    answer = erin.post(page("photos_move", album), fields, follow=True)
    assert "250 photos: running in the background." in answer.content.decode()
    work()
    assert the_task(album).title == "Move photos out of their sections"
    with acting_in(album.studio):
        assert not album.placements.filter(section__isnull=False).exists()


def test_all_that_the_page_shows_is_chosen_without_naming_it(erin: Client, album: Album) -> None:
    party = inside(album, "Party")
    move(erin, album, [], all="1", within=str(section(album, "Party").pk))
    assert inside(album, "Best") == party
    move(erin, album, [], all="1")
    work()
    assert len(inside(album, "Best")) == 250


def test_all_by_a_mark_is_only_what_has_it(erin: Client, album: Album) -> None:
    picked = inside(album)[::10]
    with acting_in(album.studio):
        Photo.objects.for_studio(album.studio).filter(pk__in=picked).update(flag=Flag.PICK)
    move(erin, album, [], all="1", mark="pick")
    assert set(inside(album, "Best")) == set(picked)


@pytest.mark.parametrize("wrong", [{"mark": "sparkling"}, {"kept": "secret"}])
def test_a_filter_that_there_is_not_chooses_nothing(wrong: dict[str, str], erin: Client, album: Album) -> None:
    assert move(erin, album, [], all="1", **wrong).status_code == 400
    assert inside(album, "Best") == []


def test_what_is_chosen_is_fixed_when_it_begins(erin: Client, album: Album) -> None:
    before = inside(album)
    move(erin, album, [], all="1")
    late = PlacementFactory.create(album=album)
    with acting_in(album.studio):
        placements.take_out(album, before[:3])
    work()
    task = the_task(album)
    assert (task.done, task.changed) == (250, 247)
    assert task.message == "247 photos moved to “Best”. 3 photos were left as they were."
    assert late.photo_id not in inside(album, "Best")


def test_too_many_are_refused_in_words_and_nothing_is_kept_of_them(
    erin: Client, album: Album, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(bulk.MOVE), "most", 240)
    answer = move(erin, album, [], all="1")
    assert (answer.status_code, answer.json()["error"]["message"]) == (413, "At most 240 photos at once.")
    fields = {"all": "1", "section": str(section(album, "Best").pk)}
    page_after = erin.post(page("photos_move", album), fields, follow=True)
    assert "At most 240 photos at once." in page_after.content.decode()
    with acting_in(album.studio):
        assert not Task.objects.for_studio(album.studio).exists()
        assert not Job.objects.for_studio(album.studio).exists()


def test_photos_of_nowhere_are_not_found(erin: Client, album: Album) -> None:
    other = AlbumFactory.create(studio=album.studio)
    fill(other, 250)
    assert move(erin, album, inside(other)).status_code == 404


def test_a_section_that_is_deleted_meanwhile_ends_the_move(erin: Client, album: Album, erin_user: User) -> None:
    move(erin, album, [], all="1")
    work(1)
    with acting_in(album.studio):
        best = album.sections.get(title="Best")
        best.album = album
        sections.delete(best, by=erin_user)
    work()
    task = the_task(album)
    assert (task.state, task.done) == (TaskState.FAILED, 100)
    assert task.message.startswith("The section was deleted in the meantime.")


def test_the_whole_move_is_undone_at_once(erin: Client, api: Caller, album: Album) -> None:
    before = inside(album)
    move(erin, album, [], all="1")
    work()
    chip = erin.get("/studio/north/albums/").content.decode()
    undo = f"/studio/north/journal/{the_task(album).undo}/undo/"
    assert f'data-undo="{undo}"' in chip
    assert erin.post(undo, headers=HTMX).status_code == 204
    assert inside(album) == before
    # One line of the history for all slices, and nothing to take back a second time.
    history = api.get("/api/journal").json()["results"]
    assert [(line["verb"], line["count"]) for line in history] == [("act.undone", 250), ("photos.moved", 250)]
    assert erin.post(undo, headers=HTMX).status_code == 409


def test_undone_while_it_runs_it_stops(erin: Client, album: Album) -> None:
    before = inside(album)
    move(erin, album, [], all="1")
    work(1)
    task = the_task(album)
    assert task.undo
    assert erin.post(f"/studio/north/journal/{task.undo}/undo/", headers=HTMX).status_code == 204
    work()
    assert inside(album) == before
    assert (afresh(task).state, task.message) == (
        TaskState.CANCELLED, "This was undone while it was still running, so it stops here.",
    )  # fmt: skip


def test_what_lies_there_already_is_left_out(erin: Client, album: Album) -> None:
    first = inside(album)[:120]
    move(erin, album, first)
    move(erin, album, [], all="1")
    assert the_task(album).total == 130
    work()
    assert the_task(album).message == "130 photos moved to “Best”."


# -- the trash ---------------------------------------------------------------------------------------


def delete(client: Client, album: Album) -> Any:
    return client.post(page("photos_delete", album), {"all": "1"}, headers=HTMX)


def test_a_whole_gallery_is_emptied_by_a_task(erin: Client, album: Album, erin_user: User) -> None:
    assert delete(erin, album).status_code == 202
    work()
    assert inside(album) == []
    task = the_task(album)
    assert (task.state, task.message) == (TaskState.DONE, "250 photos moved to the trash.")
    with acting_in(album.studio):
        assert Photo.objects.for_studio(album.studio).filter(trashed_at=None).count() == 0
        entries = JournalEntry.objects.for_studio(album.studio).filter(verb="photos.deleted")
        assert list(entries.values_list("actor", flat=True)) == [erin_user.pk] * 3


def test_a_gallery_in_the_trash_stops_it_and_the_rest_is_done_when_it_is_back(
    erin: Client, album: Album, erin_user: User
) -> None:
    delete(erin, album)
    work(1)
    with acting_in(album.studio):
        trash.trash_album(album, by=erin_user)
    work()
    task = the_task(album)
    assert (task.state, task.left) == (TaskState.FAILED, 150)
    with acting_in(album.studio):
        album.refresh_from_db()
        trash.restore_album(album, by=erin_user)
        sliced.retry(album.studio, task.pk)
    work()
    assert (afresh(task).state, inside(album)) == (TaskState.DONE, [])


def test_stopping_leaves_the_rest_where_it_is(erin: Client, album: Album) -> None:
    order = order_of(album)
    delete(erin, album)
    work(1)
    erin.post(f"/studio/north/tasks/{the_task(album).pk}/cancel/")
    work()
    assert inside(album) == order[100:]
    assert the_task(album).message == "Stopped after 100 of 250 photos. What was done stays."


# -- processing again --------------------------------------------------------------------------------


def test_very_many_failed_photos_are_tried_again_a_few_hundred_at_a_time(
    erin: Client, album: Album, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sliced, "GOING", 100)
    with acting_in(album.studio):
        Photo.objects.for_studio(album.studio).update(state=PhotoState.FAILED, problem="no")
    assert erin.post(page("retry_all", album), headers=HTMX).status_code == 202
    task = the_task(album)
    assert (task.kind, task.total) == ("photos.reprocess", 250)
    with acting_in(album.studio):
        assert Photo.objects.for_studio(album.studio).filter(state=PhotoState.PROCESSING).count() == 100
    for _ in range(4):
        end_jobs(album.studio, 100)
        make_due()
        work(1)
    assert (afresh(task).state, task.message) == (TaskState.DONE, "250 photos processed again.")


def test_photos_that_fail_again_are_told(album: Album, erin_user: User) -> None:
    with acting_in(album.studio):
        task = bulk.begin_reprocess(album.studio, inside(album)[:5], by=erin_user)
    end_jobs(album.studio, 1, State.REJECTED)
    end_jobs(album.studio, 4)
    work(1)
    assert (afresh(task).state, task.may_retry) == (TaskState.FAILED, True)
    assert task.message == "1 of 5 photos could not be processed. The originals are safe."


# -- over the API ------------------------------------------------------------------------------------


@pytest.fixture
def api(erin_user: User) -> Caller:
    return bearer(erin_user, "north")


def batch(api: Caller, photos: Sequence[UUID], **fields: Any) -> Any:
    return api.send("/api/photos/batch", {"photos": [str(pk) for pk in photos], **fields})


def test_a_few_are_done_at_once_and_what_was_passed_over_is_told(api: Caller, album: Album, north: Studio) -> None:
    best, elsewhere = section(album, "Best"), PlacementFactory.create(album__studio=north).photo_id
    chosen = inside(album)[:3]
    answer = batch(api, [*chosen, elsewhere], do="move", album=str(album.pk), section=str(best.pk))
    assert answer.status_code == 200
    refused = [{"photo": str(elsewhere), "reason": "This photo is not in the gallery."}]
    assert (answer.json()["done"], answer.json()["refused"]) == (3, refused)
    assert inside(album, "Best") == chosen
    assert batch(api, chosen, do="trash", album=str(album.pk)).json()["done"] == 3
    assert len(inside(album)) == 247


@pytest.mark.parametrize("do", ["move", "trash", "reprocess"])
def test_many_are_a_task_and_a_repeated_request_begins_no_second(do: str, api: Caller, album: Album) -> None:
    fields = {"do": do, "album": str(album.pk), "section": None}
    answers = [
        api.send(
            "/api/photos/batch",
            {"photos": [str(pk) for pk in inside(album)], **fields},
            headers={"idempotency-key": "once"},
        )
        for _ in range(2)
    ]
    task = the_task(album)
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    shown = answers[0].json()["task"]
    assert (shown["id"], shown["kind"], shown["total"]) == (str(task.pk), f"photos.{do}", 250)
    assert (shown["result"], shown["undo"]) == (None, None)


def test_keywords_stars_and_labels_of_any_galleries_with_one_undo(api: Caller, album: Album, north: Studio) -> None:
    """What is no photo of the caller's is passed over by name."""
    far = PlacementFactory.create(album__studio=north).photo_id
    chosen, unknown = [*inside(album)[:2], far], UUID(int=1)
    tagged = batch(api, [*chosen, unknown], do="tag", keywords=[" first  dance ", "First Dance", "bells"]).json()
    assert (tagged["done"], [one["photo"] for one in tagged["refused"]]) == (3, [str(unknown)])

    def photos(name: str) -> list[Any]:
        with acting_in(north):
            rows = Photo.objects.for_studio(north).filter(pk__in=chosen)
            return list(rows.values_list(name, flat=True))

    assert photos("keywords") == [["first dance", "bells"]] * 3
    batch(api, chosen, do="untag", keywords=["BELLS"])
    assert photos("keywords") == [["first dance"]] * 3
    rated = batch(api, chosen, do="rate", rating=4).json()
    batch(api, chosen, do="label", label="red", album=str(album.pk))
    assert photos("rating") == [4] * 3
    assert sorted(photos("label")) == ["", "red", "red"]
    assert api.send(f"/api/journal/{rated['undo']}/undo").status_code == 200
    assert photos("rating") == [0] * 3
    for wrong in ({"do": "tag"}, {"do": "rate", "rating": 6}, {"do": "label", "label": "pink"}, {"do": "copy"}):
        assert batch(api, chosen, **wrong).status_code == 400


def test_photos_are_copied_into_a_gallery_and_lie_where_they_lay(api: Caller, album: Album, north: Studio) -> None:
    other, chosen = AlbumFactory.create(studio=north), inside(album)[:2]
    for _ in range(2):
        assert batch(api, chosen, do="copy", album=str(other.pk)).json()["done"] == 2
    assert set(inside(other)) == set(chosen)
    assert set(chosen) <= set(inside(album))
    assert batch(api, inside(album), do="copy", album=str(other.pk)).status_code == 202


def test_a_few_are_processed_again(api: Caller, album: Album, north: Studio) -> None:
    assert batch(api, inside(album)[:3], do="reprocess").json() == {"done": 3, "refused": [], "undo": None}
    with acting_in(north):
        assert Job.objects.for_studio(north).filter(kind="render").count() == 3


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"do": "sell"}, "do"),
        ({"do": "move", "section": None}, "album"),
        ({"do": "move", "album": "{album}"}, "section"),
        ({"do": "move", "album": "{album}", "section": "0190b5a0-0000-7000-8000-000000000000"}, "section"),
        ({"do": "trash"}, "album"),
    ],
)
def test_what_is_missing_is_said(fields: dict[str, Any], field: str, api: Caller, album: Album) -> None:
    filled = {name: value.format(album=album.pk) if value else value for name, value in fields.items()}
    answer = batch(api, inside(album)[:1], **filled)
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, [field])


def test_photos_and_galleries_of_others_are_not_found(
    api: Caller, album: Album, charlie_user: User, north: Studio
) -> None:
    charlie, before = bearer(charlie_user, "south"), inside(album)
    assert batch(charlie, before, do="trash", album=str(album.pk)).status_code == 404
    answer = batch(charlie, before[:1], do="reprocess")
    assert answer.json()["refused"] == [{"photo": str(before[0]), "reason": "This photo is not there."}]
    assert inside(album) == before
    with acting_in(north):
        assert not Job.objects.for_studio(north).exists()
