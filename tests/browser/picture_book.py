"""Take the pictures of docs/images from a running Glassine with the demo studio: `make pictures`.

Not a test: somebody has to look at them.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import django
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
django.setup()

from config.management.commands.demo import EMAIL, LINK_PASSWORD, PASSWORD  # noqa: E402
from tests.installation import ROOT, Installation  # noqa: E402

IMAGES = ROOT / "docs" / "images"
SIZES = {1280: {"width": 1280, "height": 800}, 390: {"width": 390, "height": 844}}


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch, Installation(Path(scratch, "data")) as glassine:
        address = _demo(glassine)
        with sync_playwright() as playwright:
            path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
            looks = [(width, theme) for width in SIZES for theme in ("light", "dark")]
            for width, theme in looks:
                _guest(browser, address, width, theme)
                _studio(browser, glassine.url, width, theme)
            for width, theme in looks:
                _uploading(browser, glassine.url, _files(Path(scratch)), width, theme)
            browser.close()


def _demo(glassine: Installation) -> str:
    """Fill the demo studio; the address of its gallery."""
    told = subprocess.run(
        [sys.executable, "manage.py", "demo"],
        cwd=ROOT,
        env={**os.environ, "GLASSINE_DATA": str(glassine.data), "GLASSINE_PORT": str(glassine.port),
             "DJANGO_SETTINGS_MODULE": "config.settings.dev", "DATABASE_URL": "", "DATABASE_OWNER_URL": "",
             "REDIS_URL": ""},
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    return next(word for word in told.split() if "/g/" in word)


def _files(scratch: Path) -> list[str]:
    """Forty photos of some size: parts of the demo photos, never the same twice."""
    chance = random.Random()
    sources = [path for stem in ("tanners_ridge", "wood_anemones", "s1pro_3", "japanese-shop", "polemonium_reptans")
               for path in (ROOT / "tests" / "data").rglob(f"{stem}.jpg")]  # fmt: skip
    paths = []
    for number in range(40):
        with Image.open(sources[number % len(sources)]) as photo:
            left, top = chance.randrange(photo.width // 4), chance.randrange(photo.height // 4)
            part = photo.crop((left, top, left + 3 * photo.width // 4, top + 3 * photo.height // 4))
        path = scratch / f"IMG_{4100 + number}.jpg"
        part.convert("RGB").resize((2400, 2400 * part.height // part.width)).save(path, quality=96)
        paths.append(str(path))
    return paths


def _page(browser: Browser, width: int, theme: str) -> Page:
    context = browser.new_context(
        viewport=SIZES[width],  # type: ignore[arg-type]
        color_scheme="dark" if theme == "dark" else "light",
        has_touch=width < 500,
        is_mobile=width < 500,
    )
    return context.new_page()


def _keep(page: Page, name: str, width: int, theme: str) -> None:
    suffix = "" if theme == "light" else "-dark"
    path = IMAGES / f"{name}-{width}{suffix}.png"
    IMAGES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path)
    # A palette keeps the repository small; nobody judges colours by these.
    Image.open(path).convert("RGB").quantize(256, dither=Image.Dither.FLOYDSTEINBERG).save(path, optimize=True)


def _settled(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(600)


def _guest(browser: Browser, address: str, width: int, theme: str) -> None:
    page = _page(browser, width, theme)
    page.goto(address)
    _keep(page, "password", width, theme)
    page.fill("input[name=password]", LINK_PASSWORD)
    page.click("button:has-text('Open the gallery')")
    _settled(page)
    _keep(page, "cover", width, theme)
    page.evaluate("document.querySelector('#photos').scrollIntoView()")
    _settled(page)
    _keep(page, "gallery", width, theme)
    page.locator("#stream .t").nth(3).click()
    page.wait_for_selector(".pswp--open")
    _settled(page)
    _keep(page, "lightbox", width, theme)
    page.context.close()


def _signed_in(browser: Browser, url: str, width: int, theme: str) -> Page:
    page = _page(browser, width, theme)
    page.goto(f"{url}/login/")
    page.fill("input[name=email]", EMAIL)
    page.fill("input[name=password]", PASSWORD)
    page.click("button:has-text('Sign in')")
    page.wait_for_url("**/studio/**")
    return page


def _studio(browser: Browser, url: str, width: int, theme: str) -> None:
    page = _signed_in(browser, url, width, theme)
    _settled(page)
    _keep(page, "dashboard", width, theme)
    page.click("text=A day in spring")
    page.wait_for_selector("#album")
    _settled(page)
    _keep(page, "album", width, theme)
    page.click("a:has-text('Share') >> visible=true")
    page.wait_for_selector("#share")
    _settled(page)
    _keep(page, "share", width, theme)
    page.context.close()


def _uploading(browser: Browser, url: str, files: list[str], width: int, theme: str) -> None:
    page = _signed_in(browser, url, width, theme)
    page.click("text=New gallery >> visible=true")
    page.fill("form#form input[name=title]", "Lena & Tom")
    page.click("button:has-text('Create the gallery')")
    page.wait_for_selector("#album")
    network = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 20, "downloadThroughput": -1, "uploadThroughput": 4_000_000}
    network.send("Network.emulateNetworkConditions", slow)
    page.wait_for_load_state("load")
    page.set_input_files("#pick-files", files)
    page.click("#upload-plan button[value=go]")
    page.wait_for_selector("#fresh .t img, #stream .t img", timeout=120_000)
    page.wait_for_timeout(300)
    _keep(page, "uploading", width, theme)
    page.context.close()


if __name__ == "__main__":
    main()
