"""Row 27: what RAW, HEIC and videos cost beside a JPEG, and the memory that a video of 2 GB takes."""

from __future__ import annotations

import mmap
import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import psutil

from config.launcher.forked import title
from tests.bench import Context, Row
from tests.bench.corpus import textures
from tests.bench.films import film, photographed, raw
from tests.bench.goals import at_most, ratio_at_most
from tests.bench.house import family, installed, share
from tests.bench.net import Uploader
from tests.bench.photos import Photo
from tests.bench.row1_render import in_jail
from tests.bench.row4_upload import page_headers, upload_path
from tests.installation import Browser, Installation
from tests.media.corpus import named

LARGE = 2_000_000_000
RANGE = 4 << 20
#: Seconds in which a worker has its schedule's first turns.
IDLE = 15
#: Of 12 megapixels, 1.3 and 1.6 MB.
PHONES = ("pug.heic", "church_orientation6.heic")
#: Databases are not ours; what FFmpeg takes, in the throw-away process of the jail, has a figure of its own.
_OTHERS = ("postgres", "redis-server", "resource_tracker")


def run(context: Context) -> Iterator[Row]:
    with TemporaryDirectory(dir=context.folder) as name:
        folder = Path(name)
        yield from _rendered(context, folder)
        yield from _large(context, folder)


def _rendering(files: list[Path]) -> Callable[[int], float]:
    return lambda turn: in_jail(files)


def _rendered(context: Context, folder: Path) -> Iterator[Row]:
    """CPU seconds in the jail, hash included."""
    jpegs = [photographed(folder, one) for one in textures(context.folder)[:4]]
    raws, phones = [raw(folder, one) for one in jpegs], [named(f"formats/{name}") for name in PHONES]
    short = [film(folder / "short.mp4", jpegs[0], size=1)] * 4
    ours, beside, phone, poster = context.alternate([_rendering(files) for files in (raws, jpegs, phones, short)])
    yield context.row(
        27, "RAW of 24 MP by its camera's preview; beside the JPEG of it", ours, "CPU s", beside, ratio_at_most(1.2)
    )
    yield context.row(27, "HEIC of 12 MP from a phone; beside a JPEG of 24", phone, "CPU s", beside, at_most(0.6))
    what = "poster of a video of 1080p, all renditions; beside a JPEG of 24"
    yield context.row(27, what, poster, "CPU s", beside, at_most(0.5))


def _large(context: Context, folder: Path) -> Iterator[Row]:
    """One video is sent, rendered, copied so that it plays, and read by ranges; the most memory of each process."""
    size = LARGE // 20 if context.is_quick else LARGE
    path = film(folder / "large.mp4", textures(context.folder)[0], size=size)
    with installed(context, "film") as glassine, watched(glassine) as most:
        browser, album = glassine.client(), glassine.make_album("Row 27")
        time.sleep(IDLE)
        idle, began = dict(most), time.monotonic()
        _send(glassine, browser, album, path)
        sent = time.monotonic() - began
        [row] = glassine.wait_ready(album, 1, timeout=600)
        if row["problem"]:
            raise AssertionError(row["problem"])
        copy = _fetch(browser, album, folder / "copy.mp4")
    _compare(path, copy)
    megabytes = path.stat().st_size / 1e6
    yield context.row(27, f"a video of {megabytes:,.0f} MB is durable", megabytes / sent, "MB/s")
    for what in ("web", "worker", "other"):
        for how, name in ((what, "resident"), (f"{what} share", "as its share")):
            what_for = f"most memory meanwhile of a {what} process, {name}; beside the same before the video"
            yield context.row(27, what_for, most[how] / 1e6, "MB", idle[how] / 1e6)
    yield context.row(27, "the same of FFmpeg in the jail", most["decoder"] / 1e6, "MB")


def _send(glassine: Installation, browser: Browser, album: str, path: Path) -> None:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        view = memoryview(content)
        photo = Photo(path.name, bytes(view[:1024]), view[1024:])
        uploader = Uploader(glassine.port)
        with uploader.socket:
            answer = uploader.put(upload_path(browser, album)(photo), photo, page_headers(browser))
        photo.tail.release()
        view.release()
    if answer.status != 201:
        raise AssertionError(f"the video was refused: {answer.answer}")


def _fetch(browser: Browser, album: str, path: Path) -> Path:
    """Read the copy that plays by ranges, as a player does, once it is there."""
    page = browser.http.get(f"/studio/{browser.slug}/albums/{album}/").text
    address = re.findall(r'data-video="([^"]+)"', page)[0]
    end = time.monotonic() + 1200
    while (answer := browser.http.get(address, headers={"Range": "bytes=0-99"})).status_code != 206:
        if time.monotonic() > end:
            raise AssertionError(f"the video does not play: {answer.status_code}")
        time.sleep(1)
    size = int(answer.headers["content-range"].rpartition("/")[2])
    with path.open("wb") as file:
        for start in range(0, size, RANGE):
            wanted = f"bytes={start}-{min(start + RANGE, size) - 1}"
            answer = browser.http.get(address, headers={"Range": wanted})
            if answer.status_code != 206:
                raise AssertionError(f"{wanted} was answered by {answer.status_code}")
            file.write(answer.content)
    return path


def _compare(original: Path, copy: Path) -> None:
    """Frames from the beginning, the middle and the end are the same, and so is the length."""
    with av.open(str(original)) as first, av.open(str(copy)) as second:
        if abs((first.duration or 0) - (second.duration or 0)) > 200_000:
            raise AssertionError("the copy has another length")
        for share in (0.0, 0.5, 0.95):
            frames = []
            for container in (first, second):
                container.seek(int((first.duration or 0) * share), backward=True)
                frames.append(next(container.decode(video=0)).to_ndarray(format="gray"))
            if (frames[0] != frames[1]).any():
                raise AssertionError(f"the copy shows something else at {share:.0%}")


@contextmanager
def watched(glassine: Installation) -> Iterator[dict[str, int]]:
    """The most memory of one process of each sort, looked at ten times a second.

    Resident bytes by sort, and by sort and "share" what of them is its own part (PSS).
    """
    most: dict[str, int] = defaultdict(int)
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.1):
            for process in family(glassine):
                with suppress(psutil.Error):
                    sort = _sort(process)
                    most[sort] = max(most[sort], process.memory_info().rss)
                    most[f"{sort} share"] = max(most[f"{sort} share"], share(process))

    looker = threading.Thread(target=look)
    looker.start()
    try:
        yield most
    finally:
        over.set()
        looker.join()


def _sort(process: psutil.Process) -> str:
    line = " ".join(process.cmdline())
    if not line or any(other in line for other in _OTHERS):
        return "database"
    if "jailer" in line:
        parent = process.parent()
        return "decoder" if parent is not None and "jailer" in " ".join(parent.cmdline()) else "other"
    if process.name() in (title("worker"), title("video")):
        return "worker"
    return "web" if "config.together" in line else "other"
