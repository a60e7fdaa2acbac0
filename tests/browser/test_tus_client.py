"""The library with which most pages speak the tus protocol, which we did not write, over a line that breaks."""

from __future__ import annotations

import random
from pathlib import Path
from typing import cast

import httpx
import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from tests.amounts import amount
from tests.browser.conftest import DESKTOP, eventually
from tests.installation import Installation, noise, sha256
from tests.uploads import cutting

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CLIENT = Path(__file__).parents[1] / "data" / "tus-js-client-4.3.1" / "tus.min.js"
AT_ONCE = 4
FILES, CUTS, WEB_KILLS = amount(suite=8, long=200), amount(suite=4, long=50), amount(suite=1, long=5)

# Four at a time, as its own example for many files; whatever goes wrong is tried again after these milliseconds.
_SEND = """
({album, key, most}) => {
    const waiting = [...document.getElementById("files").files];
    window.told = {done: 0, failed: []};
    const next = () => {
        const file = waiting.shift();
        if (!file) return;
        const upload = new tus.Upload(file, {
            endpoint: "/api/uploads/tus/",
            headers: {Authorization: key},
            metadata: {filename: file.name, album},
            retryDelays: Array(60).fill(300),
            onShouldRetry: () => true,
            onSuccess: () => { window.told.done += 1; next(); },
            onError: (error) => { window.told.failed.push(String(error)); next(); },
        });
        upload.start();
    };
    for (let number = 0; number < most; number += 1) next();
}
"""
_FIELD = """
() => {
    const field = document.createElement("input");
    field.type = "file"; field.multiple = true; field.id = "files";
    document.body.append(field);
}
"""


def _told(page: Page) -> dict[str, object]:
    told: dict[str, object] = page.evaluate("() => window.told")
    return told


@pytest.mark.long
@pytest.mark.timeout(amount(suite=240, long=1800))
def test_tus_js_client_brings_every_file_over_a_line_that_breaks(
    chromium: Browser, glassine: Installation, tmp_path: Path
) -> None:
    """The connection cut at random and the web process killed: every hash, and at most one part twice for each cut."""
    album, chance, paths, hashes = glassine.make_album("Cut at random"), random.Random(16), list[Path](), set[str]()
    for number in range(FILES):
        data = noise(chance.choice((60, 150, 300)))
        paths.append(tmp_path / f"IMG_{number:04}.jpg")
        paths[-1].write_bytes(data)
        hashes.add(sha256(data))
    sizes = [path.stat().st_size for path in paths]
    with glassine.api() as api:
        key = api.headers["authorization"]
    # Nothing breaks before the page is there.
    with cutting.CuttingLine(glassine.port, cuts=0, seed=17) as line:
        context = chromium.new_context(base_url=f"http://127.0.0.1:{line.port}", viewport=cast(ViewportSize, DESKTOP))
        context.add_init_script(path=CLIENT)
        page = context.new_page()
        page.goto("/login/")
        page.evaluate(_FIELD)
        page.set_input_files("#files", paths)
        before, connections, line.left = line.sent, line.connections, CUTS
        page.evaluate(_SEND, {"album": album, "key": key, "most": AT_ONCE})
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
            told = _told(page)
            assert told["failed"] == []
            return told["done"] == FILES

        eventually(over, seconds=amount(suite=180, long=1500))
        context.close()
    photos = glassine.wait_ready(album, FILES)
    assert {photo["sha256"] for photo in photos} == hashes
    assert (len(photos), line.cuts, kills) == (FILES, CUTS, WEB_KILLS)
    again = line.sent - before - sum(sizes) - (line.connections - connections) * cutting.HEAD
    assert again <= (CUTS + WEB_KILLS * AT_ONCE) * max(sizes)
