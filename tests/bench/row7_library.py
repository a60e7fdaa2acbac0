"""Rows 7, 8 and 9: the library of 1,000,000 photos beside 19 other studios, and the same of 10,000 and 100,000.

The rows are made once and stay in var/bench/million (15 GB at first, with PostgreSQL's log); without that folder they
are made anew, which takes most of this row's time. With fewer than five rounds there are a hundredth of them, in a
folder of their own.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import log
from pathlib import Path
from statistics import linear_regression, median
from typing import Any, Final
from urllib.parse import urlencode

from tests.bench import Context, Row
from tests.bench.figures import percentile
from tests.bench.goals import at_most
from tests.bench.house import environment_of
from tests.bench.net import Headers, get_all
from tests.bench.row4_upload import asleep, page_headers
from tests.installation import EMAIL, PASSWORD, ROOT, Browser, Installation

#: Of `million`: about 10,000, 100,000 and 1,000,000 photos.
SLUGS: Final = ("million-02", "million-01", "million-00")
SMALL, _MIDDLE, LARGE = SLUGS
#: Milliseconds: pages, searches for a word, a person and a date, facets, months, points of the map.
PAGE, SEARCH, FACETS, MONTHS, POINTS = 25, 40, 150, 10, 50
DEPTHS: Final = 24


def run(context: Context) -> Iterator[Row]:
    with _grown(context) as (glassine, made), asleep(glassine):
        counts = [next(one["count"] for one in made if one["slug"] == slug) for slug in SLUGS]
        # Before ten thousand photos are changed at random, which no studio does within a minute.
        yield from _pages(context, glassine, counts)
        asked = json.loads(_said(glassine, "tests.bench.library_asked"))
        yield from _statements(context, counts, asked)


@contextmanager
def _grown(context: Context) -> Iterator[tuple[Installation, list[dict[str, Any]]]]:
    """The installation with its studios, which are made if they are not there."""
    data = context.folder / ("million-quick" if context.is_quick else "million")
    whole: Path = data / "million.json"
    if data.exists() and not whole.exists():
        # Half of it: nobody knows which half.
        shutil.rmtree(data)
    glassine = Installation(data)
    if not data.exists():
        glassine.move_in()
    glassine.log.unlink(missing_ok=True)
    with glassine:
        if not whole.exists():
            with asleep(glassine):
                said = _said(glassine, "tests.bench.million", EMAIL, "100" if context.is_quick else "1")
            whole.write_text(said.splitlines()[-1])
        yield glassine, json.loads(whole.read_text())


def _said(glassine: Installation, module: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT, env=environment_of(glassine), check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    return done.stdout


# -- in the server's process ----------------------------------------------------------------------------------------


def _statements(context: Context, counts: Sequence[int], asked: dict[str, Any]) -> Iterator[Row]:
    """What the statements take, without pages around them."""
    many, few = asked[LARGE], asked[SMALL]
    told = f"of {counts[-1]:,} photos, p95; beside {counts[0]:,}"
    what = f"statements of a page without filters {told}"
    yield context.row(7, what, _p95(many["plain"]), "ms", _p95(few["plain"]), at_most(PAGE))
    pairs = [[one for times in side["pairs"].values() for one in times] for side in (many, few)]
    what = f"statements of a page with {len(many['pairs'])} pairs of filters {told}"
    yield context.row(7, what, _p95(pairs[0]), "ms", _p95(pairs[1]), at_most(PAGE))
    medians = {pair: median(times) for pair, times in many["pairs"].items()}
    for pair in sorted(medians, key=lambda pair: -medians[pair])[:3]:
        yield context.row(7, f"of these, {pair}, p50", medians[pair], "ms", median(few["pairs"][pair]))
    for name, what in (("plain", "without filters"), ("pairs", "with pairs of filters")):
        sides = [asked[slug][name] for slug in SLUGS]
        figures = [median(side) if name == "plain" else _over(side) for side in sides]
        yield context.row(
            7,
            f"statements {what}: exponent from {counts[0]:,} to {counts[-1]:,}",
            _slope(counts, figures),
            "",
            None,
            at_most(0.05),
        )
    yield context.row(7, "facets of results of up to 20,000, p95", _p95(many["facets"]), "ms", None, at_most(FACETS))
    yield context.row(7, "facets of the whole library, p95", _p95(many["whole"]), "ms", None, at_most(FACETS))
    what = f"statements of a search for a word, a person and a date {told}"
    yield context.row(9, what, _p95(many["searches"]), "ms", _p95(few["searches"]), at_most(SEARCH))
    yield context.row(8, f"months of {counts[-1]:,} photos, p95", _p95(many["months"]), "ms", None, at_most(MONTHS))
    yield context.row(
        8, "the same after 10,000 changes, exact, p95", _p95(many["changed"]), "ms", None, at_most(MONTHS)
    )
    yield context.row(
        7, f"points of a map of {counts[-1]:,} photos, p95", _p95(many["points"]), "ms", None, at_most(POINTS)
    )
    yield context.row(7, "the same after 10,000 changes, exact, p95", _p95(many["moved"]), "ms", None, at_most(POINTS))
    yield context.row(7, "the same with a photo of each point, p95", _p95(many["told"]), "ms", None, at_most(POINTS))
    yield context.row(7, "list of keywords, p50", median(many["keywords"]), "ms", median(few["keywords"]))
    yield context.row(7, "numbers of the studio, p50", median(many["numbers"]), "ms", median(few["numbers"]))


def _p95(values: Sequence[float]) -> float:
    return percentile(values, 95)


def _over(pairs: dict[str, list[float]]) -> float:
    return median(median(times) for times in pairs.values())


def _slope(counts: Sequence[int], figures: Sequence[float]) -> float:
    return linear_regression([log(count) for count in counts], [log(figure) for figure in figures]).slope


# -- over HTTP ------------------------------------------------------------------------------------------------------


def _pages(context: Context, glassine: Installation, counts: Sequence[int]) -> Iterator[Row]:
    headers = page_headers(Browser(glassine.url, EMAIL, PASSWORD))
    addresses = {slug: json.loads(_said(glassine, "tests.bench.pairs", slug)) for slug in SLUGS}
    chance = random.Random(9)
    months = [{"month": f"{chance.randint(2011, 2025)}-{chance.randint(1, 12):02}"} for _ in range(DEPTHS)]
    asked: dict[str, list[list[dict[str, str]]]] = {
        slug: [months, [{"q": one} for one in found["pairs"]], [{"q": one} for one in found["searches"]]]
        for slug, found in addresses.items()
    }
    each = [(7, "page without filters, any month", PAGE), (7, "page with pairs of filters", PAGE)]
    each.append((9, "search for a word, a person and a date", SEARCH))
    yield from _beside(context, glassine, headers)
    for place, (row, what, goal) in enumerate(each):
        paths = [[f"/studio/{slug}/library/?{urlencode(query)}" for query in asked[slug][place]] for slug in SLUGS]
        seconds = _in_turn(context, glassine, headers, paths)
        figures = [1000 * _p95(times) for times in seconds]
        yield context.row(
            row, f"{what}, {counts[-1]:,} photos, p95; beside {counts[0]:,}", figures[-1], "ms", figures[0],
            at_most(goal),
        )  # fmt: skip
        medians = [1000 * median(times) for times in seconds]
        what = f"the same: exponent from {counts[0]:,} to {counts[-1]:,}"
        yield context.row(row, what, _slope(counts, medians), "", None, at_most(0.05))


def _beside(context: Context, glassine: Installation, headers: Headers) -> Iterator[Row]:
    """What any page of the studio takes, and one without photos: the rest of a page of the library is its own."""
    pages = {"list of galleries": "albums/", "keys of the API, a page with next to nothing": "api-keys/"}
    paths = [[f"/studio/{LARGE}/{path}"] * DEPTHS for path in pages.values()]
    for what, times in zip(pages, _in_turn(context, glassine, headers, paths), strict=True):
        yield context.row(7, f"{what}, p95; p50 beside", 1000 * _p95(times), "ms", 1000 * median(times))


def _in_turn(
    context: Context, glassine: Installation, headers: Headers, asked: Sequence[Sequence[str]]
) -> list[list[float]]:
    """Seconds of each of some series of addresses; the first time, which reads into memory, does not count."""
    seconds: list[list[float]] = [[] for _ in asked]
    for turn in range(1 + context.rounds):
        for paths, spent in zip(asked, seconds, strict=True):
            got = get_all(glassine.port, paths, headers, clients=1, requests=len(paths))
            spent += [one for times in got.seconds.values() for one in times] if turn else []
    return seconds
