"""axe finds no serious fault on any page, of guests and of the studio, at a desk and on a phone, light and dark."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from django.urls import get_resolver
from playwright.sync_api import Page

from tests.browser import lively, pages
from tests.browser.conftest import DESKTOP, PHONE
from tests.installation import Installation
from tests.test_strangers import _walk

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]

# To write down what each element that it looks at is made of takes axe a good part of its time.
AXE = "\n".join(
    [
        Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8"),
        Path(__file__).with_name("alike.js").read_text(encoding="utf-8"),
        "axe.configure({noHtml: true});",
    ]
)
# What colours alone decide; the rest is the same in both themes.
COLOURS = "runOnly: ['color-contrast', 'link-in-text-block'],"
# A rule says itself how bad what it finds is. Those whose findings are let pass are not run: whether all of a page is
# inside a landmark takes axe as long as much of the rest.
GRAVE = """rules: Object.fromEntries(
  axe._audit.rules.filter(one => !['serious', 'critical'].includes(one.impact)).map(one => [one.id, {enabled: false}])
),"""
SIZES = {"desk": DESKTOP, "phone": PHONE}
# Parts of a page, which scripts ask for; the previews in frames, in which no script runs.
NO_PAGE = re.compile(r"/(tiles|fresh)/$")


# Pages that one test looks at, and tests among which all other addresses of the studio are shared, so that processes
# have an even share of them.
AT_ONCE, SHARES = 17, 2


@pytest.fixture(scope="session")
def world(glassine: Installation) -> lively.Lively:
    return lively.make(glassine)


# A dialog lies over a page that is looked at in both themes without it. What a script says meanwhile is beside it.
OPENED = "document.querySelector('dialog[open]') ? {include: [['dialog[open]'], ['#toasts']]} : document"


# Of what is wrong in the first place, with the element itself.
FOUND = """async () => {
  axeBegins();
  const { violations } = await axe.run(%s, {resultTypes: ['violations'], iframes: false, preload: false, %s});
  return violations.filter(one => ['serious', 'critical'].includes(one.impact)).map(({ id, nodes: [first] }) => {
    const element = document.querySelector(first.target[0]);
    return `${id}: ${element?.outerHTML.slice(0, 160)} (${(first.failureSummary ?? '').slice(0, 200)})`;
  });
}"""


def faults(page: Page, only: str = GRAVE, where: str = "document") -> list[str]:
    """What axe calls serious or critical on the page as it stands."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    return [f"{page.url} {one}" for one in page.evaluate(FOUND % (where, only))]


def in_both_themes(page: Page) -> list[str]:
    """The faults in light and in dark, and whatever makes the page wider than the screen."""
    pages.turn(page, "light")
    found = faults(page)
    # A phone's layout grows with what is too wide for it.
    if page.evaluate("Math.max(innerWidth, document.documentElement.scrollWidth) > screen.width"):
        found.append(f"{page.url} is wider than the screen")
    pages.turn(page, "dark")
    found += [f"dark: {one}" for one in faults(page, COLOURS, OPENED)]
    # For the page that comes next.
    page.emulate_media(color_scheme="light")
    return found


def derived(prefix: str, world: lively.Lively) -> Iterator[str]:
    """Every address below `prefix` whose parts the world knows."""
    for route in sorted(set(_walk(get_resolver().url_patterns)), key=lambda route: route.pattern):
        known = set(route.names) <= world.values.keys()
        if route.pattern.startswith(prefix) and known and not NO_PAGE.search(route.pattern):
            yield route.path(world.values)


def is_page(page: Page, path: str) -> bool:
    """False if it is nothing to look at: a deed, a file, a redirect elsewhere, nothing here."""
    answer = page.request.get(path, max_redirects=0)
    if answer.status != 200 or "text/html" not in answer.headers.get("content-type", ""):
        return False
    # A piece that a script puts into a page that is looked at.
    if not answer.text().lower().startswith("<!doctype"):
        return False
    # A sandboxed document runs no script, so axe cannot look at it; it is shown in a frame of a page that is looked at.
    return "sandbox" not in answer.headers.get("content-security-policy", "")


