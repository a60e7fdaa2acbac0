"""An upload that a reload cuts in two is told at the next visit and goes on where it stood (UX D5.6)."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from playwright.sync_api import Browser, FilePayload, Request, Route, ViewportSize, expect

from tests.amounts import amount
from tests.browser.conftest import DESKTOP, choose, eventually, make_album
from tests.factories import jpeg
from tests.installation import Installation, noise, sha256
from tests.uploads import cutting

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

LINE = {"offline": False, "latency": 5, "downloadThroughput": -1}


def offset_of(request: Request) -> list[int]:
    """Where a part of a file begins; nothing of other requests."""
    return [int(request.headers["upload-offset"])] if request.method == "PATCH" else []


def test_a_reload_in_the_middle_costs_nothing(
    visit: Callable[..., Any], glassine: Installation, tmp_path: Path
) -> None:
    small, large = tmp_path / "small.jpg", tmp_path / "large.jpg"
    small.write_bytes(jpeg())
    # What stands behind the end of a JPEG does not count; it makes the file long.
    large.write_bytes(jpeg(800, 600) + bytes(20 * 1024**2))
    offsets: list[int] = []

    with visit(DESKTOP) as page:
        album = make_album(page, "Cut in two")
        page.wait_for_load_state("load")
        line = page.context.new_cdp_session(page)
        line.send("Network.enable")
        line.send("Network.emulateNetworkConditions", {**LINE, "uploadThroughput": 1_000_000})
        choose(page, [small, large])
        page.click("#upload-plan button[value=go]")
        kept = "Object.values(localStorage).join()"
        eventually(lambda: "small.jpg" in page.evaluate(kept) and "/uploads/tus/" in page.evaluate(kept))
        page.wait_for_timeout(3000)
        page.once("dialog", lambda dialog: dialog.accept())
        page.reload()
        line.send("Network.emulateNetworkConditions", {**LINE, "uploadThroughput": -1})
        page.on("request", lambda one: offsets.extend(offset_of(one)))
        expect(page.locator("#tray-interrupted p")).to_have_text(
            "1 of 2 files were stored. Add the same files or folder again to go on."
        )
        choose(page, [small, large])
        expect(page.locator("#upload-plan")).to_contain_text("stored before the interruption")
        page.click("#upload-plan button[value=go]")
        page.wait_for_selector("#tray[data-state=over]", timeout=120_000)
        assert offsets[-1] > 0
        page.reload()
        expect(page.locator("#tray-interrupted")).to_have_count(0)
    assert {photo["size"] for photo in glassine.wait_ready(album, 2)} == {small.stat().st_size, large.stat().st_size}


#: What a page sends at once (static/js/upload/queue.js).
AT_ONCE = 4
FILES, CUTS, WEB_KILLS = amount(suite=8, long=200), amount(suite=4, long=50), amount(suite=1, long=5)


@pytest.mark.long
@pytest.mark.timeout(amount(suite=240, long=1800))
def test_a_page_brings_every_file_over_a_line_that_breaks(
    chromium: Browser, glassine: Installation, tmp_path: Path
) -> None:
    """The connection cut at random and the web process killed: every hash, and at most one part twice for each cut."""
    chance, hashes, sizes, paths = random.Random(14), set(), list[int](), list[Path]()
    for number in range(FILES):
        data = noise(chance.choice((60, 150, 300)))
        paths.append(tmp_path / f"IMG_{number:04}.jpg")
        paths[-1].write_bytes(data)
        hashes.add(sha256(data))
        sizes.append(len(data))
    # Nothing breaks before the page is there.
    with cutting.CuttingLine(glassine.port, cuts=0, seed=15) as line:
        context = chromium.new_context(base_url=f"http://127.0.0.1:{line.port}", viewport=cast(ViewportSize, DESKTOP))
        page = context.new_page()
        album = make_album(page, "Cut at random by a page")
        choose(page, paths)
        page.wait_for_selector("#upload-plan button[value=go]")
        before, connections, line.left = line.sent, line.connections, CUTS
        page.click("#upload-plan button[value=go]")
        kills = 0

        def over() -> bool:
            nonlocal kills
            try:
                stored = len(glassine.photos(album))
            except httpx.HTTPError:
                # The web process was just killed.
                return False
            if kills < WEB_KILLS and stored > kills * FILES // (WEB_KILLS + 1):
                kills += bool(glassine.kill("web"))
            return page.locator("#tray[data-state=over]").count() == 1

        eventually(over, seconds=amount(suite=180, long=1500))
        context.close()
    photos = glassine.wait_ready(album, FILES)
    assert {photo["sha256"] for photo in photos} == hashes
    assert (len(photos), line.cuts, kills) == (FILES, CUTS, WEB_KILLS)
    again = line.sent - before - sum(sizes) - (line.connections - connections) * cutting.HEAD
    assert again <= (CUTS + WEB_KILLS * AT_ONCE) * max(sizes)


def test_a_server_that_is_away_for_a_while_costs_no_file(visit: Callable[..., Any], glassine: Installation) -> None:
    """An update takes longer than all attempts: nothing fails, and nobody has to press a button."""
    files = [FilePayload(name=f"{number}.jpg", mimeType="image/jpeg", buffer=noise(20)) for number in range(12)]
    asked: list[str] = []
    with visit(DESKTOP) as page:
        album = make_album(page, "Server away")
        choose(page, files)
        page.wait_for_selector("#upload-plan button[value=go]")
        way_in = re.compile(r"^(?!.*/static/).*/upload")

        def turn_away(route: Route) -> None:
            asked.append(route.request.method)
            route.abort()

        page.route(way_in, turn_away)
        page.click("#upload-plan button[value=go]")
        expect(page.locator("#tray h2")).to_have_text("Waiting for the connection")
        # Longer than the waits between the attempts at one file.
        page.wait_for_timeout(10_000)
        sent = [method for method in asked if method != "OPTIONS"]
        page.unroute(way_in)
        page.wait_for_selector("#tray[data-state=over]", timeout=120_000)
        expect(page.locator("#tray .tally")).to_have_text("12 photos stored and ready")
    assert len(sent) <= AT_ONCE, "the rest waits until the server answers"
    assert len(glassine.wait_ready(album, len(files))) == len(files)
