"""People, as a studio and its guests meet them: switched on, found by themselves, named, taken back; then chosen by."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from typing import Any, cast

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.conftest import DATA, DESKTOP, PHONE, make_album, sign_in
from tests.browser.pages import turn
from tests.browser.test_accessibility import in_both_themes
from tests.browser.test_main_job import put_live, upload
from tests.installation import Installation

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

# One of two people is in three of these photos, the other in two, both together in one.
FACES = DATA / "faces"
PHOTOS = [FACES / name for name in ("two_s01_s05.jpg", "s01_0001.jpg", "s05_0084.jpg", "s05_0074.jpg")]


def wait_for_people(page: Page, *counts: str) -> None:
    """The worker looks at the photos, and the wall shows whom it found in how many.

    The wall is asked for its text alone meanwhile: to show it again and again would take the worker's time.
    """
    deadline = time.monotonic() + 150
    found = page.locator(".people .person .hint")
    while not all(any(count in one for one in found.all_inner_texts()) for count in counts):
        said = ""
        while not all(count in said for count in counts):
            assert time.monotonic() < deadline, said or found.all_inner_texts()
            page.wait_for_timeout(500)
            said = page.request.get(page.url).text()
        page.reload()


def look(page: Page, name: str) -> None:
    """No serious fault; a picture of it where GLASSINE_TEST_PICTURES says."""
    folder = os.environ.get("GLASSINE_TEST_PICTURES")
    for theme in ("light", "dark") if folder else ():
        turn(page, theme)
        page.screenshot(path=f"{folder}/people-{name}-{page.evaluate('innerWidth')}-{theme}.png", full_page=True)
    assert in_both_themes(page) == []


def look_in_both_widths(page: Page, name: str) -> None:
    """As `look`, on a narrow screen too."""
    look(page, name)
    page.set_viewport_size(cast(ViewportSize, PHONE))
    look(page, name)
    page.set_viewport_size(cast(ViewportSize, DESKTOP))


def switch_on(page: Page) -> None:
    """Let faces be found in every gallery; ends on the list of galleries."""
    page.click(".nav >> text=People")
    look_in_both_widths(page, "off")
    page.check("text=In every gallery")
    page.check("text=I may have the faces")
    page.click("button:has-text('Switch on')")
    page.click(".nav >> text=Galleries")


def test_people_from_the_first_switch_to_a_guest_who_wants_to_be_hidden(
    visit: Callable[..., Any], glassine: Installation
) -> None:
    with visit() as page:
        album = make_album(page, "With people")
        switch_on(page)
        page.click("text=With people")
        upload(page, PHOTOS)
        page.click("#tray [data-do=close]")
        put_live(page)
        page.click(".nav >> text=People")
        wait_for_people(page, "3 photos", "2 photos")
        _name_and_take_back(page)
    with visit(PHONE) as phone:
        sign_in(phone)
        phone.goto(re.sub(r"/albums/.*", "/people/", phone.url))
        expect(phone.locator(".person")).to_have_count(2)
        look(phone, "wall")
        phone.click("text=Who may be shown")
        expect(phone.locator(".passports li")).to_have_count(1)
        look(phone, "passports")
        phone.go_back()
        _look_at_rosa(phone)
    with glassine.api() as api:
        rights = {"people": "names", "find_me": "all", "download": "original"}
        link = api.post(f"/api/albums/{album}/share", json={"label": "Guests", "rights": rights})
        link.raise_for_status()
    with visit(DESKTOP) as guest:
        guest.goto(link.json()["url"])
        look(guest, "strip")
        _choose_by_faces(guest)
        guest.goto(link.json()["url"])
        # A request is sent once, by the next guest.
        _find_myself(guest)
    with visit(PHONE) as guest:
        guest.goto(link.json()["url"])
        look(guest, "strip")
        _choose_by_faces(guest)
        guest.goto(link.json()["url"])
        _find_myself(guest)
        guest.click("button:has-text('Send request')")
        expect(guest.locator("main")).to_contain_text("has your request")
    with visit(PHONE) as phone:
        sign_in(phone)
        phone.goto(re.sub(r"/albums/.*", "/people/", phone.url))
        phone.click("text=Requests")
        expect(phone.locator("main")).to_contain_text("Karl")
        look(phone, "requests")
    with visit() as page:
        sign_in(page)
        page.click(".nav >> text=People")
        page.click("text=Requests")
        expect(page.locator("main")).to_contain_text("Karl")
        look(page, "requests")
        page.click("button:has-text('Hide these photos')")
        expect(page.locator("#toasts")).to_contain_text("hidden from every client")
        expect(page.locator("main")).to_contain_text("No one has asked")
    with visit() as guest:
        guest.goto(link.json()["url"])
        expect(guest.locator("#stream .t")).to_have_count(1)


def _name_and_take_back(page: Page) -> None:
    # The one of four photos of two people who is in three of them comes first.
    expect(page.locator(".person").first).to_contain_text("3 photos")
    page.locator(".person input[name=name]").first.fill("Rosa")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("This is Rosa.")
    look(page, "wall")
    page.locator(".person__face").first.hover()
    expect(page.locator(".around .outlined__box")).to_be_visible()
    look(page, "around")
    _look_at_rosa(page)
    page.go_back()
    page.locator("input[name=face]").first.check()
    page.click("button:has-text('are not Rosa')")
    expect(page.locator("li.person, .people > .person")).to_have_count(2)
    page.click("#toasts button:has-text('Undo')")
    expect(page.locator("li.person, .people > .person")).to_have_count(3)


def _look_at_rosa(page: Page) -> None:
    """From the wall to her page, and why a face is hers."""
    page.locator(".person__faces").first.click()
    expect(page.locator("h1")).to_have_text("Rosa")
    look(page, "person")
    page.locator("text=Why?").first.click()
    expect(page.locator("h1")).to_have_text("Why is this Rosa?")
    look(page, "why")


def _choose_by_faces(guest: Page) -> None:
    expect(guest.locator(".faces__one")).to_have_count(2)
    expect(guest.locator(".faces__one").first).to_contain_text("Rosa")
    guest.click(".faces__one >> nth=0")
    expect(guest.locator("#stream .t")).to_have_count(3)
    expect(guest.locator("h1.picked__title")).to_have_text("Rosa")
    guest.click(".faces__one >> nth=1")
    expect(guest.locator("#stream .t")).to_have_count(1)
    guest.click("text=Any of them")
    expect(guest.locator("#stream .t")).to_have_count(4)
    look(guest, "either")
    guest.click("text=Download these 4")
    expect(guest.locator("main")).to_contain_text("4 photos")
    look(guest, "download")


def _find_myself(guest: Page) -> None:
    guest.click("a[aria-label='Find my photos']")
    look(guest, "find")
    guest.check("input[name=agreed]")
    guest.set_input_files("input[name=selfie]", str(PHOTOS[2]))
    guest.click("button:has-text('Find my photos')")
    guest.wait_for_url("**only=found**")
    expect(guest.locator("#stream .t")).to_have_count(3)
    look(guest, "found")
    guest.click("text=Hide me")
    guest.fill("input[name=name]", "Karl")
    look(guest, "hide")
