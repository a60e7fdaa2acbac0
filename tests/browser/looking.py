"""Looking at a page in the middle of a story: no serious fault, and a picture of it on demand."""

from __future__ import annotations

import os

from playwright.sync_api import Page, expect

from tests.browser import pages
from tests.browser.test_accessibility import in_both_themes


def look(page: Page, name: str) -> None:
    """No serious fault in light or dark and nothing wider than the screen.

    Pictures of both themes where GLASSINE_TEST_PICTURES says, by name and width.
    """
    # A button is dim while its request runs.
    expect(page.locator(".htmx-request")).to_have_count(0)
    folder = os.environ.get("GLASSINE_TEST_PICTURES")
    for theme in pages.THEMES if folder else ():
        pages.turn(page, theme)
        dark = "-dark" if theme == "dark" else ""
        page.screenshot(path=f"{folder}/{name}-{page.evaluate('innerWidth')}{dark}.png")
    faults = in_both_themes(page)
    assert not faults, f"{name}: {faults}"
