"""A whole Glassine and a real Chromium for the browser tests."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from playwright.sync_api import Browser, FilePayload, Page, Playwright, ViewportSize, expect, sync_playwright

from tests.installation import EMAIL, PASSWORD, Installation, csrf_token

# Two cores may be busy with other tests.
expect.set_options(timeout=20_000)

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
DATA = Path(__file__).parent.parent / "data"
PLACED = "Seas and a lake"
# What hangs below the address bar, which nobody sees here, is two pages that Chromium makes anew for each profile: two
# thirds of what opening one costs. Of two such switches the last one counts, so it names what Playwright turns off too.
SWITCHED_OFF = (
    "WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup",
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled",
    "PreconnectToSearch",
)  # fmt: skip
SWITCHES = ["--no-sandbox", f"--disable-features={','.join(SWITCHED_OFF)}"]


@pytest.fixture(scope="session")
def glassine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with Installation(tmp_path_factory.mktemp("browser") / "data").move_in() as installation:
        yield installation


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not path:
        pytest.fail("Chromium is missing: `make test` finds or installs it, or set CHROMIUM to its path.")
    browser = playwright.chromium.launch(executable_path=path, args=SWITCHES)
    yield browser
    browser.close()


@pytest.fixture
def library(glassine: Installation) -> tuple[str, str]:
    """Address of the library and what finds the five photos of a gallery; three of them are a shoot."""
    browser = glassine.client()
    with glassine.api() as api:
        galleries = {
            str(row["title"]): str(row["id"]) for row in api.get("/api/albums", params={"limit": 500}).json()["results"]
        }
    if PLACED not in galleries:
        album = galleries[PLACED] = glassine.make_album(PLACED)
        sea = (DATA / "gps" / "hx5v.jpg").read_bytes()
        # By Lake Como, one without place and day, and three by the North Sea.
        paths = (DATA / "gps" / "htc_desire.jpg", DATA / "formats" / "silver_fir.jpg")
        files = {path.name: path.read_bytes() for path in paths}
        files |= {f"sea{number}.jpg": sea + bytes([number]) for number in range(3)}
        for name, data in files.items():
            browser.put(album, data, name).raise_for_status()
        glassine.wait_ready(album, len(files))
    return f"{glassine.url}/studio/{browser.slug}/library/", f"gallery:{galleries[PLACED]}"


Opened = Callable[..., Any]


@pytest.fixture
def visit(chromium: Browser, glassine: Installation) -> Callable[..., Any]:
    """`with visit(PHONE) as page:` is a fresh browser profile; any script error or foreign request fails the test."""

    @contextmanager
    def opened(viewport: dict[str, int] = DESKTOP, **options: Any) -> Iterator[Page]:
        touch = viewport is PHONE
        context = chromium.new_context(
            base_url=glassine.url, viewport=cast(ViewportSize, viewport), has_touch=touch, is_mobile=touch, **options
        )
        page = context.new_page()
        troubles: list[str] = []
        page.on("pageerror", lambda error: troubles.append(f"script: {error}"))
        page.on(
            "console",
            lambda message: (
                troubles.append(f"console: {message.text}")
                if message.type == "error" and "Content Security Policy" in message.text
                else None
            ),
        )
        page.on(
            "request",
            lambda request: (
                troubles.append(f"foreign request: {request.url}")
                if not request.url.startswith((glassine.url, "blob:", "data:", "ws://127.0.0.1"))
                else None
            ),
        )
        try:
            yield page
            assert troubles == []
        finally:
            context.close()

    return opened


def eventually(holds: Callable[[], Any], seconds: float = 60) -> None:
    """Ask again until it holds. (Playwright's own wait_for_function needs eval, which our pages forbid.)"""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not become true in time"
        time.sleep(0.1)


def sign_in(page: Page) -> None:
    """Sign in as the installation's owner and arrive at the galleries.

    By requests of the same browser: the form is filled in by `pages.enter`, and to show it each time costs a second.
    """
    form = page.request.get("/login/")
    fields: dict[str, str | float | bool] = {
        "email": EMAIL,
        "password": PASSWORD,
        "csrfmiddlewaretoken": csrf_token(form.text()),
    }
    answer = page.request.post("/login/", form=fields, max_redirects=0)
    assert answer.status in (302, 303), answer.text()[:2000]
    page.goto(answer.headers["location"])
    page.wait_for_url("**/studio/*/**")


def choose(page: Page, files: Sequence[str | Path] | Sequence[FilePayload]) -> None:
    """Choose files on the album page."""
    # The scripts that listen run before the load event; nobody clicks faster than that.
    page.wait_for_load_state("load")
    page.set_input_files("#pick-files", files)


def make_album(page: Page, title: str) -> str:
    """Make a gallery by the page; its id."""
    sign_in(page)
    page.click("text=New gallery >> visible=true")
    page.fill("dialog[open] input[name=title], form#form input[name=title]", title)
    page.click("button:has-text('Create gallery')")
    page.wait_for_selector("#album")
    return str(page.get_attribute("#stream", "data-album"))