def unlisted(prefix: str, world: lively.Lively) -> list[str]:
    """Addresses below `prefix` that the list does not name."""
    listed = {shot.address(world) for shot in pages.ALL}
    return [path for path in derived(prefix, world) if path not in listed]


class Screen:
    """Makes the page that a browser shows one at a desk, or one on a phone, without loading it again."""

    def __init__(self, page: Page) -> None:
        self.page, self.line = page, page.context.new_cdp_session(page)

    def be(self, size: dict[str, int]) -> None:
        is_phone, (width, height) = size is PHONE, size.values()
        metrics = {"screenWidth": width, "screenHeight": height, "deviceScaleFactor": 1, "mobile": is_phone}
        self.line.send("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, **metrics})
        self.line.send("Emulation.setTouchEmulationEnabled", {"enabled": is_phone})
        self.page.evaluate(pages.TWO_FRAMES)
        assert self.page.evaluate("[screen.width, matchMedia('(pointer: coarse)').matches]") == [width, is_phone]


def on_both_screens(page: Page, screen: Screen) -> list[str]:
    """The faults of a page that was loaded at a desk, there and on a phone."""
    found = in_both_themes(page)
    screen.be(PHONE)
    found += [f"phone: {one}" for one in in_both_themes(page)]
    screen.be(DESKTOP)
    return found


def is_laid_out_alone(shot: pages.Shot) -> bool:
    """Whether a page on a phone is the one at a desk in another layout: the studio's scripts ask for the width only
    when somebody opens something. All others are loaded on each screen."""
    return shot.by in pages.MEMBERS and shot.then is None


def shares() -> Iterator[Any]:
    """The list, a browser's pages in their order, in pieces that processes can share; each page once on each screen."""
    for by in sorted({shot.by for shot in pages.ALL}):
        shots = [one for one in pages.ALL if one.by == by]
        for name, size in SIZES.items():
            left = [one for one in shots if size is DESKTOP or not is_laid_out_alone(one)]
            for start in range(0, len(left), AT_ONCE):
                yield pytest.param(by, size, left[start : start + AT_ONCE], id=f"{by}-{start // AT_ONCE + 1}-{name}")


@pytest.mark.parametrize(("by", "size", "shots"), list(shares()))
def test_every_page_and_state_of_the_list(
    by: str,
    size: dict[str, int],
    shots: list[pages.Shot],
    visit: Callable[..., Any],
    glassine: Installation,
    world: lively.Lively,
) -> None:
    found = []
    with visit(size, color_scheme="light", reduced_motion="reduce") as page:
        screen = Screen(page)
        pages.enter(page, glassine.url, world, by)
        for shot in shots:
            pages.stand(page, shot, world)
            faults_of_it = on_both_screens(page, screen) if is_laid_out_alone(shot) else in_both_themes(page)
            found += [f"{shot.name}: {one}" for one in faults_of_it]
    assert found == []


@pytest.mark.parametrize("share", range(SHARES))
def test_every_other_address_of_the_studio_that_is_a_page(
    share: int, visit: Callable[..., Any], glassine: Installation, world: lively.Lively
) -> None:
    found, seen = [], 0
    with visit(DESKTOP, color_scheme="light", reduced_motion="reduce") as page:
        screen = Screen(page)
        pages.enter(page, glassine.url, world, "studio")
        for path in unlisted("studio/<slug:slug>/", world)[share::SHARES]:
            if is_page(page, path):
                page.goto(path)
                found += on_both_screens(page, screen)
                seen += 1
    assert seen > 5
    assert found == []


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_every_other_address_of_a_gallery_that_is_a_page(
    size: dict[str, int], visit: Callable[..., Any], glassine: Installation, world: lively.Lively
) -> None:
    found, seen = [], 0
    with visit(size, color_scheme="light", reduced_motion="reduce") as page:
        pages.enter(page, glassine.url, world, "anna")
        for path in unlisted("g/<str:token>/", world):
            if is_page(page, path):
                page.goto(path)
                found += in_both_themes(page)
                seen += 1
    assert seen > 0
    assert found == []
