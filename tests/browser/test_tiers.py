"""Reviewing in a real browser: words are corrected, A approves, and the file's history has a copy with metadata."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DATA, make_album
from tests.browser.test_camera_files import send

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]


def test_photos_are_reviewed_by_keys_and_the_copy_can_be_downloaded(visit: Callable[..., Any]) -> None:
    with visit() as page:
        make_album(page, "Flowers")
        send(page, [DATA / "formats" / f"{name}.jpg" for name in ("cyclamen_persicum", "prairie_falcon")])
        album = page.url
        page.click("summary[aria-label='More']")
        page.click("a:has-text('Review…')")
        expect(page.locator("main")).to_contain_text("2 photos to review")
        first = page.locator("form[data-review] h2").inner_text()
        photo = str(page.locator("form[data-review]").get_attribute("action")).rstrip("/").rpartition("/")[2]
        page.fill("[name=caption]", "In the garden")
        page.locator("h1").click()
        page.keyboard.press("a")
        expect(page.locator("main")).to_contain_text("1 photo to review")
        expect(page.locator("form[data-review] h2")).not_to_have_text(first)
        page.keyboard.press("n")
        expect(page.locator("main")).to_contain_text("End of the gallery")
        page.goto(f"{album}photos/{photo}/history/")
        for _ in range(20):
            if page.locator("text=With metadata").count():
                break
            page.wait_for_timeout(500)
            page.reload()
        expect(page.locator("ol.list li:has-text('With metadata') a:has-text('Download')")).to_be_visible()
        page.goto(album.split("/albums/")[0] + "/library/")
        page.locator(".pick").first.check(force=True)
        page.click("#selection summary:has-text('More')")
        expect(page.locator("#selection button:has-text('Review again')")).to_be_visible()
