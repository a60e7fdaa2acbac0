"""Similar photos: by look anywhere in the library, by the hour beside it; nothing that the member does not see."""

from __future__ import annotations

import html
import re
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.models import Studio, User
from apps.albums.models import Album, Photo
from apps.library import similar
from tests.actors import keep_to, signed_in
from tests.factories import AlbumFactory
from tests.library.conftest import Shoot

pytestmark = pytest.mark.django_db


def groups(client: Client, photo: Photo) -> dict[str, list[str]]:
    """Names of the photos below each heading."""
    answer = client.get(reverse("library:similar", args=["north", photo.pk]))
    assert answer.status_code == 200
    parts = re.split(r'<h2 class="set">([^<]+)</h2>', html.unescape(answer.content.decode()))
    return {
        title: re.findall(r'data-name="([^"]+)"', part) for title, part in zip(parts[1::2], parts[2::2], strict=True)
    }


@pytest.fixture
def like(shoot: Shoot) -> Photo:
    """A photo; one that looks like it from years before, one of the same minutes, and strangers."""
    photo = shoot("2024-05-04T14:00:00", camera_name="this", phash=0)
    shoot("2019-01-01T10:00:00", camera_name="alike", phash=0b111)
    shoot("2020-01-01T10:00:00", camera_name="more alike", phash=0b1)
    shoot("2024-05-04T14:20:00", camera_name="later", phash=-1)
    shoot("2024-05-04T13:10:00", camera_name="earlier", phash=0xFFFF)
    shoot("2024-05-04T16:00:00", camera_name="that evening", phash=-1)
    shoot(camera_name="undated", phash=-1)
    return photo


def test_photos_are_alike_by_look_and_by_time(alice: Client, like: Photo) -> None:
    assert groups(alice, like) == {
        "This photo": ["this"],
        "Look alike": ["more alike", "alike"],
        "Taken within the hour": ["earlier", "later"],
    }


def test_what_a_member_does_not_see_is_not_among_them(
    alice: Client, like: Photo, north: Studio, album: Album, shoot: Shoot, erin_user: User
) -> None:
    other = AlbumFactory.create(studio=north, title="Clara")
    hers = shoot("2024-05-04T14:00:00", into=other, camera_name="hers", phash=0)
    keep_to(north, erin_user, other)
    erin = signed_in(erin_user)
    assert groups(erin, hers) == {"This photo": ["hers"]}
    assert erin.get(reverse("library:similar", args=["north", like.pk])).status_code == 404
    assert alice.get(reverse("library:similar", args=["north", uuid4()])).status_code == 404
    assert "hers" in groups(alice, like)["Look alike"]


def test_the_list_ends_and_takes_as_many_queries_for_one_as_for_many(
    alice: Client, like: Photo, shoot: Shoot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            groups(alice, like)
        return len(queries)

    # A process that met the studio before asks once less.
    asked()
    before: Any = asked()
    for _ in range(4):
        shoot("2024-05-04T14:00:00", phash=0)
        shoot("2024-05-04T14:00:00", phash=-1)
    assert asked() == before <= 26
    monkeypatch.setattr(similar, "MOST", 2)
    assert [len(names) for names in groups(alice, like).values()] == [1, 2, 2]
