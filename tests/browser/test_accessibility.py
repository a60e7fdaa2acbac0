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

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
# What colours alone decide; the rest is the same in both themes.
COLOURS = "runOnly: ['color-contrast', 'link-in-text-block'],"
# A rule says itself how bad what it finds is. Those whose findings are let pass are not run: whether all of a page is
# inside a landmark takes axe as long as much of the rest.
GRAVE = """rules: Object.fromEntries(
  axe._audit.rules.filter(one => !['serious', 'critical'].includes(one.impact)).map(one => [one.id, {enabled: false}])
),"""
SCREENS = pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desk", "phone"])
# Parts of a page, which scripts ask for; the previews in frames, in which no script runs.
NO_PAGE = re.compile(r"/(tiles|fresh)/$")


# Pages that one test looks at, so that two processes have an even share of the long list.
AT_ONCE = 17


@pytest.fixture(scope="session")
def world(glassine: Installation) -> lively.Lively:
    return lively.make(glassine)


# A dialog lies over a page that is looked at in both themes without it. What a script says meanwhile is beside it.
OPENED = "document.querySelector('dialog[open]') ? {include: [['dialog[open]'], ['#toasts']]} : document"


def faults(page: Page, only: str = GRAVE, where: str = "document") -> list[str]:
    """What axe calls serious or critical on the page as it stands."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate(f"axe.run({where}, {{resultTypes: ['violations'], iframes: false, preload: false, {only}}})")
    return [
        f"{page.url} {one['id']}: {one['nodes'][0]['html'][:160]} ({one['nodes'][0].get('failureSummary', '')[:200]})"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]


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


@pytest.fixture(scope="session")
def known() -> dict[str, list[str]]:
    """Of each prefix the addresses that are pages, which are the same on every screen."""
    return {}


def shares() -> Iterator[Any]:
    """The list, a browser's pages in their order, in pieces that two processes can share."""
    for by in sorted({shot.by for shot in pages.ALL}):
        shots = [one for one in pages.ALL if one.by == by]
        for start in range(0, len(shots), AT_ONCE):
            yield pytest.param(by, shots[start : start + AT_ONCE], id=f"{by}-{start // AT_ONCE + 1}")


@SCREENS
@pytest.mark.parametrize(("by", "shots"), list(shares()))
def test_every_page_and_state_of_the_list(
    by: str,
    shots: list[pages.Shot],
    screen: dict[str, int],
    visit: Callable[..., Any],
    glassine: Installation,
    world: lively.Lively,
) -> None:
    found = []
    with visit(screen, color_scheme="light", reduced_motion="reduce") as page:
        pages.enter(page, glassine.url, world, by)
        for shot in shots:
            pages.stand(page, shot, world)
            found += [f"{shot.name}: {one}" for one in in_both_themes(page)]
    assert found == []


@SCREENS
@pytest.mark.parametrize(("prefix", "by"), [("studio/<slug:slug>/", "studio"), ("g/<str:token>/", "anna")])
def test_every_other_address_that_is_a_page(
    prefix: str,
    by: str,
    screen: dict[str, int],
    visit: Callable[..., Any],
    glassine: Installation,
    world: lively.Lively,
    known: dict[str, list[str]],
) -> None:
    listed = {shot.address(world) for shot in pages.ALL}
    found = []
    with visit(screen, color_scheme="light", reduced_motion="reduce") as page:
        pages.enter(page, glassine.url, world, by)
        if prefix not in known:
            known[prefix] = [path for path in derived(prefix, world) if path in listed or is_page(page, path)]
        for path in known[prefix]:
            if path not in listed:
                page.goto(path)
                found += in_both_themes(page)
    assert len(known[prefix]) > 5
    assert found == []
