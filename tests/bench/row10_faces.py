"""Rows 10, 2 and 3 with people: what finding faces costs a photo, and what it takes from photos that become ready."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

import psutil

from apps.faces import looking
from tests.bench import Context, Row
from tests.bench.corpus import HEADS, portraits
from tests.bench.figures import percentile
from tests.bench.goals import at_most, ratio_at_least
from tests.bench.house import cpu_seconds, family, installed
from tests.bench.photos import Camera
from tests.bench.row1_render import in_jail
from tests.bench.row2_photos import THREADS, deliver, until_visible
from tests.installation import Browser, Installation

#: Photos at once in each turn, and alone in all turns together.
MANY, SINGLES = 48, 20
#: Seconds within which all photos of a turn are looked at.
PATIENCE = 300
#: Seconds between looks: each costs the installation some hundredths of a second, which are counted.
PAUSE = 3


def run(context: Context) -> Iterator[Row]:
    pictures = portraits(context.folder)
    yield _cost(context, pictures)
    camera = Camera(pictures)
    with installed(context, "faces", GLASSINE_WORKER_THREADS=str(THREADS)) as glassine:
        browser = glassine.client()
        with glassine.api() as api:
            asked = {"enabled": True, "i_may_process_faces": True, "all_galleries": False}
            api.put("/api/people/settings", json=asked).raise_for_status()
        # The worker and both its servers start with the first photo.
        _turn(glassine, browser, camera, 4, faces=True)
        yield from _many(context, glassine, browser, camera)
        yield from _single(context, glassine, browser, camera)


def _cost(context: Context, pictures: Sequence[Path]) -> Row:
    """CPU of this process, the server with the models and its children, beside rendering the same photo."""
    figure, beside = context.alternate([lambda turn: _find(pictures), lambda turn: in_jail(pictures)])
    what = f"find {len(HEADS)} faces in a photo of 24 MP, crops and numbers included; beside rendering it"
    return context.row(10, what, figure, "CPU s", beside, at_most(0.6))


def _find(pictures: Sequence[Path]) -> float:
    began = _cpu()
    for picture in pictures:
        found = looking.find(picture)
        if len(found) != len(HEADS) or any(face.embedding is None for face in found):
            raise AssertionError(f"{len(found)} faces in {picture.name}")
    return (_cpu() - began) / len(pictures)


def _cpu() -> float:
    return cpu_seconds([psutil.Process(), *psutil.Process().children()])


def _many(context: Context, glassine: Installation, browser: Browser, camera: Camera) -> Iterator[Row]:
    """Many photos into a gallery with faces and into one without, in turn."""
    count = MANY // 4 if context.is_quick else MANY
    turns = [
        (_turn(glassine, browser, camera, count, faces=True), _turn(glassine, browser, camera, count, faces=False))
        for _ in range(min(3, context.rounds))
    ]
    on, off = (median(count / turn[side].ready for turn in turns) for side in (0, 1))
    what = f"{count} photos of 24 MP to all ready, faces on; beside faces off"
    yield context.row(2, what, on, "photos/s", off, ratio_at_least(0.95))
    on, off = (median(turn[side].cpu / count for turn in turns) for side in (0, 1))
    yield context.row(
        10, "the same until faces are found: CPU of the whole installation; beside off", on, "s/photo", off
    )
    found = median((turn[0].done - turn[0].ready) / count for turn in turns)
    yield context.row(10, "seconds a photo from the last one ready until faces of all are found", found, "s/photo")


class _Turn(NamedTuple):
    """Seconds until all photos are ready and until nothing is left to do, and CPU seconds until then."""

    ready: float
    done: float
    cpu: float


def _turn(glassine: Installation, browser: Browser, camera: Camera, count: int, *, faces: bool) -> _Turn:
    album, processes = _album(glassine, faces=faces), family(glassine)
    before = cpu_seconds(processes)
    ready = deliver(glassine, browser, camera.take(count), album)
    began = time.monotonic()
    if faces:
        _wait_for_faces(glassine, album)
    return _Turn(ready, ready + time.monotonic() - began, cpu_seconds(family(glassine)) - before)


def _album(glassine: Installation, *, faces: bool) -> str:
    album = glassine.make_album(f"Faces {'on' if faces else 'off'}")
    with glassine.api() as api:
        api.put(f"/api/albums/{album}/faces", json={"enabled": faces}).raise_for_status()
    return album


def _wait_for_faces(glassine: Installation, album: str) -> None:
    """All photos of the album were looked at, and their faces are there."""
    end = time.monotonic() + PATIENCE
    rows = glassine.photos(album)
    while not all(row["stages"]["faces"] for row in rows):
        if time.monotonic() > end:
            raise AssertionError("faces are still looked for")
        time.sleep(PAUSE)
        rows = glassine.photos(album)
    with glassine.api() as api:
        for row in rows[:4]:
            found = api.get("/api/faces", params={"photo": row["id"]}).json()["results"]
            if len(found) != len(HEADS):
                raise AssertionError(f"{len(found)} faces in {row['camera_name']}")


def _single(context: Context, glassine: Installation, browser: Browser, camera: Camera) -> Iterator[Row]:
    """One photo at a time into an empty queue, with faces and without in turn."""
    on, off = _album(glassine, faces=True), _album(glassine, faces=False)
    times: dict[str, list[float]] = {on: [], off: []}
    for photo in camera.take(SINGLES // 2 if context.is_quick else 2 * SINGLES):
        album = min(times, key=lambda one: len(times[one]))
        times[album].append(until_visible(glassine, browser, album, photo))
        _wait_for_faces(glassine, on)
    for percent in (50, 95):
        what = f"last byte to visible thumb, {len(times[on])} singles, faces on, p{percent}; beside faces off"
        goals = [at_most(0.5)] if percent == 95 else []
        yield context.row(3, what, percentile(times[on], percent), "s", percentile(times[off], percent), *goals)
