"""Every page, and every state of a page, that is looked at: by axe and in the picture book.

A new page is one line here. Addresses are filled from `lively.Lively`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import FilePayload, Page, Request, expect

from config.management.commands.demo import EMAIL, PASSWORD
from tests.browser.conftest import choose
from tests.browser.lively import DORA, Lively

# A desk, a phone, and the narrowest phone that is still sold in numbers.
SIZES = {
    1280: {"width": 1280, "height": 800},
    390: {"width": 390, "height": 844},
    360: {"width": 360, "height": 740},
}
THEMES = ("light", "dark")
SHOWN_PHOTO = ".pswp__item[aria-hidden=false] .pswp__img:not(.pswp__img--placeholder)"
ALBUM = "/studio/{slug}/albums/{album_id}/"


@dataclass(frozen=True, slots=True)
class Shot:
    """A page to look at. by: whose browser ("guest", "anna", "maria", "studio" or "contributor").

    then: what to do there first.  is_whole: all of a long page, not only the first screen.
    """

    name: str
    by: str
    path: str
    then: Callable[[Page], None] | None = None
    is_whole: bool = True

    def address(self, lively: Lively) -> str:
        return self.path.format(**lively.values, **{f"to_{name}": token for name, token in lively.tokens.items()})


def _scrolled(page: Page) -> None:
    page.evaluate("document.querySelector('#photos').scrollIntoView({behavior: 'instant'})")


def _opened(page: Page, number: int = 3) -> None:
    page.locator("#stream .t > a, #stream a.t").nth(number).click()
    page.wait_for_selector(".pswp--open")
    expect(page.locator(SHOWN_PHOTO)).to_be_visible()
    page.wait_for_timeout(500)


def _panel(page: Page) -> None:
    _opened(page, 2)
    page.click(".pswp__button--comment")
    expect(page.locator(".beside .remark").first).to_be_visible()


def _keys(page: Page) -> None:
    _opened(page)
    page.keyboard.press("?")
    expect(page.locator(".keys")).to_be_visible()


def _information(page: Page) -> None:
    _opened(page)
    page.keyboard.press("i")
    expect(page.locator(".facts-card .facts")).to_be_visible()


def _chosen_galleries(page: Page) -> None:
    for box in page.locator(".card__pick").all()[:2]:
        box.check(force=True)


def _slideshow(page: Page) -> None:
    _opened(page)
    page.keyboard.press("Space")


def _who_sheet(page: Page) -> None:
    _scrolled(page)
    page.locator("#stream button.heart").first.click(force=True)
    expect(page.locator("dialog[open] .who")).to_be_visible()


def _limit_sheet(page: Page) -> None:
    _scrolled(page)
    page.locator("#stream button.heart[aria-pressed=false]").first.click(force=True)
    expect(page.locator("#full-sheet")).to_be_visible()


def _compare_tray(page: Page) -> None:
    _opened(page, 6)
    page.keyboard.press("b")
    expect(page.locator(".tray-bar")).to_be_visible()


def _selected(page: Page) -> None:
    for number in (1, 2, 4):
        one = page.locator("#stream .pick").nth(number)
        # On a low screen the bar would lie over it.
        one.evaluate("box => box.scrollIntoView({ block: 'center' })")
        one.check(force=True)


def _menu(page: Page) -> None:
    page.locator(".album-head .menu--more > summary").click()


def _dialog(selector: str) -> Callable[[Page], None]:
    def opened(page: Page) -> None:
        if page.locator(".album-head .menu--more").count() and page.locator(f".menu--more {selector}").count():
            _menu(page)
        page.locator(f"{selector} >> visible=true").first.click()
        expect(page.locator("dialog[open]")).to_be_visible()

    return opened


def _audience(page: Page) -> None:
    _selected(page)
    page.locator("#selection [data-verb=show]").click()
    expect(page.locator("dialog[open]")).to_be_visible()


def _named_host(page: Page) -> None:
    """A domain of which nothing is proved yet."""
    page.fill("input[name=host]", "photos.example.com")
    page.click("button:has-text('Save domain')")
    expect(page.locator(".badge")).to_be_visible()


def _new_brand(page: Page) -> None:
    if not page.locator("a:has-text('Second Light')").count():
        page.fill("input[name=name]", "Second Light")
        page.click("button:has-text('Create brand')")
        page.wait_for_load_state("load")


def _account(page: Page) -> None:
    page.locator(".side__foot summary").click()


def _new_link(page: Page) -> None:
    page.locator(".new-link > summary").click()
    for fold in page.locator(".new-link .fold > summary").all():
        fold.click()


def _upload_plan(page: Page) -> None:
    photo = Path(__file__).parent.parent.joinpath("data/formats/tanners_ridge.jpg").read_bytes()
    new: FilePayload = {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": photo + b"\0"}
    other: FilePayload = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"no photo"}
    choose(page, [new, other])
    expect(page.locator("#upload-plan")).to_be_visible()


def _as_guest(page: Page) -> None:
    page.locator("form[action$='/view-as/'] button").first.evaluate("button => button.form.requestSubmit(button)")
    page.wait_for_url("**/g/**")
    _scrolled(page)


GUEST = [
    Shot("guest-password", "guest", "/g/{to_locked}/"),
    Shot("guest-cover", "guest", "/g/{to_family}/", is_whole=False),
    Shot("guest-gallery", "anna", "/g/{to_family}/", _scrolled, is_whole=False),
    Shot("guest-cover-split", "guest", "/g/{to_split}/"),
    Shot("guest-lightbox", "anna", "/g/{to_family}/", _opened, is_whole=False),
    Shot("guest-keys", "anna", "/g/{to_family}/", _keys, is_whole=False),
    Shot("guest-information", "anna", "/g/{to_family}/", _information, is_whole=False),
    Shot("guest-panel", "anna", "/g/{to_family}/", _panel, is_whole=False),
    Shot("guest-slideshow", "anna", "/g/{to_family}/", _slideshow, is_whole=False),
    Shot("guest-photo", "anna", "/g/{to_family}/photos/{photo_id}/"),
    Shot("guest-comments", "anna", "/g/{to_family}/photos/{photo_id}/panel/"),
    Shot("guest-who", "guest", "/g/{to_family}/who/"),
    Shot("guest-who-known", "anna", "/g/{to_family}/who/"),
    Shot("guest-who-code", "anna", "/g/{to_family}/who/?code"),
    Shot("guest-who-first", "guest", "/g/{to_guests}/"),
    Shot("guest-who-sheet", "guest", "/g/{to_family}/", _who_sheet, is_whole=False),
    Shot("guest-favourites", "anna", "/g/{to_family}/?only=favourites"),
    Shot("guest-limit", "anna", "/g/{to_family}/", _limit_sheet, is_whole=False),
    Shot("guest-review", "anna", "/g/{to_family}/favourites/"),
    Shot("guest-sent", "maria", "/g/{to_family}/favourites/"),
    Shot("guest-no-favourites", "guest", "/g/{to_family}/favourites/"),
    Shot("guest-compare-chosen", "anna", "/g/{to_family}/", _compare_tray, is_whole=False),
    Shot("guest-compare", "anna", "/g/{to_family}/compare/?photo={photo_id}&photo={second_id}", is_whole=False),
    Shot("guest-download", "anna", "/g/{to_family}/download/"),
    Shot("guest-download-pin", "guest", "/g/{to_pin}/download/"),
    Shot("guest-public", "guest", "/p/{slug}/"),
    Shot("guest-expired", "guest", "/g/{to_expired}/"),
    Shot("guest-gone", "guest", "/g/{to_gone}/"),
    Shot("guest-not-yet", "guest", "/g/{to_draft}/"),
    Shot("guest-missing", "guest", "/g/nothing-here-at-all-really/"),
]
SIGNED_OUT = [
    Shot("login", "guest", "/login/"),
    Shot("reset", "guest", "/reset/"),
    Shot("not-found", "guest", "/nothing/here/"),
]
STUDIO = [
    Shot("studio-galleries", "studio", "/studio/{slug}/albums/"),
    Shot("studio-galleries-chosen", "studio", "/studio/{slug}/albums/", _chosen_galleries, is_whole=False),
    Shot("studio-menu", "studio", "/studio/{slug}/albums/", _account, is_whole=False),
    Shot("studio-new-gallery", "studio", "/studio/{slug}/albums/new/"),
    Shot("studio-album", "studio", ALBUM),
    Shot("studio-album-menu", "studio", ALBUM, _menu, is_whole=False),
    Shot("studio-album-empty", "studio", "/studio/{slug}/albums/{empty_id}/"),
    Shot("studio-selected", "studio", ALBUM, _selected, is_whole=False),
    Shot("studio-lightbox", "studio", ALBUM, _opened, is_whole=False),
    Shot("studio-information", "studio", ALBUM, _information, is_whole=False),
    Shot("studio-upload-plan", "studio", ALBUM, _upload_plan, is_whole=False),
    Shot("studio-sections", "studio", ALBUM, _dialog("[data-open='#sections-dialog']"), is_whole=False),
    Shot("studio-audience", "studio", ALBUM, _audience, is_whole=False),
    Shot("studio-section-audience", "studio", ALBUM + "audience/sections/{section_id}/"),
    Shot("studio-edit", "studio", ALBUM, _dialog("a:has-text('Title, date')"), is_whole=False),
    Shot("studio-cover-focus", "studio", ALBUM, _dialog("#cover-focus"), is_whole=False),
    Shot("studio-album-look", "studio", ALBUM, _dialog("a:has-text('Look…')"), is_whole=False),
    Shot("studio-share", "studio", ALBUM, _dialog("a:has-text('Share')"), is_whole=False),
    Shot("studio-links", "studio", ALBUM + "links/"),
    Shot("studio-new-link", "studio", ALBUM + "links/", _new_link),
    Shot("studio-link", "studio", ALBUM + "links/{link_id}/"),
    Shot("studio-extend", "studio", ALBUM + "links/{link_id}/extend/"),
    Shot("studio-visitors", "studio", ALBUM + "visitors/"),
    Shot("studio-proofing", "studio", ALBUM + "proofing/"),
    Shot("studio-selection", "studio", ALBUM + "proofing/{selection_id}/"),
    Shot("studio-comments", "studio", ALBUM + "proofing/comments/"),
    Shot("studio-find", "studio", ALBUM + "proofing/find/"),
    Shot("studio-names", "studio", ALBUM + "proofing/names/"),
    Shot("studio-selections", "studio", "/studio/{slug}/selections/"),
    Shot("studio-activity", "studio", "/studio/{slug}/activity/"),
    Shot("studio-activity-person", "studio", ALBUM + "activity/?by=person"),
    Shot("studio-activity-photo", "studio", ALBUM + "activity/?by=photo"),
    Shot("studio-emails", "studio", "/studio/{slug}/emails/"),
    Shot("studio-email", "studio", "/studio/{slug}/emails/{email_id}/"),
    Shot("studio-email-new", "studio", ALBUM + "emails/new/"),
    Shot("studio-email-draft", "studio", "/studio/{slug}/albums/{empty_id}/emails/new/"),
    Shot("studio-album-emails", "studio", ALBUM + "emails/"),
    Shot("studio-templates", "studio", "/studio/{slug}/emails/templates/"),
    Shot("studio-template", "studio", "/studio/{slug}/emails/templates/{kind}/"),
    Shot("studio-look", "studio", "/studio/{slug}/design/"),
    Shot("studio-watermark", "studio", "/studio/{slug}/watermark/"),
    Shot("studio-album-watermark", "studio", ALBUM + "watermark/"),
    Shot("studio-sizes", "studio", "/studio/{slug}/download-sizes/"),
    Shot("studio-board", "studio", "/studio/{slug}/board/"),
    Shot("studio-preflight", "studio", ALBUM + "preflight/"),
    Shot("studio-receipts", "studio", ALBUM + "receipts/"),
    Shot("studio-clients", "studio", "/studio/{slug}/clients/"),
    Shot("studio-library", "studio", "/studio/{slug}/library/"),
    Shot("studio-places", "studio", "/studio/{slug}/places/"),
    Shot("studio-borrow-places", "studio", ALBUM + "places/"),
    Shot("studio-timeline", "studio", "/studio/{slug}/timeline/"),
    Shot("studio-collections", "studio", "/studio/{slug}/collections/"),
    Shot("studio-smart-collection-new", "studio", "/studio/{slug}/smart-collections/new/"),
    Shot("studio-keywords", "studio", "/studio/{slug}/keywords/"),
    Shot("studio-suggestions", "studio", "/studio/{slug}/suggestions/"),
    Shot("studio-descriptions", "studio", "/studio/{slug}/descriptions/"),
    Shot("studio-meaning", "studio", "/studio/{slug}/descriptions/meaning/"),
    Shot("studio-close-in-meaning", "studio", "/studio/{slug}/library/meaning/?q=stairs"),
    Shot("studio-prompts", "studio", "/studio/{slug}/descriptions/prompts/"),
    Shot("studio-public", "studio", "/studio/{slug}/public-page/"),
    Shot("studio-presets", "studio", "/studio/{slug}/presets/"),
    Shot("studio-preset", "studio", "/studio/{slug}/presets/{choice_id}/"),
    Shot("studio-preset-gallery", "studio", "/studio/{slug}/presets/new/album/"),
    Shot("studio-members", "studio", "/studio/{slug}/members/"),
    Shot(
        "studio-member",
        "studio",
        "/studio/{slug}/members/",
        _dialog("li:has-text('Dora') a:has-text('Change')"),
        is_whole=False,
    ),
    Shot("studio-settings", "studio", "/studio/{slug}/settings/"),
    Shot("studio-domain", "studio", "/studio/{slug}/domain/", _named_host),
    Shot("studio-brands", "studio", "/studio/{slug}/brands/", _new_brand),
    Shot("studio-keys", "studio", "/studio/{slug}/api-keys/"),
    Shot("studio-trash", "studio", "/studio/{slug}/trash/"),
    Shot("studio-tasks", "studio", "/studio/{slug}/tasks/"),
    Shot("studio-problems", "studio", ALBUM + "problems/"),
    Shot("studio-account", "studio", "/password/"),
    # The last one: from here on this browser looks as a guest does.
    Shot("guest-preview", "studio", ALBUM + "links/", _as_guest, is_whole=False),
]
CONTRIBUTOR = [
    Shot("contributor-galleries", "contributor", "/studio/{slug}/albums/"),
    Shot("contributor-album", "contributor", ALBUM),
]
ALL = [*GUEST, *SIGNED_OUT, *STUDIO, *CONTRIBUTOR]
MEMBERS = {"studio": EMAIL, "contributor": DORA[1]}


def enter(page: Page, url: str, lively: Lively, by: str) -> None:
    """Make a fresh browser that of somebody: a guest who said who they are, or a member of the studio."""
    for name, value in lively.cookies.get(by, {}).items():
        page.context.add_cookies([{"name": name, "value": value, "url": url}])
    if by in MEMBERS:
        page.goto(f"{url}/login/")
        page.fill("input[name=email]", MEMBERS[by])
        page.fill("input[name=password]", PASSWORD)
        page.click("button:has-text('Sign in')")
        page.wait_for_url("**/studio/**")


def stand(page: Page, shot: Shot, lively: Lively) -> None:
    """Go to a page and bring it into its state."""
    with _requests(page) as under_way:
        page.goto(shot.address(lively))
        _settle(page, under_way)
        if shot.then:
            shot.then(page)
            _settle(page, under_way)


# Seconds. What is asked longer than that is no part of how a page begins.
PATIENCE = 10.0
# Scripts that wait for a quiet moment wait in this queue.
_IDLE = "new Promise(done => (window.requestIdleCallback ?? setTimeout)(() => done()))"


@contextmanager
def _requests(page: Page) -> Iterator[set[Request]]:
    """Those of the page that have no answer yet."""
    under_way: set[Request] = set()

    # Playwright takes no methods of a set.
    def begins(request: Request) -> None:
        under_way.add(request)

    def ends(request: Request) -> None:
        under_way.discard(request)

    page.on("request", begins)
    page.on("requestfinished", ends)
    page.on("requestfailed", ends)
    yield under_way
    page.remove_listener("request", begins)
    page.remove_listener("requestfinished", ends)
    page.remove_listener("requestfailed", ends)


def _settle(page: Page, under_way: set[Request]) -> None:
    """Wait until the page asks for nothing. Chromium's own "network idle" is half a second of silence, which was the
    longest part of looking at most pages."""
    page.evaluate(_IDLE)
    end, calm = time.monotonic() + PATIENCE, 0
    while calm < 2 and time.monotonic() < end:
        page.wait_for_timeout(30)
        calm = 0 if under_way else calm + 1


# Colours that fade make every element below them fade in its own time: seconds on a long page. A sheet that a script
# makes is none of those that our policy forbids.
_AT_ONCE = """new Promise(done => {
  if (!window.turnsAtOnce) {
    window.turnsAtOnce = new CSSStyleSheet();
    window.turnsAtOnce.replaceSync("*, *::before, *::after, *::backdrop { transition-property: none !important; }");
    document.adoptedStyleSheets.push(window.turnsAtOnce);
  }
  requestAnimationFrame(() => done());
})"""
TWO_FRAMES = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done())))"


def turn(page: Page, theme: str) -> None:
    """Light or dark, at once and for good: from here on nothing fades on this page."""
    page.evaluate(_AT_ONCE)
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    page.evaluate(TWO_FRAMES)
