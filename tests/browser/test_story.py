"""The whole story of a selection, on a phone and at the studio's desk: from the email to the files on the phone."""

from __future__ import annotations

import email
import re
import zipfile
from collections.abc import Callable
from email import policy
from io import BytesIO
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PHONE, eventually, sign_in
from tests.factories import jpeg
from tests.installation import Installation

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]

PHOTOS, LIMIT = 16, 12
PASSWORD, ANNA = "rosen 2026", "anna@example.com"


@pytest.fixture
def album(glassine: Installation) -> str:
    """A live gallery of 16 photos."""
    album = glassine.make_album("Anna & Ben")
    browser = glassine.client()
    for number in range(1, PHOTOS + 1):
        answer = browser.put(album, jpeg(900, 600), f"IMG_{number:04}.JPG")
        assert answer.status_code in (200, 201), answer.text
    assert all(photo["ready"] for photo in glassine.wait_ready(album, PHOTOS))
    with glassine.api() as api:
        api.patch(f"/api/albums/{album}", json={"state": "live"}).raise_for_status()
    return album


def make_link(glassine: Installation, album: str) -> str:
    """Address of a link with a password, on which the client may do everything."""
    rights = {"download": "original", "favourite": True, "comment": True, "rate": True}
    with glassine.api() as api:
        wish = {"label": "Anna", "password": PASSWORD, "rights": rights}
        return str(api.post(f"/api/albums/{album}/share", json=wish).raise_for_status().json()["url"])


def emailed(glassine: Installation, to: str, word: str) -> str:
    """The text of the email to somebody in which a word stands."""

    def found() -> list[str]:
        texts = []
        for path in sorted((glassine.data / "emails").glob("*")):
            for part in re.split(r"(?m)^-{70,}$", path.read_text("utf-8", "replace")):
                message = email.message_from_string(part.strip(), policy=policy.default)
                body = message.get_body(("plain",))
                text = f"{message['subject']}\n{body.get_content() if body else ''}"
                if to in str(message["to"]) and word in text:
                    texts.append(text)
        return texts

    eventually(found)
    return found()[-1]


def tiles(page: Page) -> Locator:
    return page.locator("#stream .t")


def heart(page: Page, number: int) -> Locator:
    """The heart of the tile with this number, from 0."""
    return page.locator("#stream button.heart").nth(number)


def send_the_link(page: Page, slug: str, album: str) -> None:
    page.goto(f"/studio/{slug}/albums/{album}/emails/new/")
    page.fill("[name=addresses]", ANNA)
    page.fill("[name=note]", "Please choose twelve for the album.")
    page.click("#email-form button:has-text('Send')")
    page.wait_for_load_state("networkidle")


def preset(page: Page, slug: str, album: str) -> None:
    """The list that the studio asks for: twelve for the album."""
    page.goto(f"/studio/{slug}/albums/{album}/proofing/")
    page.locator("details.proof-presets").evaluate("panel => { panel.open = true; }")
    form = page.locator("form.preset:has(button:has-text('Add list'))")
    form.locator("[name$=title]").fill("For the album")
    form.locator("[name$=maximum]").fill(str(LIMIT))
    form.locator("button").click()
    page.wait_for_load_state("networkidle")


def test_a_selection_from_the_email_to_the_files(visit: Callable[..., Any], glassine: Installation, album: str) -> None:
    make_link(glassine, album)
    slug = glassine.client().slug
    with visit() as studio, visit(PHONE) as phone:
        sign_in(studio)
        preset(studio, slug, album)
        send_the_link(studio, slug, album)

        opens_the_link_of_the_email(phone, emailed(glassine, ANNA, "/g/"))
        says_who_she_is_at_the_first_heart(phone)
        picks_up_to_the_limit(phone)
        compares_two(phone)
        comments_with_a_pin(phone)
        sends_the_selection(phone)

        page = emailed(glassine, "owner@example.com", "/proofing/")
        names = works_on_the_selection(studio, re.findall(r"https?://\S+", page)[0])
        assert len(names) == LIMIT
        assert names[0].startswith("IMG_")

        sees_what_is_ready(phone)
        assert len(takes_her_favourites_home(phone)) == LIMIT


def opens_the_link_of_the_email(phone: Page, text: str) -> None:
    phone.goto(re.findall(r"https?://\S+/g/\S+", text)[0])
    phone.fill("input[name=password]", PASSWORD)
    phone.tap("button:has-text('Open gallery')")
    expect(phone.locator("h1")).to_contain_text("Anna & Ben")
    expect(tiles(phone)).to_have_count(PHOTOS)
    tiles(phone).last.scroll_into_view_if_needed()
    tiles(phone).first.scroll_into_view_if_needed()


