"""Row 15: a guest's gallery while another studio uploads 1,000 photos, beside the same gallery on an idle machine.

Once with photos of 7.7 MB on a local disk, which both processors then render; once with small ones at a bucket that
takes 2 s for every request.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import httpx

from tests.bench import Context, Row
from tests.bench.corpus import textures
from tests.bench.figures import percentile
from tests.bench.gallery import SMALL, Gallery, filled, opened
from tests.bench.house import environment_of, installed
from tests.bench.photos import Camera
from tests.bench.row20_slow_bucket import SlowBucket, slow_bucket
from tests.installation import ROOT, Browser, Installation, noise

PHOTOS, QUICK_PHOTOS, CLIENTS, MANY_CLIENTS = 1_000, 60, 4, 32
SLOW_SECONDS, IDLE_PAGES, REST = 2.0, 300, 0.05
EMAIL, PASSWORD = "neighbour@example.com", "a fine long password"


def run(context: Context) -> Iterator[Row]:
    photos = QUICK_PHOTOS if context.is_quick else PHOTOS
    camera = Camera(textures(context.folder))
    with installed(context, "neighbours") as glassine:
        yield from _figures(context, glassine, photos, CLIENTS, lambda: b"".join(_whole(camera)), "a local disk")
    yield from _at_a_bucket(context, photos)


def _whole(camera: Camera) -> Sequence[bytes | memoryview]:
    (photo,) = camera.take(1)
    return photo.head, photo.tail


def _at_a_bucket(context: Context, photos: int) -> Iterator[Row]:
    with slow_bucket() as (bucket, place), installed(context, "neighbours", **place) as glassine:
        told = f"a bucket of {SLOW_SECONDS:g} s for each request"
        yield from _figures(context, glassine, photos, MANY_CLIENTS, noise, told, bucket)


def _figures(
    context: Context,
    glassine: Installation,
    photos: int,
    clients: int,
    make: Callable[[], bytes],
    place: str,
    bucket: SlowBucket | None = None,
) -> Iterator[Row]:
    gallery = _gallery(context, glassine)
    sender, album = _neighbour(glassine, clients)
    _pages(glassine, gallery, IDLE_PAGES // 10)
    idle = _pages(glassine, gallery, IDLE_PAGES)
    if bucket is not None:
        bucket.seconds = SLOW_SECONDS
    began = time.monotonic()
    busy, refused = _while_sending(glassine, gallery, sender, album, photos, clients, make)
    wall = time.monotonic() - began
    if bucket is not None:
        bucket.seconds = 0.0
    for percent in (50, 95):
        what = f"a guest’s gallery while another studio sends {photos:,} photos to {place}, p{percent}; idle"
        yield context.row(15, what, 1000 * percentile(busy, percent), "ms", 1000 * percentile(idle, percent))
    yield context.row(15, f"until all were sent ({len(busy)} pages looked at, {refused} tries again)", wall, "s")


def _gallery(context: Context, glassine: Installation) -> Gallery:
    album = glassine.make_album(f"{SMALL} photos")
    filled(context, glassine, {SMALL: album})
    return opened(glassine, album, SMALL)


def _neighbour(glassine: Installation, clients: int) -> tuple[Browser, str]:
    """The owner of another studio, signed in, and their empty gallery."""
    command = [sys.executable, "-m", "tests.bench.second_studio", EMAIL, PASSWORD]
    subprocess.run(command, cwd=ROOT, env=environment_of(glassine), check=True)
    sender = glassine.client(EMAIL, PASSWORD)
    limits = httpx.Limits(max_connections=clients)
    sender.http = httpx.Client(base_url=glassine.url, cookies=sender.http.cookies, limits=limits, timeout=300)
    answer = httpx.post(f"{glassine.url}/api/auth/token", json={"email": EMAIL, "password": PASSWORD}, timeout=30)
    answer.raise_for_status()
    token = {"Authorization": f"Bearer {answer.json()['access']}"}
    made = httpx.post(f"{glassine.url}/api/albums", json={"title": "A wedding"}, headers=token, timeout=30)
    made.raise_for_status()
    return sender, str(made.json()["id"])


def _pages(glassine: Installation, gallery: Gallery, most: int, until: threading.Event | None = None) -> list[float]:
    """Seconds of each page, with a rest between them: so many, or until something has happened."""
    times: list[float] = []
    with httpx.Client(base_url=glassine.url, headers=gallery.headers, timeout=60) as guest:
        while (until is not None and not until.is_set()) or (until is None and len(times) < most):
            began = time.monotonic()
            guest.get(gallery.path).raise_for_status()
            times.append(time.monotonic() - began)
            time.sleep(REST)
    return times


def _while_sending(
    glassine: Installation,
    gallery: Gallery,
    sender: Browser,
    album: str,
    photos: int,
    clients: int,
    make: Callable[[], bytes],
) -> tuple[list[float], int]:
    """Seconds of each page meanwhile, and how often an upload was asked to come again."""
    is_over, numbers, again = threading.Event(), count(), []

    def send(number: int) -> None:
        data = make()
        while (answer := sender.put(album, data, f"DSC_{number:05}.JPG")).status_code in (429, 503):
            again.append(number)
            time.sleep(float(answer.headers.get("Retry-After", 1)))
        if answer.status_code != 201:
            raise AssertionError(f"an upload was refused: {answer.status_code} {answer.text[:300]}")

    with ThreadPoolExecutor(1) as watcher, ThreadPoolExecutor(clients) as pool:
        watched = watcher.submit(_pages, glassine, gallery, 0, is_over)
        try:
            list(pool.map(send, (next(numbers) for _ in range(photos))))
        finally:
            is_over.set()
        return watched.result(), len(again)
