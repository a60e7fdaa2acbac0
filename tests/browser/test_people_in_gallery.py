"""A gallery by who is in its photos: a filter, sections by number of people, and faces outlined by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, make_album, sign_in
from tests.browser.test_main_job import upload
from tests.browser.test_people import PHOTOS, look, switch_on, wait_for_people
from tests.installation import Installation

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def glassine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One of its own: people are those of a studio, and other tests find, name and hide the same ones."""
    with Installation(tmp_path_factory.mktemp("glassine") / "data").move_in() as running:
        yield running


def test_a_gallery_is_filtered_sorted_and_outlined_by_its_people(visit: Callable[..., Any]) -> None:
    with visit() as page:
        make_album(page, "By people")
        switch_on(page)
        page.click("text=By people")
        address = page.url
        upload(page, PHOTOS)
        page.click("#tray [data-do=close]")
        page.click(".nav >> text=People")
        wait_for_people(page, "3 photos", "2 photos")
        page.goto(address)
        _filter(page)
        _outline(page)
        page.goto(f"{address}people/sets/")
        look(page, "sets")
        page.click("button:has-text('Sort photos')")
        expect(page.locator("#sections")).to_contain_text("Portraits")
        page.click("#toasts button:has-text('Undo')")
        expect(page.locator("#sections")).not_to_contain_text("Portraits")
    with visit(PHONE) as phone:
        sign_in(phone)
        phone.goto(f"{address}?number=few")
        look(phone, "filter")
        phone.click(".menu--people summary")
        # Who was outlined by hand is among them.
        expect(phone.locator("#by-people img")).to_have_count(3)
        look(phone, "menu")
        phone.goto(f"{address}people/sets/")
        look(phone, "sets")


def _filter(page: Page) -> None:
    page.click(".menu--people summary")
    expect(page.locator("#by-people img")).to_have_count(2)
    look(page, "menu")
    page.click("#by-people a:has(img) >> nth=0")
    expect(page.locator("#stream .t")).to_have_count(3)
    page.click(".menu--people summary")
    page.click("#by-people a:has(img) >> nth=1")
    expect(page.locator("#stream .t")).to_have_count(1)
    look(page, "filter")
    page.click(".asked__ways >> text=Either")
    expect(page.locator("#stream .t")).to_have_count(4)
    page.click(".asked__clear")
    expect(page.locator(".asked")).to_have_count(0)


def _outline(page: Page) -> None:
    page.click("#stream .t >> nth=0")
    page.wait_for_selector(".pswp--open")
    page.keyboard.press("w")
    page.wait_for_selector(".who-add")
    before = page.locator(".who").count()
    # By keyboard alone.
    page.keyboard.press("n")
    for key in ("ArrowLeft", "ArrowUp", "Shift+ArrowRight", "Enter"):
        page.keyboard.press(key)
    page.keyboard.type("Karl")
    look(page, "outline")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("This is Karl.")
    expect(page.locator(".who")).to_have_count(before + 1)
    # By pointer.
    page.click(".who-add")
    picture = page.locator(".pswp__item[aria-hidden=false] .pswp__img >> nth=0").bounding_box()
    assert picture is not None
    left, top = picture["x"] + 20, picture["y"] + 20
    page.mouse.move(left, top)
    page.mouse.down()
    page.mouse.move(left + 80, top + 90, steps=4)
    page.mouse.up()
    page.keyboard.press("Enter")
    expect(page.locator(".who--new")).to_have_count(0)
    expect(page.locator(".who")).to_have_count(before + 2)
    drawn = page.locator(".who").first.bounding_box()
    assert drawn is not None
    assert abs(drawn["x"] - left) < 4
    assert abs(drawn["width"] - 80) < 6
    look(page, "outlined")
    page.click(".who__remove >> nth=0")
    expect(page.locator(".who")).to_have_count(before + 1)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
