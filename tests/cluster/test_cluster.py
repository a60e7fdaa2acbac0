"""More than one machine: what works with one works over two, and either may be stopped, replaced or killed."""

from __future__ import annotations

import asyncio
import json
import os
import ssl
import time
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest
from websockets.asyncio.client import connect
from websockets.typing import Origin

from config.launcher.paths import OWNER
from tests.amounts import LONG
from tests.cluster.askers import Askers
from tests.cluster.machines import PGBOUNCER, Cluster, Machine, running, wait_for
from tests.gallery_guest import GalleryGuest, share
from tests.installation import noise, sha256
from tests.nginx import NGINX
from tests.uploads.tus_client import metadata

pytestmark = [
    pytest.mark.slow,
    pytest.mark.long,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(not LONG, reason="a dozen programs: make cluster"),
    pytest.mark.skipif(not (NGINX and PGBOUNCER), reason="there is no nginx or no pgbouncer on this machine"),
]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


def behind_nginx(machine: Machine, **headers: str) -> dict[str, str]:
    """What nginx tells a web machine of a request."""
    return {"X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1", **headers}


def test_one_story_over_both_web_machines_and_both_workers(cluster: Cluster) -> None:
    first, second = cluster.webs
    browser, album = cluster.client(), cluster.make_album("Told over two machines")
    files = [noise() for _ in range(12)]
    for number, data in enumerate(files):
        assert browser.put(album, data, f"IMG_{number}.jpg", number=number).status_code == 201
    photos = cluster.wait_ready(album, len(files))
    assert [photo["sha256"] for photo in photos] == [sha256(data) for data in files]

    # A link that was made at one machine opens at the other, and a heart that one took is told by the other.
    token = share(cluster, album, favourite=True, download="original")
    guest = GalleryGuest(first.url, token, "Anna", http=httpx.Client(timeout=60, headers=behind_nginx(first)))
    for number in (0, 3):
        assert guest.heart(photos[number]["id"], on=True).status_code == 200
        assert guest.hearts(url=second.url) == guest.hearts(url=first.url)
    assert guest.hearts(url=second.url) == {photos[0]["id"], photos[3]["id"]}

    # Bytes come from the bucket, whichever machine is asked.
    for machine in cluster.webs:
        picture = guest.ask("GET", f"/photos/{photos[1]['id']}/original", url=machine.url, follow_redirects=True)
        assert sha256(picture.content) == photos[1]["sha256"]

    # What one machine ends is over at the other.
    link = cluster.links(album)[0]
    with cluster.api() as api:
        api.delete(f"/api/albums/{album}/share/{link['id']}").raise_for_status()
    wait_for(
        lambda: all(guest.ask("GET", "", url=one.url).status_code == 404 for one in cluster.webs),
        30,
        lambda: "a link that is gone still opens",
    )


def test_a_file_that_is_sent_in_parts_may_send_each_to_another_machine(cluster: Cluster) -> None:
    data, album = noise(400), cluster.make_album("In parts")
    with cluster.api() as api:
        token = {**api.headers, "Tus-Resumable": "1.0.0"}
    told = {"Upload-Length": str(len(data)), "Upload-Metadata": metadata(filename="part.jpg", album=album)}
    with httpx.Client(timeout=60, headers=token) as http:
        begun = http.post(f"{cluster.url}/api/uploads/tus/", headers=told)
        assert begun.status_code == 201, begun.text
        path, offset, part = httpx.URL(begun.headers["location"]).path, 0, len(data) // 5
        for number in range(6):
            machine = cluster.webs[number % 2]
            headers = behind_nginx(machine, **{"Upload-Offset": str(offset)})
            headers["Content-Type"] = "application/offset+octet-stream"
            sent = http.patch(f"{machine.url}{path}", content=data[offset : offset + part], headers=headers)
            assert sent.status_code == 204, sent.text
            offset = int(sent.headers["upload-offset"])
            if offset == len(data):
                break
    assert [photo["sha256"] for photo in cluster.wait_ready(album, 1)] == [sha256(data)]


def test_a_page_of_one_machine_hears_what_the_other_takes(cluster: Cluster) -> None:
    """Through nginx: the socket stands at one machine, photos come to both."""
    browser, album = cluster.client(), cluster.make_album("Heard")
    cookies = "; ".join(f"{name}={value}" for name, value in browser.http.cookies.items())
    url = f"wss://127.0.0.1:{cluster.https}/ws/studio/{browser.slug}/albums/{album}/"

    async def listen() -> set[str]:
        trusted = ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"])
        heard: set[str] = set()
        async with connect(
            url, ssl=trusted, additional_headers={"Cookie": cookies}, origin=Origin(cluster.url)
        ) as socket:
            sent = [
                (await asyncio.to_thread(browser.put, album, noise(), f"{number}.jpg")).json()["photo"]["id"]
                for number in range(4)
            ]
            end = time.monotonic() + 60
            while not heard >= set(sent):
                said: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), end - time.monotonic()))
                heard.update(said.get("ids", ()))
            return heard - set(sent)

    assert asyncio.run(listen()) == set()


