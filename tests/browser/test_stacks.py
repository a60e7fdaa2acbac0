"""A burst in a real browser: one tile, unfolded in place, another frame on top; folded for clients on request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DATA, PHONE, eventually, make_album
from tests.browser.test_camera_files import send
from tests.browser.test_main_job import make_link, put_live

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

FRAMES = [DATA / "burst" / f"IMG_{number}.jpg" for number in (9002, 9003, 9007)]
ALONE = DATA / "burst" / "IMG_9060.jpg"


def pick(page: Page, name: str, act: str) -> None:
    """Select the photo of this file name and choose an act of the menu."""
    page.locator(f".t[data-name='{name}'] .pick").check(force=True)
    page.click("#selection summary:has-text('Stack…')")
    page.click(f"#selection button:has-text('{act}')")


def test_a_burst_is_one_tile_for_the_studio_and_for_clients(visit: Callable[..., Any]) -> None:
    with visit() as page:
        make_album(page, "Swans")
        send(page, [*FRAMES, ALONE])
        tiles, badge = page.locator("#stream .t"), page.locator(".stack-badge")
        # Frames are compared once they are prepared, which is after the files were stored.
        eventually(lambda: page.reload() and tiles.count() == 2)
        expect(badge).to_have_text("3")
        badge.click()
        expect(tiles).to_have_count(4)
        expect(badge).to_have_attribute("aria-expanded", "true")
        badge.click()
        expect(tiles).to_have_count(2)
        badge.click()
        shown = tiles.first.get_attribute("data-name")
        other = next(path.name for path in FRAMES if path.name != shown)
        pick(page, other, "Put on top")
        expect(page.locator(f".t[data-name='{other}'] .stack-badge")).to_have_text("3")
        expect(tiles).to_have_count(2)
        # What was done can be taken back from the message.
        page.click(".toast button:has-text('Undo')")
        expect(page.locator(f".t[data-name='{shown}'] .stack-badge")).to_have_text("3")
        put_live(page)
        album = page.url
        link = make_link(page)
        page.goto(f"{album}design/")
        page.select_option("select[name=stacks]", "folded")
        page.click("button:has-text('Save look')")
    with visit(PHONE) as guest:
        guest.goto(link)
        expect(guest.locator("#stream .t")).to_have_count(2)
        guest.locator(".stack-badge").click()
        expect(guest.locator("#stream .t")).to_have_count(4)
        guest.locator("#stream .t a:not(.stack-badge)").first.click()
        expect(guest.locator(".pswp")).to_contain_text("1 of 4")
