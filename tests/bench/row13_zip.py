"""Row 13: a ZIP of 200 originals through the app server: speed, first byte, memory, the same bytes after breaks."""

from __future__ import annotations

import hashlib
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import httpx
import psutil

from apps.media.store import sha256_of
from tests import zip_readers
from tests.bench import Context, Row
from tests.bench.corpus import textures
from tests.bench.goals import at_most, ratio_at_least
from tests.bench.house import bare, cpu_seconds, environment_of, family, installed
from tests.bench.net import Headers, head_of, put_all
from tests.bench.photos import Camera, Photo
from tests.bench.row4_upload import asleep
from tests.installation import ROOT, Installation

COUNT, CLIENTS = 200, 4
BUFFER = 1 << 20
_READY = """
import sys, os
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
import django; django.setup()
from apps.accounts.tenancy import across_studios
from apps.albums.models import Photo
from apps.jobs.models import Job
with across_studios():
    Photo.objects.filter(placements__album_id=sys.argv[1]).update(state="ready", width=6000, height=4000)
    Job.objects.filter(state="pending").update(state="done")
"""


@dataclass(frozen=True)
class Got:
    """One answer. first: seconds to the first byte of its body.  wall: to the last."""

    status: int
    length: int
    first: float
    wall: float


def run(context: Context) -> Iterator[Row]:
    count = 20 if context.is_quick else COUNT
    photos = Camera(textures(context.folder)).take(count)
    with installed(context, "zip") as glassine:
        address, headers = shared_zip(glassine, photos)
        # A minute later the worker makes what these photos lack, and learns when they were taken: other bytes.
        with asleep(glassine):
            yield from _figures(context, glassine, address, headers, photos)


def shared_zip(glassine: Installation, photos: list[Photo]) -> tuple[str, Headers]:
    """Put the photos into an album; the address of its archive for a guest, and what the guest sends along."""
    album, browser = glassine.make_album("Row 13"), glassine.client()
    headers = {
        "Cookie": "; ".join(f"{name}={value}" for name, value in browser.http.cookies.items()),
        "X-CSRFToken": browser.token,
    }
    path = f"/studio/{browser.slug}/albums/{album}/upload?name="
    with asleep(glassine):
        sent = put_all(glassine.port, photos, lambda photo: path + photo.name, headers, CLIENTS)
        if any(one.status != 201 for one in sent):
            raise AssertionError("not every photo was taken")
        # Nothing of a rendition is in this archive, so nothing waits for one.
        command = [sys.executable, "-c", _READY, album]
        subprocess.run(command, cwd=ROOT, env=environment_of(glassine), check=True)
    with glassine.api() as api:
        api.patch(f"/api/albums/{album}", json={"state": "live"}).raise_for_status()
        link = api.post(f"/api/albums/{album}/share", json={"label": "Row", "rights": {"download": "original"}})
        link.raise_for_status()
    gallery = httpx.URL(link.json()["url"]).path
    page = httpx.get(f"{glassine.url}{gallery}", timeout=30)
    cookie = "; ".join(f"{name}={value}" for name, value in page.cookies.items())
    return f"{gallery}download.zip?what=all&size=original", {"Cookie": cookie}


