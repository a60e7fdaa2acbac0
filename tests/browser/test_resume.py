"""An upload that a reload cuts in two is told at the next visit and goes on where it stood (UX D5.6)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Request, expect

from tests.browser.conftest import DESKTOP, choose, eventually, make_album
from tests.factories import jpeg
from tests.installation import Installation

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
