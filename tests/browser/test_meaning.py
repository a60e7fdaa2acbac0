"""Search by meaning from end to end: an owner agrees, a caption is embedded within seconds, and a search offers it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESKTOP, PHONE, eventually, sign_in
from tests.browser.looking import look
from tests.factories import jpeg
from tests.installation import Installation
from tests.tagging.provider_server import ProviderServer, serving

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture
def server() -> Iterator[ProviderServer]:
    with serving() as one:
        yield one


@pytest.fixture
def house(tmp_path: Path, server: ProviderServer) -> Iterator[Installation]:
    with Installation(tmp_path / "data", GLASSINE_AI_HOSTS=server.host).move_in() as glassine:
        yield glassine


def agree(page: Page, slug: str, server: ProviderServer) -> None:
    page.goto(f"/studio/{slug}/descriptions/meaning/")
    page.fill("input[name=url]", f"http://{server.host}")
    page.fill("input[name=model]", "small")
    page.click("button:has-text('Save')")
    expect(page.locator("#consent")).to_have_text("Let texts be sent")
    look(page, "meaning-consent")
    page.check("input[name=agreed]")
    page.click("button:has-text('Switch on')")
    expect(page.locator("#consent")).to_have_text("Search by meaning is on")


def test_a_caption_is_found_by_what_it_means(house: Installation, server: ProviderServer, chromium: Browser) -> None:
    client, album = house.client(), house.make_album("Dogs")
    client.put(album, jpeg(600, 400), "dog.jpg").raise_for_status()
    house.wait_ready(album, 1)
    page = chromium.new_context(base_url=house.url, viewport=DESKTOP).new_page()  # type: ignore[arg-type]
    sign_in(page)
    agree(page, client.slug, server)
    with house.api() as api:
        (photo,) = api.get(f"/api/albums/{album}/photos").json()["results"]
        api.patch(f"/api/photos/{photo['id']}", json={"caption": "Ben and the dog"}).raise_for_status()
    eventually(lambda: any(asked["texts"] == ["Ben and the dog"] for asked in server.asked), 30)
    for viewport in (DESKTOP, PHONE):
        page.set_viewport_size(viewport)  # type: ignore[arg-type]
        page.goto(f"/studio/{client.slug}/library/?q=puppy")
        look(page, "meaning-offered")
        page.click("text=Also look for photos close in meaning")
        expect(page.locator(".t[data-name='dog.jpg']")).to_be_visible()
        expect(page.locator("h2.set")).to_have_text("Close in meaning")
        look(page, "meaning-found")
    page.context.close()
