"""The focus of the cover: set in the studio by pointer, keys or numbers, seen by the client."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DATA, PHONE, make_album, sign_in
from tests.browser.test_main_job import make_link, put_live, upload

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

PHOTO = DATA / "formats" / "tanners_ridge.jpg"


def open_focus(page: Page) -> None:
    page.click(".menu--more summary")
    page.click("#cover-focus")
    page.wait_for_selector("#dialog[open] #focus")
    expect(page.locator(".focus__photo img")).to_have_js_property("complete", True)
    # The sheet slides in: a place measured before it rests is another place a moment later.
    page.evaluate("Promise.all(document.querySelector('#dialog').getAnimations().map(animation => animation.finished))")


def point(page: Page, x: float, y: float) -> tuple[float, float]:
    """A place on the photo (0..1 from left and top) in the page's pixels."""
    box = page.locator(".focus__photo").bounding_box()
    assert box
    return box["x"] + box["width"] * x, box["y"] + box["height"] * y


def classes(x: int, y: int) -> re.Pattern[str]:
    return re.compile(rf"\bfx{x} fy{y}\b")


def test_the_client_sees_the_focus_that_was_clicked(visit: Callable[..., Any]) -> None:
    with visit() as page:
        make_album(page, "In focus")
        expect(page.locator("#cover-focus")).to_be_hidden()
        upload(page, [PHOTO])
        page.click("#tray [data-do=close]")
        expect(page.locator("#album-cover img")).to_be_visible()
        open_focus(page)
        page.mouse.click(*point(page, 0.2, 0.7))
        expect(page.locator("#focus")).to_have_class(classes(20, 70))
        page.mouse.move(*point(page, 0.3, 0.3))
        page.mouse.down()
        page.mouse.move(*point(page, 0.8, 0.9))
        page.mouse.up()
        expect(page.locator("#focus")).to_have_class(classes(80, 90))
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowUp")
        expect(page.locator("#focus")).to_have_class(classes(85, 85))
        view = page.locator(".focus__view--tall img")
        assert view.evaluate("image => getComputedStyle(image).objectPosition") == "85% 85%"
        page.click("#focus button:has-text('Save')")
        expect(page.locator("#toasts")).to_contain_text("Cover focus saved.")
        expect(page.locator("#dialog")).to_be_hidden()
        expect(page.locator("#stream .t.is-cover")).to_have_count(1)
        page.reload()
        open_focus(page)
        expect(page.locator("#focal-x")).to_have_value("85")
        page.click("#focus [data-close]")
        put_live(page)
        address = make_link(page)
    with visit(PHONE) as guest:
        guest.goto(address)
        expect(guest.locator("header.cover")).to_have_class(classes(85, 85))


def test_a_finger_sets_the_focus_on_a_phone(visit: Callable[..., Any]) -> None:
    with visit(PHONE) as page:
        make_album(page, "In focus by hand")
        upload(page, [PHOTO])
        page.click("#tray [data-do=close]")
        open_focus(page)
        page.touchscreen.tap(*point(page, 0.9, 0.1))
        expect(page.locator("#focus")).to_have_class(classes(90, 10))
        assert page.evaluate("document.querySelector('#dialog').scrollWidth <= innerWidth")


def test_the_focus_is_set_by_numbers_without_javascript(visit: Callable[..., Any]) -> None:
    with visit() as page:
        make_album(page, "Focus without script")
        upload(page, [PHOTO])
        album = page.url
    with visit(java_script_enabled=False) as plain:
        sign_in(plain)
        plain.goto(album)
        plain.click(".menu--more summary")
        plain.click("#cover-focus")
        plain.fill("#focal-x", "33")
        plain.fill("#focal-y", "100")
        plain.click("#focus button:has-text('Save')")
        expect(plain.locator(".toast")).to_contain_text("Cover focus saved.")
        plain.click(".menu--more summary")
        plain.click("#cover-focus")
        expect(plain.locator("#focal-x")).to_have_value("33")
        expect(plain.locator("#focus")).to_have_class(classes(35, 100))
