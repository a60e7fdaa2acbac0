"""The map is walked at a desk and on a phone, and asks nobody but this installation for anything."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, sign_in
from tests.browser.looking import look
from tests.installation import Installation

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]


def zoom_in(page: Page) -> int:
    """One step nearer; which step the points of the new part are asked for."""
    with page.expect_response(re.compile(r"/places/points/")) as answer:
        page.click(".leaflet-control-zoom-in")
    assert answer.value.ok
    return int(parse_qs(urlsplit(answer.value.url).query)["zoom"][0])


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_the_map_is_walked_and_nothing_leaves_it(
    viewport: dict[str, int], visit: Callable[..., Any], glassine: Installation, library: tuple[str, str]
) -> None:
    address, _ = library
    asked: list[str] = []
    with visit(viewport) as page:
        sign_in(page)
        page.on("request", lambda request: asked.append(request.url))
        page.on("websocket", lambda socket: asked.append(socket.url))
        policy = str(page.goto(address.replace("/library/", "/places/")).headers["content-security-policy"])
        # Nobody else may be asked, whatever a script tries.
        assert "//" not in policy
        assert "default-src 'self'" in policy
        expect(page.locator(".leaflet-land-pane > svg")).to_be_visible()
        points = page.locator(".map__point a")
        expect(points.first).to_be_visible()
        look(page, "map")
        assert zoom_in(page) + 1 == zoom_in(page)
        look(page, "map-near")
        page.fill("#id_name", f"Harbour {viewport['width']}")
        page.fill("#id_where", "45.97, 9.20")
        page.click("button:has-text('Add place')")
        expect(page.locator(".places")).to_contain_text("Harbour")
        look(page, "map-named")
        page.locator(f"button[aria-label='Remove Harbour {viewport['width']}']").click()
        points.first.click()
        page.wait_for_url("**/library/?q=within*")
        expect(page.locator("#stream .t").first).to_be_visible()
        look(page, "map-found")
    ours = urlsplit(glassine.url).netloc
    assert {urlsplit(url).netloc for url in asked if not url.startswith(("blob:", "data:"))} == {ours}
