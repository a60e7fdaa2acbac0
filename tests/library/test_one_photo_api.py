"""One photo over the API, whichever gallery it lies in; a restricted member acts in the own galleries alone."""

from __future__ import annotations

from typing import Any

import pytest

from apps.accounts.models import Studio, User
from apps.albums.models import Album
from tests.accounts.callers import bearer
from tests.actors import keep_to
from tests.factories import AlbumFactory, PlacementFactory, jpeg
from tests.library.conftest import Shoot

pytestmark = pytest.mark.django_db


def patch(caller: Any, path: str, body: Any) -> Any:
    return caller.patch(path, body, content_type="application/json")


def test_a_photo_is_read_changed_and_thrown_away_with_undo(alice_user: User, shoot: Shoot) -> None:
    api, photo = bearer(alice_user, "north"), shoot("2024-06-14T10:00:00", camera_name="IMG_1.JPG")
    here = f"/api/photos/{photo.pk}"
    assert api.get(here).json()["camera_name"] == "IMG_1.JPG"
    changed = patch(api, here, {"caption": "Bells", "rating": 4}).json()
    assert (changed["caption"], changed["rating"]) == ("Bells", 4)
    assert api.post(f"/api/journal/{changed['undo']}/undo").status_code == 200
    assert api.get(here).json()["caption"] == ""
    assert patch(api, here, {"ratings": 4}).status_code == 400
    told = api.get(f"{here}/history?limit=1").json()
    assert told["results"][0]["undoes"] == changed["undo"]
    assert api.get(told["next"]).json()["results"][0]["verb"] == "photo.changed"
    gone = api.delete(here).json()
    assert api.get(here).status_code == api.get(f"{here}/history").status_code == 404
    assert api.post(f"/api/journal/{gone['undo']}/undo").status_code == 200
    assert api.get(here).status_code == 200


def test_what_looks_like_a_photo_within_some_bits(alice_user: User, shoot: Shoot) -> None:
    api, photo = bearer(alice_user, "north"), shoot(phash=0)
    near, nearer = shoot(phash=0b111), shoot(phash=0b1)
    shoot(phash=-1)
    here = f"/api/photos/{photo.pk}/similar"
    found = [(one["photo"]["id"], one["bits"]) for one in api.get(here).json()["results"]]
    assert found == [(str(nearer.pk), 1), (str(near.pk), 3)]
    assert len(api.get(f"{here}?within=2").json()["results"]) == 1
    for wrong in ("8", "-1", "x", ""):
        assert api.get(f"{here}?within={wrong}").status_code == 400


def test_the_way_to_the_bytes_is_a_redirect_that_the_same_credential_follows(alice_user: User, shoot: Shoot) -> None:
    api, photo = bearer(alice_user, "north"), shoot(original__data=jpeg())
    led = api.get(f"/api/files/media/{photo.pk}/original", headers={"accept": "image/*"})
    assert led.status_code == 302
    taken = api.get(led["Location"])
    assert b"".join(taken)[:3] == b"\xff\xd8\xff"
    assert api.get(f"/api/files/media/{photo.pk}/giant").status_code == 404


def test_a_restricted_member_changes_and_throws_away_in_the_own_galleries(
    alice_user: User, erin_user: User, north: Studio, album: Album, shoot: Shoot
) -> None:
    """What lies elsewhere too stays there."""
    other = AlbumFactory.create(studio=north, title="Other")
    both, theirs = shoot("2024-06-14T10:00:00", phash=0), shoot("2024-06-14T10:00:01", into=other, phash=1)
    PlacementFactory.create(album=other, photo=both)
    keep_to(north, erin_user, album)
    erin, alice = bearer(erin_user, "north"), bearer(alice_user, "north")
    assert erin.get(f"/api/photos/{theirs.pk}").status_code == 404
    assert erin.get(f"/api/photos/{both.pk}/similar").json()["results"] == []
    changed = patch(erin, f"/api/photos/{both.pk}", {"caption": "x"}).json()
    assert erin.post(f"/api/journal/{changed['undo']}/undo").status_code == 200
    assert erin.delete(f"/api/photos/{both.pk}").status_code == 200
    assert erin.get(f"/api/photos/{both.pk}").status_code == 404
    assert alice.get(f"/api/albums/{other.pk}/photos/{both.pk}").status_code == 200