def test_a_gallery_is_read_from_the_replica_and_never_older_than_it_is(cluster: Cluster) -> None:
    browser, album = cluster.client(), cluster.make_album("Read from another server")
    for number in range(3):
        browser.put(album, noise(), f"IMG_{number}.jpg", number=number).raise_for_status()
    photos = [str(photo["id"]) for photo in cluster.wait_ready(album, 3)]
    token = share(cluster, album)

    def shown() -> set[str]:
        """Photos of the page, asked for in a way in which no machine has it at hand."""
        page = httpx.get(f"{cluster.url}/g/{token}/?columns={next(fresh)}", timeout=60)
        assert page.status_code == 200
        return {photo for photo in photos if photo in page.text}

    fresh = iter(range(1, 1000))
    wait_for(lambda: shown() == set(photos), 30, lambda: "photos are missing")
    before = cluster.replica.pages()
    for _ in range(10):
        assert shown() == set(photos)
    # It counts what it answered a second later.
    wait_for(lambda: cluster.replica.pages() - before >= 10, 30, lambda: "the replica was not asked")
    with cluster.replica.held(), cluster.api() as api:
        api.delete(f"/api/albums/{album}/photos/{photos[0]}").raise_for_status()
        for _ in range(10):
            assert shown() == set(photos[1:]), "a page of the replica, which is behind, was shown"
    wait_for(lambda: shown() == set(photos[1:]), 30, lambda: "the photo is back")


def test_guessing_at_one_machine_counts_at_the_other(cluster: Cluster) -> None:
    statuses = []
    for number in range(7):
        machine = cluster.webs[number % 2]
        body = {"email": "nobody@example.com", "password": "not this one"}
        answer = httpx.post(f"{machine.url}/api/auth/token", json=body, headers=behind_nginx(machine), timeout=30)
        statuses.append(answer.status_code)
    assert statuses == [401] * 5 + [429] * 2


def test_each_machine_is_upgraded_in_turn_and_no_request_fails(cluster: Cluster) -> None:
    """The first one brings a migration of the busiest tables, while the others are of the version before."""
    with Askers(cluster) as askers:
        askers.settle()
        took = {}
        for machine in cluster.webs:
            cluster.proxy.take_out(machine)
            took[machine.name] = machine.stop()
            machine.upgrade()
            machine.start()
            cluster.proxy.put_back(machine)
            askers.settle()
        for machine in cluster.workers:
            took[machine.name] = machine.stop()
            machine.upgrade()
            machine.start()
            askers.settle()
    print(f"rolling upgrade: {askers.told()}; seconds to stop: {took}")
    assert askers.failures == []
    with psycopg.connect(cluster.paths.database_url(OWNER)) as owner:
        column = "select count(*) from information_schema.columns where column_name = 'next_note'"
        assert owner.execute(column).fetchone() == (2,)
    askers.check()


def test_a_web_machine_and_a_worker_are_killed_and_nothing_is_lost(cluster: Cluster) -> None:
    """Who only looks notices nothing: nginx asks the other machine. What was being sent is sent again."""
    with Askers(cluster, again=True) as askers:
        askers.settle()
        for machine in (cluster.webs[0], cluster.workers[0]):
            machine.kill()
            askers.settle()
            machine.start()
            askers.settle()
    print(f"killed: {askers.told()}")
    assert [one for one in askers.failures if one.startswith("GET")] == []
    askers.check()


def test_whichever_service_dies_guests_go_on_looking_and_nothing_is_lost(cluster: Cluster) -> None:
    """Where the only one of its kind is gone they are told in words for as long; the others nobody notices."""
    unnoticed: set[str] = set()
    in_words: set[str] = set()
    with Askers(cluster, again=True) as askers:
        askers.settle()
        for name, kill, start in (
            ("replica", cluster.replica.kill, cluster.replica.start),
            ("pooler", cluster.pooler.kill, cluster.pooler.start),
            ("redis", lambda: cluster.kill_service("redis"), _by_itself),
            ("postgres", lambda: cluster.kill_service("postgres"), _by_itself),
        ):
            seen = len(askers.failures)
            kill()
            askers.settle()
            start()
            wait_for(cluster.is_well, 120, lambda name=name: f"not well after {name}: {cluster.webs[0].tail()}")  # type: ignore[misc]
            failed = [one for one in askers.failures[seen:] if one.startswith("GET")]
            assert [one for one in failed if ": 503 " not in one] == [], name
            (in_words if failed else unnoticed).add(name)
            # Told once more what is well again: nobody is refused any longer.
            askers.settle()
            seen = len(askers.failures)
            askers.settle()
            assert askers.failures[seen:] == [], name
        seen = len(askers.failures)
        with cluster.stalled_bucket():
            askers.settle()
        askers.settle()
        pages = [one for one in askers.failures[seen:] if one.startswith("GET") and one.split()[1].endswith("/:")]
        assert pages == [], "a page waits for no picture"
    print(f"services killed: {askers.told()}; unnoticed {unnoticed}, told in words {in_words}")
    assert "replica" in unnoticed
    askers.check()


def _by_itself() -> None:
    """The launcher starts it again."""