def _figures(
    context: Context, glassine: Installation, address: str, headers: Headers, photos: list[Photo]
) -> Iterator[Row]:
    whole = context.folder / "row13"
    whole.mkdir(exist_ok=True)
    file = whole / "all.zip"
    with file.open("wb") as out:
        told = _get(glassine.port, address, headers, out.write)
    _check(file, told, photos)
    yield context.row(
        13, f"bytes of a ZIP of {len(photos)} originals that are not as announced or as sent", 0, "", None, at_most(0)
    )
    readers = _check_readers(file, photos)
    yield context.row(13, f"the same as {readers} unpack it: photos and names that differ", 0, "", None, at_most(0))
    _check_resumed(glassine, address, headers, file)
    yield context.row(
        13,
        "the same after breaks at a third and at two thirds, resumed by ranges: bytes that differ",
        0,
        "",
        None,
        at_most(0),
    )

    processes = family(glassine)
    before = cpu_seconds(processes)
    first: list[float] = []

    def ours(turn: int) -> float:
        got = _get(glassine.port, address, headers, _nothing)
        first.append(got.first)
        return got.length / got.wall / 1e6

    with bare(whole) as server:
        theirs = lambda turn: _speed(_get(server.port, "/all.zip", {}, _nothing))  # noqa: E731
        figure, floor = context.alternate([ours, theirs])
    turns = context.rounds + 1
    spent = (cpu_seconds(processes) - before) / turns
    size = told.length / 1e9
    yield context.row(
        13,
        f"ZIP of {len(photos)} originals ({size:.2f} GB), one client; beside a bare server's sendfile",
        figure,
        "MB/s",
        floor,
        ratio_at_least(0.9),
    )
    what = "from the request to the first byte of the ZIP, median"
    yield context.row(13, what, sorted(first)[len(first) // 2] * 1000, "ms", None, at_most(20))
    yield context.row(13, "CPU of all server processes for one ZIP, with what stands idle beside", spent, "s")
    yield context.row(
        13, "memory that one ZIP adds to the web processes while it flows", _memory(glassine, address, headers), "MB"
    )
    file.unlink()


def _speed(got: Got) -> float:
    return got.length / got.wall / 1e6


def _nothing(data: bytes | memoryview) -> None:
    """Bytes that are only counted."""


def _get(port: int, path: str, headers: Headers, take: Callable[[memoryview], object]) -> Got:
    """One GET over a fresh connection, read as fast as it comes."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        began = time.perf_counter()
        connection.sendall(head_of("GET", path, headers))
        data = b""
        while b"\r\n\r\n" not in data:
            data += _some(connection)
        head, _, body = data.partition(b"\r\n\r\n")
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        length = int(lengths[0][15:])
        if not body:
            body = _some(connection)
        first = time.perf_counter() - began
        take(memoryview(body))
        left = length - len(body)
        buffer = memoryview(bytearray(BUFFER))
        while left:
            size = connection.recv_into(buffer, min(left, BUFFER))
            if not size:
                raise AssertionError("the transfer was cut off")
            take(buffer[:size])
            left -= size
        return Got(int(head[9:12]), length, first, time.perf_counter() - began)


def _some(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise AssertionError("the server hung up")
    return data


def _check(file: Path, told: Got, photos: list[Photo]) -> None:
    """Status, length, and every photo by its hash."""
    if told.status != 200 or file.stat().st_size != told.length:
        raise AssertionError("not as announced")
    with zipfile.ZipFile(file) as read:
        got = {}
        for info in read.infolist():
            with read.open(info) as entry:
                got[info.filename] = sha256_of(cast(BinaryIO, entry))
    got.pop("manifest.csv")
    if got != {photo.name: photo.sha256 for photo in photos}:
        raise AssertionError("the archive does not hold what was sent")


def _check_readers(file: Path, photos: list[Photo]) -> str:
    """Unpack the archive with every program that is installed; their names."""
    wanted = {photo.name: photo.sha256 for photo in photos}
    readers = list(filter(zip_readers.is_installed, zip_readers.READERS))
    for reader in readers:
        got = zip_readers.unpacked(reader, file)
        got.pop("manifest.csv")
        if got != wanted:
            raise AssertionError(f"{reader} does not find what was sent")
    return ", ".join(readers)


def _check_resumed(glassine: Installation, address: str, headers: Headers, file: Path) -> None:
    """Break off twice, go on by ranges, compare the hash."""
    length = file.stat().st_size
    digest = hashlib.sha256()
    with httpx.stream("GET", f"{glassine.url}{address}", headers=headers, timeout=60) as answer:
        etag = answer.headers["etag"]
    cuts = [0, length // 3, 2 * length // 3, length]
    for start, stop in zip(cuts, cuts[1:], strict=False):
        wanted = {**headers, "Range": f"bytes={start}-", "If-Range": etag}
        with httpx.stream("GET", f"{glassine.url}{address}", headers=wanted, timeout=60) as answer:
            if answer.status_code != 206:
                raise AssertionError(f"a range was answered by {answer.status_code}")
            left = stop - start
            for chunk in answer.iter_raw(BUFFER):
                digest.update(chunk[:left])
                left -= len(chunk[:left])
                if not left:
                    break
    with file.open("rb") as whole:
        if hashlib.file_digest(whole, "sha256").hexdigest() != digest.hexdigest():
            raise AssertionError("what was resumed is not what was begun")


def _memory(glassine: Installation, address: str, headers: Headers) -> float:
    """The most that all web processes together hold above what they held before, seen at each hundredth."""
    web = [psutil.Process(pid) for pid in glassine.pids("web")]
    before = sum(process.memory_info().rss for process in web)
    most, seen = before, 0.0

    def look(data: memoryview) -> None:
        nonlocal most, seen
        if time.monotonic() - seen > 0.02:
            seen = time.monotonic()
            most = max(most, sum(process.memory_info().rss for process in web))

    _get(glassine.port, address, headers, look)
    return (most - before) / 1e6
