"""Photos of a camera without GPS take the places of the phone: preview, apply, and what the photo then says."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE, sign_in
from tests.browser.looking import look
from tests.installation import Installation

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]


def shot(model: str, clock: str, color: str, *, is_located: bool = False) -> bytes:
    """A JPEG of a camera, taken on one day; Hallstatt if it is located."""
    exif = Image.Exif()
    exif[0x0110] = model
    exif.get_ifd(0x8769)[0x9003] = f"2024:05:04 {clock}"
    if is_located:
        exif.get_ifd(0x8825).update({1: "N", 2: (47.0, 33.0, 44.0), 3: "E", 4: (13.0, 38.0, 57.0)})
    out = io.BytesIO()
    Image.new("RGB", (600, 400), color).save(out, "JPEG", exif=exif)
    return out.getvalue()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_a_camera_takes_the_places_of_the_phone(
    viewport: dict[str, int], visit: Callable[..., Any], glassine: Installation
) -> None:
    browser, album = glassine.client(), glassine.make_album(f"Lake {viewport['width']}")
    tint = f"#{viewport['width'] % 256:02x}"
    files = {
        "phone.jpg": shot("iPhone 14", "12:00:00", f"{tint}8090", is_located=True),
        "near.jpg": shot("Canon EOS R6", "12:03:00", f"{tint}4050"),
        "late.jpg": shot("Canon EOS R6", "14:00:00", f"{tint}6070"),
    }
    for name, data in files.items():
        browser.put(album, data, name).raise_for_status()
    glassine.wait_ready(album, len(files))
    with visit(viewport) as page:
        sign_in(page)
        page.goto(f"/studio/{browser.slug}/albums/{album}/places/")
        look(page, "places-from-camera")
        page.click("button:has-text('Preview')")
        said = page.locator("[role=status]:has-text('would get a place')")
        expect(said).to_contain_text("1 photo from iPhone 14")
        expect(said).to_contain_text("3 minutes")
        expect(said).to_contain_text("1 photo would still have no place.")
        look(page, "places-from-camera-preview")
        page.click("button:has-text('Set the places')")
        page.wait_for_url(f"**/albums/{album}/")
        expect(page.locator("body")).to_contain_text("1 photo got the place")
        near = str(page.locator(".t[data-name='near.jpg']").get_attribute("id")).removeprefix("p-")
        page.goto(f"/studio/{browser.slug}/albums/{album}/photos/{near}/facts/")
        expect(page.locator(".facts")).to_contain_text("From iPhone 14, 3 minutes away")
        look(page, "places-from-camera-facts")
