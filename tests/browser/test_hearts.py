"""Hearts in a real browser: what the page counts is what the list holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PHONE
from tests.factories import jpeg
from tests.installation import Installation

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def gallery(glassine: Installation) -> str:
    """Address of a gallery of three photos in one section."""
    album, client = glassine.make_album("Hearts"), glassine.client()
    for number in range(3):
        sent = client.put(album, jpeg(90, 60), f"HEART_{number}.jpg", section="Party")
        assert sent.status_code in (200, 201)
    glassine.wait_ready(album, 3)
    with glassine.api() as api:
        api.patch(f"/api/albums/{album}", json={"state": "live"}).raise_for_status()
        answer = api.post(f"/api/albums/{album}/share", json={"label": "Ada", "rights": {"favourite": True}})
        answer.raise_for_status()
        return str(answer.json()["url"])


def hearts(page: Page) -> Locator:
    return page.locator("#stream button.heart")


def test_where_only_favourites_are_shown_every_count_follows_the_hearts(
    visit: Callable[..., Any], gallery: str
) -> None:
    with visit(locale="de") as page:
        page.goto(gallery)
        hearts(page).first.click()
        page.fill("dialog input[name=name]", "Ada")
        page.fill("dialog input[name=email]", "ada@example.com")
        page.click("dialog button[type=submit], dialog form button:not([type])")
        hearts(page).nth(1).click()
        expect(page.locator("[data-hearts-count]").first).to_have_text("2")
        page.goto(f"{gallery}?only=favourites")
        counted = page.locator("h2.set small")
        expect(counted).to_have_text("2 Fotos")
        hearts(page).first.click()
        expect(counted).to_have_text("1 Foto")
        expect(page.locator("[data-hearts-count]").first).to_have_text("1")
        page.reload()
        expect(counted).to_have_text("1 Foto")
        hearts(page).first.click()
        expect(counted).to_have_text("0 Fotos")
        hearts(page).first.click()
        expect(counted).to_have_text("1 Foto")


def test_a_heart_waits_on_the_device_until_somebody_says_who_they_are(visit: Callable[..., Any], gallery: str) -> None:
    with visit(PHONE) as page:
        page.goto(gallery)
        hearts(page).first.click()
        page.click("dialog[open] [data-who-close]")
        expect(page.get_by_text("Not saved yet")).to_be_visible()
        expect(hearts(page).first).to_have_attribute("data-waiting", "")
        page.reload()
        expect(hearts(page).first).to_have_attribute("aria-pressed", "true")
        expect(page.locator("[data-hearts-count]").first).to_have_text("1")
        page.click(".messages button:has-text('Save')")
        page.fill("dialog[open] input[name=name]", "Zoe")
        page.fill("dialog[open] input[name=email]", "zoe@example.com")
        page.click("dialog[open] form button:not([type])")
        expect(hearts(page).first).not_to_have_attribute("data-waiting", "")
        expect(page.get_by_text("Not saved yet")).to_have_count(0)
        page.evaluate("localStorage.clear()")
        page.reload()
        expect(hearts(page).first).to_have_attribute("aria-pressed", "true")


def test_on_a_narrow_phone_all_that_can_be_done_lies_within_the_screen(
    visit: Callable[..., Any], glassine: Installation
) -> None:
    """A gallery of one section has its title and all of the bar on one line; what does not fit would be cut off."""
    album = glassine.make_album("A weekend by the sea with everyone")
    glassine.client().put(album, jpeg(90, 60), "SEA.jpg").raise_for_status()
    glassine.wait_ready(album, 1)
    with glassine.api() as api:
        api.patch(f"/api/albums/{album}", json={"state": "live"}).raise_for_status()
        rights = {"favourite": True, "download": "original"}
        answer = api.post(f"/api/albums/{album}/share", json={"label": "Ada", "rights": rights})
        answer.raise_for_status()
    address = str(answer.json()["url"])
    with visit({"width": 360, "height": 740}) as page:
        page.goto(address)
        hearts(page).first.click()
        page.fill("dialog input[name=name]", "Ada")
        page.fill("dialog input[name=email]", "ada@example.com")
        page.click("dialog button[type=submit], dialog form button:not([type])")
        expect(page.locator("[data-hearts-count]").first).to_have_text("1")
        page.goto(f"{address.rstrip('/')}/favourites/")
        page.fill("#new-list", "For grandmother’s living room")
        page.click("button:has-text('Add list')")
        # The button for downloads stands beside all photos only.
        for shown, count in ((address, 4), (f"{address}?only=favourites", 3)):
            page.goto(shown)
            edges = page.locator(".guest-bar :is(a, summary)").evaluate_all(
                "all => all.map(one => one.getBoundingClientRect()).map(box => [box.left, box.right])"
            )
            assert len(edges) == count
            assert all(left >= 0 and right <= 360 for left, right in edges), edges
            assert page.locator(".guest-bar__title").evaluate("title => title.clientWidth") >= 48


def test_on_a_phone_the_lightbox_is_held_by_the_thumb(visit: Callable[..., Any], gallery: str) -> None:
    with visit(PHONE) as page:
        page.goto(gallery)
        page.locator("#stream .t > a").first.click()
        page.wait_for_selector(".pswp--open")
        for name in ("heart", "compare"):
            box = page.locator(f".pswp__button--{name}").bounding_box()
            assert box
            assert box["y"] > PHONE["height"] * 0.85
            assert min(box["width"], box["height"]) >= 34
