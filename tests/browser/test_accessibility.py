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

from tests.browser.conftest import DATA, DESKTOP, PHONE, sign_in
from tests.installation import Installation
from tests.test_strangers import _walk

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
STEMS = ("cyclamen_persicum", "tanners_ridge", "wood_anemones")
LOOKS = [(DESKTOP, "dark"), (PHONE, "light")]
# Parts of a page, which scripts ask for.
NO_PAGE = re.compile(r"/(tiles|fresh)/$")


@pytest.fixture(scope="module")
def world(glassine: Installation) -> dict[str, str]:
    """What stands in addresses: one album with three photos and links of each kind."""
    album = glassine.make_album("Anna & Ben")
    browser = glassine.client()
    for stem in STEMS:
        answer = browser.put(album, (DATA / "formats" / f"{stem}.jpg").read_bytes(), f"{stem}.jpg")
        assert answer.status_code in (200, 201), answer.text
    photos = glassine.wait_ready(album, len(STEMS))
    with glassine.api() as api:
        api.patch(f"/api/albums/{album}", json={"state": "live"}).raise_for_status()
        rights = {"download": "original", "favourite": True, "comment": True, "rate": True}
        link = api.post(f"/api/albums/{album}/share", json={"label": "Family", "rights": rights}).json()
        locked = api.post(f"/api/albums/{album}/share", json={"label": "Locked", "password": "rosen 2026"}).json()
    return {
        "slug": browser.slug, "album_id": album, "photo_id": photos[0]["id"], "link_id": link["id"],
        "token": link["token"], "locked": locked["token"], "kind": "delivery",
    }  # fmt: skip


def faults(page: Page) -> list[str]:
    """What axe calls serious or critical on the page as it stands."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations'], iframes: false})")
    return [
        f"{page.url} {one['id']}: {one['nodes'][0]['html'][:160]} ({one['nodes'][0].get('failureSummary', '')[:200]})"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]


def pages(prefix: str, world: dict[str, str]) -> Iterator[str]:
    """Every address below `prefix` whose parts the world knows."""
    for route in sorted(set(_walk(get_resolver().url_patterns)), key=lambda route: route.pattern):
        if route.pattern.startswith(prefix) and set(route.names) <= world.keys() and not NO_PAGE.search(route.pattern):
            yield route.path(world)


def seen(page: Page, path: str) -> bool:
    """Go there; False if it is no page to look at: a deed, a file, a redirect elsewhere, nothing here."""
    answer = page.request.get(path, max_redirects=0)
    if answer.status != 200 or "text/html" not in answer.headers.get("content-type", ""):
        return False
    # A sandboxed document runs no script, so axe cannot look at it; it is shown in a frame of a page that is looked at.
    if "sandbox" in answer.headers.get("content-security-policy", ""):
        return False
    page.goto(path)
    return True


@pytest.mark.parametrize(("viewport", "theme"), LOOKS, ids=["desktop-dark", "phone-light"])
def test_the_studio_s_pages(
    viewport: dict[str, int], theme: str, visit: Callable[..., Any], world: dict[str, str]
) -> None:
    found, looked = [], 0
    with visit(viewport, color_scheme=theme, reduced_motion="reduce") as page:
        sign_in(page)
        for path in pages("studio/<slug:slug>/", world):
            if seen(page, path):
                looked += 1
                found += faults(page)
    assert looked > 15
    assert found == []


@pytest.mark.parametrize(("viewport", "theme"), LOOKS, ids=["desktop-dark", "phone-light"])
def test_the_guests_pages(
    viewport: dict[str, int], theme: str, visit: Callable[..., Any], world: dict[str, str]
) -> None:
    found, looked = [], 0
    with visit(viewport, color_scheme=theme, reduced_motion="reduce") as page:
        for path in pages("g/<str:token>/", world):
            if seen(page, path):
                looked += 1
                found += faults(page)
        for path in (f"/g/{world['locked']}/", "/g/nothing-here-at-all-really/", "/login/"):
            page.goto(path)
            found += faults(page)
        page.goto(f"/g/{world['token']}/")
        page.locator("#stream .t").first.click()
        page.wait_for_selector(".pswp--open")
        found += faults(page)
    assert looked > 5
    assert found == []
