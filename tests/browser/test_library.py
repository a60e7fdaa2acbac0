"""The library in a real browser: found, selected, dealt with and taken back; on the map and on the timeline."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import DESKTOP, PHONE, sign_in
from tests.browser.looking import look

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]


def ask(page: Page, words: str, photos: int) -> None:
    page.evaluate("document.getElementById('results').classList.add('was')")
    page.fill(".filters input[name=q]", words)
    page.keyboard.press("Enter")
    expect(page.locator("#results.was")).to_have_count(0)
    expect(page.locator("#results .meta").first).to_have_text(f"{photos} photo{'' if photos == 1 else 's'}")
    expect(page.locator("#stream .t")).to_have_count(photos)
    # The script takes the new photos over a moment after they came.
    page.wait_for_timeout(200)


def pick(page: Page, *numbers: int) -> None:
    for number in numbers:
        page.locator("#stream .pick").nth(number).check(force=True)


def menu(page: Page, icon: str) -> Locator:
    """Open a menu of the bar of the selected photos; all of it is on the screen."""
    opened = page.locator(f"#selection .menu:has(> summary:has-text('{icon}'))")
    opened.locator("summary").click()
    inside = opened.locator(".menu__list")
    expect(inside).to_be_visible()
    box = inside.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= page.evaluate("innerWidth")
    return inside


def take_back(page: Page, said: str) -> None:
    message = page.locator("#toasts > *", has_text=said)
    message.locator("button:has-text('Undo')").click()
    expect(page.locator("#toasts > *", has_text="Undone")).to_be_visible()


def test_photos_are_found_and_dealt_with_at_a_desk(visit: Callable[..., Any], library: tuple[str, str]) -> None:
    address, ours = library
    with visit() as page:
        sign_in(page)
        # Nothing is found at first: what is found later is selected all the same.
        page.goto(f"{address}?q=nothing-has-this-name")
        expect(page.locator("#results")).to_contain_text("Nothing found")
        ask(page, ours, 5)
        drag_a_band(page)
        expect(page.locator("#selection-count")).to_contain_text("1 selected")
        page.keyboard.press("Escape")
        pick(page, 0, 1)
        look(page, "library-selected")
        keywords = menu(page, "Keywords")
        look(page, "library-keywords")
        keywords.locator("input").fill("holiday, water")
        keywords.locator("button:has-text('Add')").click()
        expect(page.locator("#toasts")).to_contain_text("Keywords of 2 photos changed.")
        ask(page, f"{ours} keyword:holiday", 2)
        take_back(page, "Keywords of 2 photos changed.")
        expect(page.locator("#results")).to_contain_text("Nothing found")
        set_a_place_by_hand(page, ours)
        ask(page, ours, 5)
        page.click("text=What is in these photos?")
        expect(page.locator(".facets")).to_contain_text("HTC Desire")
        look(page, "library-facets")
        page.click(".facets a:has-text('HTC Desire')")
        expect(page.locator("#stream .t")).to_have_count(1)
        expect(page.locator(".asked__chip")).to_have_count(2)


def test_filters_and_galleries_come_when_their_menus_are_opened(
    visit: Callable[..., Any], library: tuple[str, str]
) -> None:
    address, ours = library
    for size in (DESKTOP, PHONE):
        with visit(size) as page:
            sign_in(page)
            page.goto(f"{address}?q={ours}")
            expect(page.locator("#stream .t")).to_have_count(5)
            page.click("summary:has-text('Filter')")
            page.fill("#f-camera", "desire")
            look(page, "library-filters")
            page.keyboard.press("Enter")
            expect(page.locator(".asked__chip")).to_have_count(2)
            expect(page.locator("#stream .t")).to_have_count(1)
            pick(page, 0)
            gallery = menu(page, "Gallery")
            choice = gallery.locator("select[name=album]")
            choice.wait_for(state="attached")
            look(page, "library-galleries")
            # What came into the menu has not touched what was selected.
            expect(page.locator("#selection-count")).to_contain_text("1 selected")
            choice.evaluate("(list, id) => { list.value = id; }", ours.partition(":")[2])
            gallery.locator("button:has-text('Add to it')").click()
            expect(page.locator("#toasts")).to_contain_text("that is so already")


def drag_a_band(page: Page) -> None:
    """From the free ground beside the photo of the first row over it."""
    ground, photo = page.locator(".stream-wrap").bounding_box(), page.locator("#stream .t").first.bounding_box()
    assert ground
    assert photo
    page.mouse.move(ground["x"] + ground["width"] - 3, photo["y"] + 10)
    page.mouse.down()
    page.mouse.move(photo["x"] + 60, photo["y"] + 30)
    page.mouse.move(photo["x"] + 30, photo["y"] + photo["height"] - 10)
    page.mouse.up()


def set_a_place_by_hand(page: Page, ours: str) -> None:
    ask(page, ours, 5)
    # The one without a day is the newest.
    pick(page, 0)
    place = menu(page, "Place")
    place.locator("input").fill("91, 200")
    place.locator("button").click()
    expect(page.locator("#toasts .toast--error")).to_have_count(1)
    # What was selected is still selected, to be tried again.
    place = menu(page, "Place")
    place.locator("input").fill("48.21, 16.37")
    place.locator("button").click()
    expect(page.locator("#toasts")).to_contain_text("Place of 1 photo set.")
    ask(page, f"{ours} place:Vienna", 1)


def test_places_and_the_timeline_at_a_desk(visit: Callable[..., Any], library: tuple[str, str]) -> None:
    address, ours = library
    with visit() as page:
        sign_in(page)
        page.goto(address)
        ask(page, ours, 5)
        pick(page, 1, 2, 3, 4)
        place = menu(page, "Place")
        place.locator("input").fill("53.54, 9.99")
        place.locator("button").click()
        expect(page.locator("#toasts")).to_contain_text("Place of 4 photos set.")
        page.click(".head >> text=Places")
        expect(page.locator(".leaflet-land-pane > svg")).to_be_visible()
        expect(page.locator(".map__point a").first).to_be_visible()
        look(page, "library-places")
        page.locator("#map").click(position={"x": 12, "y": 200})
        expect(page.locator("#id_where")).to_have_value(re.compile(r"^-?[\d.]+, -?[\d.]+$"))
        page.fill("#id_name", "Harbour")
        page.click("button:has-text('Add place')")
        expect(page.locator("#toasts")).to_contain_text("“Harbour” added.")
        page.click("button[aria-label='Remove Harbour']")
        expect(page.locator("#toasts")).to_contain_text("“Harbour” removed.")
        page.locator(".map__point a").first.click()
        page.wait_for_url("**/library/?q=within*")
        expect(page.locator("#stream .t").first).to_be_visible()
        page.go_back()
        page.click("text=Library >> visible=true")
        page.click(".head >> text=Timeline")
        page.click("nav[aria-label=Years] >> text=2010")
        page.click("summary:has-text('Name it')")
        look(page, "library-timeline")
        page.fill(".timeline__name input[name=title]", "Sailing")
        page.click(".timeline__name button:has-text('Save')")
        expect(page.locator("#toasts")).to_contain_text("“Sailing” added.")
        page.click(".timeline a:has-text('Sailing')")
        expect(page.locator("#stream .t")).to_have_count(3)
        page.go_back()
        page.click("button[aria-label='Remove Sailing']")
        expect(page.locator("#toasts")).to_contain_text("“Sailing” removed.")


def test_the_library_on_a_phone(visit: Callable[..., Any], library: tuple[str, str]) -> None:
    address, ours = library
    with visit(PHONE) as phone:
        sign_in(phone)
        phone.goto(address)
        ask(phone, ours, 5)
        pick(phone, 0, 2)
        look(phone, "library-selected")
        for words in ("Gallery", "Keywords", "Place", "Label"):
            menu(phone, words)
            look(phone, f"library-{words.lower()}")
            phone.mouse.click(5, 90)
        gallery = menu(phone, "Gallery")
        gallery.locator("input[name=title]").fill("Two of them")
        gallery.locator("button:has-text('Make a gallery')").click()
        expect(phone.locator("h1")).to_have_text("Two of them")
        expect(phone.locator("#stream .t")).to_have_count(2)
        take_back(phone, "made of 2 photos")
        phone.goto(address)
        phone.click("text=What is in these photos?")
        expect(phone.locator(".facets")).to_be_visible()
        look(phone, "library-facets")
        phone.goto(address.replace("/library/", "/places/"))
        expect(phone.locator(".map__point a").first).to_be_visible()
        look(phone, "library-places")
        phone.goto(address.replace("/library/", "/timeline/"))
        look(phone, "library-timeline")


def order_of(page: Page) -> list[str]:
    return [str(tile.get_attribute("id")) for tile in page.locator("#stream .t").all()]


def share(page: Page) -> None:
    """Make a link to the collection of the page, look at it as a guest, and come back."""
    here = page.url
    page.locator("main .head button:has-text('Share')").click()
    expect(page.locator("h1")).to_have_text("Share")
    if not page.locator("[name=label]").is_visible():
        page.locator("#share summary, #share button, #share a", has_text="New link").first.click()
    look(page, "library-collection-share")
    page.locator("[name=label]").fill("Friends")
    page.locator("#share button:has-text('Create link')").click()
    page.goto(page.locator(".copy input").first.input_value())
    expect(page.locator("h1")).to_have_text("Our best")
    assert len(order_of(page)) == 3
    look(page, "library-collection-guest")
    page.goto(here)
    page.wait_for_timeout(200)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_a_collection_is_made_and_put_in_order(
    viewport: dict[str, int], visit: Callable[..., Any], library: tuple[str, str]
) -> None:
    address, ours = library
    with visit(viewport) as page:
        sign_in(page)
        page.goto(f"{address}?q={ours}")
        pick(page, 0, 1, 2)
        inside = menu(page, "Collection")
        inside.locator("[name=collection_title]").fill("Our best")
        look(page, "library-collect")
        inside.locator("button:has-text('Make a collection')").click()
        expect(page.locator("h1")).to_have_text("Our best")
        before = order_of(page)
        assert len(before) == 3
        page.wait_for_timeout(200)
        pick(page, 2)
        menu(page, "Move").locator("button:has-text('Move to start')").click()
        expect(page.locator("#toasts > *", has_text="1 photo moved")).to_be_visible()
        look(page, "library-collection")
        page.reload()
        assert order_of(page) == [before[2], *before[:2]]
        share(page)
        pick(page, 0)
        page.locator("#selection button:has-text('Remove')").click()
        page.locator("#toasts > *", has_text="1 photo removed").locator("button:has-text('Undo')").click()
        expect(page.locator("#stream .t")).to_have_count(3)
        assert order_of(page) == [before[2], *before[:2]]
        page.goto(address.replace("/library/", "/collections/"))
        look(page, "library-collections")
        page.locator("button[aria-label='Delete Our best']").first.click()
        expect(page.locator("#toasts > *", has_text="deleted")).to_be_visible()
