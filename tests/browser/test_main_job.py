"""The main job, in a browser: drop photos, share a link, see the gallery. At a desk and on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DATA, DESKTOP, PHONE, choose, eventually, make_album
from tests.factories import jpeg
from tests.installation import Installation

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

STEMS = ("cyclamen_persicum", "tanners_ridge", "wood_anemones", "prairie_falcon", "silver_fir")
REAL = [DATA / "formats" / f"{stem}.jpg" for stem in STEMS]


# True when there are such images and all of them are painted.
LOADED = "[...document.querySelectorAll('{0}')].reduce((n, i) => n && i.complete && i.naturalWidth > 0 && n + 1, 1) > 1"


def upload(page: Page, files: list[Path]) -> None:
    """Choose files on the album page, agree to the plan and wait for the receipt."""
    choose(page, files)
    page.click("#upload-plan button[value=go]")
    page.wait_for_selector("#tray[data-state=over]", timeout=120_000)


def put_live(page: Page) -> None:
    page.click("#delivery button:has-text('Publish')")
    page.wait_for_load_state()


def make_link(page: Page, *, password: str = "", download: str = "web") -> str:
    """Make a share link in the dialog; its address."""
    page.click("a:has-text('Share') >> visible=true")
    page.wait_for_selector("#share")
    page.fill("#share input[name=label]", "Anna and Ben")
    if password:
        page.fill("#share input[name=password]", password)
    page.check(f"#share input[name=download][value={download}]", force=True)
    page.click("button:has-text('Create link')")
    address = page.wait_for_selector("#share .link.is-new .copy input")
    assert address
    return str(address.get_attribute("value"))


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_main_job(viewport: dict[str, int], visit: Callable[..., Any], glassine: Installation) -> None:
    """Sign in, make an album, add photos, see them ready, share; a client unlocks, looks and downloads."""
    with visit(viewport) as page:
        album = make_album(page, f"Anna & Ben {viewport['width']}")
        upload(page, REAL)
        expect(page.locator("#tray .is-good")).to_contain_text("5 photos")
        page.click("#tray [data-do=close]")
        expect(page.locator("#album .t[id^=p-] img")).to_have_count(5)
        put_live(page)
        address = make_link(page, password="rosen 2026")
        assert len(glassine.photos(album)) == 5

    with visit(PHONE) as guest:
        guest.goto(address)
        assert "Anna" not in guest.content()
        guest.fill("input[name=password]", "wrong")
        guest.click("button:has-text('Open gallery')")
        expect(guest.locator("[role=alert], .error, .field__error").first).to_be_visible()
        guest.fill("input[name=password]", " rosen 2026 ")
        guest.click("button:has-text('Open gallery')")
        expect(guest.locator("h1")).to_contain_text("Anna & Ben")
        assert guest.url == address
        expect(guest.locator("#stream .t")).to_have_count(5)
        guest.locator("#stream .t").first.scroll_into_view_if_needed()
        eventually(lambda: guest.evaluate(LOADED.format("#stream .t:nth-of-type(-n+3) img")))
        guest.locator("#stream .t").first.tap()
        guest.wait_for_selector(".pswp--open")
        eventually(lambda: guest.evaluate(LOADED.format(".pswp__item[aria-hidden=false] img")))
        with guest.expect_download() as waiting:
            guest.click(".pswp a[href$='/download/']")
        kept = Path(waiting.value.path()).read_bytes()
        assert kept[:4] == b"RIFF"


def test_dropped_folders_are_sections_and_the_lightbox_counts_them(
    visit: Callable[..., Any], tmp_path: Path, glassine: Installation
) -> None:
    """Three folders dropped at once become sections in the order of the drop; nothing has to be loaded again."""
    folders = [tmp_path / name for name in ("Reception", "Getting ready", "Ceremony")]
    for number, folder in enumerate(folders):
        folder.mkdir()
        for each in range(2):
            (folder / f"IMG_{number}{each}.jpg").write_bytes(jpeg(300, 200))
    with visit() as page:
        make_album(page, "Folders")
        page.wait_for_load_state("load")
        drop(page, folders)
        expect(page.locator("#upload-plan")).to_contain_text("Create 3 sections from folders")
        page.click("#upload-plan button[value=go]")
        page.wait_for_selector("#tray[data-state=over]", timeout=120_000)
        expect(page.locator("#sections [data-section]")).to_have_text(
            [re.compile(rf"{folder.name}\s+2") for folder in folders]
        )
        expect(page.locator("#stream .t img")).to_have_count(6)
        page.locator("#stream .t > a").nth(1).click()
        expect(page.locator(".pswp__count")).to_have_text("2 of 6")
        # While it opens it does not close.
        eventually(lambda: page.keyboard.press("Escape") or page.locator(".pswp").count() == 0)
        page.click("#tray [data-do=close]")
        page.locator("#stream .pick").first.check(force=True)
        page.click("#selection [data-verb=delete]")
        expect(page.locator("#summary")).to_contain_text("5 photos")
        page.click(".toast button:has-text('Undo')")
        expect(page.locator("#summary")).to_contain_text("6 photos")
        expect(page.locator("#stream .t img")).to_have_count(6)
        page.locator("#stream .t > a").nth(1).click()
        expect(page.locator(".pswp__count")).to_have_text("2 of 6")


def test_the_lightbox_counts_right_also_when_the_total_comes_late(visit: Callable[..., Any]) -> None:
    """Tiles and totals are two answers: whichever comes first, the open lightbox says what is there."""
    with visit() as page:
        make_album(page, "Late totals")
        upload(page, REAL[:3])
        page.click("#tray [data-do=close]")
        page.reload()
        page.evaluate("document.getElementById('stream').dataset.total = '2'")
        page.locator("#stream .t > a").nth(1).click()
        expect(page.locator(".pswp__count")).to_have_text("2 of 3")
        page.evaluate("document.getElementById('sections').dataset.shown = '4'")
        page.evaluate("document.body.dispatchEvent(new CustomEvent('htmx:afterSettle', {detail: {}, bubbles: true}))")
        expect(page.locator(".pswp__count")).to_have_text("2 of 4")


def drop(page: Page, paths: list[Path]) -> None:
    """Drag files or folders from outside into the page and let go."""
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": 640, "y": 500, "data": data})


def test_a_bad_file_among_good_ones_is_told_and_nothing_pretends_success(
    visit: Callable[..., Any], tmp_path: Path
) -> None:
    damaged = tmp_path / "cut off.jpg"
    damaged.write_bytes(REAL[0].read_bytes()[:20_000])
    empty = tmp_path / "empty.jpg"
    empty.write_bytes(b"")
    with visit() as page:
        make_album(page, "With a bad file")
        upload(page, [REAL[1], damaged, empty])
        expect(page.locator("#tray h2")).to_have_text("1 file not added")
        expect(page.locator("#tray")).to_contain_text("damaged or incomplete")
        expect(page.locator("#tray .is-good")).to_contain_text("1 photo")
        expect(page.locator(".t.is-bad")).to_contain_text("damaged")


def test_the_same_photos_again_are_skipped(visit: Callable[..., Any]) -> None:
    with visit() as page:
        make_album(page, "Twice")
        upload(page, REAL[:2])
        page.click("#tray [data-do=close]")
        upload(page, REAL[:3])
        expect(page.locator("#tray")).to_contain_text("2 files skipped")
        expect(page.locator("#tray")).to_contain_text("Already in this gallery")
        expect(page.locator("#tray .is-good")).to_contain_text("1 photo")


def test_a_lost_connection_goes_on_by_itself(visit: Callable[..., Any], tmp_path: Path, glassine: Installation) -> None:
    """The first two sends of each file break; every photo arrives all the same, once."""
    files = []
    for number in range(6):
        files.append(tmp_path / f"IMG_{number}.jpg")
        files[-1].write_bytes(jpeg(300, 200))
    with visit() as page:
        album = make_album(page, "Bad line")
        broken: dict[str, int] = {}

        def cut(route: Any) -> None:
            broken[route.request.url] = broken.get(route.request.url, 0) + 1
            if broken[route.request.url] <= 2:
                route.abort("connectionreset")
            else:
                route.continue_()

        # The scripts that send have a folder of this name too.
        page.route(re.compile(r"^(?!.*/static/).*/upload"), cut)
        upload(page, files)
        expect(page.locator("#tray .is-good")).to_contain_text("6 photos")
    assert len(glassine.photos(album)) == 6


def test_a_gallery_is_useful_without_javascript(visit: Callable[..., Any], glassine: Installation) -> None:
    with visit() as page:
        album = make_album(page, "No script")
        upload(page, REAL)
        page.click("#tray [data-do=close]")
        put_live(page)
        address = make_link(page, password="plain words", download="original")
    with visit(PHONE, java_script_enabled=False) as guest:
        guest.goto(address)
        guest.fill("input[name=password]", "plain words")
        guest.click("button:has-text('Open gallery')")
        assert guest.locator("#stream .t").count() == 5
        box = guest.locator("#stream .t").first.bounding_box()
        assert box
        assert box["height"] > 80
        guest.locator("#stream .t").first.click()
        expect(guest.locator("main img, figure img").first).to_be_visible()
        with guest.expect_download() as waiting:
            guest.click("a[href$='/download/']")
        names = {photo["camera_name"] for photo in glassine.photos(album)}
        assert waiting.value.suggested_filename in names


@pytest.mark.parametrize("width", [360, 390, 1280])
def test_no_page_scrolls_sideways(width: int, visit: Callable[..., Any]) -> None:
    with visit({"width": width, "height": 800}) as page:
        make_album(page, f"Narrow {width}")
        slug = page.url.split("/studio/")[1].split("/")[0]
        for path in ("", "trash/", "members/", "settings/", "api-keys/"):
            target = f"/studio/{slug}/albums/" if path in ("", "trash/") else f"/studio/{slug}/"
            page.goto(target + path if path != "" else target)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_the_gallery_does_not_move_while_it_loads(visit: Callable[..., Any]) -> None:
    with visit() as page:
        make_album(page, "Steady")
        upload(page, REAL)
        page.click("#tray [data-do=close]")
        put_live(page)
        address = make_link(page)
    with visit(PHONE) as guest:
        guest.add_init_script(
            "window.shift = 0; new PerformanceObserver(list => { for (const e of list.getEntries()) "
            "if (!e.hadRecentInput) window.shift += e.value }).observe({type: 'layout-shift', buffered: true})"
        )
        guest.goto(address)
        guest.wait_for_load_state("networkidle")
        assert guest.evaluate("window.shift") < 0.01
