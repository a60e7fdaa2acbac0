"""Row 12: thumbnails a second with the right to see them checked, for eight guests at once."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

import httpx

from tests.bench import Context, Row
from tests.bench.gallery import Gallery, galleries, pictures
from tests.bench.goals import ratio_at_least
from tests.bench.house import bare
from tests.bench.net import get_all
from tests.installation import Installation

CLIENTS = 8
REQUESTS = 4000


def run(context: Context) -> Iterator[Row]:
    glassine, _, large = galleries(context)
    yield from thumbnails(context, glassine, large)


def thumbnails(context: Context, glassine: Installation, gallery: Gallery) -> Iterator[Row]:
    """The thumbs (800 px) of the first page over and over, beside the same files from the bare server."""
    page = httpx.get(f"{glassine.url}{gallery.path}", headers={"Cookie": gallery.cookie}, timeout=30)
    paths = pictures(page.text, "thumb")
    files = {path: httpx.get(f"{glassine.url}{path}", headers={"Cookie": gallery.cookie}).content for path in paths}
    if any(httpx.get(f"{glassine.url}{path}").status_code == 200 for path in paths[:3]):
        raise AssertionError("a picture is shown to somebody without the right")
    folder = context.folder / "thumbs"
    folder.mkdir(exist_ok=True)
    plain = {path: f"/{number}.webp" for number, path in enumerate(paths)}
    for path, name in plain.items():
        (folder / name[1:]).write_bytes(files[path])

    def ask(port: int, addresses: list[str], lengths: dict[str, int]) -> float:
        got = get_all(port, addresses, gallery.headers, clients=CLIENTS, requests=REQUESTS)
        if got.lengths != lengths:
            raise AssertionError("a picture has another length than before")
        return got.per_second

    ours = {path: len(files[path]) for path in paths}
    theirs = {plain[path]: len(files[path]) for path in paths}
    with bare(folder) as server:
        sides = (
            lambda turn: ask(glassine.port, paths, ours),
            lambda turn: ask(server.port, list(theirs), theirs),
        )
        figure, floor = context.alternate(sides)
    size = median(map(len, files.values())) / 1000
    what = f"thumbnails of {size:.0f} KB, guest's pass checked, {CLIENTS} keep-alive clients; beside a bare file server"
    yield context.row(12, what, figure, "/s", floor, ratio_at_least(0.75))
