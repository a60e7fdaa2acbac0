"""A card in a real browser: a pair is one photo, a video plays for studio and guests, a retouched file replaces."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import DATA, PHONE, choose, eventually, make_album
from tests.browser.test_main_job import make_link, put_live

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

CARD = [
    DATA / "raw_jpeg_pairs" / "DSC_0002.DNG",
    DATA / "raw_jpeg_pairs" / "DSC_0002.JPG",
    DATA / "video" / "hevc.mp4",
]


def send(page: Page, paths: list[Path]) -> None:
    choose(page, paths)
    page.click("dialog[open] button:has-text('Start the upload')")
    expect(page.locator("#tray")).to_have_attribute("data-state", "over")
    page.click("#tray [data-do=close]")


def plays(page: Page) -> bool:
    return bool(page.evaluate("document.querySelector('.pswp video').currentTime > 0.1"))


def play(page: Page) -> None:
    """Open the video's tile and wait until it moves; the copy that plays may still be in the making."""
    page.click("#stream .t [data-video], #stream .t[data-video]")
    film = page.locator(".pswp video")
    expect(film).to_be_visible()

    def tried() -> bool:
        page.evaluate(
            "(film => { film.muted = true; film.load(); film.play().catch(() => {}); })"
            "(document.querySelector('.pswp video'))"
        )
        page.wait_for_timeout(600)
        return plays(page)

    eventually(tried, 30)


def test_pair_video_and_retouched_file(visit: Callable[..., Any], tmp_path: Path) -> None:
    retouched = tmp_path / "dsc_0002.jpg"
    with Image.open(CARD[1]) as picture:
        picture.convert("L").save(retouched, quality=90)
    with visit() as page:
        make_album(page, "From the card")
        choose(page, CARD)
        expect(page.locator("dialog[open]")).to_contain_text("1 photo as RAW and JPEG")
        page.click("dialog[open] button:has-text('Cancel')")
        send(page, CARD)
        tiles = page.locator("#stream .t")
        expect(tiles).to_have_count(2)
        expect(page.locator(".kind", has_text="RAW+JPEG")).to_be_visible()
        expect(page.locator(".kind", has_text="0:01")).to_be_visible()
        play(page)
        page.keyboard.press("Escape")
        # The same card again: nothing is sent.
        choose(page, CARD)
        expect(page.locator("dialog[open]")).to_contain_text("3 files will be skipped")
        page.click("dialog[open] button:has-text('Cancel')")
        before = page.locator(".t:has(.kind:text('RAW+JPEG')) img").get_attribute("src")
        choose(page, [retouched])
        expect(page.locator("dialog[open]")).to_contain_text("1 file has the name of a photo here.")
        page.click("dialog[open] button:has-text('Start the upload')")
        expect(page.locator("#tray")).to_have_attribute("data-state", "over")
        expect(tiles).to_have_count(2)
        assert before
        photo = page.locator(".t:has(.kind:text('RAW+JPEG'))").get_attribute("id")
        page.goto(f"{page.url.partition('?')[0]}photos/{str(photo)[2:]}/history/")
        eventually(lambda: page.reload() and page.locator("text=replaced the file of").count() > 0)
        expect(page.locator("text=Shown now")).to_be_visible()
        page.go_back()
        put_live(page)
        address = make_link(page)
    with visit(PHONE) as guest:
        guest.goto(address)
        guest.locator("#stream .t").first.scroll_into_view_if_needed()
        play(guest)
