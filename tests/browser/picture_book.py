"""Take a picture of every page from a running Glassine with a studio in full life: `make pictures`.

Not a test: somebody has to look at them, in var/pictures. Those that stand in docs/images, because README or docs show
them, are taken over from there. `make pictures` takes all; with words, `python -m tests.browser.picture_book guest-who
studio-link`, those whose names begin so.
"""

from __future__ import annotations

import io
import os
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import django
from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
django.setup()

from tests.browser import lively, pages  # noqa: E402
from tests.browser.conftest import SWITCHES, choose  # noqa: E402
from tests.installation import ROOT, Installation  # noqa: E402

BOOK = ROOT / "var" / "pictures"
IMAGES = ROOT / "docs" / "images"
# README shows this one; a PNG is shown everywhere.
TITLE_PICTURE = "gallery-1280.png"
TALLEST = 2000
QUALITY = 80


def main(wanted: tuple[str, ...]) -> None:
    with tempfile.TemporaryDirectory() as scratch, Installation(Path(scratch, "data")) as glassine:
        world = lively.make(glassine)
        with sync_playwright() as playwright:
            path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
            browser = playwright.chromium.launch(executable_path=path, args=SWITCHES)
            kept = take(browser, glassine.url, world, wanted, BOOK)
            if not wanted or "studio-uploading".startswith(wanted):
                kept |= _uploading(browser, glassine.url, world, _files(Path(scratch)))
            browser.close()
    if not wanted:
        for picture in BOOK.iterdir():
            if picture.name not in kept | {TITLE_PICTURE}:
                picture.unlink()
    _refresh(BOOK, IMAGES)


def _refresh(book: Path, shown: Path) -> None:
    """Take the pictures that are shown over from the book, as far as it has them."""
    for picture in shown.iterdir():
        if (book / picture.name).exists():
            shutil.copyfile(book / picture.name, picture)


def take(browser: Browser, url: str, world: lively.Lively, wanted: tuple[str, ...], folder: Path) -> set[str]:
    """Take the pictures whose names begin with one of the words, or all; the names of the files."""
    kept: set[str] = set()
    folder.mkdir(parents=True, exist_ok=True)
    # The studio first: what guests do here would fill its pages.
    for by in sorted({shot.by for shot in pages.ALL}, key=lambda name: (name != "studio", name)):
        shots = [one for one in pages.ALL if one.by == by and (not wanted or one.name.startswith(wanted))]
        for width in pages.SIZES if shots else ():
            with _browser(browser, url, width) as page:
                pages.enter(page, url, world, by)
                for shot in shots:
                    pages.stand(page, shot, world)
                    # Photos are asked for late.
                    page.wait_for_load_state("networkidle")
                    kept |= _both_themes(page, shot.name, width, folder, is_whole=shot.is_whole)
    return kept


@contextmanager
def _browser(browser: Browser, url: str, width: int) -> Iterator[Page]:
    """A fresh one with a screen of this width."""
    context = browser.new_context(
        base_url=url, viewport=cast(ViewportSize, pages.SIZES[width]), has_touch=width < 500, is_mobile=width < 500,
        reduced_motion="reduce",
    )  # fmt: skip
    yield context.new_page()
    context.close()


def _both_themes(page: Page, name: str, width: int, folder: Path, *, is_whole: bool) -> set[str]:
    kept = set()
    for theme in pages.THEMES:
        pages.turn(page, theme)
        # A lightbox hides its bar from who does nothing.
        page.mouse.move(1, 1)
        page.mouse.move(2, 2)
        page.wait_for_timeout(200)
        height = page.evaluate("document.documentElement.scrollHeight") if is_whole else 0
        taken = _screenshot(page, width, min(height, TALLEST))
        path = folder / f"{name}-{width}{'-dark' if theme == 'dark' else ''}.webp"
        with Image.open(io.BytesIO(taken)) as picture:
            picture.convert("RGB").save(path, quality=QUALITY)
            if name == "guest-gallery" and width == 1280 and theme == "light":
                (folder / TITLE_PICTURE).write_bytes(taken)
        kept.add(path.name)
    pages.turn(page, "light")
    return kept


def _screenshot(page: Page, width: int, height: int) -> bytes:
    """As high as the page is wanted, at least a screen."""
    screen = pages.SIZES[width]
    if height <= screen["height"]:
        return page.screenshot()
    if page.locator("body.studio").count():
        # Its bars stay at the edges of the screen: the screen grows.
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(150)
        taken = page.screenshot()
        page.set_viewport_size(cast(ViewportSize, screen))
        return taken
    return page.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": width, "height": height})


def _files(scratch: Path) -> list[str]:
    """Sixty photos of some size: parts of the demo photos, never the same twice."""
    chance = random.Random()
    sources = [path for stem in ("tanners_ridge", "wood_anemones", "s1pro_3", "japanese-shop", "polemonium_reptans")
               for path in (ROOT / "tests" / "data").rglob(f"{stem}.jpg")]  # fmt: skip
    paths = []
    for number in range(60):
        with Image.open(sources[number % len(sources)]) as photo:
            left, top = chance.randrange(photo.width // 4), chance.randrange(photo.height // 4)
            part = photo.crop((left, top, left + 3 * photo.width // 4, top + 3 * photo.height // 4))
        path = scratch / f"IMG_{4100 + number}.jpg"
        part.convert("RGB").resize((2400, 2400 * part.height // part.width)).save(path, quality=96)
        paths.append(str(path))
    return paths


def _uploading(browser: Browser, url: str, world: lively.Lively, files: list[str]) -> set[str]:
    """The tray in the middle of its work, on a slow line."""
    kept: set[str] = set()
    for turn, width in enumerate(pages.SIZES):
        own = files[turn :: len(pages.SIZES)]
        with _browser(browser, url, width) as page:
            pages.enter(page, url, world, "studio")
            page.goto(f"/studio/{world.values['slug']}/albums/new/")
            page.fill("form#form input[name=title]", "Nora & Jan")
            page.click("button:has-text('Create gallery')")
            page.wait_for_selector("#album")
            network = page.context.new_cdp_session(page)
            slow = {"offline": False, "latency": 20, "downloadThroughput": -1, "uploadThroughput": 1_000_000}
            network.send("Network.emulateNetworkConditions", slow)
            page.wait_for_load_state("load")
            choose(page, own)
            page.click("#upload-plan button[value=go]")
            page.wait_for_selector("#fresh .t img, #stream .t img", timeout=120_000)
            kept |= _both_themes(page, "studio-uploading", width, BOOK, is_whole=False)
    return kept


if __name__ == "__main__":
    main(tuple(sys.argv[1:]))
