"""Rows 2 and 3: how fast photos become ready, many at once and one alone, beside what rendering alone takes."""

from __future__ import annotations

import json
import random
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import psutil
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from apps.media import jail
from tests.bench import Context, Row
from tests.bench.corpus import textures
from tests.bench.figures import percentile
from tests.bench.gallery import pictures
from tests.bench.goals import at_least, at_most, ratio_at_least
from tests.bench.house import cpu_seconds, family, installed
from tests.bench.net import Sent, Uploader
from tests.bench.photos import Camera, Photo
from tests.bench.row4_upload import page_headers, send, upload_path
from tests.installation import Browser, Installation

MANY = 200
SINGLES = 20
THREADS = 2
RENDITIONS = ("tile", "thumb", "web")


def run(context: Context) -> Iterator[Row]:
    camera = Camera(textures(context.folder))
    with installed(context, "photos", GLASSINE_WORKER_THREADS=str(THREADS)) as glassine:
        browser = glassine.client()
        # The worker and its decoder start with the first photo.
        deliver(glassine, browser, camera.take(4))
        yield from _many(context, glassine, browser, camera)
        yield from _single(context, glassine, browser, camera)


def _many(context: Context, glassine: Installation, browser: Browser, camera: Camera) -> Iterator[Row]:
    rounds, count = (1, MANY // 4) if context.is_quick else (3, MANY)
    turns = []
    for _ in range(rounds):
        processes = family(glassine)
        before = cpu_seconds(processes)
        wall = deliver(glassine, browser, camera.take(count))
        cpu = cpu_seconds(family(glassine)) - before
        turns.append((count / wall, cpu / count, *_render_bare(context, camera, count // 4)))
    figure, cpu_each, floor, floor_cpu = (median(turn[place] for turn in turns) for place in range(4))
    what = f"{count} photos of 24 MP, 4 clients, {THREADS} worker threads, first byte to all renditions ready"
    yield context.row(
        2, f"{what}; beside rendering alone, {THREADS} at once", figure, "photos/s", floor,
        ratio_at_least(0.95), at_least(5),
    )  # fmt: skip
    yield context.row(
        2, "the same: CPU of the whole installation; beside rendering alone", cpu_each, "s/photo", floor_cpu
    )


def deliver(glassine: Installation, browser: Browser, photos: list[Photo], album: str = "") -> float:
    """Seconds from the first byte sent until all are ready, in an empty album or a new one, and in any order.

    Then the album is compared with what was sent: number, bytes, order, and three renditions of each.
    """
    hashes = [photo.sha256 for photo in photos]
    album = album or glassine.make_album(f"{len(photos)} photos from {photos[0].name}")
    with ThreadPoolExecutor(1) as pool, _socket(glassine, browser, album) as page:
        ready = pool.submit(_all_told, page, len(photos))
        began = time.monotonic()
        send(glassine, browser, album, random.Random(1).sample(photos, len(photos)))
        wall = ready.result() - began
    kept = glassine.photos(album)
    if [row["sha256"] for row in kept] != hashes:
        raise AssertionError("the album is not what was sent, in the order of capture")
    with glassine.api() as api:
        for row in kept:
            _check_pictures(api, row)
    return wall


def _socket(glassine: Installation, browser: Browser, album: str) -> ClientConnection:
    """What an open album page listens to. A photo is named on it when it is ready or has failed."""
    address = f"ws://127.0.0.1:{glassine.port}/ws/studio/{browser.slug}/albums/{album}/"
    cookies = {"Cookie": page_headers(browser)["Cookie"]}
    return connect(address, additional_headers=cookies, origin=Origin(glassine.url))


def _all_told(page: ClientConnection, count: int) -> float:
    """The moment at which so many different photos were named. Raises TimeoutError after a minute of silence."""
    named: set[str] = set()
    while len(named) < count:
        named.update(json.loads(page.recv(timeout=60))["ids"])
    return time.monotonic()


def _check_pictures(api: httpx.Client, row: dict[str, Any]) -> None:
    if not row["ready"]:
        raise AssertionError(f"{row['camera_name']} is not ready: {row['problem']}")
    for name in RENDITIONS:
        picture = api.get(row["urls"][name])
        if picture.status_code != 200 or picture.content[8:12] != b"WEBP":
            raise AssertionError(f"{name} of {row['camera_name']} is no picture: {picture.status_code}")


def _render_bare(context: Context, camera: Camera, count: int) -> tuple[float, float]:
    """Photos a second and CPU seconds per photo when the jail renders files that lie there, as many at once as the
    worker has threads.
    """
    folder = context.folder / "render"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    sources = [write(folder, photo) for photo in camera.take(count)]
    jail.abilities()  # so that its forkserver is among our children
    processes = [psutil.Process(), *psutil.Process().children()]
    before, began = cpu_seconds(processes), time.monotonic()
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(_render_one, sources))
    wall, cpu = time.monotonic() - began, cpu_seconds(processes) - before
    shutil.rmtree(folder)
    return count / wall, cpu / count


def write(folder: Path, photo: Photo) -> Path:
    path = folder / photo.name
    path.write_bytes(photo.head + photo.tail)
    return path


def _render_one(source: Path) -> float:
    """Seconds that the jail takes for one file."""
    out = source.with_suffix(".out")
    out.mkdir()
    began = time.monotonic()
    jail.render(source, out)
    return time.monotonic() - began


def _single(context: Context, glassine: Installation, browser: Browser, camera: Camera) -> Iterator[Row]:
    """One photo at a time into an empty queue, as the page does it: the socket says that something changed,
    the page asks for the tile and loads its picture. Rendering alone is measured in turn.
    """
    folder = context.folder / "render"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    album = glassine.make_album("One by one")
    count = SINGLES // 4 if context.is_quick else SINGLES
    ours, bare = [], []
    for photo, other in zip(camera.take(count), camera.take(count), strict=True):
        ours.append(until_visible(glassine, browser, album, photo))
        bare.append(_render_one(write(folder, other)))
    shutil.rmtree(folder)
    for percent in (50, 95):
        what = f"last byte to visible thumb (800 px), empty queue, {count} singles, p{percent}; beside rendering alone"
        goals = [at_most(0.5)] if percent == 95 else []
        yield context.row(3, what, percentile(ours, percent), "s", percentile(bare, percent), *goals)


def until_visible(glassine: Installation, browser: Browser, album: str, photo: Photo) -> float:
    headers = page_headers(browser)
    with _socket(glassine, browser, album) as page:
        uploader = Uploader(glassine.port)
        with uploader.socket:
            sent = uploader.put(upload_path(browser, album)(photo), photo, headers)
        if sent.status != 201:
            raise AssertionError(sent.answer)
        return _shown(browser, album, sent, page) - sent.last_byte


def _shown(browser: Browser, album: str, sent: Sent, page: ClientConnection) -> float:
    """The moment the thumb is here. Raises TimeoutError when the socket says nothing for 30 s."""
    photo = sent.answer["photo"]["id"]
    while photo not in json.loads(page.recv(timeout=30))["ids"]:
        continue
    tile = browser.http.get(f"/studio/{browser.slug}/albums/{album}/tiles/?ids={photo}")
    picture = browser.http.get(pictures(tile.text, "thumb")[0])
    if picture.content[8:12] != b"WEBP":
        raise AssertionError("the thumb is no picture")
    return time.monotonic()
