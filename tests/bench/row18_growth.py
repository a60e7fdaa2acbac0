"""Row 18: how the cost of a guest's deeds grows with the number of photos of the studio, as N^a.

Each N is a studio of its own with one album, all in one database; the albums are asked in turn, one request each, so
that all meet the same machine. The exponent is the slope of a line through the logarithms of the medians.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from math import log
from statistics import linear_regression, median
from urllib.parse import urlencode

import httpx
from PIL import Image

from tests.bench import Context, Row
from tests.bench.goals import at_most
from tests.bench.house import environment_of, installed
from tests.bench.net import Headers
from tests.bench.row4_upload import asleep, page_headers
from tests.installation import EMAIL, PASSWORD, ROOT, Browser, Installation

COUNTS = (1_000, 10_000, 100_000)
REQUESTS = 24
PICKS = 20
# Longer than apps.albums.counts remembers.
COUNTS_KEPT = 31
Ask = Callable[[int], float]


@dataclass(frozen=True)
class Grown:
    """An album of `count` photos, as grown.py makes it.

    token: of a link that grants originals and favourites.  section: has `PICKS` photos; `picks` are as many others.
    """

    count: int
    slug: str
    album: str
    token: str
    section: str
    picks: list[str]


def run(context: Context) -> Iterator[Row]:
    with installed(context, "growth") as glassine, asleep(glassine):
        guests = [Guest(glassine, one) for one in _grown(glassine, COUNTS[:2] if context.is_quick else COUNTS)]
        uploads = [Upload(glassine, guest.album) for guest in guests]
        deeds: list[tuple[str, Sequence[Ask]]] = [
            ("favourite: a heart on or off", [guest.heart for guest in guests]),
            ("open link: the first page, to somebody new", [guest.enter for guest in guests]),
            ("open link: the first page, with the pass", [guest.look for guest in guests]),
            (f"start ZIP: {PICKS} favourites, first byte", [guest.favourites for guest in guests]),
            (f"start ZIP: a section of {PICKS}, first byte", [guest.section for guest in guests]),
            ("dedupe: upload of a photo that is there", [upload.again for upload in uploads]),
        ]
        for what, asks in deeds:
            yield from _rows(context, what, guests, _in_turn(asks, REQUESTS * context.rounds))
        yield from _rows(context, "open link: the one in 30 s that counts afresh", guests, _forgotten(context, guests))


def _grown(glassine: Installation, counts: Sequence[int]) -> list[Grown]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.grown", EMAIL, *map(str, counts)],
        cwd=ROOT, env=environment_of(glassine), check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    return [Grown(**json.loads(line)) for line in done.stdout.splitlines()]


def _in_turn(asks: Sequence[Ask], turns: int) -> list[float]:
    """Median milliseconds of each, after three turns that warm up."""
    for turn in range(3):
        for ask in asks:
            ask(turn)
    return [1000 * median(times) for times in zip(*([ask(turn) for ask in asks] for turn in range(turns)), strict=True)]


def _forgotten(context: Context, guests: Sequence[Guest]) -> list[float]:
    times = []
    for turn in range(1 if context.is_quick else 3):
        time.sleep(COUNTS_KEPT)
        times.append([guest.look(turn) for guest in guests])
    return [1000 * median(column) for column in zip(*times, strict=True)]


def _rows(context: Context, what: str, guests: Sequence[Guest], figures: list[float]) -> Iterator[Row]:
    counts = [guest.album.count for guest in guests]
    for count, figure in list(zip(counts, figures, strict=True))[1:]:
        yield context.row(18, f"{what}; {count:,} photos beside {counts[0]:,}", figure, "ms", figures[0])
    slope = linear_regression([log(count) for count in counts], [log(figure) for figure in figures]).slope
    yield context.row(18, f"{what}: exponent from {counts[0]:,} to {counts[-1]:,}", slope, "", None, at_most(0.05))


@contextmanager
def _answered(
    port: int, method: str, path: str, headers: Headers, body: str | bytes | None = None
) -> Iterator[HTTPResponse]:
    """The answer to one request over a connection of its own. Raises AssertionError unless it is a good one."""
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        if answer.status not in (200, 201):
            raise AssertionError(f"{path} answered {answer.status}: {answer.read(300)!r}")
        yield answer
    finally:
        connection.close()


class Guest:
    """A visitor of one album with `PICKS` favourites."""

    def __init__(self, glassine: Installation, album: Grown) -> None:
        self.album, self.path, self.port = album, f"/g/{album.token}/", glassine.port
        self.headers = _introduced(glassine, self.path)
        for pick in album.picks[1:]:
            self._heart(pick, on=True)
        with _answered(self.port, "GET", self.path, self.headers) as page:
            if f'data-total="{album.count}"' not in page.read().decode():
                raise AssertionError("the page does not know how many photos there are")

    def heart(self, turn: int) -> float:
        """The last of the picks is taken in and out."""
        began = time.perf_counter()
        self._heart(self.album.picks[0], on=turn % 2 == 0)
        return time.perf_counter() - began

    def enter(self, turn: int) -> float:
        return self._page({})

    def look(self, turn: int) -> float:
        return self._page(self.headers)

    def favourites(self, turn: int) -> float:
        return self._archive("favourites")

    def section(self, turn: int) -> float:
        return self._archive(f"section:{self.album.section}")

    def _page(self, headers: Headers) -> float:
        began = time.perf_counter()
        with _answered(self.port, "GET", self.path, headers) as answer:
            page = answer.read()
        spent = time.perf_counter() - began
        if page.count(b'id="p-') < 20:
            raise AssertionError("this is not the gallery")
        return spent

    def _archive(self, what: str) -> float:
        """Seconds to the first byte; then the archive is read and its photos are counted."""
        began = time.perf_counter()
        path = f"{self.path}download.zip?what={what}&size=original"
        with _answered(self.port, "GET", path, self.headers) as answer:
            first = answer.read(1)
            spent = time.perf_counter() - began
            body = first + answer.read()
        # With the manifest; the last heart may be off.
        if body.count(b"PK\1\2") not in (PICKS, PICKS + 1):
            raise AssertionError("this is not the archive that was asked for")
        return spent

    def _heart(self, photo: str, *, on: bool) -> None:
        form = urlencode({"on": "1" if on else "0"})
        headers = {**self.headers, "Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        with _answered(self.port, "POST", f"{self.path}photos/{photo}/favourite/", headers, form) as answer:
            if json.loads(answer.read())["on"] is not on:
                raise AssertionError("the heart is not as it was set")


def _introduced(glassine: Installation, path: str) -> Headers:
    """What the browser of somebody sends who opened a link and said who they are."""
    with httpx.Client(base_url=glassine.url, timeout=120) as browser:
        browser.get(path).raise_for_status()
        page = browser.get(f"{path}who/").text
        token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[0]
        form = {"name": "Anna Muster", "email": "anna@example.com", "csrfmiddlewaretoken": token}
        answer = browser.post(f"{path}who/save/", data=form)
        if answer.status_code != 303:
            raise AssertionError(f"nobody was introduced: {answer.status_code}")
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies.jar)
    return {"Cookie": cookies, "X-CSRFToken": token, "X-Requested-With": "fetch"}


class Upload:
    """A member who uploads one photo again and again."""

    def __init__(self, glassine: Installation, album: Grown) -> None:
        browser = Browser(glassine.url, EMAIL, PASSWORD)
        self.path = f"/studio/{album.slug}/albums/{album.album}/upload?name=DSC_1.JPG"
        self.headers = page_headers(browser)
        self.port, self.data = glassine.port, _photo()
        if self._put() != "stored":
            raise AssertionError("the first upload was not kept")

    def again(self, turn: int) -> float:
        began = time.perf_counter()
        said = self._put()
        spent = time.perf_counter() - began
        if said == "stored":
            raise AssertionError("the same photo was kept twice")
        return spent

    def _put(self) -> str:
        with _answered(self.port, "PUT", self.path, self.headers, self.data) as answer:
            return str(json.loads(answer.read())["status"])


def _photo() -> bytes:
    file = io.BytesIO()
    Image.effect_noise((64, 48), 50).save(file, "JPEG")
    return file.getvalue()
