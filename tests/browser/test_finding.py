"""A search is kept, shared and opened by a client; a delivery is checked, sent and found again by a mailed code."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE, sign_in
from tests.browser.looking import look
from tests.browser.test_library import ask
from tests.browser.test_story import emailed
from tests.installation import Installation

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]

SIZES = pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desk", "phone"])


@SIZES
def test_a_search_is_kept_shared_and_opened(
    viewport: dict[str, int], visit: Callable[..., Any], glassine: Installation, library: tuple[str, str]
) -> None:
    address, ours = library
    title = f"By the sea {viewport['width']}"
    with glassine.api() as api:
        # Photos of drafts stay with the studio, whatever finds them.
        live = {"state": "live"}
        api.patch(f"/api/albums/{ours.removeprefix('gallery:')}", json=live).raise_for_status()
    with visit(viewport) as page:
        sign_in(page)
        page.goto(address)
        ask(page, f"{ours} camera:hx5v", 3)
        look(page, "finding-asked")
        page.click("text=Save as a smart collection")
        expect(page.locator("#editor .meta")).to_contain_text("3 photos")
        look(page, "finding-editor")
        page.fill("#editor [name=title]", title)
        page.click("#editor button:has-text('Save')")
        expect(page.locator("h1")).to_have_text(title)
        expect(page.locator("#stream .t")).to_have_count(3)
        look(page, "finding-kept")
        page.click("main .head button:has-text('Share')")
        page.fill("#share input[name=label]", "Friends")
        page.click("#share button:has-text('Create link')")
        look(page, "finding-shared")
        link = page.locator("#share .link.is-new .copy input").input_value()
        with visit(viewport) as guest:
            guest.goto(link)
            expect(guest.locator("h1")).to_have_text(title)
            expect(guest.locator("#stream .t")).to_have_count(3)
            expect(guest.locator(".banner")).to_contain_text("This gallery is live")
            look(guest, "finding-guest")


@SIZES
def test_a_delivery_is_checked_sent_and_found_again(
    viewport: dict[str, int], visit: Callable[..., Any], glassine: Installation, library: tuple[str, str]
) -> None:
    studio, album = library[0].removesuffix("library/"), library[1].removeprefix("gallery:")
    gallery = f"{studio}albums/{album}/"
    # One for each size: the code of the other one's email would be refused.
    anna = f"anna.return.{viewport['width']}@example.com"
    with glassine.api() as api:
        wish = {"label": "Anna", "rights": {"download": "web"}}
        api.post(f"/api/albums/{album}/share", json=wish).raise_for_status()
        api.patch(f"/api/albums/{album}", json={"state": "draft"}).raise_for_status()
    with visit(viewport) as page:
        sign_in(page)
        page.goto(f"{studio}board/")
        look(page, "delivery-board")
        page.goto(f"{gallery}preflight/")
        expect(page.locator(".preflight__sum")).to_contain_text("to fix before you send")
        look(page, "delivery-preflight")
        page.click(".check-line button:has-text('Publish')")
        page.goto(f"{gallery}emails/new/")
        expect(page.locator(".preflight__sum")).to_contain_text("Ready to send.")
        look(page, "delivery-email")
        page.fill("[name=addresses]", anna)
        page.click("#email-form button:has-text('Send')")
        page.goto(f"{studio}clients/")
        if page.locator("button:has-text('Turn on')").count():
            page.click("button:has-text('Turn on')")
        look(page, "delivery-clients")
        returning = page.input_value("#return-url")
        page.click(f".clients a:has-text('{anna}')")
        look(page, "delivery-client")
    with visit(viewport) as guest:
        guest.goto(returning)
        look(guest, "delivery-ask")
        guest.fill("input[name=email]", anna)
        guest.click("button:has-text('Send code')")
        code = re.search(r"\b\d{6}\b", emailed(glassine, anna, "code"))
        assert code
        look(guest, "delivery-code")
        guest.fill("input[name=code]", code[0])
        guest.click("button:has-text('Continue')")
        look(guest, "delivery-own")
        guest.click(".public__one >> text=Seas and a lake")
        expect(guest.locator("#stream .t").first).to_be_attached()
        look(guest, "delivery-gallery")
