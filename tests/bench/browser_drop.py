"""200 photos of 24 megapixels chosen in a real browser: `python -m tests.bench.browser_drop [count]`.

Prints how long sending and rendering took, and ends with an error unless every photo is ready, equal and in order.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

from playwright.sync_api import sync_playwright  # noqa: E402

from tests.bench.corpus import textures  # noqa: E402
from tests.bench.photos import Camera, Photo  # noqa: E402
from tests.installation import EMAIL, PASSWORD, ROOT, Installation  # noqa: E402

PATIENCE = 900_000


def main(count: int) -> None:
    photos = Camera(textures(ROOT / "var" / "bench")).take(count)
    with tempfile.TemporaryDirectory(dir=ROOT / "var" / "bench") as scratch:
        files = _write(photos, Path(scratch))
        with Installation(Path(scratch, "data")) as glassine:
            sent, ready = _drop(glassine, files)
            _check(glassine, photos)
    size = sum(map(len, photos)) / 1e6
    speed = f"{size:.0f} MB at {size / sent:.0f} MB/s"
    print(f"{count} photos, {speed}: sent after {sent:.1f} s, all ready after {ready:.1f} s")


def _write(photos: list[Photo], folder: Path) -> list[str]:
    paths = []
    for photo in photos:
        path = folder / photo.name
        with path.open("wb") as file:
            file.write(photo.head)
            file.write(photo.tail)
        paths.append(str(path))
    return paths


def _drop(glassine: Installation, files: list[str]) -> tuple[float, float]:
    """Seconds from the click to the last file sent, and to the receipt that says all are ready."""
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_page(base_url=glassine.url)
        page.goto("/login/")
        page.fill("input[name=email]", EMAIL)
        page.fill("input[name=password]", PASSWORD)
        page.click("button:has-text('Sign in')")
        page.wait_for_url("**/studio/**")
        page.click("text=New gallery >> visible=true")
        page.fill("form#form input[name=title]", "Two hundred")
        page.click("button:has-text('Create gallery')")
        page.wait_for_selector("#album")
        page.wait_for_load_state("load")
        page.set_input_files("#pick-files", files)
        start = time.perf_counter()
        page.click("#upload-plan button[value=go]")
        page.wait_for_selector("#tray[data-state=processing], #tray[data-state=over]", timeout=PATIENCE)
        sent = time.perf_counter() - start
        page.wait_for_selector("#tray[data-state=over]", timeout=PATIENCE)
        ready = time.perf_counter() - start
        assert f"{len(files)} photos stored and ready" in page.inner_text("#tray"), page.inner_text("#tray")
        browser.close()
    return sent, ready


def _check(glassine: Installation, photos: list[Photo]) -> None:
    with glassine.api() as api:
        album = api.get("/api/albums").json()["results"][0]["id"]
    rows = glassine.photos(album)
    assert [row["sha256"] for row in rows] == [photo.sha256 for photo in photos], "lost, altered or out of order"
    assert all(row["ready"] for row in rows)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
