"""How far photos came, and who gave their time, as filters: what a photo says of itself over the API finds it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from django.utils import timezone

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Photo, PhotoState
from apps.albums.stages import STAGES
from apps.backups.models import BackupCopy
from apps.jobs.models import Job, State
from apps.web.ids import uuid7
from tests.accounts.callers import Caller, bearer
from tests.factories import RenditionFactory
from tests.library.conftest import Shoot

pytestmark = pytest.mark.django_db


def job(photo: Photo, kind: str, state: str = State.DONE) -> None:
    Job(
        studio=photo.studio, kind=kind, queue="images", key=f"{kind}:{photo.pk}", subject_id=photo.pk, state=state,
        finished_at=timezone.now() if state == State.DONE else None,
    ).save(force_insert=True)  # fmt: skip


@pytest.fixture
def photos(north: Studio, shoot: Shoot) -> dict[str, Photo]:
    """One that only came in, one that was rendered, one that has come all the way."""
    found = {name: shoot("2026-05-04T14:00:00", camera_name=name) for name in ("new", "rendered", "whole")}
    with acting_in(north):
        for name in ("rendered", "whole"):
            RenditionFactory.create(source=found[name].original, kind="thumb")
            job(found[name], "render")
        job(found["rendered"], "faces", State.QUARANTINED)
        job(found["whole"], "faces")
        job(found["whole"], "describe.caption")
        sha256 = found["whole"].original.sha256
        BackupCopy(studio=north, destination=uuid7(), sha256=sha256, size=1).save(force_insert=True)
    return found


@pytest.fixture
def api(alice_user: User, photos: dict[str, Photo]) -> Caller:
    return bearer(alice_user, "north")


def found_by(api: Caller, query: str) -> set[str]:
    answer = api.get(f"/api/photos?q={quote(query)}")
    assert answer.status_code == 200, answer.content
    return {row["camera_name"] for row in answer.json()["results"]}


def ruled(api: Caller, rule: dict[str, Any]) -> set[str]:
    answer = api.send("/api/photos/search", {"rules": {"match": "all", "rules": [rule]}})
    assert answer.status_code == 200, answer.content
    assert answer.json()["total"] == len(answer.json()["results"])
    return {row["camera_name"] for row in answer.json()["results"]}


def test_each_stage_finds_the_photos_that_say_they_have_reached_it(api: Caller) -> None:
    rows = api.get("/api/photos").json()["results"]
    for stage in STAGES:
        reached = {row["camera_name"] for row in rows if row["stages"][stage]}
        assert found_by(api, f"stage:{stage}") == reached, stage
        assert found_by(api, f"-stage:{stage}") == {"new", "rendered", "whole"} - reached, stage
    assert {row["camera_name"]: sum(map(bool, row["stages"].values())) for row in rows} == {
        "new": 1, "rendered": 4, "whole": 7,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "names"),
    [
        ({"field": "stage", "op": "in", "value": ["faces", "geocoded"]}, {"rendered", "whole"}),
        ({"field": "stage", "op": "any_of", "value": ["faces", "described"]}, {"whole"}),
        ({"field": "stage", "op": "all_of", "value": ["faces", "geocoded"]}, {"whole"}),
        ({"field": "stage", "op": "not_in", "value": ["described", "backed_up"]}, {"new", "rendered"}),
        ({"field": "stage", "op": "is_not", "value": "ingested"}, set()),
    ],
)
def test_several_stages_are_asked_for_together(api: Caller, rule: dict[str, Any], names: set[str]) -> None:
    assert ruled(api, rule) == names


def test_a_stage_that_is_none_is_told(api: Caller) -> None:
    answer = api.send("/api/photos/search", {"rules": {"match": "all", "rules": [
        {"field": "stage", "op": "is", "value": "printed"},
    ]}})  # fmt: skip
    assert answer.status_code == 422
    assert "backed_up" in answer.content.decode()


def test_the_source_of_the_time_finds_the_photos_that_say_so(api: Caller, shoot: Shoot) -> None:
    shoot("2026-05-04T14:00:00", camera_name="offset", taken_offset=120)
    shoot("2026-05-04T14:00:00", camera_name="person", taken_by_hand=True)
    shoot(camera_name="undated")
    rows = api.get("/api/photos").json()["results"]
    for source in ("hand", "camera", "zone"):
        said = {row["camera_name"] for row in rows if row["taken_from"] == source}
        assert said
        assert found_by(api, f"taken_from:{source}") == said
    assert ruled(api, {"field": "taken_from", "op": "is_empty"}) == {"undated"}
    assert ruled(api, {"field": "taken_from", "op": "in", "value": ["hand", "camera"]}) == {"offset", "person"}


def test_photos_with_errors_are_found_by_the_name_that_they_give_it(api: Caller, shoot: Shoot) -> None:
    shoot(camera_name="broken", state=PhotoState.FAILED)
    assert found_by(api, "has_errors:true") == {"broken"}
    assert ruled(api, {"field": "has_errors", "op": "is", "value": True}) == {"broken"}
    assert "broken" not in found_by(api, "has_errors:false")


def test_another_studios_stages_are_no_ones_business(api: Caller, south: Studio, photos: dict[str, Photo]) -> None:
    """A copy of the same bytes in another studio's backup says nothing of this one's."""
    with acting_in(south):
        sha256 = photos["new"].original.sha256
        BackupCopy(studio=south, destination=uuid7(), sha256=sha256, size=1).save(force_insert=True)
    assert found_by(api, "stage:backed_up") == {"whole"}
