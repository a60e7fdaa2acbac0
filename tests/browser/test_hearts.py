"""Hearts in a real browser: what the page counts is what the list holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

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