def says_who_she_is_at_the_first_heart(phone: Page) -> None:
    heart(phone, 0).tap()
    sheet = phone.locator("dialog[open] .who")
    expect(sheet).to_be_visible()
    sheet.locator("[name=name]").fill("Anna")
    sheet.locator("[name=email]").fill(ANNA)
    sheet.locator("button:has-text('Save')").tap()
    expect(heart(phone, 0)).to_have_attribute("aria-pressed", "true")
    expect(phone.locator("[data-hearts-count]")).to_have_text(f"1 of {LIMIT}")


def picks_up_to_the_limit(phone: Page) -> None:
    for number in range(1, LIMIT):
        heart(phone, number).tap()
    expect(phone.locator("[data-hearts-count]")).to_have_text(f"{LIMIT} of {LIMIT}")
    heart(phone, LIMIT).tap()
    expect(phone.locator("#full-sheet")).to_be_visible()
    expect(phone.locator("#full-sheet")).to_contain_text(str(LIMIT))
    phone.locator("#full-sheet [data-close]").tap()
    expect(phone.locator("#full-sheet")).to_be_hidden()
    expect(heart(phone, LIMIT)).to_have_attribute("aria-pressed", "false")


def compares_two(phone: Page) -> None:
    tiles(phone).first.scroll_into_view_if_needed()
    tiles(phone).first.tap()
    phone.wait_for_selector(".pswp--open")
    phone.keyboard.press("b")
    phone.keyboard.press("ArrowRight")
    eventually(lambda: "2 of" in phone.inner_text(".pswp__count"))
    phone.keyboard.press("b")
    phone.locator(".tray-bar a").tap()
    expect(phone.locator(".pane")).to_have_count(2)
    phone.keyboard.press("+")
    phone.locator("[data-compare-back]").tap()
    expect(tiles(phone).first).to_be_attached()


def comments_with_a_pin(phone: Page) -> None:
    # Back from the comparison the browser shows the page as it was left, with the photo open, or makes it anew.
    phone.wait_for_load_state("networkidle")
    if not phone.locator(".pswp--open").count():
        tiles(phone).first.scroll_into_view_if_needed()
        tiles(phone).first.tap()
    phone.wait_for_selector(".pswp--open")
    phone.keyboard.press("c")
    field = phone.locator(".beside textarea").first
    expect(field).to_be_visible()
    field.fill("Could you brighten the sky here?")
    phone.locator(".beside [data-pin-start]").tap()
    photo = phone.locator(".pswp__item[aria-hidden=false] img").last
    box = photo.bounding_box()
    assert box
    phone.touchscreen.tap(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.4)
    phone.locator(".beside button:has-text('Send')").first.tap()
    expect(phone.locator(".beside .thread")).to_contain_text("brighten the sky")
    phone.keyboard.press("Escape")
    phone.keyboard.press("Escape")
    phone.keyboard.press("Escape")
    expect(phone.locator(".pswp--open")).to_have_count(0)


def sends_the_selection(phone: Page) -> None:
    phone.goto(re.sub(r"/g/([^/?#]+)/.*", r"/g/\1/favourites/", phone.url))
    expect(tiles(phone)).to_have_count(LIMIT)
    phone.fill("#note", "The first one is our favourite.")
    phone.tap("button:has-text('Send selection')")
    expect(phone.locator(".review__sent")).to_be_visible()


def works_on_the_selection(studio: Page, address: str) -> list[str]:
    """The studio reads the selection, takes the names and marks all photos as ready; the names."""
    studio.goto(address)
    expect(studio.locator(".proof")).to_have_count(LIMIT)
    expect(studio.locator("main")).to_contain_text("The first one is our favourite.")
    studio.context.grant_permissions(["clipboard-read", "clipboard-write"])
    studio.click("[data-copy-names]")
    eventually(lambda: "IMG_" in studio.evaluate("navigator.clipboard.readText()"))
    names = re.findall(r"IMG_\d+", studio.evaluate("navigator.clipboard.readText()"))
    studio.check("#work [name=all]", force=True)
    studio.click("#work button:has-text('Ready')")
    expect(studio.locator(".proof .work--ready")).to_have_count(LIMIT)
    return names


def sees_what_is_ready(phone: Page) -> None:
    phone.reload()
    expect(phone.locator(".review__work .work--ready")).to_contain_text(str(LIMIT))


def takes_her_favourites_home(phone: Page) -> list[str]:
    """Names of the photos in the ZIP of the favourites."""
    phone.goto(re.sub(r"/g/([^/?#]+)/.*", r"/g/\1/download/?what=favourites&size=original", phone.url))
    with phone.expect_download() as waiting:
        phone.tap("a[data-part]")
    with zipfile.ZipFile(BytesIO(waiting.value.path().read_bytes())) as archive:
        assert archive.testzip() is None
        return [name for name in archive.namelist() if name.endswith(".JPG")]
