"""Several galleries at once, from the list of galleries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, AlbumState
from apps.sharing.links import lifecycle
from apps.sharing.models import EXTENSION_DAYS, ShareLink
from tests.actors import keep_to, signed_in
from tests.factories import AlbumFactory

pytestmark = pytest.mark.django_db
URL = "/studio/north/albums/bulk/"


@pytest.fixture
def galleries(north: Studio) -> list[Album]:
    return [AlbumFactory.create(studio=north, title=title, state=AlbumState.LIVE) for title in ("A", "B", "C")]


def done(client: Client, act: str, *albums: Album) -> Any:
    return client.post(URL, {"act": act, "album": [str(album.pk) for album in albums]}, follow=True)


def states(studio: Studio) -> dict[str, tuple[str, bool]]:
    with acting_in(studio):
        rows = Album.objects.for_studio(studio).order_by("title")
        return {album.title: (album.state, album.trashed_at is not None) for album in rows}


def test_chosen_galleries_are_archived_or_go_to_the_trash(galleries: list[Album], north: Studio, erin: Client) -> None:
    one, two, _ = galleries
    assert "2 galleries archived." in done(erin, "archive", one, two).content.decode()
    assert "Nothing to change" in done(erin, "archive", one, two).content.decode()
    assert "1 gallery moved to the trash." in done(erin, "trash", two).content.decode()
    assert states(north) == {"A": ("archived", False), "B": ("archived", True), "C": ("live", False)}


def test_links_with_an_end_are_extended(galleries: list[Album], north: Studio, alice_user: User, erin: Client) -> None:
    today = timezone.localdate(timezone=north.zone)
    with acting_in(north):
        for album, end in zip(galleries, (today, None, today + timedelta(days=3)), strict=True):
            lifecycle.create(album, by=alice_user, label="Client", expires_on=end)
    assert "2 galleries open for 30 more days." in done(erin, "extend", *galleries).content.decode()
    with acting_in(north):
        ends = ShareLink.objects.for_studio(north).order_by("album__title").values_list("expires_on", flat=True)
        assert list(ends) == [today + timedelta(days=EXTENSION_DAYS), None, today + timedelta(days=EXTENSION_DAYS + 3)]


def test_only_editors_do_it_and_only_to_their_galleries(
    galleries: list[Album], north: Studio, bob: Client, erin_user: User, charlie: Client
) -> None:
    one, two, _ = galleries
    assert done(bob, "trash", one).status_code == 403
    assert done(charlie, "trash", one).status_code == 404
    keep_to(north, erin_user, one)
    assert "1 gallery moved" in done(signed_in(erin_user), "trash", one, two).content.decode()
    assert states(north)["B"] == ("live", False)


@pytest.mark.parametrize("wrong", [{"act": "purge"}, {"act": "trash", "album": "x"}, {}])
def test_what_is_no_act_is_refused(wrong: dict[str, str], galleries: list[Album], erin: Client) -> None:
    assert erin.post(URL, wrong).status_code == 400
