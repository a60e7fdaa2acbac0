"""A card goes in, whole: a dropped folder, a reload in the middle, receipt, stacks, another frame, a retouched file.

At a desk by drop, on a phone by choosing the same files; nothing is lost, and every act has its way back.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import DATA, DESKTOP, PHONE, choose, eventually, make_album
from tests.browser.looking import look
from tests.browser.test_main_job import drop

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]

PAIR = [DATA / "raw_jpeg_pairs" / name for name in ("DSC_0002.DNG", "DSC_0002.JPG")]
BURST = [DATA / "burst" / f"IMG_{number}.jpg" for number in (9002, 9003, 9007)]
FILES = [*PAIR, *BURST, DATA / "video" / "hevc.mp4"]
LINE = {"offline": False, "latency": 5, "downloadThroughput": -1}
SLOW, STILL, FAST = 90_000, 500, -1
KEPT = "Object.values(localStorage).join()"


@pytest.fixture
def card(tmp_path: Path, viewport: dict[str, int]) -> Path:
    """A folder as a photographer copies it from the card.

    Of bytes that no other test sends, which would be the same photos (what stands behind the end does not count), and
    of days on which no other test's burst was taken.
    """
    folder = tmp_path / "Ceremony"
    folder.mkdir()
    for path in FILES:
        box = b"\0\0\0\x10free" if path.suffix == ".mp4" else b""
        (folder / path.name).write_bytes(path.read_bytes() + box + os.urandom(8))
    shots = [str(folder / path.name) for path in [*PAIR, *BURST]]
    days = 1 if viewport is DESKTOP else 2
    subprocess.run(["exiftool", "-q", "-m", "-overwrite_original", f"-AllDates+=0:0:{days} 0", *shots], check=True)
    return folder


def give(page: Page, card: Path) -> None:
    """The folder by drop at a desk; its files by the picker on a phone, which knows no folders."""
    page.wait_for_load_state("load")
    if page.evaluate("innerWidth") > 500:
        drop(page, [card])
    else:
        choose(page, sorted(card.iterdir()))
    expect(page.locator("#upload-plan")).to_be_visible()


def go(page: Page) -> None:
    page.click("#upload-plan button[value=go]")


def end(page: Page) -> None:
    expect(page.locator("#tray")).to_have_attribute("data-state", "over", timeout=60_000)


def sends_half_and_goes_on(page: Page, card: Path) -> None:
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")

    def runs(bytes_per_second: int) -> None:
        line.send("Network.emulateNetworkConditions", {**LINE, "uploadThroughput": bytes_per_second})

    runs(SLOW)
    give(page, card)
    expect(page.locator("#upload-plan h2")).to_contain_text("Add 4 photos and 1 video")
    expect(page.locator("#upload-plan")).to_contain_text("1 photo as RAW and JPEG")
    look(page, "ingestion-plan")
    go(page)
    eventually(lambda: "IMG_9" in page.evaluate(KEPT))
    runs(STILL)
    look(page, "ingestion-sending")
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    runs(FAST)
    expect(page.locator("#tray-interrupted")).to_contain_text("of 6 files were stored")
    look(page, "ingestion-interrupted")
    give(page, card)
    expect(page.locator("#upload-plan")).to_contain_text("before the interruption")
    look(page, "ingestion-again")
    go(page)
    end(page)


def reads_the_receipt(page: Page) -> None:
    look(page, "ingestion-over")
    page.click("#tray a:has-text('Receipt')")
    # One receipt for both halves.
    expect(page.locator(".meta")).to_contain_text("6 of 6 stored, all checksums match")
    look(page, "ingestion-receipt")
    page.click(".head .back")
    look(page, "ingestion-receipts")
    page.click(".head .back")


def puts_another_frame_on_top(page: Page) -> None:
    tiles, badge = page.locator("#stream .t"), page.locator(".stack-badge")
    expect(tiles).to_have_count(3)
    expect(badge).to_have_text("3")
    shown = page.locator(".t:has(.stack-badge)").get_attribute("data-name")
    look(page, "ingestion-album")
    badge.click()
    expect(tiles).to_have_count(5)
    look(page, "ingestion-stack")
    page.locator("#stream .is-frame > a").first.click()
    page.wait_for_selector(".pswp--open")
    page.wait_for_timeout(600)
    look(page, "ingestion-frame")
    page.locator(".own-bar [data-top]").click()
    message = page.locator("#toasts > *", has_text="Top photo changed.")
    expect(message).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(f".t[data-name='{shown}'] .stack-badge")).to_have_count(0)
    message.locator("button:has-text('Undo')").click()
    expect(page.locator(f".t[data-name='{shown}'] .stack-badge")).to_have_text("3")


def replaces_a_file_and_takes_it_back(page: Page, retouched: Path) -> None:
    choose(page, [retouched])
    expect(page.locator("#upload-plan")).to_contain_text("1 file has the name of a photo here.")
    look(page, "ingestion-replace")
    go(page)
    end(page)
    photo = page.locator(".t[data-name='DSC_0002.JPG']").get_attribute("id")
    page.goto(f"{page.url.partition('?')[0]}photos/{str(photo)[2:]}/history/")
    # The undo is a line of its own above it, in the same words.
    replaced = page.locator("#history li", has_text="replaced the file of").last
    eventually(lambda: page.reload() and replaced.count() > 0)
    look(page, "ingestion-history")
    before = page.locator("li:has-text('Shown now') b").inner_text()
    replaced.locator("button:has-text('Undo')").click()
    expect(replaced).to_contain_text("Undone")
    assert page.locator("li:has-text('Shown now') b").inner_text() != before


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_a_card_goes_in_whole(viewport: dict[str, int], visit: Callable[..., Any], card: Path, tmp_path: Path) -> None:
    retouched = tmp_path / "dsc_0002.jpg"
    with Image.open(PAIR[1]) as picture:
        picture.convert("L").save(retouched, quality=90)
    retouched.write_bytes(retouched.read_bytes() + os.urandom(8))
    with visit(viewport) as page:
        make_album(page, f"Everything from the card {viewport['width']}")
        sends_half_and_goes_on(page, card)
        reads_the_receipt(page)
        puts_another_frame_on_top(page)
        replaces_a_file_and_takes_it_back(page, retouched)
