"""Row 16: memory of a web process after load, and the most that rendering one photo takes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from PIL import Image

from tests.bench import Context, Row
from tests.bench.corpus import textures
from tests.bench.gallery import Gallery, galleries, pictures
from tests.bench.net import get_all
from tests.installation import ROOT, Installation

HUGE = (12240, 8160)
CLIENTS, REQUESTS = 8, 800
# The high-water mark of a process of its own: what a forked one inherits would be counted twice.
_RENDER = """
import sys; from pathlib import Path; from apps.media import images
images.render(Path(sys.argv[1]), Path(sys.argv[2]))
print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))
"""


def run(context: Context) -> Iterator[Row]:
    glassine, _, large = galleries(context)
    yield from web(context, glassine, large)
    yield from rendering(context)


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
            yield context.row(16, f"most memory while rendering {megapixels} megapixels", _peak(source), "MB")


def _peak(source: Path) -> float:
    with TemporaryDirectory() as out:
        told = subprocess.run(
            [sys.executable, "-c", _RENDER, source, out], cwd=ROOT, capture_output=True, text=True, check=True
        )
    return int(told.stdout) * 1024 / 1e6
