"""What guests did, over the API; a restricted member reads of the own galleries alone."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.test import Client

from apps.accounts.models import User
from tests.accounts.callers import bearer
from tests.actors import keep_to
from tests.sharing.conftest import Make
from tests.sharing.known import known

pytestmark = pytest.mark.django_db


def test_the_log_is_read_by_gallery_guest_photo_kind_and_time(shared: Make, alice_user: User, erin_user: User) -> None:
    share, other = shared(may_favourite=True), shared()
    photo = share.photos[0]
    ada = known(share)
    assert ada.post(share.url("favourite", photo), {"on": "1"}).status_code in (200, 303)
    Client().get(other.url())
    api = bearer(alice_user, "north")

    def read(query: str = "") -> list[tuple[str, str]]:
        rows = api.get(f"/api/activity{query}").json()["results"]
        return [(one["kind"], one["album"]) for one in rows]

    mine, theirs = str(share.album.pk), str(other.album.pk)
    assert read() == [("opened", theirs), ("favourite", mine), ("opened", mine)]
    assert read(f"?album={theirs}") == [("opened", theirs)]
    assert read("?kind=favourite") == read(f"?photo={photo.pk}") == [("favourite", mine)]
    row = api.get("/api/activity?kind=favourite").json()["results"][0]
    assert (row["visitor"]["name"], row["photo"]) == ("Ada", str(photo.pk))
    assert read(f"?visitor={row['visitor']['id']}") == [("favourite", mine)]
    newest, *_, oldest = api.get("/api/activity").json()["results"]
    assert read(f"?since={quote(newest['at'])}") == [("opened", theirs)]
    assert len(read(f"?since={quote(oldest['at'])}")) == 3
    assert api.get("/api/activity?kind=danced").status_code == 400
    keep_to(share.studio, erin_user, other.album)
    assert {one["album"] for one in bearer(erin_user, "north").get("/api/activity").json()["results"]} == {theirs}
