"""Row 21: a gallery of 10,000 photos with 20,000 faces of 3,000 people: pages of people, the strip, a selfie."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

import httpx

from tests.bench import Context, Row
from tests.bench.figures import over_runs
from tests.bench.goals import at_most
from tests.bench.house import environment_of, installed
from tests.bench.net import get_all
from tests.bench.row4_upload import asleep, page_headers
from tests.installation import EMAIL, PASSWORD, ROOT, Browser, Installation

PHOTOS, FACES = 10_000, 20_000
NAMED, UNNAMED = 500, 2_500
#: Photos of the person whose page is asked for.
SHOWN = 5_000
REQUESTS = 40
PICTURE = ROOT / "tests" / "data" / "faces" / "s01_0001.jpg"


@dataclass(frozen=True)
class Crowd:
    """The studio as crowd.py makes it.

    person: whose page is large.  strip, plain: tokens of links with people and without.  selfies: of links to find
    oneself by, one for each try, because a link takes three in a quarter of an hour.
    """

    person: str
    strip: str
    plain: str
    selfies: list[str]


def run(context: Context) -> Iterator[Row]:
    with installed(context, "people") as glassine:
        crowd = make_crowd(glassine, context.rounds + 1)
        yield _selfie(context, glassine, crowd)
        with asleep(glassine):
            yield from _pages(context, glassine, crowd)


def make_crowd(glassine: Installation, selfies: int) -> Crowd:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.crowd", EMAIL, str(PICTURE), str(selfies)],
        cwd=ROOT, env=environment_of(glassine), check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    return Crowd(**json.loads(done.stdout.splitlines()[-1]))


def _pages(context: Context, glassine: Installation, crowd: Crowd) -> Iterator[Row]:
    """Each page beside the studio's list of galleries, or the gallery without its strip."""
    member = page_headers(Browser(glassine.url, EMAIL, PASSWORD))
    wall, person, plain = "/studio/crowd/people/", f"/studio/crowd/people/{crowd.person}/", "/studio/crowd/albums/"
    page = httpx.get(f"{glassine.url}{wall}", headers=member, timeout=60).text
    if page.count('class="person"') != 120 or "Guest 0000" not in page:
        raise AssertionError("the wall shows other people")
    told = {wall: f"people wall, first page of {NAMED + UNNAMED:,} people, {FACES:,} faces", person: ""}
    told[person] = f"page of a person in {SHOWN:,} photos"
    runs = [get_all(glassine.port, [wall, person, plain], member, clients=1, requests=3 * REQUESTS).seconds]
    runs = [
        get_all(glassine.port, [wall, person, plain], member, clients=1, requests=3 * REQUESTS).seconds
        for _ in range(context.rounds)
    ]
    beside = 1000 * over_runs([one[plain] for one in runs], 95)
    for path, what in told.items():
        figure = 1000 * over_runs([one[path] for one in runs], 95)
        yield context.row(21, f"{what}, p95; beside the list of galleries", figure, "ms", beside, at_most(50))
    yield _strip(context, glassine, crowd)


def _strip(context: Context, glassine: Installation, crowd: Crowd) -> Row:
    paths = [f"/g/{crowd.strip}/", f"/g/{crowd.plain}/"]
    headers = guest_headers(glassine, *paths)
    runs = [
        get_all(glassine.port, paths, headers, clients=1, requests=2 * REQUESTS).seconds
        for _ in range(context.rounds + 1)
    ]
    figures = [1000 * over_runs([one[path] for one in runs[1:]], 95) for path in paths]
    return context.row(
        21, f"gallery of {PHOTOS:,} photos with its people, p95; beside without", figures[0], "ms", figures[1]
    )


def guest_headers(glassine: Installation, people: str, plain: str) -> dict[str, str]:
    """Of a guest who opened both galleries, of which the first shows people."""
    guest = httpx.Client(base_url=glassine.url, timeout=60, follow_redirects=True)
    pages = [guest.get(path).text for path in (people, plain)]
    if [page.count('class="faces__one') > 0 for page in pages] != [True, False]:
        raise AssertionError("the strip stands where it should not")
    return {"Cookie": "; ".join(f"{cookie.name}={cookie.value}" for cookie in guest.cookies.jar)}


def _selfie(context: Context, glassine: Installation, crowd: Crowd) -> Row:
    """From the picture to the address of the photos; the first try of all wakes the engine and does not count."""
    times = [look(glassine, token) for token in crowd.selfies]
    return context.row(21, f"selfie against {FACES:,} faces, engine awake", median(times[1:]), "s", None, at_most(1.5))


def look(glassine: Installation, token: str) -> float:
    guest = httpx.Client(base_url=glassine.url, timeout=120, follow_redirects=False)
    guest.get(f"/g/{token}/")
    page = guest.get(f"/g/{token}/find/")
    csrf = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[0]
    # The engine loads its models when the page is read.
    time.sleep(3)
    began = time.perf_counter()
    answer = guest.post(
        f"/g/{token}/find/",
        data={"agreed": "1", "csrfmiddlewaretoken": csrf},
        files={"selfie": ("me.jpg", PICTURE.read_bytes(), "image/jpeg")},
        headers={"Referer": f"{glassine.url}/g/{token}/find/"},
    )
    seconds = time.perf_counter() - began
    if answer.status_code != 303 or not answer.headers["location"].endswith("only=found"):
        raise AssertionError(f"nobody was found: {answer.status_code}")
    return seconds
