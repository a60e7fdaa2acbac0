"""G62: a plan made earlier gives nothing that was hidden, withheld, thrown away or deleted since; and only who began a
download goes on with it."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from apps.accounts.tenancy import acting_in
from apps.albums.models import Photo, Placement
from apps.sharing.downloads.archive import body, response
from apps.sharing.models import Activity, ActivityKind, Archive, TakenPhoto
from apps.web.ids import uuid7
from apps.web.wsgi_bridge import Declined
from tests.sharing.conftest import Make, Reply, Share
from tests.sharing.downloads.test_archive_bytes import forever, run
from tests.sharing.downloads.zipped import opened, rows, zip_of

pytestmark = pytest.mark.django_db(transaction=True)

WAYS = ["hidden", "withheld", "trashed", "deleted"]


def take_away(share: Share, number: int, how: str) -> None:
    """Make a photo of the album one that guests do not see."""
    photo = share.photos[number]
    with acting_in(share.studio):
        places = Placement.objects.for_studio(share.studio).filter(photo=photo)
        if how == "hidden":
            places.update(is_hidden=True)
        elif how == "withheld":
            places.update(audience=[uuid7()])
        elif how == "trashed":
            places.update(trashed_at=timezone.now())
        else:
            TakenPhoto.objects.for_studio(share.studio).filter(photo=photo).delete()
            Photo.objects.for_studio(share.studio).filter(pk=photo.pk).delete()


def take_away_beside(share: Share, number: int, how: str) -> None:
    """`take_away` by a connection of its own, on a thread of its own."""
    take_away(share, number, how)
    connection.close()


def rest_of(share: Share, whole: Reply, start: int, client: Client | None = None) -> Reply:
    headers = {"range": f"bytes={start}-", "if-range": whole.headers["etag"]}
    return zip_of(share, client, headers=headers)


@pytest.mark.parametrize("how", WAYS)
def test_a_range_of_a_photo_that_was_taken_away_is_409_in_words(shared: Make, how: str) -> None:
    share = shared(download="original")
    client = Client()
    client.get(share.url())
    whole = zip_of(share, client)
    take_away(share, 0, how)
    with pytest.raises(Declined):
        rest_of(share, whole, 1, client)
    page = client.get(share.url("archive"), headers={"Range": "bytes=1-", "If-Range": whole.headers["etag"]})
    assert page.status_code == 409
    assert "start it again" in page.content.decode()


@pytest.mark.parametrize("how", WAYS)
def test_what_lies_behind_it_is_finished(shared: Make, how: str) -> None:
    share = shared(download="original")
    whole = zip_of(share)
    behind = opened(whole).getinfo("ZQX_1.JPG").header_offset
    take_away(share, 0, how)
    rest = rest_of(share, whole, behind)
    assert (rest.status, rest.body) == (206, whole.body[behind:])


@pytest.mark.parametrize("ends", [0, 1])
def test_the_last_byte_of_a_photo_taken_away_does_not_leave(shared: Make, ends: int) -> None:
    share = shared(download="original")
    whole = zip_of(share)
    behind = opened(whole).getinfo("ZQX_1.JPG").header_offset
    take_away(share, 0, "hidden")
    headers = {"range": f"bytes={behind - 1}-{behind - 1 + ends}", "if-range": whole.headers["etag"]}
    with pytest.raises(Declined):
        zip_of(share, headers=headers)


def test_another_browser_does_not_go_on_with_what_somebody_began(shared: Make) -> None:
    share = shared(download="original")
    anna, ben = Client(), Client()
    for client in (anna, ben):
        client.get(share.url())
    # Passes of one second are told apart by nothing but their moment.
    ben.cookies.clear()
    whole = zip_of(share, anna)
    with acting_in(share.studio):
        share.album.title = "Renamed, so that a plan of now is another one"
        share.album.save()
    assert rest_of(share, whole, 1, anna).status == 206
    stranger = rest_of(share, whole, 1, ben)
    assert stranger.status == 200
    assert stranger.headers["etag"] != whole.headers["etag"]


def test_the_same_choice_of_two_browsers_is_two_plans(shared: Make) -> None:
    share = shared(download="original")
    client = Client()
    client.get(share.url())
    assert zip_of(share, client).headers["etag"] == zip_of(share).headers["etag"]
    assert {row.holder == "" for row in rows(share, Archive)} == {True, False}


def test_a_transfer_that_runs_ends_before_a_photo_that_is_hidden_meanwhile(
    shared: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = shared(download="original")
    monkeypatch.setattr(response, "ASKED_AGAIN", 0.05)
    monkeypatch.setattr(body, "CHUNK", 1_000)
    events: list[dict[str, Any]] = []

    async def send(event: dict[str, Any]) -> None:
        events.append(event)
        if len(events) == 2:
            await asyncio.to_thread(take_away_beside, share, 2, "hidden")
        await asyncio.sleep(0.2)

    with pytest.raises(response.Ended):
        run(share, send, forever)
    assert events[-1].get("more_body") is True


def test_a_photo_deleted_at_the_moment_of_counting_is_declined_and_not_a_bare_error(
    shared: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The foreign key of the counter is looked at when the transaction ends."""
    share = shared(download="original")
    whole = zip_of(share)
    taking = response.take

    def late(*args: Any) -> None:
        taking(*args)
        with ThreadPoolExecutor(1) as beside:
            beside.submit(take_away_beside, share, 1, "deleted").result()

    with acting_in(share.studio):
        TakenPhoto.objects.for_studio(share.studio).delete()
    monkeypatch.setattr(response, "take", late)
    with pytest.raises(Declined):
        rest_of(share, whole, 1)


def test_what_cannot_be_read_is_not_written_down_as_taken(shared: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    share = shared(download="original")

    def broken(*_: Any) -> Any:
        raise body.Broken("test")

    monkeypatch.setattr(body.Pouring, "fill", broken)
    assert zip_of(share).status == 500
    assert rows(share, TakenPhoto) == []
    assert [row for row in rows(share, Activity) if row.kind == ActivityKind.DOWNLOADED] == []
