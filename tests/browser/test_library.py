"""Finding a photo again: the library, the search box on every page, and a question that is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DATA, PHONE, make_album
from tests.browser.test_main_job import upload

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

PHOTO = DATA / "formats" / "tanners_ridge.jpg"


def test_a_photo_is_found_by_the_palette_and_its_search_is_kept(visit: Callable[..., Any]) -> None:
    with visit() as page:
        make_album(page, "Ridge walk")
        upload(page, [PHOTO])
        page.click("#tray [data-do=close]")
        page.keyboard.press("Control+k")
        palette = page.locator("#palette")
        expect(palette.locator("input")).to_be_focused()
        palette.locator("input").fill("ridge")
        expect(palette.locator(".found__hit").first).to_contain_text("Ridge walk")
        expect(palette.locator("section[aria-label=Photos]")).to_contain_text("tanners_ridge.jpg")
        page.keyboard.press("ArrowDown")
        expect(palette.locator(".found__hit").first).to_be_focused()
        page.keyboard.press("Escape")
        expect(palette).to_be_hidden()
        page.click("nav >> text=Library")
        page.fill("main input[name=q]", "ridge rating:none colr:red")
        page.keyboard.press("Enter")
        expect(page.locator(".misread")).to_contain_text("There is no filter “colr”")
        expect(page.locator(".asked__chip")).to_have_count(2)
        page.click("text=Save as a smart collection")
        expect(page.locator("#editor .stream .t")).to_have_count(1)
        page.select_option("[name='o:1']", "is_not_empty")
        expect(page.locator("#editor")).to_contain_text("0 photos")
        page.click("[name=act][value='remove:1']")
        expect(page.locator("#editor .stream .t")).to_have_count(1)
        page.fill("#title", "Ridges")
        page.click("text=Save >> visible=true")
        expect(page.locator("h1")).to_have_text("Ridges")
        page.click("#stream .t a")
        expect(page.locator(".pswp")).to_be_visible()


def test_the_library_on_a_phone_is_as_wide_as_the_screen(visit: Callable[..., Any]) -> None:
    with visit(PHONE) as page:
        make_album(page, "Phone walk")
        for address in ("library/?q=ridge+camera:canon", "search/?q=walk", "smart-collections/new/?starter=unrated"):
            page.goto(f"/studio/north-light/{address}")
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, address
