"""Row 15: a guest's gallery while another studio uploads 1,000 photos, beside the same gallery on an idle machine.

Once with photos of 7.7 MB on a local disk, which both processors then render; once with small ones at a bucket that
takes 2 s for every request. The guest is a process of their own (`tests.bench.guest`), who looks on for a while after
the last photo was sent: then both processors render what is left.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx

from tests.bench import Context, Row
from tests.bench.corpus import textures
from tests.bench.figures import percentile
from tests.bench.gallery import SMALL, Gallery, filled, opened
from tests.bench.goals import ratio_at_most
from tests.bench.house import environment_of, installed
from tests.bench.net import Uploader
from tests.bench.photos import Camera, Photo
from tests.bench.row4_upload import page_headers, upload_path
from tests.bench.row20_slow_bucket import SlowBucket, slow_bucket
from tests.installation import ROOT, Browser, Installation, noise

PHOTOS, QUICK_PHOTOS, CLIENTS, MANY_CLIENTS = 1_000, 60, 4, 32
SLOW_SECONDS, IDLE_PAGES, AFTER_PAGES = 2.0, 300, 200
# The kernel shares processors among sessions first: a guest has one of their own, and no part of the sender’s.
_APART: dict[str, Any] = {"cwd": ROOT, "stdout": subprocess.PIPE, "start_new_session": True}
EMAIL, PASSWORD = "neighbour@example.com", "a fine long password"


def run(context: Context) -> Iterator[Row]:
    photos = QUICK_PHOTOS if context.is_quick else PHOTOS
    camera = Camera(textures(context.folder))
    with installed(context, "neighbours") as glassine:
        yield from _figures(context, glassine, photos, CLIENTS, camera, "a local disk")
    yield from _at_a_bucket(context, photos)


def _at_a_bucket(context: Context, photos: int) -> Iterator[Row]:
    with slow_bucket() as (bucket, place), installed(context, "neighbours", **place) as glassine:
        told = f"a bucket of {SLOW_SECONDS:g} s for each request"
        yield from _figures(context, glassine, photos, MANY_CLIENTS, None, told, bucket)


def _figures(
    context: Context,
    glassine: Installation,
    photos: int,
    clients: int,
    camera: Camera | None,
    place: str,
    bucket: SlowBucket | None = None,
) -> Iterator[Row]:
    """camera: what takes the photos; small ones are made up without it."""
    gallery = _gallery(context, glassine)
    sender, album = _neighbour(glassine, clients)
    _pages(glassine, gallery, IDLE_PAGES // 10)
    idle = _pages(glassine, gallery, IDLE_PAGES)
    if bucket is not None:
        bucket.seconds = SLOW_SECONDS
    began = time.monotonic()
    with _guest(glassine, gallery) as busy:
        again = _send(glassine, sender, album, photos, clients, camera)
    wall = time.monotonic() - began
    rendering = _pages(glassine, gallery, AFTER_PAGES)
    if bucket is not None:
        bucket.seconds = 0.0
    for percent in (50, 95):
        rest = 1000 * percentile(idle, percent)
        what = f"a guest’s gallery while another studio sends {photos:,} photos to {place}, p{percent}; idle"
        goals = [ratio_at_most(1.5)] if percent == 95 else []
        yield context.row(15, what, 1000 * percentile(busy, percent), "ms", rest, *goals)
        what = f"the same while the rest of them is rendered, p{percent}; idle"
        yield context.row(15, what, 1000 * percentile(rendering, percent), "ms", rest)
    yield context.row(15, f"until all were sent ({len(busy)} pages looked at, {again} tries again)", wall, "s")


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


def _pages(glassine: Installation, gallery: Gallery, pages: int) -> list[float]:
    """Seconds of so many pages."""
    command = _guests_command(glassine, gallery, pages)
    done = subprocess.run(command, **_APART, stdin=subprocess.DEVNULL, check=True)
    return [float(line) for line in done.stdout.split()]


@contextmanager
def _guest(glassine: Installation, gallery: Gallery) -> Iterator[list[float]]:
    """Seconds of each page while the block runs; the list is filled when it ends."""
    times: list[float] = []
    command = _guests_command(glassine, gallery, 0)
    with subprocess.Popen(command, **_APART, stdin=subprocess.PIPE) as guest:
        assert guest.stdout is not None
        # They are there, and look.
        guest.stdout.readline()
        yield times
        told, _ = guest.communicate()
    times += (float(line) for line in told.split())
    if guest.returncode or not times:
        raise AssertionError("the guest was turned away")


def _guests_command(glassine: Installation, gallery: Gallery, most: int) -> list[str]:
    headers = json.dumps(gallery.headers)
    return [sys.executable, "-m", "tests.bench.guest", glassine.url, gallery.path, headers, str(most)]


def _send(glassine: Installation, sender: Browser, album: str, photos: int, clients: int, camera: Camera | None) -> int:
    """Send all; how often an upload was asked to come again."""
    again: list[int] = []
    own = threading.local()

    def whole(photo: Photo) -> int:
        if not hasattr(own, "uploader"):
            own.uploader = Uploader(glassine.port)
        return int(own.uploader.put(upload_path(sender, album)(photo), photo, page_headers(sender)).status)

    def small(number: int) -> int:
        data = noise()
        while (answer := sender.put(album, data, f"DSC_{number:05}.JPG")).status_code in (429, 503):
            again.append(number)
            time.sleep(float(answer.headers.get("Retry-After", 1)))
        return answer.status_code

    with ThreadPoolExecutor(clients) as pool:
        sent = pool.map(small, range(photos)) if camera is None else pool.map(whole, camera.take(photos))
        if refused := set(sent) - {201}:
            raise AssertionError(f"uploads were refused: {refused}")
    return len(again)
