"""Two groups made one and two again, questions answered by keys; then a gallery by who is in its photos."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, make_album, sign_in
from tests.browser.test_main_job import upload
from tests.browser.test_people import FACES, PHOTOS, look, look_in_both_widths, switch_on, wait_for_people
from tests.installation import Installation

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

#: Widths at which the face in a photo is too small to be told by itself, and large enough to be asked about.
SMALL = (100, 110, 120)


@pytest.fixture(scope="module")
def glassine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One of its own: people are those of a studio, and other tests find, name and hide the same ones."""
    with Installation(tmp_path_factory.mktemp("glassine") / "data").move_in() as running:
        yield running


def _small(folder: Path) -> list[Path]:
    """Photos of one of the two people from further away."""
    made = []
    with Image.open(FACES / "s05_0084.jpg") as portrait:
        for width in SMALL:
            away = portrait.resize((width, round(portrait.height * width / portrait.width)), Image.Resampling.LANCZOS)
            photo = Image.new("RGB", (640, 480), (96, 110, 120))
            photo.paste(away, (280, 200))
            photo.save(made_at := folder / f"away_{width}.jpg", quality=95)
            made.append(made_at)
    return made


def test_people_are_merged_and_asked_about_and_a_gallery_is_filtered_sorted_and_outlined_by_them(
    visit: Callable[..., Any], tmp_path: Path
) -> None:
    with visit() as page:
        make_album(page, "By people")
        switch_on(page)
        page.click("text=By people")
        address = page.url
        upload(page, [*PHOTOS, *_small(tmp_path)])
        page.click("#tray [data-do=close]")
        page.click(".nav >> text=People")
        wait_for_people(page, "3 photos", "2 photos")
        _merge_and_take_back(page)
        _answer(page)
        questions = page.url
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
        phone.goto(questions)
        look(phone, "question")
        phone.goto(f"{address}?number=few")
        look(phone, "filter")
        phone.click(".menu--people summary")
        # Who was outlined by hand is among them.
        expect(phone.locator("#by-people img")).to_have_count(3)
        look(phone, "menu")
        phone.goto(f"{address}people/sets/")
        look(phone, "sets")


def _merge_and_take_back(page: Page) -> None:
    """Both are called Ben: whether they are one is asked."""
    for number, answer in enumerate(("This is Ben.", "There is already someone called Ben.")):
        page.locator(".person input[name=name]").nth(number).fill("Ben")
        page.keyboard.press("Enter")
        expect(page.locator("#toasts")).to_contain_text(answer)
    look_in_both_widths(page, "same")
    page.click("button:has-text('Merge')")
    expect(page.locator("#toasts")).to_contain_text("Merged with Ben.")
    expect(page.locator(".person")).to_have_count(1)
    page.click("#toasts button:has-text('Undo')")
    expect(page.locator(".person")).to_have_count(2)


def _answer(page: Page) -> None:
    page.click("a:has-text('questions')")
    left = page.locator("[data-doubt] .hint")
    expect(left).to_contain_text("3 left")
    expect(page.locator("h1")).to_have_text("Is this Ben?")
    look(page, "question")
    page.keyboard.press("y")
    expect(left).to_contain_text("2 left")
    page.keyboard.press("z")
    expect(left).to_contain_text("3 left")
    page.keyboard.press("n")
    expect(left).to_contain_text("2 left")
    page.keyboard.press("s")
    expect(left).to_contain_text("2 left")


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
