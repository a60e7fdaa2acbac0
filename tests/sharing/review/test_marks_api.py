"""GET /api/albums/:id/marks: what clients say, per visitor and merged, and what changed since."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Photo
from apps.sharing.models import Activity, ActivityKind, Mark, Pick, Selection
from apps.sharing.review import api
from tests.factories import ApiKeyFactory
from tests.sharing.review.proofs import Proofing, make_proofing

SECRET = "gk_marks-of-the-album"


@pytest.fixture
def proofing(north: Studio, alice_user: User) -> Proofing:
    ApiKeyFactory.create(studio=north, made_by=alice_user, secret=SECRET, scopes=["read"])
    return make_proofing(north)


def ask(proofing: Proofing, status: int = 200, *, headers: dict[str, str] | None = None, **query: str) -> Any:
    url = f"/api/albums/{proofing.album.pk}/marks?{urlencode(query)}"
    answer = Client().get(url, headers={"authorization": f"Api-Key {SECRET}", **(headers or {})})
    assert answer.status_code == status, answer.content
    return answer if status != 200 else answer.json()


def names(body: Any) -> list[str]:
    return sorted(row["camera_name"] for row in body["results"])


def test_what_each_visitor_says_and_all_of_them_together(proofing: Proofing) -> None:
    anna, ben = proofing.visitor("Anna"), proofing.visitor("Ben")
    proofing.selection(anna, 2, title="Album")
    proofing.selection(ben, 2)
    proofing.mark(anna, 2, stars=3, verdict="approved")
    proofing.mark(ben, 2, stars=4, label="red")
    said = proofing.comment(anna, 2, "Lovely", pin_x=0.5, pin_y=0.25)
    proofing.comment(anna, 2, "Oops", removed_at=timezone.now())
    [row] = ask(proofing)["results"]
    assert row["photo"] == str(proofing.photos[1].pk)
    assert [(one["name"], one["stars"], one["verdict"], one["label"]) for one in row["visitors"]] == [
        ("Anna", 3, "approved", ""), ("Ben", 4, "", "red"),
    ]  # fmt: skip
    assert row["visitors"][0]["picks"] == [{"title": "Album", "round": 1, "work": "selected"}]
    assert row["merged"] == {"picked_by": 2, "verdict": "approved", "label": "red", "stars": 4}
    assert row["comment_count"] == 1
    assert [(one["id"], one["body"], one["x"]) for one in row["comments"]] == [(str(said.pk), "Lovely", 0.5)]


def test_since_names_every_photo_that_changed_and_no_other(proofing: Proofing) -> None:
    anna = proofing.visitor("Anna")
    for number in range(1, 7):
        proofing.mark(anna, number, stars=1)
    long_ago, since = timezone.now() - timedelta(days=2), timezone.now() - timedelta(days=1)
    row = proofing.selection(anna, 1)
    with acting_in(proofing.studio):
        studio = proofing.studio
        Photo.objects.for_studio(studio).update(updated_at=long_ago)
        Mark.objects.for_studio(studio).update(updated_at=long_ago)
        Pick.objects.for_studio(studio).update(created_at=long_ago)
        Selection.objects.for_studio(studio).update(updated_at=long_ago)
    asked = since.isoformat()
    assert names(ask(proofing, since=asked)) == []
    with acting_in(proofing.studio):
        Mark.objects.for_studio(studio).filter(photo=proofing.photos[1]).update(updated_at=timezone.now())
        Photo.objects.for_studio(studio).filter(pk=proofing.photos[2].pk).update(updated_at=timezone.now())
    proofing.comment(anna, 4, "New")
    kind = ActivityKind.UNFAVOURITE
    proofing.save(
        Activity(studio=proofing.studio, shown_id=proofing.album.pk, visitor=anna, photo=proofing.photos[4], kind=kind)
    )
    assert names(ask(proofing, since=asked)) == [f"IMG_000{number}.JPG" for number in (2, 3, 4, 5)]
    with acting_in(proofing.studio):
        Selection.objects.for_studio(studio).filter(pk=row.pk).update(updated_at=timezone.now())
    assert "IMG_0001.JPG" in names(ask(proofing, since=asked))


def test_a_heart_taken_back_more_often_than_is_noted_is_named(proofing: Proofing) -> None:
    """The log stops to grow, so the last row of it may be older than what the program asks for."""
    anna, noted = proofing.visitor("Anna"), timezone.now() - timedelta(minutes=5)
    row = proofing.selection(anna, 2)
    with acting_in(proofing.studio):
        Photo.objects.for_studio(proofing.studio).update(updated_at=noted)
        Pick.objects.for_studio(proofing.studio).update(created_at=noted)
        Selection.objects.for_studio(proofing.studio).update(updated_at=noted)
    gone = {"studio": proofing.studio, "album": proofing.album, "photo": proofing.photos[0]}
    proofing.mark(anna, 1, stars=1, updated_at=noted)
    proofing.save(Activity(**gone, visitor=anna, kind=ActivityKind.UNFAVOURITE, at=noted))
    since = (timezone.now() - timedelta(minutes=2)).isoformat()
    assert names(ask(proofing, since=since)) == []
    with acting_in(proofing.studio):
        Selection.objects.for_studio(proofing.studio).filter(pk=row.pk).update(updated_at=timezone.now())
    assert "IMG_0001.JPG" in names(ask(proofing, since=since))


def test_pages_follow_each_other_and_an_etag_saves_the_body(proofing: Proofing) -> None:
    anna = proofing.visitor("Anna")
    proofing.selection(anna, 1, 2, 3)
    first = ask(proofing, limit="2")
    following = Client().get(first["next"], headers={"authorization": f"Api-Key {SECRET}"}).json()
    assert names(first) + names(following) == ["IMG_0001.JPG", "IMG_0002.JPG", "IMG_0003.JPG"]
    url = f"/api/albums/{proofing.album.pk}/marks"
    tag = Client().get(url, headers={"authorization": f"Api-Key {SECRET}"}).headers["etag"]
    assert ask(proofing, 304, headers={"if-none-match": tag}).content == b""


@pytest.mark.parametrize("since", ["yesterday", "2026-01-01T00:00:00", "", "0001-01-01T00:00:00+23:00"])
def test_a_moment_that_cannot_be_read_is_an_error(proofing: Proofing, since: str) -> None:
    assert "since" in ask(proofing, 400, since=since).json()["error"]["fields"]


def test_more_photos_and_people_cost_no_more_queries(proofing: Proofing) -> None:
    proofing.selection(proofing.visitor("Anna"), 1)
    # The first call of a key writes down that it was used.
    ask(proofing)
    with CaptureQueriesContext(connection) as few:
        assert len(ask(proofing)["results"]) == 1
    for name in ("Ben", "Cleo"):
        visitor = proofing.visitor(name)
        proofing.selection(visitor, 1, 2, 3, 4, 5, 6)
        proofing.mark(visitor, 2, stars=1)
        proofing.comment(visitor, 1, "Nice")
    with CaptureQueriesContext(connection) as many:
        assert len(ask(proofing)["results"]) == 6
    assert len(many) == len(few)


def test_a_photo_with_very_many_comments_leaves_those_of_the_others(
    proofing: Proofing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "MOST_COMMENTS", 2)
    anna = proofing.visitor("Anna")
    for number in range(5):
        proofing.comment(anna, 1, f"Of the first {number}")
    proofing.comment(anna, 2, "Of the second")
    told = {row["camera_name"]: row for row in ask(proofing)["results"]}
    first, second = told["IMG_0001.JPG"], told["IMG_0002.JPG"]
    assert ([one["body"] for one in first["comments"]], first["comment_count"]) == (
        ["Of the first 0", "Of the first 1"], 5,
    )  # fmt: skip
    assert ([one["body"] for one in second["comments"]], second["comment_count"]) == (["Of the second"], 1)
