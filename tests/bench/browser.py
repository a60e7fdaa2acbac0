"""What a cold Chromium sees of an address: when the first photo is painted, what it took, how much it weighs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

from tests.installation import ROOT

# 85 ms there and back, 8.8 Mbit/s both ways.
MOBILE_NETWORK = {
    "offline": False,
    "latency": 85,
    "downloadThroughput": 8.8e6 / 8,
    "uploadThroughput": 8.8e6 / 8,
}
AROUND = ("Document", "Stylesheet", "Script", "Font")
# Every picture reports its own painting (Element Timing), on our pages and on the bare one alike.
WATCH = """
(() => {
  const mark = node => node.querySelectorAll?.('img').forEach(one => one.setAttribute('elementtiming', 'photo'));
  new MutationObserver(changes => changes.forEach(change => change.addedNodes.forEach(node => {
    if (node.tagName === 'IMG') node.setAttribute('elementtiming', 'photo');
    mark(node);
  }))).observe(document, {childList: true, subtree: true});
  window.painted = []; window.shift = 0;
  new PerformanceObserver(list => list.getEntries().forEach(entry => {
    if (entry.identifier === 'photo') window.painted.push([entry.renderTime || entry.loadTime, entry.url]);
  })).observe({type: 'element', buffered: true});
  new PerformanceObserver(list => list.getEntries().forEach(entry => { window.shift += entry.value; }))
    .observe({type: 'layout-shift', buffered: true});
})();
"""


@dataclass
class Traffic:
    """What the network gave to a page, by request: kind, address, bytes on the wire, bytes of the body, its end.

    asked: when requests went out; in seconds, as `ended`.
    """

    kinds: dict[str, str] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)
    wire: dict[str, float] = field(default_factory=dict)
    body: dict[str, float] = field(default_factory=dict)
    asked: list[float] = field(default_factory=list)
    ended: dict[str, float] = field(default_factory=dict)

    def listen(self, session: CDPSession) -> None:
        session.on("Network.requestWillBeSent", lambda event: self.asked.append(event["timestamp"]))
        session.on("Network.responseReceived", self._answered)
        session.on("Network.dataReceived", self._came)
        session.on("Network.loadingFinished", self._ended)

    def _answered(self, event: dict[str, Any]) -> None:
        self.kinds[event["requestId"]] = event["type"]
        self.urls[event["requestId"]] = event["response"]["url"]

    def _came(self, event: dict[str, Any]) -> None:
        self.body[event["requestId"]] = self.body.get(event["requestId"], 0) + event["encodedDataLength"]

    def _ended(self, event: dict[str, Any]) -> None:
        self.wire[event["requestId"]] = event["encodedDataLength"]
        self.ended[event["requestId"]] = event["timestamp"]

    def before(self, moment: float) -> float:
        """What of `page_bytes` was there `moment` ms after the first request."""
        end = self.asked[0] + moment / 1000
        return sum(
            size
            for request, size in self.wire.items()
            if self.kinds.get(request) in AROUND and self.ended[request] <= end
        )

    def page_bytes(self) -> float:
        """All that the page needs around its pictures, as it came: HTML, styles, scripts, fonts."""
        return sum(size for request, size in self.wire.items() if self.kinds.get(request) in AROUND)

    def picture_bytes(self) -> float:
        """Bodies of pictures that came over the network; those out of the cache count nothing."""
        return sum(size for request, size in self.body.items() if self.kinds.get(request) == "Image")

    def size_of(self, url: str) -> float:
        """Bytes on the wire of one address."""
        return sum(size for request, size in self.wire.items() if self.urls.get(request) == url)


@dataclass(frozen=True)
class Seen:
    """One visit. first_photo: ms from the start of the navigation to the painting of the first picture.

    page_bytes: see Traffic.  early_bytes: what of them was there by then.  photo_bytes: of the first picture.
    picture_bytes: bodies of all pictures.  elements: of the page when all was loaded.  shift: cumulative layout shift.
    """

    first_photo: float
    page_bytes: float
    early_bytes: float
    photo_bytes: float
    picture_bytes: float
    elements: int
    shift: float


@cache
def _chromium() -> str:
    told = subprocess.run([sys.executable, ROOT / "requirements" / "chromium.py"], capture_output=True, text=True)
    if told.returncode:
        raise SystemExit(told.stderr)
    return told.stdout.strip()


@contextmanager
def cold_browser() -> Iterator[Browser]:
    """A Chromium that has just been started, with nothing in its cache."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


def a_phone(browser: Browser) -> BrowserContext:
    """A profile of its own with a phone's screen."""
    return browser.new_context(viewport={"width": 390, "height": 844}, device_scale_factor=3, is_mobile=True)


def visit(context: BrowserContext, address: str, *, mobile_network: bool = False) -> Seen:
    """Open an address in a new tab and wait until the first photo is painted and the page is at rest."""
    page = context.new_page()
    page.add_init_script(WATCH)
    session = context.new_cdp_session(page)
    traffic = Traffic()
    traffic.listen(session)
    session.send("Network.enable")
    if mobile_network:
        session.send("Network.emulateNetworkConditions", MOBILE_NETWORK)
    answer = page.goto(address, wait_until="load", timeout=60_000)
    if answer is None or answer.status != 200:
        raise AssertionError(f"the page answered {answer and answer.status}")
    page.wait_for_function("window.painted.length > 0", timeout=30_000)
    page.wait_for_load_state("networkidle")
    seen = _seen(page, traffic)
    page.close()
    return seen


def _seen(page: Page, traffic: Traffic) -> Seen:
    painted: list[tuple[float, str]] = page.evaluate("window.painted")
    moment, first = min(painted)
    return Seen(
        first_photo=moment,
        page_bytes=traffic.page_bytes(),
        early_bytes=traffic.before(moment),
        photo_bytes=traffic.size_of(first),
        picture_bytes=traffic.picture_bytes(),
        elements=page.evaluate("document.getElementsByTagName('*').length"),
        shift=page.evaluate("window.shift"),
    )
