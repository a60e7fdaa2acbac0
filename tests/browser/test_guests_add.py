"""Guests add photos on a phone, and the studio approves them by keyboard; uploads leave a receipt."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, choose, eventually, make_album
from tests.browser.test_main_job import put_live
from tests.factories import jpeg

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]


def files(folder: Path, *names: str) -> list[Path]:
    """A photo each."""
    for name in names:
        (folder / name).write_bytes(jpeg(width=640, height=480))
    return [folder / name for name in names]


def share(page: Page) -> str:
    """Make a link that takes photos; its address."""
    page.click("a:has-text('Share') >> visible=true")
    page.wait_for_selector("#share")
    page.fill("#share input[name=label]", "Guests")
    page.click("#share summary:has-text('Photos from guests')")
    page.locator("#share select[name=upload]").select_option("on")
    expect(page.locator("#share")).to_contain_text("add photos that wait for your approval")
    page.click("button:has-text('Create link')")
    address = page.wait_for_selector("#share .link.is-new .copy input")
    assert address
    return str(address.get_attribute("value"))


def test_guests_add_photos_and_the_studio_approves_them(visit: Callable[..., Any], tmp_path: Path) -> None:
    with visit() as page:
        album = make_album(page, "A party")
        link = share(page)
        page.keyboard.press("Escape")
        put_live(page)
        with visit(PHONE) as guest:
            guest.goto(link)
            guest.get_by_role("link", name="Add photos").click()
            guest.fill("input[name=name]", "Lena")
            guest.fill("input[name=email]", "lena@example.com")
            guest.get_by_role("button", name="Save").click()
            guest.set_input_files("#adds input[type=file]", [*files(tmp_path, "a.jpg", "b.jpg"), *notes(tmp_path)])
            expect(guest.locator(".adds__sum")).to_contain_text("2 of 3 arrived")
            expect(guest.locator("#adds-list")).to_contain_text("Not a photo or a video (.txt)")
            expect(guest.locator("#own")).to_contain_text("Waiting for approval")
            guest.locator(".own__file:has-text('b.jpg') button").click()
            expect(guest.locator(".own__file:has-text('b.jpg')")).to_contain_text("Withdrawn")
        page.goto(re.sub(r"/albums/.*", f"/albums/{album}/from-guests/", page.url))
        eventually(lambda: page.reload() and page.locator(".proof img").count() == 1)
        expect(page.locator(".proof")).to_contain_text("Lena")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("a")
        expect(page.locator("body")).to_contain_text("1 photo approved.")
        page.get_by_role("button", name="Undo").click()
        expect(page.locator(".proof")).to_have_count(1)


def notes(folder: Path) -> list[Path]:
    """A file that is no photo."""
    (folder / "notes.txt").write_text("no photo")
    return [folder / "notes.txt"]


def test_the_tray_leads_to_the_receipt(visit: Callable[..., Any], tmp_path: Path) -> None:
    with visit() as page:
        make_album(page, "A receipt")
        choose(page, [*files(tmp_path, "a.jpg", "b.jpg"), *notes(tmp_path)])
        expect(page.locator("dialog[open]")).to_contain_text("Add 2 photos")
        page.click("dialog[open] button:has-text('Start the upload')")
        page.get_by_role("link", name="Receipt with checksums").click()
        expect(page.locator("main")).to_contain_text("2 of 3 stored, all checksums match")
        expect(page.locator("main")).to_contain_text("Skipped: Not a photo or a video")
