"""Row 4: megabytes a second that are durable, from four clients, beside the bare loop of floor.py."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from urllib.parse import quote

import psutil

from tests.bench import Context, Row
from tests.bench.corpus import textures
from tests.bench.goals import at_most, ratio_at_least
from tests.bench.house import cpu_seconds, family, floor, installed
from tests.bench.machine import use_memory
from tests.bench.net import Headers, Sent, put_all
from tests.bench.photos import Camera, Photo
from tests.installation import Browser, Installation

FILES = 64
CLIENTS = 4


def run(context: Context) -> Iterator[Row]:
    """Both sides get the same number of files by the same program, in turn. The worker sleeps meanwhile:
    what rendering costs is row 2's.
    """
    camera = Camera(textures(context.folder))
    context.kept.callback(use_memory(context.folder).unlink, missing_ok=True)
    with installed(context, "upload") as glassine, floor(context.folder / "floor") as bare, asleep(glassine):
        browser, album = glassine.client(), glassine.make_album("Row 4")
        # Asked for in each turn: the database has a server for each connection, and those are made in the first.
        sides = (
            lambda: _round(camera, family(glassine), lambda photos: send(glassine, browser, album, photos)),
            lambda: _round(camera, bare.family(), lambda photos: _send_to_floor(bare.port, photos)),
        )
        turns = [[side() for side in sides] for _ in range(context.rounds + 1)][1:]
        kept = glassine.photos(album)
    sent = FILES * (context.rounds + 1)
    if len(kept) != sent or len({row["sha256"] for row in kept}) != sent:
        raise AssertionError(f"{sent} files were acknowledged, {len(kept)} are there")
    ours, floors = ([turn[side] for turn in turns] for side in (0, 1))
    what = "upload, 4 clients, 24 MP JPEGs, durable, worker asleep; beside a bare receive-hash-fdatasync-rename loop"
    yield context.row(
        4, what, median(one[0] for one in ours), "MB/s", median(one[0] for one in floors),
        ratio_at_least(0.6),
    )  # fmt: skip
    yield context.row(
        4, "the same: CPU of all server processes", median(one[1] for one in ours), "s/GB",
        median(one[1] for one in floors), at_most(2.5),
    )  # fmt: skip


def send(glassine: Installation, browser: Browser, album: str, photos: list[Photo]) -> list[Sent]:
    """Put photos into an album from four connections as the page does. Raises AssertionError unless all are kept."""
    sent = put_all(glassine.port, photos, upload_path(browser, album), page_headers(browser), CLIENTS)
    refused = [one for one in sent if one.status != 201 or one.answer["status"] != "stored"]
    if refused:
        raise AssertionError(f"{len(refused)} of {len(sent)} uploads were refused: {refused[0].answer}")
    return sent


def upload_path(browser: Browser, album: str) -> Callable[[Photo], str]:
    return lambda photo: f"/studio/{browser.slug}/albums/{album}/upload?name={quote(photo.name)}"


def page_headers(browser: Browser) -> Headers:
    """What the upload page sends along."""
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.http.cookies.jar)
    return {"Cookie": cookies, "X-CSRFToken": browser.token, "Content-Type": "application/octet-stream"}


def _send_to_floor(port: int, photos: list[Photo]) -> list[Sent]:
    sent = put_all(port, photos, lambda photo: "/", {}, CLIENTS)
    if any(one.answer["sha256"] != one.photo.sha256 for one in sent):
        raise AssertionError("the floor has written something else")
    return sent


def _round(
    camera: Camera, processes: list[psutil.Process], deliver: Callable[[list[Photo]], list[Sent]]
) -> tuple[float, float]:
    """Megabytes a second from the first byte to the last answer, and CPU seconds per gigabyte."""
    photos = camera.take(FILES)
    for photo in photos:
        _ = photo.sha256
    before = cpu_seconds(processes)
    sent = deliver(photos)
    size = sum(map(len, photos)) / 1e6
    wall = max(one.answered for one in sent) - min(one.began for one in sent)
    return size / wall, (cpu_seconds(processes) - before) / size * 1000


@contextmanager
def asleep(glassine: Installation) -> Iterator[None]:
    """The worker and its decoders do nothing during the block."""
    workers = [psutil.Process(pid) for pid in glassine.pids("worker")]
    pids = {process.pid for worker in workers for process in [worker, *worker.children(recursive=True)]}
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
