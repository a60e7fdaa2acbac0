"""D1: from a folder on the desktop to a sent email in five actions with a preset, in seven without one.

An action is what a hand does: a drop, a click, words typed into one field.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in
from tests.browser.test_main_job import drop
from tests.factories import jpeg

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]


class Hand:
    """Counts what is done by hand on a page."""

    def __init__(self, page: Page) -> None:
        self.page, self.actions = page, 0

    def drop(self, *paths: Path) -> None:
        self.actions += 1
        drop(self.page, list(paths))

    def click(self, what: str) -> None:
        self.actions += 1
        self.page.locator(what).locator("visible=true").first.click()

    def type(self, where: str, words: str) -> None:
        self.actions += 1
        self.page.fill(where, words)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A wedding with two folders, one photo beside them, and what computers leave in folders."""
    wedding = tmp_path / "Ada & Ben"
    for name in ("Ceremony", "Party"):
        (wedding / name).mkdir(parents=True)
        for number in range(2):
            (wedding / name / f"{name}_{number}.jpg").write_bytes(jpeg(320, 240))
    (wedding / "cover.jpg").write_bytes(jpeg(321, 240))
    (wedding / ".DS_Store").write_bytes(b"mac")
    return wedding


def create(hand: Hand, folder: Path) -> None:
    """Drop on the dashboard and agree to the name that the folder has."""
    page = hand.page
    page.wait_for_load_state("load")
    hand.drop(folder)
    expect(page.locator("#dialog input[name=title]")).to_have_value("Ada & Ben")
    expect(page.locator("#dialog .note")).to_contain_text("6 files will be added")
    hand.click("#dialog button:has-text('Create gallery')")
    expect(page.locator("#album h1")).to_have_text("Ada & Ben")


def send(hand: Hand) -> None:
    page = hand.page
    hand.type("#email-form textarea[name=addresses]", "ada@example.com")
    hand.click("button:has-text('Publish and send')")
    expect(page.locator(".toast").first).to_contain_text("The gallery is live")
    expect(page.locator("main")).to_contain_text("ada@example.com")


def uploaded(page: Page) -> None:
    """The photos that were dropped are there, in their sections, and nothing was asked about them."""
    page.wait_for_selector("#tray[data-state=over]", timeout=120_000)
    expect(page.locator("#stream .t img")).to_have_count(5)
    expect(page.locator("#sections [data-section]")).to_have_count(2)


def test_with_a_preset_it_takes_five_actions(visit: Callable[..., Any], folder: Path) -> None:
    with visit() as page:
        sign_in(page)
        make_preset(page)
        hand = Hand(page)
        create(hand, folder)
        uploaded(page)
        hand.click("#delivery a:has-text('Send by email')")
        send(hand)
        assert hand.actions <= 5


def test_without_a_preset_it_takes_seven_actions(visit: Callable[..., Any], folder: Path) -> None:
    with visit() as page:
        sign_in(page)
        forget_presets(page)
        hand = Hand(page)
        create(hand, folder)
        uploaded(page)
        hand.click(".album-head a:has-text('Share')")
        hand.click("#share button:has-text('Create link')")
        hand.click("#share .link.is-new a:has-text('Send by email')")
        send(hand)
        assert hand.actions <= 7


def studio_of(page: Page) -> str:
    """Where the pages of the studio begin."""
    return "/".join(page.url.split("/")[:5])


def make_preset(page: Page) -> None:
    """The starter presets, with "Wedding" as the default. Sections are the folders' here."""
    galleries, studio = page.url, studio_of(page)
    page.goto(f"{studio}/presets/")
    page.click("button:has-text('Add starter presets')")
    page.click("a[aria-label='Change Portrait']")
    page.check("input[name=is_default]")
    page.click("main button:has-text('Save')")
    page.wait_for_url("**/presets/")
    page.goto(galleries)


def forget_presets(page: Page) -> None:
    galleries, studio = page.url, studio_of(page)
    page.goto(f"{studio}/presets/")
    while page.locator("main button[aria-label^='Delete']").count():
        page.locator("main button[aria-label^='Delete']").first.click()
        page.wait_for_load_state()
    page.goto(galleries)
