"""Very many photos in a real browser: the chip follows the task from page to page, stops it and tells how it ended."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import DESKTOP, PHONE, sign_in
from tests.installation import Installation
from tests.jobs.test_task_faults import many_photos

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]

# Workers on two busy cores, in milliseconds.
LONG = 120_000
# More than stand on a page; at the desk enough for a comma.
SIZES = {"desktop": (DESKTOP, 1_100), "phone": (PHONE, 300)}


@contextmanager
def resting(glassine: Installation) -> Iterator[None]:
    """The workers stand still, so that there is time to look at a task."""
    pids = glassine.pids("worker")
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def choose_all(page: Page, album: str, count: str) -> None:
    """Open a gallery and select every photo of it, also those that are not on the page yet."""
    page.goto(f"/studio/{page.url.split('/studio/')[1].split('/')[0]}/albums/{album}/")
    expect(page.locator("#stream .t").first).to_be_visible()
    page.locator("#stream .pick").first.check(force=True)
    page.keyboard.press("Control+a")
    page.click("[data-select-all]")
    expect(page.locator("#selection-count")).to_have_text(f"All {count} selected")


def chip(page: Page) -> Locator:
    return page.locator("#task-chip")


@pytest.mark.parametrize("size", SIZES)
def test_a_task_is_followed_from_page_to_page(size: str, visit: Callable[..., Any], glassine: Installation) -> None:
    viewport, many = SIZES[size]
    made = many_photos(glassine, "make", f"Followed-{size}", str(many))
    with visit(viewport) as page:
        sign_in(page)
        with resting(glassine):
            choose_all(page, made["album"], f"{many:,}")
            page.click("#selection summary:has-text('Move to')")
            page.click("#move-list button:has-text('Moved')")
            expect(chip(page)).to_contain_text("Move photos to “Moved”")
            expect(chip(page)).to_contain_text(f"0 of {many:,} photos")
            page.goto(page.url.split("albums/")[0] + "trash/")
            expect(chip(page)).to_contain_text(f"0 of {many:,} photos")
            # It hides nothing that a finger wants to reach.
            assert page.locator("#main h1").is_visible()
        expect(page.locator(".toast")).to_contain_text(f"{many:,} photos moved to “Moved”.", timeout=LONG)
        expect(chip(page)).to_be_hidden()
        page.reload()
        expect(chip(page)).to_be_hidden()
    assert many_photos(glassine, "look", f"Followed-{size}")["under"] == {"Moved": many}


def test_the_page_of_the_gallery_is_true_when_it_is_done(visit: Callable[..., Any], glassine: Installation) -> None:
    made = many_photos(glassine, "make", "Emptied", "400")
    with visit() as page:
        sign_in(page)
        choose_all(page, made["album"], "400")
        page.click("#selection [data-verb=delete]")
        expect(page.locator(".toast")).to_contain_text("400 photos moved to the trash.", timeout=LONG)
        expect(page.locator("#empty")).to_be_visible()
        expect(page.locator(".album-head")).not_to_contain_text("400")


def test_a_task_is_stopped_and_a_failed_one_tried_again(visit: Callable[..., Any], glassine: Installation) -> None:
    made = many_photos(glassine, "make", "Stopped", "400")
    with visit() as page:
        sign_in(page)
        with resting(glassine):
            choose_all(page, made["album"], "400")
            page.click("#selection [data-verb=delete]")
            chip(page).get_by_role("button", name="Stop").click()
            expect(page.locator(".toast")).to_contain_text("Stopped after 0 of 400 photos. What was done stays.")
            expect(chip(page)).to_be_hidden()
            choose_all(page, made["album"], "400")
            page.click("#selection [data-verb=delete]")
            expect(chip(page)).to_contain_text("0 of 400 photos")
            # The gallery goes to the trash before the workers come to it.
            page.click(".menu--more summary")
            page.click(".menu--more button:has-text('Move to trash')")
        expect(chip(page)).to_contain_text("The gallery was moved to the trash in the meantime.")
        page.goto(page.url.split("albums/")[0] + "trash/")
        page.click("#trash li:has-text('Stopped') button:has-text('Restore')")
        chip(page).get_by_role("button", name="Try again").click()
        expect(page.locator(".toast", has_text="moved to the trash")).to_contain_text(
            "400 photos moved to the trash.", timeout=LONG
        )
        expect(chip(page)).to_be_hidden()
