"""Two galleries for the rows that look at one: 200 photos and 10,000, each behind a link without a password."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from functools import cache

import httpx

from tests.bench import Context
from tests.bench.corpus import textures
from tests.bench.house import environment_of, installed
from tests.installation import ROOT, Installation

SMALL, LARGE = 200, 10_000


@dataclass(frozen=True)
class Gallery:
    """An album as a guest finds it. path: of the share link.  cookie: the pass of a guest who opened it."""

    count: int
    path: str
    cookie: str

    @property
    def headers(self) -> dict[str, str]:
        """What a guest's browser sends along."""
        return {"Cookie": self.cookie, "Accept-Encoding": "gzip", "Accept": "text/html,image/webp,*/*"}


def pictures(html: str, kind: str) -> list[str]:
    """Addresses of a kind of picture ("tile", "thumb", "web") on a page, each once, in order."""
    found = re.findall(rf"/m/[0-9a-f]{{32}}/[0-9a-f]{{32}}/{kind}\.[0-9a-f]{{32}}\.webp", html)
    return list(dict.fromkeys(found))


@cache
def galleries(context: Context) -> tuple[Installation, Gallery, Gallery]:
    """A Glassine with both galleries, the small one first. It is kept for the next row."""
    glassine = context.kept.enter_context(installed(context, "gallery"))
    albums = {count: glassine.make_album(f"{count} photos") for count in (SMALL, LARGE)}
    filled(context, glassine, albums)
    small, large = (opened(glassine, album, count) for count, album in albums.items())
    return glassine, small, large


def filled(context: Context, glassine: Installation, albums: dict[int, str]) -> None:
    """Put so many photos into each of these albums (count: id)."""
    wishes = [f"{album}={count}" for count, album in albums.items()]
    corpus = textures(context.folder)[0].parent
    subprocess.run(
        [sys.executable, "-m", "tests.bench.seed", str(corpus), glassine.client().slug, *wishes],
        cwd=ROOT,
        env=environment_of(glassine),
        check=True,
    )


def opened(glassine: Installation, album: str, count: int) -> Gallery:
    """Make the album live, share it, and open the link once as a guest."""
    with glassine.api() as api:
        api.patch(f"/api/albums/{album}", json={"state": "live"}).raise_for_status()
        link = api.post(f"/api/albums/{album}/share", json={"label": "Row", "rights": {"download": "web"}})
        link.raise_for_status()
    path = httpx.URL(link.json()["url"]).path
    page = httpx.get(f"{glassine.url}{path}", timeout=30)
    page.raise_for_status()
    return Gallery(count, path, "; ".join(f"{name}={value}" for name, value in page.cookies.items()))
