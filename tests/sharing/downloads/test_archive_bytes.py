"""G17, G28, G55: the bytes of an archive: resumed exactly, broken off when they are wrong or the link ends."""

from __future__ import annotations

import asyncio
from contextlib import closing
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from apps.accounts.tenancy import acting_in
from apps.albums.models import Placement
from apps.jobs import queue
from apps.jobs.models import Job, Queue
from apps.media import fsck, serving
from apps.media.models import Blob, BlobEvent, BlobState
from apps.sharing.downloads.archive import body, response
from apps.sharing.models import ShareLink, TakenPhoto
from apps.web.wsgi_bridge import Declined
from config import tasks
from tests.factories import PlacementFactory
from tests.sharing.conftest import Make, Share, fetch, real_photo
from tests.sharing.downloads.zipped import delivered, opened, page_of, path_of, rows, zip_of

pytestmark = pytest.mark.django_db(transaction=True)


# -- resuming ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", ["nothing", "another photo", "hidden", "renamed"])
def test_g55_a_broken_download_goes_on_with_the_same_bytes(shared: Make, change: str) -> None:
    share = shared(download="original")
    whole = zip_of(share)
    with acting_in(share.studio):
        if change == "hidden":
            Placement.objects.for_studio(share.studio).filter(photo=share.photos[0]).update(is_hidden=True)
        elif change == "renamed":
            share.album.title = "Another"
            share.album.save()
    if change == "another photo":
        PlacementFactory.create(album=share.album, photo=real_photo(share.album, "ZQX_9.JPG"))
    cut = len(whole.body) // 2
    rest = zip_of(share, headers={"range": f"bytes={cut}-", "if-range": whole.headers["etag"]})
    assert rest.status == 206
    assert whole.body[:cut] + rest.body == whole.body
    assert rest.headers["content-range"] == f"bytes {cut}-{len(whole.body) - 1}/{len(whole.body)}"
    assert int(rest.headers["content-length"]) == len(rest.body)
    assert rest.headers["etag"] == whole.headers["etag"]


def test_g19_no_download_begins_with_what_was_hidden_since_it_was_planned(shared: Make) -> None:
    share = shared(download="original")
    etag = zip_of(share).headers["etag"]
    plan = etag.strip('"')
    assert zip_of(share, id=plan).headers["etag"] == etag
    with acting_in(share.studio):
        Placement.objects.for_studio(share.studio).filter(photo=share.photos[0]).update(is_hidden=True)
    for headers in ({}, {"range": "bytes=0-", "if-range": etag}):
        with pytest.raises(Declined):
            zip_of(share, id=plan, headers=headers)
    page = page_of(share, id=plan)
    assert page.status_code == 409
    assert "start it again" in page.content.decode()
    assert opened(zip_of(share)).namelist() == ["ZQX_1.JPG", "ZQX_2.JPG", "manifest.csv"]


def test_every_cut_of_an_archive_is_exact(shared: Make) -> None:
    share = shared(download="web")
    whole = zip_of(share)
    for start in range(0, len(whole.body), 97):
        part = zip_of(share, headers={"range": f"bytes={start}-{start + 200}"})
        assert part.status == 206
        assert part.body == whole.body[start : start + 201]


def test_another_version_gives_the_whole_archive(shared: Make) -> None:
    share = shared(download="original")
    reply = zip_of(share, headers={"range": "bytes=5-", "if-range": '"' + "0" * 32 + '"'})
    assert reply.status == 200


def test_a_range_outside_is_416(shared: Make) -> None:
    share = shared(download="original")
    length = len(zip_of(share).body)
    with pytest.raises(Declined):
        zip_of(share, headers={"range": "bytes=99999999-"})
    page = Client().get(reverse("sharing:archive", args=[share.token]), headers={"Range": "bytes=99999999-"})
    assert page.status_code == 416
    assert page["Content-Range"] == f"bytes */{length}"


def test_a_plan_of_another_link_or_policy_is_not_resumed(shared: Make) -> None:
    share = shared(download="original")
    etag = zip_of(share).headers["etag"].strip('"')
    with acting_in(share.studio):
        ShareLink.objects.for_studio(share.studio).update(metadata="none")
    assert page_of(share, id=etag).status_code != 303
    with acting_in(share.studio):
        ShareLink.objects.for_studio(share.studio).update(metadata="all", download="web")
    reply = zip_of(share, headers={"range": "bytes=5-", "if-range": f'"{etag}"'})
    assert reply.headers["etag"] != f'"{etag}"'


