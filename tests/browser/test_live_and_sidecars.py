"""Sidecars dropped with their photos, a live photo that moves, and another frame of a stack: studio and client."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import ExifTags, Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import DATA, PHONE, choose, eventually, make_album
from tests.browser.test_main_job import make_link, put_live
from tests.factories import jpeg

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

MOVES = "document.querySelector('.pswp video.motion')?.currentTime > 0.1"
# What the camera wrote into the moving part.
TAKEN, MODEL, OFFSET = "2023:06:07 08:09:10", "iPhone 13", "+02:00"


@pytest.fixture
def card(tmp_path: Path) -> list[Path]:
    """A live photo in two files, two frames, and a sidecar of one of them."""
    still, tags = tmp_path / "IMG_7001.JPG", Image.Exif()
    tags[ExifTags.Base.Make], tags[ExifTags.Base.Model] = "Apple", MODEL
    camera = tags.get_ifd(ExifTags.IFD.Exif)
    camera[ExifTags.Base.DateTimeOriginal], camera[ExifTags.Base.OffsetTimeOriginal] = TAKEN, OFFSET
    Image.effect_noise((800, 600), 60).convert("RGB").save(still, exif=tags)
    files = [still, DATA / "live_photo" / "IMG_7001.MOV"]
    for name in ("IMG_1.jpg", "IMG_2.jpg"):
        (tmp_path / name).write_bytes(jpeg(640, 480))
        files.append(tmp_path / name)
    packet = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description xmp:Rating="4"/></rdf:RDF></x:xmpmeta>'
    (tmp_path / "IMG_1.xmp").write_text(packet)
    return [*files, tmp_path / "IMG_1.xmp"]


def open_live(page: Page) -> None:
    page.locator("#stream [data-live]").first.click()
    expect(page.locator(".pswp__button--motion")).to_be_visible()


def leave(page: Page) -> None:
    """Close the lightbox, which may still be opening."""
    page.wait_for_timeout(600)
    page.keyboard.press("Escape")
    expect(page.locator(".pswp")).to_have_count(0)


def move(page: Page) -> None:
    """Let the live photo move; the copy that plays may still be in the making."""

    def tried() -> bool:
        page.click(".pswp__button--motion")
        page.wait_for_timeout(700)
        return bool(page.evaluate(MOVES))

    eventually(tried, 60)


def test_sidecars_live_photos_and_frames(visit: Callable[..., Any], card: list[Path]) -> None:
    with visit() as page:
        make_album(page, "Everything a phone makes")
        choose(page, card)
        expect(page.locator("#upload-plan")).to_contain_text("1 sidecar (XMP)")
        expect(page.locator("#upload-plan h2")).to_contain_text("Add 3 photos and 1 video")
        page.click("#upload-plan button[value=go]")
        expect(page.locator("#tray")).to_have_attribute("data-state", "over", timeout=60_000)
        expect(page.locator("#tray .tally")).to_contain_text("1 sidecar kept with its photo")
        page.click("#tray a:has-text('Receipt')")
        expect(page.locator(".meta")).to_contain_text("4 of 4 stored, all checksums match")
        expect(page.locator(".meta")).to_contain_text("1 sidecar")
        page.go_back()
        expect(page.locator("#stream .t")).to_have_count(3)
        asked: list[str] = []
        page.on("request", lambda one: asked.append(one.url) if "/live." in one.url else None)
        open_live(page)
        assert asked == [], "nothing is fetched before somebody asks for it"
        move(page)
        leave(page)
        put_live(page)
        address = make_link(page)
    with visit(PHONE) as guest:
        guest.goto(address)
        open_live(guest)
        move(guest)
        leave(guest)
