"""A passkey in a real browser, with a device of the browser's own ("virtual authenticator"): added, used, removed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.installation import EMAIL, PASSWORD, Installation, free_port

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.fixture
def named(tmp_path: Path) -> Iterator[Installation]:
    """An installation with a name: browsers make no passkeys for a number."""
    place = Installation(tmp_path / "data")
    place.port = free_port()
    place.url = f"http://localhost:{place.port}"
    place.environment["GLASSINE_URL"] = place.url
    with place.move_in() as running:
        yield running


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    with chromium.new_context() as context:
        page = context.new_page()
        device = context.new_cdp_session(page)
        device.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        yield page


def test_a_passkey_is_added_opens_the_studio_without_a_password_and_is_removed(named: Installation, page: Page) -> None:
    page.goto(f"{named.url}/login/?next=/account/security/")
    page.fill("[name=email]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.fill("[name=name]", "My laptop")
    page.fill("[data-passkey] [name=current]", "not my password")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("incorrect")
    page.fill("[data-passkey] [name=current]", PASSWORD)
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("Passkey added.")).to_be_visible()
    expect(page.get_by_text("My laptop").first).to_be_visible()

    page.context.clear_cookies()
    page.goto(f"{named.url}/studio/north-light/albums/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{named.url}/studio/north-light/albums/")

    page.goto(f"{named.url}/account/security/")
    page.get_by_label("Your password, to remove one").fill(PASSWORD)
    page.get_by_role("button", name="Remove My laptop").click()
    expect(page.get_by_text("Passkey removed.")).to_be_visible()
    page.context.clear_cookies()
    page.goto(f"{named.url}/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("can’t be used here")