@pytest.mark.parametrize("chunk", [1, 100, 1 << 20])
@pytest.mark.parametrize("at_once", ["never", "where it can be", "now and then"])
def test_pieces_of_any_length_are_the_same_bytes(
    shared: Make, monkeypatch: pytest.MonkeyPatch, chunk: int, at_once: str
) -> None:
    """Whether a thread reads them or the page cache has them."""
    share = shared(download="web")
    whole = zip_of(share).body
    monkeypatch.setattr(body, "CHUNK", chunk)
    pouring, got, turn, hits = delivered(share).pouring(), [], 0, 0
    with closing(pouring):
        while True:
            turn += 1
            is_tried = at_once == "where it can be" or (at_once == "now and then" and turn % 3 > 0)
            if is_tried and pouring.fill_at_once():
                hits += 1
            else:
                pouring.fill()
            if not (piece := pouring.take()):
                break
            got.append(bytes(piece))
    assert b"".join(got) == whole
    assert {len(piece) for piece in got[:-1]} <= {chunk}
    assert (hits > 0) == (at_once != "never")


# -- what is wrong with the bytes --------------------------------------------------------------------


def test_g28_a_flipped_bit_breaks_the_transfer_and_raises_the_alarm(shared: Make) -> None:
    share = shared(download="original")
    path = path_of(share, 1)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(body.Broken):
        list(delivered(share).pouring())
    assert [event.event for event in rows(share, BlobEvent)] == ["damaged"]


def test_g28_a_flipped_bit_before_the_cut_breaks_the_rest_too(shared: Make) -> None:
    """A resumed entry is compared as a whole."""
    share = shared(download="original")
    whole = delivered(share)
    path = path_of(share, 0)
    data = bytearray(path.read_bytes())
    data[0] ^= 1
    path.write_bytes(data)
    middle = len(data) // 2
    with pytest.raises(body.Broken):
        list(body.Pouring(whole.bundle.layout, whole.bundle.blobs, whole.where, middle, whole.bundle.length - 1))


def test_the_last_bytes_of_a_wrong_entry_never_leave(shared: Make) -> None:
    share = shared(download="original")
    path = path_of(share, 0)
    data = bytearray(path.read_bytes())
    data[10] ^= 1
    path.write_bytes(data)
    sent: list[bytes] = []
    with pytest.raises(body.Broken):
        sent.extend(delivered(share).pouring())
    assert sum(map(len, sent)) < len(data)


