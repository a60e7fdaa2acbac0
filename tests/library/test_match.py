"""A program that lost its ids finds its photos again: by hash, then by name and time, and only those it may see."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album
from tests.actors import keep_to
from tests.albums.people import Caller
from tests.factories import AlbumFactory
from tests.library.conftest import Shoot

pytestmark = pytest.mark.django_db
NOTHING: dict[str, Any] = {"photo": None, "by": "", "photos": []}


@pytest.fixture
def api(north: Studio, erin_user: User) -> Caller:
    return Caller(north, erin_user, "read")


def match(api: Caller, *files: dict[str, Any]) -> list[dict[str, Any]]:
    answer = api.post("/api/photos/match", list(files))
    assert answer.status_code == 200, answer.content
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


def told(photo: Any, by: str) -> dict[str, Any]:
    return {"photo": str(photo.pk), "by": by, "photos": [str(photo.pk)]}


def test_the_hash_tells_before_name_and_time(north: Studio, shoot: Shoot, api: Caller) -> None:
    one = shoot("2026-05-30T14:00:00", camera_name="IMG_1.CR3")
    other = shoot("2026-05-30T14:00:07.400", camera_name="IMG_2.jpg")
    with acting_in(north):
        sha256 = one.original.sha256
    # The name and time are those of the other one.
    claims = {"camera_stem": "IMG_2", "captured_at": "2026-05-30T14:00:07"}
    assert match(api, {"sha256": sha256.upper(), **claims}, {"sha256": "0" * 64, **claims}, {"sha256": "0" * 64}) == [
        told(one, "sha256"),
        told(other, "name_and_time"),
        NOTHING,
    ]


def test_a_time_is_the_cameras_clock_or_an_instant(north: Studio, shoot: Shoot, api: Caller) -> None:
    photo = shoot("2026-05-30T16:00:00", camera_name="IMG_1.CR3")
    with acting_in(north):
        instant = datetime(2026, 5, 30, 14, tzinfo=UTC)
        north.photos.filter(pk=photo.pk).update(taken_at=instant, taken_offset=120)
    asked = ["2026-05-30T16:00:00", "2026-05-30T14:00:00+00:00", "2026-05-30T10:00:00.5-04:00", "2026-05-30T14:00:00"]
    found = match(api, *({"camera_stem": "img_1", "captured_at": moment} for moment in asked))
    assert found == [told(photo, "name_and_time")] * 3 + [NOTHING]


def test_two_cameras_that_count_alike_are_both_told_and_none_is_chosen(shoot: Shoot, api: Caller) -> None:
    pair = [shoot("2026-05-30T14:00:00", camera_name=name) for name in ("IMG_1.CR3", "img_1.jpg")]
    [found] = match(api, {"camera_stem": "IMG_1", "captured_at": "2026-05-30T14:00:00"})
    assert (found["photo"], found["by"]) == (None, "name_and_time")
    assert set(found["photos"]) == {str(photo.pk) for photo in pair}
    assert match(api, {"camera_stem": "IMG_1"}, {"captured_at": "2026-05-30T14:00:00"}) == [NOTHING, NOTHING]


def test_nobody_finds_what_they_may_not_see(
    north: Studio, south: Studio, album: Album, shoot: Shoot, charlie_user: User, erin_user: User
) -> None:
    photo = shoot("2026-05-30T14:00:00", camera_name="IMG_1.CR3")
    with acting_in(north):
        asked = {"sha256": photo.original.sha256, "camera_stem": "IMG_1", "captured_at": "2026-05-30T14:00:00"}
    assert match(Caller(south, charlie_user, "read"), asked) == [NOTHING]
    keep_to(north, erin_user, AlbumFactory.create(studio=north))
    assert match(Caller(north, erin_user, "read"), asked) == [NOTHING]


def test_many_cost_as_many_queries_as_one(shoot: Shoot, api: Caller, django_assert_max_num_queries: Any) -> None:
    photos = [shoot(f"2026-05-30T14:00:{second:02}", camera_name=f"IMG_{second}.CR3") for second in range(12)]
    asked = [{"camera_stem": f"IMG_{second}", "captured_at": f"2026-05-30T14:00:{second:02}"} for second in range(12)]
    with django_assert_max_num_queries(16):
        assert match(api, *asked) == [told(photo, "name_and_time") for photo in photos]


@pytest.mark.parametrize(
    "wrong",
    [
        {"captured_at": "yesterday"},
        {"captured_at": "2026-13-40T99:00:00"},
        {"captured_at": "0001-01-01T00:00:00"},
        {"sha256": "abc"},
        {"stem": "IMG_1"},
    ],
)
def test_what_cannot_be_read_is_said(api: Caller, wrong: dict[str, str]) -> None:
    assert api.post("/api/photos/match", [wrong]).status_code == 400


def test_a_request_has_an_end(api: Caller) -> None:
    assert api.post("/api/photos/match", [{"sha256": uuid4().hex * 2}] * 501).status_code == 400
    assert api.post("/api/photos/match", {"sha256": "0" * 64}).status_code == 400