@pytest.mark.parametrize("chunk", [100, 1 << 20])
def test_the_last_bytes_of_a_wrong_entry_never_leave_without_a_thread_either(
    shared: Make, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    share = shared(download="original")
    path = path_of(share, 0)
    data = bytearray(path.read_bytes())
    data[10] ^= 1
    path.write_bytes(data)
    monkeypatch.setattr(body, "CHUNK", chunk)
    delivery, sent = delivered(share), list[bytes]()
    header = next(delivery.bundle.layout.segments(0, delivery.bundle.length - 1))
    assert isinstance(header, bytes)
    with closing(delivery.pouring()) as pouring, pytest.raises(body.Broken):
        _drain(pouring, sent)
    assert sum(map(len, sent)) < len(header) + len(data)
    assert [event.event for event in rows(share, BlobEvent)] == ["damaged"]


def _drain(pouring: body.Pouring, sent: list[bytes]) -> None:
    """Take all pieces, without a thread where that can be."""
    while True:
        if not pouring.fill_at_once():
            pouring.fill()
        if not (piece := pouring.take()):
            return
        sent.append(bytes(piece))


@pytest.mark.parametrize("harm", ["missing", "short", "damaged"])
def test_g55_a_missing_file_is_told_before_the_first_byte(shared: Make, harm: str) -> None:
    share = shared(download="original")
    path = path_of(share, 2)
    if harm == "missing":
        path.unlink()
    elif harm == "short":
        path.write_bytes(path.read_bytes()[:-1])
    else:
        with acting_in(share.studio):
            Blob.objects.for_studio(share.studio).filter(pk=share.photos[2].original_id).update(state=BlobState.DAMAGED)
    with pytest.raises(Declined):
        zip_of(share)
    page = page_of(share)
    assert page.status_code == 409
    assert str(path) not in page.content.decode()
    assert rows(share, TakenPhoto) == []


def test_a_file_that_vanishes_later_breaks_the_transfer(shared: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    share = shared(download="original")
    delivery = delivered(share)
    path_of(share, 2).unlink()
    with pytest.raises(body.Broken):
        list(delivery.pouring())


def test_crcs_from_before_they_were_counted_are_counted_once(shared: Make) -> None:
    share = shared(download="original")
    before = {blob.pk: blob.crc32 for blob in rows(share, Blob)}
    with acting_in(share.studio):
        Blob.objects.for_studio(share.studio).update(crc32=None)
    opened(zip_of(share))
    after = {blob.pk: blob.crc32 for blob in rows(share, Blob)}
    originals = [photo.original_id for photo in share.photos]
    assert [after[pk] for pk in originals] == [before[pk] for pk in originals]
    assert None not in [before[pk] for pk in originals]


def test_wrong_bytes_get_no_crc(shared: Make) -> None:
    share = shared(download="original")
    with acting_in(share.studio):
        Blob.objects.for_studio(share.studio).update(crc32=None)
    path = path_of(share, 0)
    path.write_bytes(b"x" * path.stat().st_size)
    with pytest.raises(Declined):
        zip_of(share)
    assert page_of(share).status_code == 409


@pytest.mark.parametrize("harm", ["missing", "short", "uncounted", "damaged"])
def test_a_preview_that_is_gone_is_made_again(shared: Make, harm: str) -> None:
    """Only originals cannot be made anew."""
    share = shared(download="web")
    first = zip_of(share)
    with acting_in(share.studio):
        location = serving.locate(share.studio.pk, share.photos[2].pk, "web")
        assert location is not None
        assert location.path is not None
        blob = Blob.objects.for_studio(share.studio).filter(pk=location.blob_id)
        if harm == "damaged":
            blob.update(state=BlobState.DAMAGED)
        elif harm == "uncounted":
            blob.update(crc32=None)
    if harm != "damaged":
        location.path.chmod(0o600)
        location.path.write_bytes(location.path.read_bytes()[:-1]) if harm == "short" else location.path.unlink()
    with pytest.raises(Declined):
        zip_of(share)
    assert page_of(share).status_code == 503
    assert [job.kind for job in rows(share, Job) if job.queue == "images"] == ["derive.web"]
    while queue.answer(Queue.IMAGES, tasks.STEPS):
        pass
    again = opened(zip_of(share))
    assert len(again.namelist()) == len(opened(first).namelist())
    assert again.read("ZQX_0.webp") == opened(first).read("ZQX_0.webp")


def test_a_preview_that_fsck_sets_aside_is_made_again(shared: Make) -> None:
    share = shared()
    client = Client()
    client.get(share.url())
    with acting_in(share.studio):
        location = serving.locate(share.studio.pk, share.photos[0].pk, "tile")
    assert location is not None
    assert location.path is not None
    location.path.unlink()
    findings = list(fsck.check_studio(share.studio.pk))
    assert [fsck.repair(finding) for finding in findings] == ["marked as damaged"]
    assert [job.kind for job in rows(share, Job)] == ["derive.tile"]
    while queue.answer(Queue.IMAGES, tasks.STEPS):
        pass
    assert fetch(client, share.picture("tile")).status == 200


# -- while it flows ----------------------------------------------------------------------------------


def test_g17_a_revoked_link_breaks_a_running_transfer(shared: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    share = shared(download="original")
    monkeypatch.setattr(response, "ASKED_AGAIN", 0.05)
    monkeypatch.setattr(body, "CHUNK", 1_000)
    events: list[dict[str, Any]] = []

    async def send(event: dict[str, Any]) -> None:
        events.append(event)
        if len(events) == 2:
            await asyncio.to_thread(_revoke, share)
        await asyncio.sleep(0.2)

    with pytest.raises(response.Ended):
        run(share, send, forever)
    assert events[0]["status"] == 200
    assert events[-1].get("more_body") is True


def _revoke(share: Share) -> None:
    with acting_in(share.studio):
        share.link.revoke(by=share.link.created_by)  # type: ignore[arg-type]
    connection.close()


def test_a_client_that_leaves_ends_the_reading(shared: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    share = shared(download="original")
    monkeypatch.setattr(body, "CHUNK", 1_000)
    events: list[dict[str, Any]] = []

    async def send(event: dict[str, Any]) -> None:
        events.append(event)
        await asyncio.sleep(0.2)

    async def leave() -> dict[str, Any]:
        await asyncio.sleep(0.3)
        return {"type": "http.disconnect"}

    run(share, send, leave)
    assert len(events) < 5


async def forever() -> dict[str, Any]:
    await asyncio.sleep(3600)
    return {}


def run(share: Share, send: Any, receive: Any) -> None:
    scope = {
        "type": "http", "method": "GET", "path": reverse("sharing:archive", args=[share.token]),
        "query_string": b"what=all", "headers": [(b"host", b"testserver")],
    }  # fmt: skip
    asyncio.run(response.archive(scope, receive, send))
